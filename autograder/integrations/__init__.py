"""Other systems that Torchstone works with.

nbgrader/     notebooks, grading and the gradebook of nbgrader
gradescope/   the zip for Gradescope
ci/           workflow files for CI systems
"""
