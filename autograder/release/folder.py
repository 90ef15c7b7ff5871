"""A release as a folder or a zip: the same bytes each time, written whole or not at all."""

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from ..errors import UsageError
from .manifest import MANIFEST_PATH, read_manifest, sha256

LEFT_BEHIND = {"__pycache__", ".pytest_cache"}  # by running a release's own checks in it
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can tell


def write_folder(files: Mapping[str, bytes], out: Path) -> None:
    """Build the folder beside its place, then move it there; an older release that nobody worked in makes room."""
    refuse_to_overwrite(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        new, old = staging / "new", staging / "old"
        for name, data in files.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o644)
        if out.exists():
            out.rename(old)
        try:
            new.rename(out)
        except BaseException:
            if old.exists() and not out.exists():
                old.rename(out)
            raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def refuse_to_overwrite(out: Path) -> None:
    """Raise UsageError where `out` is anything but an empty folder or an untouched release."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError(f"{out} exists and is no folder.", fix="Choose another --out.")
    if not out.exists() or not any(out.iterdir()):
        return
    if not (out / MANIFEST_PATH).is_file():
        raise UsageError(f"{out} is not empty, and no release.", fix="Choose another --out.")
    known = read_manifest(out).files
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.is_dir() or LEFT_BEHIND & set(path.relative_to(out).parts) or name == MANIFEST_PATH:
            continue
        if path.is_symlink() or name not in known or sha256(path.read_bytes()) != known[name]:
            raise UsageError(f"Somebody has worked in {out}: {name} is not the release's.", fix="Choose another --out.")


def zipped(files: Mapping[str, bytes], top: str) -> bytes:
    """The files as a zip, below the folder `top`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{top}/{name}" if top else name, EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # as on Unix, wherever it is made
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def write_atomically(path: Path, data: bytes, mode: int = 0o644) -> None:
    """The file has its old content or its new one, whatever happens in between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
