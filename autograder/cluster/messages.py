"""What travels between the machines: the course as a zip, submissions, replies. Imported in Dask's workers: no torch."""

import hashlib
import io
import struct
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import IO

import msgspec

from .. import __version__
from ..course import ENGINE, MANIFEST
from ..results import SubmissionResult
from ..submission.gather import SKIPPED_FOLDERS

LENGTH = struct.Struct(">Q")  # stands before each frame
SUPPORT = "Every worker needs the same torchstone, Python, torch and numpy as the machine that the class is on."
EPOCH = (1980, 1, 1, 0, 0, 0)  # of each file in the zip: the same course gives the same bytes


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A grader's answer to a submission: one of these."""

    result: SubmissionResult | None = None
    failure: str = ""  # the grader failed on this submission
    error: str = ""  # it can grade nothing at all


def engine() -> dict[str, str]:
    """What must be the same on every machine for the results to be the same."""
    code = hashlib.sha256()
    for path in sorted(ENGINE.rglob("*.py")):
        code.update(path.read_bytes())
    return {
        "torchstone": f"{__version__} ({code.hexdigest()[:12]})",
        "Python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "torch": version("torch").split("+")[0],  # without the build, such as +cpu
        "numpy": version("numpy"),
    }


def differences(ours: dict[str, str], theirs: dict[str, str]) -> str:
    """What is not the same, in words; empty where everything is."""
    return ", ".join(
        f"{name} {theirs.get(name)} instead of {ours[name]}" for name in ours if theirs.get(name) != ours[name]
    )


def pack_course(root: Path) -> bytes:
    """The course as a zip: the manifest, exercises/ and solutions/, without what editors and Python leave behind."""
    data = io.BytesIO()
    files = [path for folder in ("exercises", "solutions") for path in sorted((root / folder).rglob("*"))]
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (root / MANIFEST, *files):
            relative = path.relative_to(root)
            if path.is_file() and not _is_junk(relative):
                archive.writestr(zipfile.ZipInfo(relative.as_posix(), EPOCH), path.read_bytes())
    return data.getvalue()


def _is_junk(relative: Path) -> bool:
    return any(part in SKIPPED_FOLDERS or part.startswith(".") for part in relative.parts)


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Send bytes, with their length before them."""
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next bytes; None where the other end has hung up."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    data = stream.read(length)
    return data if len(data) == length else None
