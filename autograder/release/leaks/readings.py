"""The texts that a file holds: as it stands, in the strings of its JSON, unpacked from archives, decoded from base64 or hex.

Nothing is executed, nothing is written to disk, and no more is unpacked than a release may be large.
"""

import base64
import binascii
import bz2
import gzip
import html
import io
import json
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec

from ...errors import CourseError
from ...submission.gather import DAMAGE

MAX_UNPACKED = 64 << 20  # bytes, of all that one release's files hold
MAX_DEPTH = 6  # an archive in an archive …
BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{16,}(?:=|\\n|[\"',\s])*)*[A-Za-z0-9+/_-]{16,}={0,2}")
HEX = re.compile(rb"(?:(?:0x|\\x)?[0-9A-Fa-f]{2}[\s:,]*){32,}")
NOT_BASE64 = re.compile(rb"\\n|[^A-Za-z0-9+/_-]")
NOT_HEX = re.compile(rb"0x|\\x|[^0-9A-Fa-f]")
BARE = "without comments"
COMMENT = re.compile(r"#[^\n]*")


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One text, and where in the release it is."""

    file: str  # the release's file
    within: tuple[str, ...]  # inside.zip, "base64 in line 3" …; empty for the file's own text
    text: str
    is_code: bool = False  # without its comments, and so to be looked through for code alone

    @property
    def where(self) -> str:
        return " → ".join((self.file, *self.within))


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    """Some bytes of a release, and where they are."""

    file: str
    within: tuple[str, ...] = ()
    data: bytes

    def inner(self, step: str, data: bytes) -> "Blob":
        if len(self.within) >= MAX_DEPTH:
            raise CourseError(
                f"{self.file} is packed into itself more than {MAX_DEPTH} times: {' → '.join(self.within)}."
            )
        return Blob(file=self.file, within=(*self.within, step), data=data)


class Unpacker:
    """Everything that lies in a release's files, within one limit for all of them."""

    def __init__(self) -> None:
        self.left = MAX_UNPACKED

    def blobs(self, blob: Blob) -> Iterator[Blob]:
        """The blob and what is packed into it, however deep."""
        yield blob
        for inner in self._inside(blob):
            yield from self.blobs(inner)

    def _inside(self, blob: Blob) -> Iterator[Blob]:
        data = blob.data
        if zipfile.is_zipfile(io.BytesIO(data)):
            yield from self._members_of_zip(blob)
        elif data[257:262] == b"ustar":
            yield from self._members_of_tar(blob)
        elif (packed := self._decompressed(data)) is not None:
            yield blob.inner("unpacked", packed)
        else:
            yield from self._decoded(blob)

    def _members_of_zip(self, blob: Blob) -> Iterator[Blob]:
        try:
            with zipfile.ZipFile(io.BytesIO(blob.data)) as archive:
                for entry in archive.infolist():
                    with archive.open(entry) as file:
                        yield blob.inner(entry.filename, self._bounded(file.read(self.left + 1)))
        except DAMAGE as error:
            raise CourseError(
                f"{blob.file} cannot be looked into: {error}.", fix="A release holds no locked archive."
            ) from None

    def _members_of_tar(self, blob: Blob) -> Iterator[Blob]:
        try:
            with tarfile.open(fileobj=io.BytesIO(blob.data), mode="r:") as archive:
                for member in archive:
                    file = archive.extractfile(member) if member.isfile() else None
                    if file is not None:
                        yield blob.inner(member.name, self._bounded(file.read(self.left + 1)))
        except tarfile.TarError as error:
            raise CourseError(f"{blob.file} cannot be looked into: {error}.") from None

    def _decompressed(self, data: bytes) -> bytes | None:
        try:
            if data[:2] == b"\x1f\x8b":
                return self._bounded(gzip.GzipFile(fileobj=io.BytesIO(data)).read(self.left + 1))
            if data[:3] == b"BZh":
                return self._bounded(bz2.BZ2Decompressor().decompress(data, self.left + 1))
            if data[:6] == b"\xfd7zXZ\0":
                return self._bounded(lzma.LZMADecompressor().decompress(data, self.left + 1))
            if data[:1] == b"\x78" and len(data) > 2 and int.from_bytes(data[:2], "big") % 31 == 0:
                return self._bounded(zlib.decompressobj().decompress(data, self.left + 1))
        except (OSError, EOFError, zlib.error, lzma.LZMAError):
            pass  # no archive after all
        return None

    def _decoded(self, blob: Blob) -> Iterator[Blob]:
        for name, pattern, rest, decode in (
            ("base64", BASE64, NOT_BASE64, _base64),
            ("hex", HEX, NOT_HEX, binascii.unhexlify),
        ):
            for match in pattern.finditer(blob.data):
                digits = rest.sub(b"", match[0])
                try:
                    data = decode(digits[: len(digits) // 2 * 2] if name == "hex" else digits)
                except binascii.Error:
                    continue
                if _says_something(data):
                    line = blob.data.count(b"\n", 0, match.start()) + 1
                    yield blob.inner(f"{name} in line {line}", self._bounded(data))

    def _bounded(self, data: bytes) -> bytes:
        self.left -= len(data)
        if self.left < 0:
            raise CourseError(f"The release unpacks to more than {MAX_UNPACKED >> 20} MiB.")
        return data


def _base64(digits: bytes) -> bytes:
    standard = digits.translate(bytes.maketrans(b"-_", b"+/"))
    return base64.b64decode(
        standard[: len(standard) // 4 * 4 + (0 if len(standard) % 4 == 1 else len(standard) % 4)] + b"=="
    )


def _says_something(data: bytes) -> bool:
    """Whether decoded bytes are a text or something packed, rather than a long word taken for base64."""
    if zipfile.is_zipfile(io.BytesIO(data)) or data[:2] in (
        b"\x1f\x8b",
        b"BZ",
        b"\xfd7",
        b"\x78\x9c",
        b"\x78\xda",
        b"\x78\x01",
    ):
        return True
    if data[257:262] == b"ustar":
        return True
    try:
        text = data.decode("utf-8", errors="strict" if len(data) < 200 else "ignore")
    except UnicodeDecodeError:
        return False
    return len(text) > 16 and sum(c.isprintable() or c in "\n\r\t" for c in text) > 0.95 * len(text)


def texts(blob: Blob) -> Iterator[Reading]:
    """What the blob reads, in each way that it can be read."""
    text = _as_text(blob.data)
    if text.lstrip()[:1] in ("{", "["):
        yield from _of_json(blob, text)  # first, since a cell says more than a line
    yield Reading(file=blob.file, within=blob.within, text=text)
    if "#" in text:
        yield Reading(file=blob.file, within=(*blob.within, BARE), text=COMMENT.sub("", text), is_code=True)
    if (unescaped := html.unescape(text)) != text:
        yield Reading(file=blob.file, within=(*blob.within, "HTML"), text=unescaped)


def _as_text(data: bytes) -> str:
    """The bytes as text; of what is none, the parts that are."""
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", errors="ignore")


def _of_json(blob: Blob, text: str) -> Iterator[Reading]:
    """The strings of a JSON file, such as a notebook; a list of strings is one text, as in a notebook's cells."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return
    for place, string in _strings(value, ""):
        reading = Reading(file=blob.file, within=(*blob.within, place or "/"), text=string)
        yield reading
        if "#" in string:
            bare = {"within": (*reading.within, BARE), "text": COMMENT.sub("", string), "is_code": True}
            yield msgspec.structs.replace(reading, **bare)


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield place, "".join(value)
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _strings(item, f"{place}/{key}")
