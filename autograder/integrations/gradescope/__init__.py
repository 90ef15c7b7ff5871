"""Gradescope's autograder: a zip that its image is built from, and that grades each submission in it.

bundle  makes the zip

setup.sh runs once, when the image is built: it installs a Python with the pinned packages, and the engine.
run_autograder runs for each submission: it grades it and leaves results.json.
"""
