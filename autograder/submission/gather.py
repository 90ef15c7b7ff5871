"""Which files a submission holds, within limits: a folder, a zip, or a single file. Nothing is unpacked to disk."""

import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ..course.bundle import SKIPPED_FOLDERS
from ..errors import SubmissionError
from ..results.model import Problem
from ..text import Text

MAX_FILES = 2000
MAX_NAME = 255  # characters of a path inside a zip
MAX_TOTAL = 32 << 20  # bytes of all files together, unpacked
MAX_ARCHIVE = 32 << 20  # bytes of the zip itself
CENTRAL_ENTRY = b"PK\x01\x02"  # stands before each entry of a zip's directory

# What zipfile and its decompressors raise for a damaged, encrypted or unknown archive.
DAMAGE = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(NotImplementedError, RuntimeError, EOFError, OSError, ValueError, MemoryError),
)

Files = dict[PurePosixPath, bytes]


def gather(path: Path) -> tuple[Files, list[Problem]]:
    """All regular files of a submission by relative path, and what was left out and why.

    Raises SubmissionError where nothing can be read.
    """
    problems: list[Problem] = []
    if path.is_symlink():
        raise SubmissionError(f"{path.name} is a link.", fix="Give the file or folder that it points to.")
    if path.is_dir():
        return _bounded(_folder_files(path, problems), path.name), problems
    if not path.is_file():
        raise SubmissionError(f"{path} does not exist.")
    if path.suffix.lower() == ".zip":
        return _bounded(_zip_files(path, problems), path.name), problems
    if path.stat().st_size > MAX_TOTAL:
        raise SubmissionError(f"{path.name} is larger than {MAX_TOTAL >> 20} MiB.")
    return _bounded(iter([(PurePosixPath(path.name), path.read_bytes())]), path.name), problems


def _bounded(files: Iterator[tuple[PurePosixPath, bytes]], name: str) -> Files:
    gathered: Files = {}
    total = 0
    for relative, data in files:
        total += len(data)
        if len(gathered) >= MAX_FILES or total > MAX_TOTAL:
            raise SubmissionError(
                f"{name} holds more than {MAX_FILES} files or {MAX_TOTAL >> 20} MiB.",
                fix="Hand in the exercise files only.",
            )
        gathered[relative] = data
    return gathered


def _folder_files(root: Path, problems: list[Problem]) -> Iterator[tuple[PurePosixPath, bytes]]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
        for name in sorted(names):
            path = Path(folder) / name
            relative = PurePosixPath(path.relative_to(root).as_posix())
            if not _is_text(str(relative)):
                problems.append(_left_out(str(relative), "its name is not text", "文件名不是有效文本"))
            elif path.is_symlink() or not path.is_file():
                problems.append(_left_out(str(relative), "a link or a special file", "是链接或特殊文件"))
            elif path.stat().st_size > MAX_TOTAL:
                problems.append(_left_out(str(relative), f"larger than {MAX_TOTAL >> 20} MiB", "文件过大"))
            else:
                yield relative, path.read_bytes()


def _zip_files(path: Path, problems: list[Problem]) -> Iterator[tuple[PurePosixPath, bytes]]:
    if path.stat().st_size > MAX_ARCHIVE:
        raise SubmissionError(f"{path.name} is larger than {MAX_ARCHIVE >> 20} MiB.")
    if path.read_bytes().count(CENTRAL_ENTRY) > MAX_FILES:  # before zipfile builds an object for each entry
        raise SubmissionError(f"{path.name} has more than {MAX_FILES} entries.", fix="Zip the exercise files only.")
    try:
        with zipfile.ZipFile(path) as archive:
            left = MAX_TOTAL
            for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
                why = _refusal(entry)
                if why is not None:
                    problems.append(_left_out(entry.filename, *why))
                elif not entry.is_dir() and not SKIPPED_FOLDERS & set(PurePosixPath(entry.filename).parts):
                    with archive.open(entry) as file:
                        data = file.read(left + 1)  # the size that the entry states is not to be trusted
                    left -= len(data)
                    yield PurePosixPath(entry.filename), data
    except DAMAGE as error:
        raise SubmissionError(
            f"{path.name} cannot be unpacked: {error}.", fix="Zip it again, without a password."
        ) from None


def _refusal(entry: zipfile.ZipInfo) -> tuple[str, str] | None:
    """Why an entry is left out, in both languages."""
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    if len(entry.filename) > MAX_NAME:
        return "its name is too long", "文件名过长"
    if ".." in parts or entry.filename.startswith("/") or ":" in entry.filename:
        return "its path leads out of the archive", "路径指向压缩包之外"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a link or a special file", "是链接或特殊文件"
    return None


def _is_text(name: str) -> bool:
    """Whether the name's bytes were UTF-8: what is not would break every file that mentions it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _left_out(file: str, en: str, zh: str) -> Problem:
    file = file.encode("utf-8", "replace").decode()[:MAX_NAME]
    return Problem(file=file, sentence=Text("Left out: {why}.", "未读取：{why}。").filled(why=Text(en, zh)))
