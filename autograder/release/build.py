"""The command `autograder release`: gather the files, search them for leaks, write them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from .. import __version__
from ..course.model import Course, Topic
from ..course.stubs import stub_of
from ..errors import CourseError, UsageError
from ..submission.gather import MAX_FILES, MAX_TOTAL
from ..text import Language
from .contents import chosen_topics, in_language, release_files
from .folder import refuse_to_overwrite, write_atomically, write_folder, zipped
from .leaks.search import refuse_leaks
from .manifest import FORMAT, MANIFEST_PATH, ReleaseManifest, encode, sha256
from .paths import may_be_released
from .wheel import build_wheel, read_wheel


class ReleaseOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The instructor's choices for a release."""

    out: Path
    topics: tuple[str, ...] = ()  # folders, modules or numbers; empty: all topics
    language: Language = Language.BOTH
    has_zip: bool = False
    wheel: Path | None = None  # the engine's wheel; None: build it


def build_release(course: Course, options: ReleaseOptions) -> ReleaseManifest:
    """Write a release. If it would give away anything hidden, raise CourseError and write nothing."""
    if not (course.root / "solutions").is_dir():
        raise UsageError(
            f"{course.root} has no solutions/.", fix="Make releases in the author's folder, which has solutions/."
        )
    refuse_to_overwrite(options.out)
    topics = chosen_topics(course, options.topics)
    wheel = build_wheel() if options.wheel is None else read_wheel(options.wheel)
    files = release_files(course, topics, options.language, wheel)
    _refuse_paths(files)
    _refuse_large(files)
    refuse_leaks(files, course, topics)
    stubs = _stubs(course, topics, options.language)
    _refuse_stale_stubs(files, stubs)
    manifest = ReleaseManifest(
        format=FORMAT,
        title=course.title,
        version=course.version,
        engine=__version__,
        language=options.language,
        topics=topics,
        files={name: sha256(data) for name, data in sorted(files.items())},
        stubs={name: data.decode() for name, data in stubs.items()},
    )
    whole = {**files, MANIFEST_PATH: encode(manifest)}
    write_folder(whole, options.out)
    if options.has_zip:
        write_atomically(zip_path(options.out), zipped(whole, options.out.name))
    return manifest


def zip_path(out: Path) -> Path:
    """Return the path of the zip, which is written beside the folder."""
    return out.with_name(f"{out.name}.zip")


def _refuse_paths(files: Mapping[str, bytes]) -> None:
    for name in files:
        if not may_be_released(name):
            raise CourseError(
                f"{name} cannot be released: `autograder update` would refuse its path.", fix="Rename or remove it."
            )


def _refuse_large(files: Mapping[str, bytes]) -> None:
    """Raise CourseError if the release exceeds the limits within which `autograder update` reads one."""
    total = sum(len(data) for data in files.values())
    if len(files) >= MAX_FILES or total > MAX_TOTAL:
        largest = max(files, key=lambda name: len(files[name]))
        raise CourseError(
            f"The release would hold more than {MAX_FILES} files or {MAX_TOTAL >> 20} MiB.",
            fix=f"The largest file is {largest}.",
        )


def _stubs(course: Course, topics: Sequence[str], language: Language) -> dict[str, bytes]:
    """Return the stubs of the chosen topics by path, freshly made from the references."""
    stubs = {}
    for topic in course.topics:
        if topic.name in topics and topic.exercises:
            stubs[_stub_path(topic)] = in_language(topic.filename, stub_of(topic).encode(), language)
    return stubs


def _stub_path(topic: Topic) -> str:
    return f"exercises/{topic.name}/{topic.filename}"


def _refuse_stale_stubs(files: Mapping[str, bytes], stubs: Mapping[str, bytes]) -> None:
    for name, stub in stubs.items():
        if files.get(name) != stub:
            raise CourseError(f"{name} differs from the stub of its reference.", fix="Run `autograder stubs`.")
