"""Gradescope's autograder: a zip. Gradescope builds an image from it and grades each submission there.

bundle  makes the zip

setup.sh runs once, when the image is built: it installs a Python with the pinned packages, and the engine.
run_autograder runs for each submission: it grades it and leaves results.json.
"""
