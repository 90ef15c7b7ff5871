"""The paths that a release may write in a student's folder."""

import re
from pathlib import PurePosixPath

ANSWERS = "answers.yaml"  # a student's quiz answers; never part of a release
FILES_OF_STUDENTS = {ANSWERS, ".env"}
TOP_FILES = {"README.md", "course.toml", "pyproject.toml", "requirements.txt", ".gitignore"}
RELEASED_FOLDERS = ("exercises", "wheels", ".github/workflows")
MAX_PATH = 255  # characters
SPECIAL = re.compile(r'[\\:*?"<>|]')  # Windows gives these characters a meaning in a path


def may_be_released(name: str) -> bool:
    """Return whether a release may write this path: it lies in a release's folders and is no student's own file."""
    if not _is_plain(name):
        return False
    if name in TOP_FILES:
        return True
    path = PurePosixPath(name)
    if path.name in FILES_OF_STUDENTS:
        return False
    for folder in RELEASED_FOLDERS:
        if path.is_relative_to(folder):
            inside = path.relative_to(folder)
            return inside.parts != () and not _has_hidden_part(inside)
    return False


def _is_plain(name: str) -> bool:
    """Return whether every operating system reads the path alike, as one that stays below the folder."""
    path = PurePosixPath(name)
    if not name or path.as_posix() != name or path.is_absolute():
        return False
    if len(name) > MAX_PATH or not name.isprintable() or SPECIAL.search(name):
        return False
    # This refuses `.` and `..`, too. Windows drops these endings.
    return not any(part.endswith((".", " ")) for part in path.parts)


def _has_hidden_part(path: PurePosixPath) -> bool:
    return any(part.startswith(".") for part in path.parts)
