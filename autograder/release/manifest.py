"""What a release says of itself, in .torchstone/release.json, and a release as it is read back."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from ..errors import SubmissionError, UsageError
from ..submission.gather import Files, gather
from ..text import Language, Text

FORMAT = "torchstone-release/1"
MANIFEST_PATH = ".torchstone/release.json"
ANSWERS = "answers.yaml"  # what a student answers in a quiz; never part of a release
OF_THE_STUDENT = {ANSWERS, ".env"}
FOLDERS = ("exercises", "wheels", ".github/workflows")
TOP_FILES = {"README.md", "course.toml", "pyproject.toml", "requirements.txt", ".gitignore"}


class ReleaseManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A release.json."""

    format: str
    title: Text
    version: str  # of the course
    engine: str  # its version
    language: Language
    topics: tuple[str, ...]
    commitment: str = ""  # salted SHA-256 of the hidden part
    files: dict[str, str]  # path -> SHA-256
    stubs: dict[str, str]  # path -> text, so that a later release knows what a student has touched


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """A release that was read: every file is there and as its manifest says."""

    manifest: ReleaseManifest
    files: Mapping[str, bytes]


def sha256(data: bytes) -> str:
    """The hash, in hex, as manifests and commitments hold it."""
    return hashlib.sha256(data).hexdigest()


def encode(manifest: ReleaseManifest) -> bytes:
    """The text of a release.json."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def read_manifest(folder: Path) -> ReleaseManifest:
    """The manifest of a release's folder. Raises UsageError where it is none."""
    try:
        return _decode((folder / MANIFEST_PATH).read_bytes(), folder)
    except FileNotFoundError:
        raise UsageError(
            f"{folder} is no release: it has no {MANIFEST_PATH}.", fix="Give the folder that holds course.toml."
        ) from None


def open_release(path: Path) -> Release:
    """A release, folder or zip, whole and unchanged. Raises UsageError where it is not."""
    try:
        gathered, problems = gather(path)
    except SubmissionError as error:
        raise UsageError(f"{path} cannot be read as a release: {error.problem}") from None
    if problems:
        raise UsageError(f"{path} is no release: {problems[0].file}: {problems[0].sentence.en}")
    top = _top(gathered, path)
    files = {p.relative_to(top).as_posix(): data for p, data in gathered.items() if p.is_relative_to(top)}
    manifest = _decode(files[MANIFEST_PATH], path)
    for name, digest in manifest.files.items():
        if name not in files or sha256(files[name]) != digest:
            raise UsageError(
                f"{path} is not as it was released: {name} is {'changed' if name in files else 'missing'}.",
                fix="Get the release again.",
            )
    return Release(manifest=manifest, files={name: files[name] for name in manifest.files})


def read_promise(path: Path) -> ReleaseManifest:
    """The manifest of a release that may have been worked in."""
    return read_manifest(path) if path.is_dir() else open_release(path).manifest


def _top(files: Files, path: Path) -> PurePosixPath:
    """The folder inside a zip that holds the release."""
    tops = [file.parent.parent for file in files if file.as_posix().endswith(MANIFEST_PATH)]
    if len(tops) != 1:
        raise UsageError(f"{path} is no release: it has {'no' if not tops else 'more than one'} {MANIFEST_PATH}.")
    return tops[0]


def _decode(data: bytes, path: Path) -> ReleaseManifest:
    try:
        manifest = msgspec.json.decode(data, type=ReleaseManifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {MANIFEST_PATH} cannot be read: {error}.", fix="Get the release again.") from None
    if manifest.format != FORMAT:
        raise UsageError(f"{path} has the format {manifest.format}; this autograder reads {FORMAT}.")
    if not re.fullmatch(r"[\w.+-]{1,40}", manifest.version):
        raise UsageError(f"{path}: the version {manifest.version!r} has characters that do not belong into one.")
    for name in manifest.files:
        if not may_be_released(name):
            raise UsageError(f"{path} is refused: a release has no business with {name!r}.")
    if len({name.casefold() for name in manifest.files}) < len(manifest.files):
        raise UsageError(f"{path} is refused: two of its paths differ in capitals only.")
    if not manifest.stubs.keys() <= manifest.files.keys():
        raise UsageError(f"{path} is refused: it has the text of a stub, but not the stub.")
    return manifest


def may_be_released(name: str) -> bool:
    """Whether a release may write this path: within its own folders, and nothing that is a student's."""
    path = PurePosixPath(name)
    if path.as_posix() != name or not name.isprintable() or re.search(r'[\\:*?"<>|]', name) or len(name) > 255:
        return False
    if path.is_absolute() or any(part in ("..", ".") or part.endswith((".", " ")) for part in path.parts):
        return False
    if path.name in OF_THE_STUDENT:
        return False
    return name in TOP_FILES or (
        any(name.startswith(f"{folder}/") for folder in FOLDERS)
        and not any(part.startswith(".") for part in path.parts if part != ".github")
    )
