"""Lists a course's files and puts them into zips. The same course always gives the same bytes."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from .model import MANIFEST

EPOCH = (1980, 1, 1, 0, 0, 0)  # the date of each file in a zip
READABLE, EXECUTABLE = 0o644, 0o755
SKIPPED_FOLDERS = {"__pycache__", "__MACOSX", ".git", ".venv", "node_modules", ".ipynb_checkpoints"}


def course_files(root: Path) -> Iterator[Path]:
    """Yield the relative paths of course.toml and of the files in exercises/ and solutions/, without junk."""
    yield Path(MANIFEST)
    for folder in ("exercises", "solutions"):
        for path in sorted((root / folder).rglob("*")):
            relative = path.relative_to(root)
            if path.is_file() and not is_junk(relative):
                yield relative


def is_junk(relative: Path) -> bool:
    """Return whether a file, or a folder around it, is hidden or made by a program."""
    return any(part in SKIPPED_FOLDERS or part.startswith(".") for part in relative.parts)


def add_file(archive: zipfile.ZipFile, name: str, data: bytes, mode: int = READABLE) -> None:
    """Add a file to a zip, always with the same date."""
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.external_attr = mode << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)
