"""Makes the zip for Gradescope: two scripts, the engine, the course, and the pinned versions of the packages."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from ...course.bundle import EXECUTABLE, add_file, course_files, is_junk
from ...course.model import ENGINE, Course
from ...errors import CourseError

HERE = Path(__file__).parent
SCRIPTS = ("setup.sh", "run_autograder")


def pack(course: Course, topics: Sequence[str], options: Sequence[str], torch_index: str) -> bytes:
    """Return the zip.

    topics: folder names of the topics to include.
    options: options of `autograder grade`, used for every submission.
    torch_index: where pip finds a CPU build of torch; empty for pip's own index.
    Raises CourseError if the course is a student's copy.
    """
    if not (course.root / "solutions").is_dir():
        raise CourseError(f"{course.root} has no solutions/.", fix="Grading needs the instructor's copy of the course.")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in SCRIPTS:
            add_file(archive, name, (HERE / name).read_bytes(), EXECUTABLE)
        add_file(archive, "options", _lines(options))
        add_file(archive, "requirements.txt", _lines(requirements(torch_index)))
        _add_engine(archive)
        _add_course(archive, course, topics)
    return data.getvalue()


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _add_engine(archive: zipfile.ZipFile) -> None:
    for path in sorted(ENGINE.rglob("*")):
        relative = path.relative_to(ENGINE.parent)
        if path.is_file() and not is_junk(relative):
            add_file(archive, f"engine/{relative.as_posix()}", path.read_bytes())


def _add_course(archive: zipfile.ZipFile, course: Course, topics: Sequence[str]) -> None:
    for relative in course_files(course.root):
        is_in_root = len(relative.parts) == 1
        if is_in_root or relative.parts[1] in topics:
            add_file(archive, f"course/{relative.as_posix()}", (course.root / relative).read_bytes())


def requirements(torch_index: str) -> Iterator[str]:
    """Yield the engine's requirements, pinned to this machine's versions so that results are the same as here."""
    if torch_index:
        yield f"--extra-index-url {torch_index}"
    for text in sorted(metadata.requires("torchstone") or []):
        requirement = Requirement(text)
        if _is_needed(requirement):
            yield _pinned(requirement.name, torch_index)


def _pinned(package: str, torch_index: str) -> str:
    """Return a requirement for this machine's version; for torch from its own index, the build without CUDA."""
    version = metadata.version(package).split("+")[0]
    if torch_index and package == "torch":
        version += "+cpu"
    return f"{package}=={version}"


def _is_needed(requirement: Requirement) -> bool:
    """Return True if the engine needs the package without any of its extras."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})
