"""The zip that Gradescope is given: two scripts, the engine, the course, and the versions that it was built with."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from ...course.bundle import EXECUTABLE, add_file, course_files, is_junk
from ...course.model import ENGINE, Course
from ...errors import CourseError

HERE = Path(__file__).parent
SCRIPTS = ("setup.sh", "run_autograder")


def pack(course: Course, topics: Sequence[str], options: Sequence[str], torch_index: str) -> bytes:
    """The zip.

    topics: folder names of the only topics to put in.
    options: of `autograder grade`, for every submission.
    torch_index: where pip finds a CPU build of torch; empty for pip's own index.
    Raises CourseError where the course is a student's copy.
    """
    if not (course.root / "solutions").is_dir():
        raise CourseError(f"{course.root} has no solutions/.", fix="Grading needs the instructor's copy of the course.")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in SCRIPTS:
            add_file(archive, name, (HERE / name).read_bytes(), EXECUTABLE)
        add_file(archive, "options", "".join(f"{option}\n" for option in options).encode())
        add_file(archive, "requirements.txt", "".join(f"{line}\n" for line in requirements(torch_index)).encode())
        for path in sorted(ENGINE.rglob("*")):
            relative = path.relative_to(ENGINE.parent)
            if path.is_file() and not is_junk(relative):
                add_file(archive, f"engine/{relative.as_posix()}", path.read_bytes())
        for relative in course_files(course.root):
            if len(relative.parts) == 1 or relative.parts[1] in topics:
                add_file(archive, f"course/{relative.as_posix()}", (course.root / relative).read_bytes())
    return data.getvalue()


def requirements(torch_index: str) -> Iterator[str]:
    """What the engine needs, each in the version of this machine: results come out as they do here."""
    if torch_index:
        yield f"--extra-index-url {torch_index}"
    for text in sorted(metadata.requires("torchstone") or []):
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        version = metadata.version(requirement.name).split("+")[0]
        build = "+cpu" if requirement.name == "torch" and torch_index else ""
        yield f"{requirement.name}=={version}{build}"
