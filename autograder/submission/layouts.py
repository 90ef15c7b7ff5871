"""Finds the submissions in a folder.

Each layout is a function. It returns the submissions at a path, or None if the path does not have this layout. To add a
layout, write such a function and put it into LAYOUTS; the first that fits is used.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from ..course.bundle import SKIPPED_FOLDERS
from ..course.model import Course
from ..errors import UsageError
from ..open_file import names_in
from .filenames import TEXT, is_answers_file, is_python, stem

Layout = Callable[[Path, Course], list[Path] | None]

JUNK = SKIPPED_FOLDERS | {"Thumbs.db", "desktop.ini"}  # left behind by operating systems and version control


def find_submissions(path: Path, course: Course) -> list[Path]:
    """Return the submissions at `path`: the path itself, or entries of a folder. Raise UsageError if there are none."""
    if not path.exists():
        raise UsageError(f"{path} does not exist.")
    for layout in LAYOUTS:
        submissions = layout(path, course)
        if submissions is not None:
            return submissions
    raise UsageError(f"{path} is empty: there is nothing to grade.")


def submission_id(path: Path) -> str:
    """Return the student's name, which is the name of the folder or file."""
    name = path.stem if path.is_file() else path.name
    return name.encode("utf-8", "replace").decode()


def single_file(path: Path, course: Course) -> list[Path] | None:
    """Return a file as one submission: a zip, a Python file or a notebook."""
    return None if path.is_dir() else [path]


def single_folder(path: Path, course: Course) -> list[Path] | None:
    """Return a folder as one submission if it holds the work of one student."""
    names = CourseNames.of(course)
    entries = _entries(path)
    if _is_class(entries, names):
        return None
    has_work = any(_is_work(entry, names) for entry in entries)
    return [path] if has_work or _is_unnamed_work(entries) else None


def entry_per_student(path: Path, course: Course) -> list[Path] | None:
    """Return each entry of a folder as the submission of one student."""
    return _entries(path) or None


LAYOUTS: tuple[Layout, ...] = (single_file, single_folder, entry_per_student)


class CourseNames(msgspec.Struct, frozen=True):
    """The names that show that a file or folder belongs to the course."""

    folders: frozenset[str]
    stems: frozenset[str]  # of files

    @classmethod
    def of(cls, course: Course) -> "CourseNames":
        folders = {topic.name for topic in course.topics}
        stems = {topic.module for topic in course.topics}
        return cls(frozenset(folders | {"exercises"}), frozenset(stems))


def _entries(folder: Path) -> list[Path]:
    return [entry for entry in sorted(folder.iterdir()) if not _is_junk(entry)]


def _is_junk(entry: Path) -> bool:
    if entry.name in JUNK:
        return True
    return entry.name.startswith(".") and entry.is_file()


def _is_class(entries: Sequence[Path], names: CourseNames) -> bool:
    """Return whether several folders hold work. A file of the course beside them is only in the wrong place."""
    students = 0
    for entry in entries:
        if entry.is_dir() and entry.name not in names.folders and _holds_work(entry, names):
            students += 1
    return students > 1


def _holds_work(folder: Path, names: CourseNames) -> bool:
    return any(name in names.folders or stem(name) in names.stems for name in names_in(folder))


def _is_work(entry: Path, names: CourseNames) -> bool:
    """Return whether an entry is a topic's folder or file, or holds answers to quizzes."""
    if entry.is_dir():
        return entry.name in names.folders
    if not entry.is_file():
        return False
    is_topic_file = entry.suffix.lower() in TEXT and stem(entry.name) in names.stems
    return is_topic_file or is_answers_file(entry)


def _is_unnamed_work(entries: Sequence[Path]) -> bool:
    """Return whether this can be the folder of one student whose file has another name than the topic's."""
    python_files = 0
    for entry in entries:
        if entry.is_dir() or entry.suffix.lower() == ".zip":
            return False
        if entry.is_file() and is_python(entry):
            python_files += 1
    return bool(entries) and python_files <= 1
