"""An nbgrader course of notebooks, built from the references, docstrings, guides and hints that the course has anyway.

reference  a reference file cut into its set-up and its exercises
statement  a docstring as Markdown
formula    its formulas as LaTeX
cells      one topic's notebook as cells, and those as nbformat's JSON
configuration  what nbgrader_config.py says so that nbgrader grades by this engine
build      the course folder that nbgrader works in
"""

from .build import Built, build

__all__ = ["Built", "build"]
