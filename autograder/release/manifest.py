"""The manifest of a release, .torchstone/release.json, and a release as it is read back."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from ..errors import SubmissionError, UsageError
from ..submission.gather import Files, gather
from ..text import Language, Text
from .paths import may_be_released

FORMAT = "torchstone-release/1"
MANIFEST_PATH = ".torchstone/release.json"
VERSION = re.compile(r"[\w.+-]{1,40}")


# Unknown fields are ignored: older engines write the field `commitment`, which is gone.
class ReleaseManifest(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a release.json."""

    format: str
    title: Text
    version: str  # of the course
    engine: str  # its version
    language: Language
    topics: tuple[str, ...]
    files: dict[str, str]  # path -> SHA-256
    stubs: dict[str, str]  # path -> text; a later update compares it with the student's file


class OpenedRelease(msgspec.Struct, frozen=True, kw_only=True):
    """A release that was read; every file matches the manifest."""

    manifest: ReleaseManifest
    files: Mapping[str, bytes]


def sha256(data: bytes) -> str:
    """Return the hash in hex, as manifests hold it."""
    return hashlib.sha256(data).hexdigest()


def encode(manifest: ReleaseManifest) -> bytes:
    """Return the bytes of a release.json."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def read_manifest(folder: Path) -> ReleaseManifest:
    """Return the manifest of a release's folder. Raise UsageError if the folder is not a release."""
    try:
        data = (folder / MANIFEST_PATH).read_bytes()
    except FileNotFoundError:
        raise UsageError(
            f"{folder} is not a release: it has no {MANIFEST_PATH}.", fix="Give the folder that holds course.toml."
        ) from None
    return _decode(data, folder)


def open_release(path: Path) -> OpenedRelease:
    """Read a release from a folder or a zip. Raise UsageError if it is incomplete or changed."""
    try:
        gathered, problems = gather(path)
    except SubmissionError as error:
        raise UsageError(f"{path} cannot be read as a release: {error.problem}") from None
    if problems:
        raise UsageError(f"{path} is not a release: {problems[0].file}: {problems[0].sentence.en}")
    top = _top_folder(gathered, path)
    manifest = _decode(gathered[top / MANIFEST_PATH], path)
    files = {}
    fix = "Get the release again."
    for name, digest in manifest.files.items():
        data = gathered.get(top / name)
        if data is None:
            raise UsageError(f"{path} is damaged: {name} is missing.", fix=fix)
        if sha256(data) != digest:
            raise UsageError(f"{path} is damaged: {name} is changed.", fix=fix)
        files[name] = data
    return OpenedRelease(manifest=manifest, files=files)


def _top_folder(files: Files, path: Path) -> PurePosixPath:
    """Return the folder inside a zip that holds the release."""
    tops = [file.parent.parent for file in files if file.match(MANIFEST_PATH)]
    if len(tops) != 1:
        count = "more than one" if tops else "no"
        raise UsageError(f"{path} is not a release: it has {count} {MANIFEST_PATH}.")
    return tops[0]


def _decode(data: bytes, path: Path) -> ReleaseManifest:
    """Return the manifest in a release.json. Raise UsageError if it is not one, or if its release is unsafe."""
    try:
        manifest = msgspec.json.decode(data, type=ReleaseManifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {MANIFEST_PATH} cannot be read: {error}.", fix="Get the release again.") from None
    if manifest.format != FORMAT:
        raise UsageError(f"{path} has the format {manifest.format}; this autograder reads {FORMAT}.")
    _refuse_unsafe(manifest, path)
    return manifest


def _refuse_unsafe(manifest: ReleaseManifest, path: Path) -> None:
    """Raise UsageError if the manifest's version, paths or stubs are not those of a release."""
    if VERSION.fullmatch(manifest.version):
        problem = _problem_of_files(manifest)
    else:
        problem = f"the version {manifest.version!r} has characters that are not allowed"
    if problem is not None:
        raise UsageError(f"{path} is refused: {problem}.")


def _problem_of_files(manifest: ReleaseManifest) -> str | None:
    """Return what is wrong with the manifest's paths and stubs, or None."""
    caseless_names = set()
    for name in manifest.files:
        caseless_names.add(name.casefold())
        if not may_be_released(name):
            return f"a release may not write {name!r}"
    if len(caseless_names) < len(manifest.files):
        return "two of its paths differ only in upper and lower case"
    if not manifest.stubs.keys() <= manifest.files.keys():
        return "its manifest holds the text of a stub that is not among its files"
    return None
