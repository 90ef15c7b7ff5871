"""The course folder that nbgrader works in: its configuration, and for each topic an assignment with all that it needs."""

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
    """One assignment that was written."""

    topic: str
    points: float
    changed: int  # files that were not there yet, or read otherwise


def build(course: Course, topics: Sequence[Topic], out: Path, *, language: Language = Language.BOTH) -> Iterator[Built]:
    """Write the course folder, one assignment after the other. Files of the instructor's own stay as they are."""
    out.mkdir(parents=True, exist_ok=True)
    if not (out / CONFIG).exists():
        _write(out / CONFIG, f"{CONFIG_TEXT}\n{configuration(str(course.root))}".encode())
    for topic in topics:
        cells = notebook_cells(topic, language)
        folder = out / "source" / topic.name
        files = {f"{topic.module}.ipynb": notebook_json(course, topic, cells).encode(), **_companions(course, topic)}
        changed = sum(_write(folder / name, content) for name, content in files.items())
        points = sum(cell.points or 0 for cell in cells)
        yield Built(topic.name, points, changed)


def _companions(course: Course, topic: Topic) -> dict[str, bytes]:
    """What the notebook's `check`, `hint` and `quiz` read: all of it is a student's anyway."""
    paths = [course.root / MANIFEST, topic.exercises_folder / "topic.toml", topic.visible_checks, topic.quiz]
    return {str(path.relative_to(course.root)): path.read_bytes() for path in paths if path.is_file()}


def _write(path: Path, content: bytes) -> bool:
    """Write the file as a whole or not at all; False where it is there already."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, [content])
    return True
