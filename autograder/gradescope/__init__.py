"""Gradescope's autograder: a zip that its image is built from, and that grades each submission in it.

bundle           makes the zip
setup.sh         run once, when the image is built: a Python with the pinned packages, and the engine
run_autograder   run for each submission: grades it, leaves results.json
"""
