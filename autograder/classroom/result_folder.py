"""The folder that a class's results go to: one run at a time writes into it, a file for each submission."""

import contextlib
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..errors import UsageError
from ..results.files import TEMPORARY
from .names import mark

LOCK = ".lock"
LOCK_SECONDS = 5.0  # so long may the graders of a killed run take to notice
RESERVED = Counter({"quiz_flags": 1})  # names of files that are no result
MAX_STEM = 200  # bytes of a result's file name


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make the folder and lock it for this run. Remove what a killed run or grader left half written.

    The kernel lifts the lock when the run and its graders have ended, however they ended.
    Raises UsageError where another run has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield  # no flock there; only a cluster can grade for it
        return
    handle = _take(folder)
    try:
        _remove_halves(folder)
        yield
    finally:
        _remove_halves(folder)
        (folder / LOCK).unlink(missing_ok=True)
        os.close(handle)


def _remove_halves(folder: Path) -> None:
    for left in folder.glob(f"{TEMPORARY}*"):
        left.unlink(missing_ok=True)


def _take(folder: Path) -> int:
    """Return the lock file, locked."""
    import fcntl

    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(handle), os.stat(folder / LOCK)):
                return handle
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(handle)
                raise UsageError(
                    f"Another run is writing its results into {folder}/.",
                    fix="Wait until it has ended, or give another --out.",
                ) from None
            time.sleep(0.1)
        except FileNotFoundError:
            pass  # the run before removed it in between
        os.close(handle)


def result_names(students: Mapping[Path, str]) -> dict[Path, str]:
    """Return a result file for each submission. If two students' files would share a name, add a mark of their path.

    students: path of the submission -> student
    """
    stems = {path: _safe(student) for path, student in students.items()}
    counts = Counter(stem.casefold() for stem in stems.values()) + RESERVED
    names = {}
    for path, stem in stems.items():
        is_shared = counts[stem.casefold()] > 1
        names[path] = f"{stem}-{mark(str(path))}.json" if is_shared else f"{stem}.json"
    return names


def _safe(name: str) -> str:
    """Return the name as a file name: odd characters replaced, long names cut and marked."""
    safe = re.sub(r"[^\w.@+=-]", "_", name.encode("utf-8", "replace").decode()) or "_"
    return safe if len(safe.encode()) <= MAX_STEM else f"{safe[: MAX_STEM // 4]}-{mark(name)}"
