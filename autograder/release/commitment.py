"""A promise that the hidden part does not change after the release, and the bundle that proves it.

The release says SHA-256(salt, then the list of the hidden files' hashes); the salt stays in solutions/.commitment.json.
When all is graded, `autograder reveal` publishes the hidden files with the salt, and everybody can compute the same.
"""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from ..course.model import Course
from ..errors import SubmissionError, UsageError
from ..submission.gather import gather
from .folder import write_atomically, zipped
from .manifest import ReleaseManifest, sha256

KEPT = ".commitment.json"  # below solutions/
SALT_IN_BUNDLE = "salt.txt"


class Commitment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One promise, as the instructor keeps it."""

    version: str  # of the course
    digest: str
    salt: str  # 32 random bytes, in hex
    files: dict[str, str]  # path below solutions/ -> SHA-256


def commit(course: Course, topics: Sequence[str]) -> Commitment:
    """The commitment to the hidden part of these topics; the same one again as long as nothing changes."""
    files = {name: sha256(data) for name, data in hidden_files(course.root, topics).items()}
    kept = _kept(course.root)
    for known in kept:
        if known.files == files and known.version == course.version:
            return known
    salt = secrets.token_hex(32)
    made = Commitment(version=course.version, digest=digest_of(salt, files), salt=salt, files=files)
    text = msgspec.json.format(msgspec.json.encode([*kept, made]), indent=2) + b"\n"
    write_atomically(course.root / "solutions" / KEPT, text, mode=0o600)
    return made


def digest_of(salt: str, files: Mapping[str, str]) -> str:
    """SHA-256 over the salt's line, then a line `hash  path` for each file, by path: what sha256sum prints."""
    lines = [salt, *(f"{files[name]}  {name}" for name in sorted(files))]
    return sha256("".join(f"{line}\n" for line in lines).encode())


def hidden_files(root: Path, topics: Sequence[str]) -> dict[str, bytes]:
    """Path below solutions/ -> content, of these topics."""
    found = {}
    for topic in topics:
        for path in sorted((root / "solutions" / topic).rglob("*")):
            name = path.relative_to(root / "solutions")
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.parts):
                found[name.as_posix()] = path.read_bytes()
    return found


def reveal(course: Course, manifest: ReleaseManifest) -> bytes:
    """The bundle, a zip, that proves what a release promised. Raises UsageError where it would not."""
    if not manifest.commitment:
        raise UsageError("The release holds no commitment.", fix="Make releases with --commitment.")
    kept = next((known for known in _kept(course.root) if known.digest == manifest.commitment), None)
    if kept is None:
        raise UsageError(f"solutions/{KEPT} does not know the commitment {manifest.commitment[:12]}….")
    files = hidden_files(course.root, sorted({PurePosixPath(name).parts[0] for name in kept.files}))
    changed = sorted(
        name for name in files.keys() | kept.files.keys() if sha256(files.get(name, b"")) != kept.files.get(name)
    )
    if changed:
        raise UsageError(
            f"Since the release of {kept.version}, these files of solutions/ have changed: {', '.join(changed)}.",
            fix="Check out the state that was released, and reveal that.",
        )
    bundle = {f"solutions/{name}": data for name, data in files.items()}
    return zipped({**bundle, SALT_IN_BUNDLE: f"{kept.salt}\n".encode()}, "")


def check_bundle(bundle: Path, manifest: ReleaseManifest) -> int:
    """How many files the bundle proves. Raises UsageError where it does not prove the release's commitment."""
    if not manifest.commitment:
        raise UsageError("The release holds no commitment: there is nothing to check.")
    try:
        gathered, problems = gather(bundle)
    except SubmissionError as error:
        raise UsageError(f"{bundle} cannot be read: {error.problem}") from None
    files = {path.as_posix(): data for path, data in gathered.items()}
    if problems or SALT_IN_BUNDLE not in files:
        raise UsageError(f"{bundle} is not what `autograder reveal` writes.")
    salt = files.pop(SALT_IN_BUNDLE).decode("ascii", errors="replace").strip()
    hashes = {name.removeprefix("solutions/"): sha256(data) for name, data in files.items()}
    if digest_of(salt, hashes) != manifest.commitment:
        raise UsageError(
            f"{bundle} does not prove the commitment {manifest.commitment[:12]}… of {manifest.version}: "
            "a file, or the salt, is not what the release was made with."
        )
    return len(files)


def known_salts(root: Path) -> list[str]:
    """The salts of all commitments so far."""
    return [known.salt for known in _kept(root)]


def _kept(root: Path) -> list[Commitment]:
    path = root / "solutions" / KEPT
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Commitment])
    except FileNotFoundError:
        return []
    except msgspec.DecodeError as error:
        raise UsageError(
            f"{path} cannot be read: {error}.", fix="Restore it: without its salts nothing can be proved."
        ) from None
