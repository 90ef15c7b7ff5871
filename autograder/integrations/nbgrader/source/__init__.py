"""Builds an nbgrader course of notebooks from the references, docstrings, guides and hints of the course.

reference      cuts a reference file into setup and exercises
statement      writes a docstring as Markdown
formula        writes formulas as LaTeX
cells          one topic's notebook as cells, and as nbformat's JSON
configuration  the lines of nbgrader_config.py that make nbgrader grade with this engine
build          writes the course folder that nbgrader works in
"""

from .build import Built, build

__all__ = ["Built", "build"]
