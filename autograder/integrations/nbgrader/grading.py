"""`autograder nbgrader grade`: an assignment's submissions graded by the engine, then handed to nbgrader.

Results are kept as they come; only when all are there are the autograded notebooks and the gradebook written, each
student's whole or not at all. A run that was stopped goes on where it was.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from rich.console import Console

from ...classroom.graders.local import LocalGraders, default_jobs
from ...classroom.progress import progress
from ...classroom.run import grade_all
from ...course.model import Course, Topic
from ...errors import CourseError, UsageError
from ...grading.settings import Settings
from ...quiz.copies import CopyWatch, write_flags
from ...reports.class_run import show_class
from ...results.files import read_result
from ...results.model import SubmissionResult
from ...results.outcome import ClassOutcome, Graded
from ...source import Unreadable, decode
from ...submission.gather import gather
from ...submission.ipynb import Cell, read_notebook
from ...submission.topic_file import work_file
from ...text import Language, printable
from .autograded import Release, graded_notebook
from .entries import Entry
from .folder import CourseFolder
from .gradebook import Book, opened_book
from .penalties import assign_penalties
from .release_file import released_notebook
from .scores import Score, scores_of
from .source.cells import cell_id

TIMESTAMP = PurePosixPath("timestamp.txt")
READ_ONLY = 0o444  # nbgrader's own choice for autograded files


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be graded, and how."""

    course: Course
    topic: Topic
    folder: CourseFolder
    settings: Settings
    students: tuple[str, ...]  # none: all of them
    jobs: int | None
    is_forced: bool  # graded again even where nothing has changed
    language: Language  # of the feedback


def run_nbgrader_grading(request: Request) -> int:
    """Grade an assignment into nbgrader's folders and gradebook; the command's exit status."""
    assignment = request.topic.name
    if not (request.course.root / "solutions").is_dir():
        raise CourseError(
            f"{request.course.root} has no solutions/.", fix="Grading needs the instructor's copy of the course."
        )
    students = _submissions(request)
    results = request.folder.results(assignment)
    release: list[Release] = []

    def read_release() -> None:
        with opened_book(request.folder.db_url, request.folder.course_id) as book:
            release.append(_release(book, request))

    jobs = request.jobs or default_jobs(len(students))
    graders = LocalGraders(request.course, request.settings, jobs, while_starting=read_release)
    graded = _grade(request, students, results, graders)
    copies = CopyWatch(request.course, [assignment], list(students.values()))
    outcome = ClassOutcome(len(students), students=students)
    for one in graded:
        outcome.add(one)
        if one.summary is not None:
            copies.look(one.summary)
    with opened_book(request.folder.db_url, request.folder.course_id) as book:
        shape = release[0] if release else _release(book, request)
        writing = Writing(request, shape, students)
        book.save(assignment, request.topic.module, writing.entries(graded))
        assign_penalties(book, request.folder.config, assignment, request.topic.module)
    write_flags(copies, results)
    show_class(outcome, topics=[assignment], out=results, language=request.language, copies=copies)
    for remark in writing.remarks:
        print(printable(remark), file=sys.stderr)
    return outcome.status


def _submissions(request: Request) -> dict[Path, str]:
    """Folder -> student. Raises UsageError where there is nothing to grade."""
    found = {path: student for student, path in request.folder.submissions(request.topic.name)}
    place = request.folder.path("submitted", "*", request.topic.name)
    missing = sorted(set(request.students) - set(found.values()))
    if missing:
        raise UsageError(f"{', '.join(missing)} handed nothing in: there is no such folder among {place}.")
    if request.students:
        found = {path: student for path, student in found.items() if student in request.students}
    if not found:
        raise UsageError(f"There is no {place}.", fix="Collect the submissions first, or give --course-dir.")
    return found


def _release(book: Book, request: Request) -> Release:
    """The notebook as the gradebook has it; recorded there now, where only the released file is at hand."""
    assignment, notebook = request.topic.name, request.topic.module
    release = book.release(assignment, notebook)
    if release is None:
        release = released_notebook(request.folder, assignment, notebook)
        if release is None:
            raise UsageError(
                f"The gradebook knows no notebook {notebook} of an assignment {assignment}.",
                fix=f"Run `nbgrader generate_assignment {assignment}` first.",
            )
        book.create(assignment, notebook, release)
    return release


def _grade(request: Request, students: dict[Path, str], results: Path, graders: LocalGraders) -> list[Graded]:
    if request.is_forced:
        _forget(results, set(students.values()))
    outcomes: list[Graded] = []
    with progress(len(students), Console(stderr=True)) as advance:

        def report(graded: Graded) -> None:
            outcomes.append(graded)
            advance()

        grade_all(
            list(students),
            request.course,
            request.settings,
            results,
            graders=graders,
            report=report,
            students=students,
        )
    return outcomes


def _forget(results: Path, students: set[str]) -> None:
    for path in results.glob("*.json"):
        with contextlib.suppress(UsageError):
            if read_result(path).submission in students:
                path.unlink()


class Writing:
    """The autograded notebooks, written one after the other on the way into the gradebook."""

    def __init__(self, request: Request, release: Release, students: dict[Path, str]) -> None:
        self.request = request
        self.release = release
        self.students = students
        self.remarks: list[str] = []  # for whoever runs the command

    def entries(self, outcomes: Sequence[Graded]) -> Iterator[Entry]:
        """Each graded student's line for the gradebook, once their notebook is written."""
        for graded in outcomes:
            if graded.summary is not None:
                yield self._entry(graded.path, read_result(graded.target))

    def _entry(self, path: Path, result: SubmissionResult) -> Entry:
        topic, student = self.request.topic, self.students[path]
        scores = scores_of(result, topic.name, self.request.language)
        files, _ = gather(path)
        cells = _cells(topic, files)
        destination = self.request.folder.path("autograded", student, topic.name)
        beside = {name: data for name, data in files.items() if name.suffix.lower() != ".ipynb"}
        notebook = graded_notebook(cells, self.release, scores)
        _replace_folder(destination, beside | {PurePosixPath(f"{topic.module}.ipynb"): notebook})
        return Entry(
            student=student,
            timestamp=self._timestamp(student, files.get(TIMESTAMP)),
            points=_points(self.release, scores),
            untouched=frozenset(
                cell_id("", exercise.name)
                for exercise in topic.exercises
                if not scores[cell_id("grade", exercise.name)].is_attempted
            ),
        )

    def _timestamp(self, student: str, text: bytes | None) -> Any:
        if text is None or not text.strip():
            return None
        from .gradebook import nbgrader_api

        try:
            return nbgrader_api().utils.parse_utc(text.decode().strip())
        except (ValueError, OverflowError):
            self.remarks.append(f"{student}: timestamp.txt holds no date that nbgrader can read; it was not used.")
            return None


def _points(release: Release, scores: dict[str, Score]) -> dict[str, float | None]:
    """grade_id -> points of every cell that nbgrader would read a score from. What we have no score for counts 0."""
    return {
        name: scores[name].points(cell.points or 0.0) if name in scores else 0.0
        for name, cell in release.cells.items()
        if cell.is_scored
    }


def _cells(topic: Topic, files: dict[PurePosixPath, bytes]) -> list[Cell]:
    """What the student handed in, as cells; a module is one."""
    path = work_file(topic, files)
    if path is None:
        return []
    if path.suffix.lower() == ".ipynb":
        notebook = read_notebook(files[path])
        return [] if isinstance(notebook, Unreadable) else notebook.cells
    text = decode(files[path])
    return [] if isinstance(text, Unreadable) else [Cell(cell_type="code", source=text)]


def _replace_folder(folder: Path, files: dict[PurePosixPath, bytes]) -> None:
    """The folder with these files and no others. A run that is killed leaves the old one or none, never a part."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".torchstone-", dir=folder.parent))
    try:
        for name, data in files.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(READ_ONLY)
        temporary.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(temporary, folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror or error}.") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
