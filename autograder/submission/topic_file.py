"""Finds the file of a submission that holds a topic's work: by its name, or else by what it defines."""

import ast
from pathlib import PurePosixPath

from ..course.model import Topic
from ..results.model import Problem
from ..source import Unreadable, count_tokens, decode, parsed, syntax_problem
from ..text import Text
from .filenames import is_notebook, is_python, stem
from .gather import Files
from .ipynb import code_cells, read_notebook
from .released_stub import released_stub

MAX_ALL_TOKENS = 600_000  # of a submission's code; a whole course has 130,000
TOO_MUCH_CODE = Text(
    f"Left out: the code of all files has more than {MAX_ALL_TOKENS:,} words and signs. Hand in the exercise files only.",
    f"未读取：所有文件的代码超过 {MAX_ALL_TOKENS} 个单词和符号。请只提交练习文件。",
)
COURSE_NOTEBOOK = b'"torchstone"'  # in the metadata of every notebook that was built from the course


def work_file(topic: Topic, files: Files) -> PurePosixPath | None:
    """Return the file that holds the topic's work; None if there is none."""
    files, _ = within_bounds(files)
    named = named_files(topic, files)
    if named:
        return named[0]
    exercises = {exercise.name for exercise in topic.exercises}
    for path in sorted(files):
        if _defines_any(exercises, path, files):
            return path
    return None


def _defines_any(names: set[str], path: PurePosixPath, files: Files) -> bool:
    """Return whether a file can be read and defines one of the names."""
    defined = defined_names(path, files)
    if isinstance(defined, Unreadable):
        return False
    return not defined.isdisjoint(names)


def named_files(topic: Topic, files: Files) -> list[PurePosixPath]:
    """Return the Python files and notebooks that are named after the topic, the best first.

    A file with work in it is better than an untouched stub, and the course's own notebook is better than a module.
    """
    paths = [path for path in files if is_python(path) and stem(path.name) == topic.module]
    if len(paths) > 1:
        paths.sort(key=lambda path: _rank(path, topic, files))
    return paths


def within_bounds(files: Files) -> tuple[Files, list[Problem]]:
    """Return the files without the Python files and notebooks whose code would be too much, and a problem for each.

    Files that are less deep in folders come first. No file is parsed before this bound is known to hold.
    """
    python = [path for path in files if is_python(path)]
    if sum(len(files[path]) for path in python) <= MAX_ALL_TOKENS:  # a token has at least one byte
        return files, []
    kept = dict(files)
    problems = []
    tokens = 0
    for path in sorted(python, key=lambda path: (len(path.parts), str(path))):
        tokens += _tokens(path, files)
        if tokens > MAX_ALL_TOKENS:
            del kept[path]
            problems.append(Problem(file=str(path), sentence=TOO_MUCH_CODE))
    return kept, problems


def _tokens(path: PurePosixPath, files: Files) -> int:
    """Return the number of tokens of a file's code, counted as far as they are parsed. An unreadable file has none."""
    if is_notebook(path):
        notebook = read_notebook(files[path])
        code: str | Unreadable = notebook if isinstance(notebook, Unreadable) else notebook.code
    else:
        code = decode(files[path])
    return 0 if isinstance(code, Unreadable) else count_tokens(code)


def _rank(path: PurePosixPath, topic: Topic, files: Files) -> tuple[bool, bool, bool, bool, int, str]:
    """Return the sort key of a file named after the topic. The best file has the smallest key."""
    is_course_notebook = is_notebook(path) and COURSE_NOTEBOOK in files[path]
    return (
        not _has_work(path, topic, files),
        not is_course_notebook,
        path.name != topic.filename,
        topic.name not in path.parts,
        len(path.parts),
        str(path),
    )


def _has_work(path: PurePosixPath, topic: Topic, files: Files) -> bool:
    """Return whether an exercise in the file differs from the stub. If that cannot be known, return True."""
    code = _parsable_code(path, files)
    if isinstance(code, Unreadable):
        return True
    stub = released_stub(topic)
    return stub is None or stub.is_written_in(code)


def defined_names(path: PurePosixPath, files: Files) -> set[str] | Unreadable:
    """Return the functions and classes that a file defines. A file that is not Python, or a test, defines none."""
    if not is_python(path) or path.name.startswith("test_"):
        return set()
    code = _parsable_code(path, files)
    if isinstance(code, Unreadable):
        return code
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in parsed(code).body if isinstance(node, kinds)}


def _parsable_code(path: PurePosixPath, files: Files) -> str | Unreadable:
    """Return the code of a file, or of those cells of a notebook that Python can parse."""
    code = _notebook_code(path, files) if is_notebook(path) else decode(files[path])
    if isinstance(code, Unreadable):
        return code
    return syntax_problem(code) or code


def _notebook_code(path: PurePosixPath, files: Files) -> str | Unreadable:
    cells = code_cells(files[path], path.name)
    if isinstance(cells, Unreadable):
        return cells
    return "\n".join(code for _, code in cells.chunks)
