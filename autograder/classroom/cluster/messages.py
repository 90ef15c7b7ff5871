"""The data that machines exchange: the course as a zip, submissions, replies.

Dask's workers import this module, so it must not import torch.
"""

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
from ...course.model import engine_digest
from ...results.model import SubmissionResult

LENGTH = struct.Struct(">Q")  # the length at the beginning of each frame
SUPPORT = "Every worker needs the same torchstone, Python, torch and numpy as the machine that the class is on."


class GraderReply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A grader's answer to a submission: one of these."""

    result: SubmissionResult | None = None
    failure: str = ""  # the grader failed on this submission
    error: str = ""  # it can grade nothing at all


def engine() -> dict[str, str]:
    """Return the versions that must be equal on every machine, so that results are equal."""
    return {
        "torchstone": f"{__version__} ({engine_digest()[:12]})",
        "Python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "torch": version("torch").split("+")[0],  # without the build, such as +cpu
        "numpy": version("numpy"),
    }


def differences(ours: dict[str, str], theirs: dict[str, str]) -> str:
    """Return the differences between two machines in words; empty if there are none."""
    return ", ".join(
        f"{name} {theirs.get(name)} instead of {ours[name]}" for name in ours if theirs.get(name) != ours[name]
    )


def pack_course(root: Path) -> bytes:
    """Return the course as a zip: the manifest, exercises/ and solutions/, without temporary files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for relative in course_files(root):
            add_file(archive, relative.as_posix(), (root / relative).read_bytes())
    return data.getvalue()


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Write a frame: the length of the data, then the data."""
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the next frame; None if the other end closed the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    data = stream.read(length)
    return data if len(data) == length else None
