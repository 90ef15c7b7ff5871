"""The command `autograder release`: gather, look for leaks, write."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from .. import __version__
from ..course.model import Course, Topic
from ..course.stubs import stub_of
from ..errors import CourseError, UsageError
from ..submission.gather import MAX_FILES, MAX_TOTAL
from ..text import Language
from .commitment import commit
from .contents import chosen_topics, in_language, release_files
from .folder import refuse_to_overwrite, write_atomically, write_folder, zipped
from .leaks.search import refuse_leaks
from .manifest import FORMAT, MANIFEST_PATH, ReleaseManifest, encode, may_be_released, sha256
from .wheel import build_wheel, read_wheel


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for."""

    out: Path
    topics: tuple[str, ...] = ()  # as named on the command line; all where empty
    language: Language = Language.BOTH
    has_zip: bool = False
    has_commitment: bool = False
    wheel: Path | None = None  # of the engine; built where None


def build_release(course: Course, wanted: Wanted) -> ReleaseManifest:
    """Write a release. Raises CourseError, and writes nothing, where it would give away what is hidden."""
    if not (course.root / "solutions").is_dir():
        raise UsageError(f"{course.root} has no solutions/.", fix="Releases are made where the course is written.")
    refuse_to_overwrite(wanted.out)
    topics = chosen_topics(course, wanted.topics)
    wheel = build_wheel() if wanted.wheel is None else read_wheel(wanted.wheel)
    files = release_files(course, topics, wanted.language, wheel, "")
    _refuse_large(files)
    refuse_leaks(files, course.root, course.topics)
    _refuse_other_stubs(files, _with_stubs(course, topics), wanted.language)
    commitment = commit(course, topics).digest if wanted.has_commitment else ""
    if commitment:
        files = release_files(course, topics, wanted.language, wheel, commitment)
    manifest = _manifest(course, topics, wanted.language, commitment, files)
    whole = {**files, MANIFEST_PATH: encode(manifest)}
    write_folder(whole, wanted.out)
    if wanted.has_zip:
        write_atomically(zip_path(wanted.out), zipped(whole, wanted.out.name))
    return manifest


def zip_path(out: Path) -> Path:
    """Where the zip goes: beside the folder."""
    return out.with_name(f"{out.name}.zip")


def _with_stubs(course: Course, names: Sequence[str]) -> list[Topic]:
    """Those of the topics that have exercises; others have a quiz alone."""
    return [topic for topic in course.topics if topic.name in names and topic.exercises]


def _refuse_large(files: Mapping[str, bytes]) -> None:
    """A release must be within the limits that `autograder update` reads one with."""
    largest = max(files, key=lambda name: len(files[name]))
    if len(files) >= MAX_FILES or sum(map(len, files.values())) > MAX_TOTAL:
        raise CourseError(
            f"The release would hold more than {MAX_FILES} files or {MAX_TOTAL >> 20} MiB.",
            fix=f"The largest is {largest}.",
        )


def _refuse_other_stubs(files: dict[str, bytes], topics: Sequence[Topic], language: Language) -> None:
    for topic in topics:
        made = in_language(topic.filename, stub_of(topic).encode(), language)
        if files.get(f"exercises/{topic.name}/{topic.filename}") != made:
            raise CourseError(f"{topic.stub} is not what its reference says.", fix="Run `autograder stubs`.")


def _manifest(
    course: Course, topics: tuple[str, ...], language: Language, commitment: str, files: dict[str, bytes]
) -> ReleaseManifest:
    for name in files:
        if not may_be_released(name):
            raise CourseError(f"{name} cannot be released: `autograder update` would refuse its path.")
    stubs = [f"exercises/{topic.name}/{topic.filename}" for topic in _with_stubs(course, topics)]
    return ReleaseManifest(
        format=FORMAT,
        title=course.title,
        version=course.version,
        engine=__version__,
        language=language,
        topics=topics,
        commitment=commitment,
        files={name: sha256(data) for name, data in sorted(files.items())},
        stubs={name: files[name].decode() for name in stubs},
    )
