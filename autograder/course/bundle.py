"""A course's files, in an order and with dates that make the same course the same zip."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from .model import MANIFEST

EPOCH = (1980, 1, 1, 0, 0, 0)  # of each file in a zip
READABLE, EXECUTABLE = 0o644, 0o755
SKIPPED_FOLDERS = {"__pycache__", "__MACOSX", ".git", ".venv", "node_modules", ".ipynb_checkpoints"}


def course_files(root: Path) -> Iterator[Path]:
    """The manifest, exercises/ and solutions/, without what editors and Python leave behind; relative paths."""
    yield Path(MANIFEST)
    for folder in ("exercises", "solutions"):
        for path in sorted((root / folder).rglob("*")):
            relative = path.relative_to(root)
            if path.is_file() and not is_junk(relative):
                yield relative


def is_junk(relative: Path) -> bool:
    """Whether a file, or a folder that it lies in, is hidden or made by a program."""
    return any(part in SKIPPED_FOLDERS or part.startswith(".") for part in relative.parts)


def add_file(archive: zipfile.ZipFile, name: str, data: bytes, mode: int = READABLE) -> None:
    """Put a file into a zip, always with the same date."""
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.external_attr = mode << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)
