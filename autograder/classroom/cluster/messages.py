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

from ... import __version__
from ...course.bundle import add_file, course_files
from ...course.model import ENGINE
from ...results.model import SubmissionResult

LENGTH = struct.Struct(">Q")  # stands before each frame
SUPPORT = "Every worker needs the same torchstone, Python, torch and numpy as the machine that the class is on."


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
    with zipfile.ZipFile(data, "w") as archive:
        for relative in course_files(root):
            add_file(archive, relative.as_posix(), (root / relative).read_bytes())
    return data.getvalue()


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
