"""Writes the nbgrader course folder: its configuration, and an assignment with its files for each topic."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from ....course.model import MANIFEST, Course, Topic
from ....results.files import write_whole
from ....text import Language
from .cells import notebook_cells, notebook_json
from .configuration import configuration

CONFIG = "nbgrader_config.py"
CONFIG_TEXT = '''"""nbgrader's configuration of this course. Yours to change: it is written once and then left alone."""

c = get_config()

c.CourseDirectory.course_id = "torchstone"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ".pytest_cache", ".autograder"]
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE 在此写代码\\nraise NotImplementedError"}
'''


class Built(msgspec.Struct, frozen=True):
    """An assignment that was written."""

    topic: str
    points: float
    changed: int  # number of files that are new or different


def build(course: Course, topics: Sequence[Topic], out: Path, *, language: Language = Language.BOTH) -> Iterator[Built]:
    """Write the course folder and yield each assignment. The instructor's own files stay unchanged."""
    out.mkdir(parents=True, exist_ok=True)
    if not (out / CONFIG).exists():
        _write(out / CONFIG, f"{CONFIG_TEXT}\n{configuration(str(course.root))}".encode())
    for topic in topics:
        cells = notebook_cells(topic, language)
        folder = out / "source" / topic.name
        files = _companions(course, topic)
        files[f"{topic.module}.ipynb"] = notebook_json(course, topic, cells).encode()
        changed = 0
        for name, content in files.items():
            changed += _write(folder / name, content)
        points = sum(cell.points or 0 for cell in cells)
        yield Built(topic.name, points, changed)


def _companions(course: Course, topic: Topic) -> dict[str, bytes]:
    """Return the files that `check`, `hint` and `quiz` read in a notebook. Students receive all of them anyway."""
    paths = [course.root / MANIFEST, topic.exercises_folder / "topic.toml", topic.visible_checks, topic.quiz]
    return {str(path.relative_to(course.root)): path.read_bytes() for path in paths if path.is_file()}


def _write(path: Path, content: bytes) -> bool:
    """Write the file atomically. Return False if it already has this content."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, [content])
    return True
