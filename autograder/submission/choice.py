"""Which of a submission's files a topic's work stands in: by its name, else by what it defines."""

import ast
import functools
import re
from pathlib import PurePosixPath

from ..course.model import Topic
from ..source import Unreadable, decode, syntax_problem
from .gather import Files
from .ipynb import code_cells
from .released import Stub, read_stub

COPY_MARK = re.compile(r"(\s*\(\d+\)|[-_ ]copy|[-_]\d+)$")  # "losses (1).py", "losses-2.py", "losses copy.py"
NOTEBOOK = ".ipynb"
OURS = b'"torchstone"'  # in the metadata of every notebook that was built from the course


def named_files(topic: Topic, files: Files) -> list[PurePosixPath]:
    """The files that are the topic's by their name, the one that counts first.

    What was written in comes before an untouched release, and the course's own notebook before a module.
    """
    paths = [path for path in files if stem(path) == topic.module and path.suffix.lower() in (".py", NOTEBOOK)]
    if len(paths) == 1:
        return paths

    def rank(path: PurePosixPath) -> tuple[bool, bool, bool, bool, int, str]:
        is_released = path.suffix.lower() == NOTEBOOK and OURS in files[path]
        has_work = _has_work(path, topic, files)
        misplaced = topic.name not in path.parts
        return not has_work, not is_released, path.name != topic.filename, misplaced, len(path.parts), str(path)

    return sorted(paths, key=rank)


def work_file(topic: Topic, files: Files) -> PurePosixPath | None:
    """The file that the topic's work is read from: by its name, else by what it defines."""
    named = named_files(topic, files)
    if named:
        return named[0]
    names = {exercise.name for exercise in topic.exercises}
    for path in sorted(files):
        found = definitions(path, files)
        if not isinstance(found, Unreadable) and found & names:
            return path
    return None


def _has_work(path: PurePosixPath, topic: Topic, files: Files) -> bool:
    """Whether an exercise in the file is anything else than the stub; where that cannot be told, it is."""
    code = _text(path, files)
    if isinstance(code, Unreadable):
        return True
    stub = stub_of(topic)
    return stub is None or stub.is_written_in(code)


def stub_of(topic: Topic) -> Stub | None:
    """What the course itself gave out; None for a topic without a stub."""
    if not topic.stub.is_file():
        return None
    return read_stub(topic.stub.read_text(encoding="utf-8"), tuple(exercise.name for exercise in topic.exercises))


def definitions(path: PurePosixPath, files: Files) -> set[str] | Unreadable:
    """The functions and classes that a file defines; none where it is no Python."""
    if path.suffix.lower() not in (".py", NOTEBOOK) or path.name.startswith("test_"):
        return set()
    code = _text(path, files)
    if isinstance(code, Unreadable):
        return code
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.parse(code).body if isinstance(node, kinds)}


def _text(path: PurePosixPath, files: Files) -> str | Unreadable:
    """All that Python can parse of a file or notebook."""
    if path.suffix.lower() == NOTEBOOK:
        cells = code_cells(files[path], path.name)
        text = cells if isinstance(cells, Unreadable) else "\n".join(cell for _, cell in cells.chunks)
    else:
        text = decode(files[path])
    return text if isinstance(text, Unreadable) else syntax_problem(text) or text


@functools.lru_cache(maxsize=1024)  # every topic asks about every file
def stem(path: PurePosixPath) -> str:
    """losses, for "01/Losses (1).py"."""
    name = path.name
    while name.lower().endswith((".py", NOTEBOOK, ".txt")):
        name = name.rsplit(".", 1)[0]
    return uncopied(name)


def uncopied(name: str) -> str:
    """losses, for "losses (1)" and "losses-2"."""
    while (shorter := COPY_MARK.sub("", name)) != name:
        name = shorter
    return name.lower()
