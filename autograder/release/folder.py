"""A release as a folder or a zip: always the same bytes, written completely or not at all."""

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from ..course.bundle import add_file
from ..errors import UsageError
from .manifest import MANIFEST_PATH, read_manifest, sha256

CACHES = {"__pycache__", ".pytest_cache"}  # left behind by running the checks in a release
REGULAR_FILE = 0o100644  # type and permissions of each file in the zip


def write_folder(files: Mapping[str, bytes], out: Path) -> None:
    """Build the folder beside `out`, then move it there. Replace an older release that nobody has changed."""
    refuse_to_overwrite(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        for name, data in files.items():
            path = staging / "new" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o644)
        _swap(staging / "new", out, staging / "old")
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _swap(new: Path, out: Path, old: Path) -> None:
    """Move `out` to `old` and `new` to `out`. On any error, move the old one back."""
    if out.exists():
        out.rename(old)
    try:
        new.rename(out)
    except BaseException:
        if old.exists() and not out.exists():
            old.rename(out)
        raise


def refuse_to_overwrite(out: Path) -> None:
    """Raise UsageError unless `out` is missing, an empty folder or an unchanged release."""
    if not os.path.lexists(out):
        return
    problem = _problem_of(out)
    if problem is not None:
        raise UsageError(f"{out} {problem}.", fix="Choose another --out.")


def _problem_of(out: Path) -> str | None:
    """Return why something that exists must not be overwritten; None if it may be."""
    if out.is_symlink() or not out.is_dir():
        return "exists and is not a folder"
    is_empty = not any(out.iterdir())
    if is_empty:
        return None
    if not (out / MANIFEST_PATH).is_file():
        return "is not empty and not a release"
    changed = _first_change(out)
    if changed is None:
        return None
    return f"holds somebody's work: {changed} is not as released"


def _first_change(folder: Path) -> str | None:
    """Return the first file that is not as its release has it, or None."""
    hashes = read_manifest(folder).files
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            return name
        if not _is_compared(path, folder):
            continue
        digest = sha256(path.read_bytes())
        if digest != hashes.get(name):
            return name
    return None


def _is_compared(path: Path, folder: Path) -> bool:
    """Return whether the manifest should list this path: a file that is neither the manifest nor in a cache."""
    relative = path.relative_to(folder)
    is_manifest = relative.as_posix() == MANIFEST_PATH
    is_in_cache = not CACHES.isdisjoint(relative.parts)
    return not (path.is_dir() or is_manifest or is_in_cache)


def zipped(files: Mapping[str, bytes], top: str) -> bytes:
    """Return the files as a zip, below the folder `top`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            add_file(archive, f"{top}/{name}", files[name], mode=REGULAR_FILE)
    return buffer.getvalue()


def write_atomically(path: Path, data: bytes) -> None:
    """Write the file in one step: at any moment it has its old content or its new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
