"""Opens what others wrote, such as what a student handed in: each file once, never through a link, never waiting.

A student who can write to the folder while it is graded could swap a file for a link between a look and a read. So a
file is opened first, and the open file is looked at and read. Folders are walked from one open folder to the next.
"""

import contextlib
import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

import msgspec

from .text import Text

NO_LINK = getattr(os, "O_NOFOLLOW", 0)
FLAGS = os.O_RDONLY | NO_LINK | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
CHUNK = 1 << 20  # bytes
MAX_DEPTH = 32  # folders inside each other; each is open while what it holds is read
MAX_ENTRIES = 20_000  # of all folders together

SPECIAL_FILE = Text("a link or a special file", "是链接或特殊文件")
UNREADABLE_FILE = Text("it cannot be opened", "无法打开")
TOO_DEEP = Text(f"more than {MAX_DEPTH} folders inside each other", f"文件夹嵌套超过 {MAX_DEPTH} 层")
TOO_MANY = Text(f"the folders have more than {MAX_ENTRIES:,} entries", f"各文件夹中的条目共超过 {MAX_ENTRIES} 个")
NO_TEXT = Text("its name is not text", "文件名不是有效文本")


class LeftOut(msgspec.Struct, frozen=True):
    """Why a file is not read."""

    reason: Text


def read_file(path: Path, limit: int, *, follows_links: bool = False) -> bytes | LeftOut:
    """Return the content of a regular file, or why it is not read.

    limit: in bytes; a larger file is not read.
    follows_links: for a file of the person who gives the command. Even then, a pipe is not waited for.
    """
    return _read_entry(str(path), None, limit, follows_links=follows_links)


def names_in(path: Path) -> list[str]:
    """Return the sorted names in a folder, not more than MAX_ENTRIES; none for a link and for what is no folder."""
    folder = _opened(str(path), None)
    if folder is None:
        return []
    try:
        return _names(folder, MAX_ENTRIES)
    except OSError:
        return []
    finally:
        os.close(folder)


def read_folder(path: Path, skipped: Collection[str], limit: int) -> Iterator[tuple[PurePosixPath, bytes | LeftOut]]:
    """Yield the relative path of each file below a folder, and its content or why it is not read.

    skipped: names of folders that are passed over.
    limit: in bytes, of each file.
    """
    folder = _opened(str(path), None)
    if folder is None or not stat.S_ISDIR(os.fstat(folder).st_mode):
        if folder is not None:
            os.close(folder)
        yield PurePosixPath("."), LeftOut(SPECIAL_FILE)
        return
    try:
        yield from _Walk(skipped, limit).folder(folder, PurePosixPath())
    finally:
        os.close(folder)


class _Walk:
    """A walk through folders, which together may have MAX_ENTRIES entries."""

    def __init__(self, skipped: Collection[str], limit: int) -> None:
        self.skipped = skipped
        self.limit = limit  # bytes of each file
        self.left = MAX_ENTRIES

    def folder(self, folder: int, relative: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes | LeftOut]]:
        """Yield the files of an open folder, then those of the folders in it."""
        names = _names(folder, self.left + 1)
        self.left -= len(names)
        if self.left < 0:
            self.left = 0
            yield relative, LeftOut(TOO_MANY)
            return
        folders = []
        for name in names:
            if not _is_text(name):
                yield relative / name, LeftOut(NO_TEXT)
            elif _is_folder(name, folder):
                folders.append(name)
            else:
                yield relative / name, _read_entry(name, folder, self.limit)
        for name in folders:
            if name not in self.skipped:
                yield from self._inner(name, folder, relative / name)

    def _inner(
        self, name: str, folder: int, relative: PurePosixPath
    ) -> Iterator[tuple[PurePosixPath, bytes | LeftOut]]:
        """Yield the files of a folder in an open one."""
        if len(relative.parts) >= MAX_DEPTH:
            yield relative, LeftOut(TOO_DEEP)
            return
        inner = _opened(name, folder)
        if inner is None:
            yield relative, LeftOut(SPECIAL_FILE)
            return
        try:
            if stat.S_ISDIR(os.fstat(inner).st_mode):
                yield from self.folder(inner, relative)
            else:
                yield relative, LeftOut(SPECIAL_FILE)  # it was a folder when it was listed
        finally:
            os.close(inner)


def _names(folder: int, most: int) -> list[str]:
    """Return the sorted names in a folder, or the first `most` that it lists."""
    names: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if len(names) == most:
                break
            names.append(entry.name)
    return sorted(names)


def _is_folder(name: str, folder: int) -> bool:
    """Return whether an entry is a folder now. Opening it decides."""
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _opened(name: str, folder: int | None, flags: int = FLAGS) -> int | None:
    """Return a descriptor of an entry; None for a link and for what cannot be opened."""
    try:
        return os.open(name, flags, dir_fd=folder)
    except OSError:
        return None


def _read_entry(name: str, folder: int | None, limit: int, *, follows_links: bool = False) -> bytes | LeftOut:
    """Return the content of a regular file. A link, a pipe, a socket and a device are not opened for reading."""
    with contextlib.suppress(OSError):
        if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=follows_links).st_mode):
            return LeftOut(SPECIAL_FILE)  # opening a device can have effects
    descriptor = _opened(name, folder, FLAGS & ~NO_LINK if follows_links else FLAGS)
    if descriptor is None:
        return LeftOut(UNREADABLE_FILE)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return LeftOut(SPECIAL_FILE)
        if status.st_size > limit:
            return _too_large(limit)  # before anything is read: thousands of such files can take no space on disk
        return _content(descriptor, limit)
    except OSError:
        return LeftOut(UNREADABLE_FILE)
    finally:
        os.close(descriptor)


def _content(descriptor: int, limit: int) -> bytes | LeftOut:
    """Return all bytes of an open file. It may grow while it is read."""
    parts: list[bytes] = []
    left = limit + 1
    while left:
        part = os.read(descriptor, min(CHUNK, left))
        if not part:
            return b"".join(parts)
        parts.append(part)
        left -= len(part)
    return _too_large(limit)


def _too_large(limit: int) -> LeftOut:
    size = f"{limit >> 20} MiB" if limit >> 20 else f"{limit >> 10} KiB"
    return LeftOut(Text(f"larger than {size}", f"超过 {size}"))


def _is_text(name: str) -> bool:
    """Return whether the name's bytes are UTF-8. No report could be written with any other name."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
