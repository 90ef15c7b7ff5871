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
    if out.is_symlink() or not out.is_dir():
        raise UsageError(f"{out} exists and is not a folder.", fix="Choose another --out.")
    if not any(out.iterdir()):
        return
    if not (out / MANIFEST_PATH).is_file():
        raise UsageError(f"{out} is not empty and not a release.", fix="Choose another --out.")
    changed = _first_change(out)
    if changed:
        raise UsageError(f"{out} holds somebody's work: {changed} is not as released.", fix="Choose another --out.")


def _first_change(folder: Path) -> str:
    """Return the first file that is not as its release has it; "" if there is none."""
    hashes = read_manifest(folder).files
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        name = relative.as_posix()
        if path.is_symlink():
            return name
        if path.is_dir() or name == MANIFEST_PATH or not CACHES.isdisjoint(relative.parts):
            continue
        if sha256(path.read_bytes()) != hashes.get(name):
            return name
    return ""


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
