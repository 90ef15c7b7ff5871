"""The texts in a release's files: plain text, the strings of notebooks and other JSON, the members of zips.

Nothing is executed and nothing is unpacked to disk.
"""

import contextlib
import io
import json
import tokenize
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ...errors import CourseError
from ...submission.gather import DAMAGE

MAX_UNPACKED = 64 << 20  # bytes of one zip
MAX_DEPTH = 2  # a zip in a zip
OTHER_ARCHIVES = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zst")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a release, or one member of a zip in it."""

    where: str  # exercises/01_demo/data.zip → notes.txt
    data: bytes
    depth: int = 0  # the number of zips around it

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield (where, text): first each string of a JSON document, which names the cell, then the whole text."""
        text = _decoded(self.data)
        if text.lstrip().startswith(("{", "[")):
            for path, string in _json_strings(text):
                yield f"{self.where} → {path}", string
        yield self.where, text

    def with_members(self) -> Iterator["Document"]:
        """Yield the document and, if it is a zip, what it holds. Raise CourseError if it cannot be searched."""
        yield self
        if self.where.endswith(OTHER_ARCHIVES):
            raise CourseError(f"{self.where} cannot be searched for leaks.", fix="Unpack it, or pack it as a zip.")
        if not zipfile.is_zipfile(io.BytesIO(self.data)):
            return
        if self.depth == MAX_DEPTH:
            raise CourseError(f"{self.where} is a zip in a zip in a zip.", fix="Unpack it.")
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
                self._refuse_large(archive)
                for entry in archive.infolist():
                    where = f"{self.where} → {entry.filename}"
                    member = Document(where=where, data=archive.read(entry), depth=self.depth + 1)
                    yield from member.with_members()
        except DAMAGE as error:
            raise CourseError(
                f"{self.where} cannot be searched for leaks: {error}.", fix="Use a zip that is whole and not encrypted."
            ) from None

    def _refuse_large(self, archive: zipfile.ZipFile) -> None:
        size = sum(entry.file_size for entry in archive.infolist())  # zipfile reads no more than this
        if size > MAX_UNPACKED:
            raise CourseError(f"{self.where} unpacks to more than {MAX_UNPACKED >> 20} MiB.", fix="Take it out.")


def _decoded(data: bytes) -> str:
    """Return the bytes as text; of bytes that are not text, the parts that are."""
    for encoding in _encodings(data):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", errors="ignore")


def _encodings(data: bytes) -> Iterator[str]:
    if data.startswith(UTF_16):
        yield "utf-16"
        return
    with contextlib.suppress(SyntaxError):
        yield tokenize.detect_encoding(io.BytesIO(data).readline)[0]  # as Python reads a file
    yield "gb18030"


def _json_strings(text: str) -> Iterator[tuple[str, str]]:
    """Yield (path, string) for each string of a JSON document, such as /cells/3/source; nothing if it is not JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return
    yield from _strings_in(value, "")


def _strings_in(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield (path, string) for each string in nested tables and lists. A list of strings counts as one string."""
    children: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        children = value.items()
    elif _is_list_of_strings(value):  # the lines of a notebook's cell
        yield path, "".join(value)
    elif isinstance(value, list):
        children = enumerate(value)
    for key, child in children:
        yield from _strings_in(child, f"{path}/{key}")


def _is_list_of_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
