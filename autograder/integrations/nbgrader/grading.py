"""The command `autograder nbgrader grade`: plan the run, grade with progress, write, show the class.

Each result is kept as soon as it is there, so a run that was stopped can be resumed. The autograded folders and the
gradebook are written only after every submission is graded; each student's part is written whole or not at all.
"""

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

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
from ...results.outcome import ClassOutcome, Graded
from ...text import Language, printable
from .autograded import ReleasedNotebook
from .folder import CourseFolder
from .gradebook import opened_book
from .penalties import assign_penalties
from .release_file import released_notebook
from .writing import AssignmentWriter


class NbgraderOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The command line of `nbgrader grade`."""

    course: Course
    topic: Topic
    folder: CourseFolder
    settings: Settings
    students: tuple[str, ...]  # empty: all
    jobs: int | None  # grader processes; None: as many as make sense
    is_forced: bool  # grade unchanged submissions again
    language: Language  # of the feedback


class NbgraderPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A run that has been checked and can start."""

    options: NbgraderOptions
    students: dict[Path, str]  # folder of a submission -> student
    results: Path  # folder of the result files


def run_nbgrader_grading(options: NbgraderOptions) -> int:
    """Grade an assignment into nbgrader's folders and gradebook. Return the exit status of the command."""
    plan = plan_run(options)
    graded = _grade(plan)
    copies = CopyWatch(options.course, [options.topic.name], list(plan.students.values()))
    outcome = ClassOutcome(len(plan.students), students=plan.students)
    for student_graded in graded:
        outcome.add(student_graded)
        if student_graded.summary is not None:
            copies.look(student_graded.summary)
    remarks = _write(plan, graded)
    write_flags(copies, plan.results)
    show_class(outcome, topics=[options.topic.name], out=plan.results, language=options.language, copies=copies)
    for remark in remarks:
        print(printable(remark), file=sys.stderr)
    return outcome.status


def plan_run(options: NbgraderOptions) -> NbgraderPlan:
    """Find the submissions. Raise CourseError or UsageError if the run cannot start."""
    root = options.course.root
    if not (root / "solutions").is_dir():
        raise CourseError(f"{root} has no solutions/.", fix="Grading needs the instructor's copy of the course.")
    return NbgraderPlan(
        options=options,
        students=_submissions(options),
        results=options.folder.results(options.topic.name),
    )


def _submissions(options: NbgraderOptions) -> dict[Path, str]:
    """Return folder -> student. Raise UsageError if there is nothing to grade."""
    assignment = options.topic.name
    everyone = {path: student for student, path in options.folder.submissions(assignment)}
    pattern = options.folder.path("submitted", "*", assignment)
    missing = sorted(set(options.students) - set(everyone.values()))
    if missing:
        raise UsageError(f"{', '.join(missing)} handed nothing in: no folder {pattern} is theirs.")
    if not everyone:
        raise UsageError(f"There is no {pattern}.", fix="Collect the submissions first, or give --course-dir.")
    if not options.students:
        return everyone
    return {path: student for path, student in everyone.items() if student in options.students}


def _grade(plan: NbgraderPlan) -> list[Graded]:
    options = plan.options
    if options.is_forced:
        _delete_results(plan)
    outcomes: list[Graded] = []
    with progress(len(plan.students), Console(stderr=True)) as advance:

        def report(graded: Graded) -> None:
            outcomes.append(graded)
            advance()

        def check_release() -> None:
            _read_release(options)

        jobs = options.jobs or default_jobs(len(plan.students))
        grade_all(
            list(plan.students),
            options.course,
            options.settings,
            plan.results,
            # An assignment that was never released is refused before anything is graded.
            graders=LocalGraders(options.course, options.settings, jobs, while_starting=check_release),
            report=report,
            students=plan.students,
        )
    return outcomes


def _delete_results(plan: NbgraderPlan) -> None:
    students = set(plan.students.values())
    for path in plan.results.glob("*.json"):
        with contextlib.suppress(UsageError):
            if read_result(path).submission in students:
                path.unlink()


def _write(plan: NbgraderPlan, graded: Sequence[Graded]) -> list[str]:
    """Write the autograded folders, the scores and the late penalties. Return remarks for the instructor."""
    options = plan.options
    assignment, notebook = options.topic.name, options.topic.module
    writer = AssignmentWriter(options.folder, options.topic, _read_release(options), options.language)
    with opened_book(options.folder.db_url, options.folder.course_id) as book:
        book.save(assignment, notebook, writer.write(graded, plan.students))
        assign_penalties(book, options.folder.config, assignment, notebook)
    return writer.remarks


def _read_release(options: NbgraderOptions) -> ReleasedNotebook:
    """Return the notebook as the gradebook knows it. A notebook of the release folder alone is recorded first."""
    assignment, name = options.topic.name, options.topic.module
    with opened_book(options.folder.db_url, options.folder.course_id) as book:
        recorded = book.release(assignment, name)
        if recorded is not None:
            return recorded
        released = released_notebook(options.folder, assignment, name)
        if released is None:
            raise UsageError(
                f"The gradebook knows no notebook {name} of an assignment {assignment}.",
                fix=f"Run `nbgrader generate_assignment {assignment}` first.",
            )
        book.create(assignment, name, released)
        return released
