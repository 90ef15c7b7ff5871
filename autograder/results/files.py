"""Read and write result files, atomically. docs/result.schema.json is generated from here."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from ..errors import UsageError
from .model import FORMAT, SubmissionResult

TEMPORARY = ".result-"  # how the name of a file begins that is not whole yet


def write_result(result: SubmissionResult, path: Path) -> None:
    """Write the JSON file, on one line."""
    write_whole(path, [msgspec.json.encode(result) + b"\n"])


def write_whole(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file atomically: it is whole, or not there."""
    handle, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_result(path: Path) -> SubmissionResult:
    """Return the result in a file. Raise UsageError if the file is no result."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=SubmissionResult)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not a result file of format {FORMAT}: {error}.") from None


class ResultHead(msgspec.Struct, frozen=True):
    """The beginning of a result file: enough to see if grading again would give the same."""

    grading_key: str
    format: Literal["torchstone/1"]


def read_head(path: Path) -> ResultHead | None:
    """Return the head of a result file; None if there is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ResultHead)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def schema() -> dict[str, object]:
    """Return the JSON Schema of a result file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(SubmissionResult)}
