"""Other systems that Torchstone works with.

nbgrader/     notebooks, grading and the gradebook of nbgrader
gradescope/   Gradescope's zip
ci/           workflow files for CI systems
"""
