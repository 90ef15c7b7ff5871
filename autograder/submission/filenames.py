"""Reads from a file's name what the file contains. The name of a copy counts like the original's."""

import functools
import re
from pathlib import PurePath

NOTEBOOK = ".ipynb"
PYTHON = (".py", NOTEBOOK)
TEXT = (*PYTHON, ".txt")
YAML = (".yaml", ".yml")
MAX_MARKS = 8  # suffixes, and marks of copies, that one name may have
LONGEST_MARK = 22  # characters
ANSWERS = "answers"  # the stem of a file with answers to quizzes
COPY_MARK = re.compile(r"(\(\d{1,20}\)|[-_ ]copy|[-_]\d{1,20})$")  # "losses (1).py", "losses-2.py", "losses copy.py"


@functools.lru_cache(maxsize=1024)  # every file is compared with every topic
def stem(name: str) -> str:
    """Return the name in small letters, without suffixes and copy marks: "losses" for "Losses (1).py"."""
    for _ in range(MAX_MARKS):
        if name.lower().endswith(TEXT):
            name = name.rsplit(".", 1)[0]
    return without_copy_mark(name)


def without_copy_mark(name: str) -> str:
    """Return the name of the original: "losses" for "losses (1)" and "losses-2"."""
    for _ in range(MAX_MARKS):
        mark = COPY_MARK.search(name, max(len(name) - LONGEST_MARK, 0))
        if mark is None:
            break
        name = name[: mark.start()]
        if mark[0].startswith("("):
            name = name.rstrip()
    return name.lower()


def is_python(path: PurePath) -> bool:
    """Return whether it is a Python file or a notebook."""
    return path.suffix.lower() in PYTHON


def is_notebook(path: PurePath) -> bool:
    """Return whether it is a notebook."""
    return path.suffix.lower() == NOTEBOOK


def is_yaml(path: PurePath) -> bool:
    """Return whether it is a YAML file."""
    return path.suffix.lower() in YAML


def is_answers_file(path: PurePath) -> bool:
    """Return whether it is answers.yaml, or a copy of it."""
    return is_yaml(path) and without_copy_mark(path.stem) == ANSWERS
