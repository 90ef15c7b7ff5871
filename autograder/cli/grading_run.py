"""The command `grade`: plan the run, grade with progress, show the class, write the reports."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from ..classroom.graders.local import LocalGraders, default_jobs
from ..classroom.graders.task import Graders
from ..classroom.progress import progress
from ..classroom.run import grade_all
from ..course.model import Course
from ..course.reveal import Reveal
from ..errors import CourseError, UsageError
from ..grading.settings import Settings
from ..quiz.copies import CopyWatch, write_flags
from ..reports.class_run import show_class
from ..reports.format import Context, Report, requested
from ..reports.github import without_commands
from ..results.files import read_result
from ..results.model import Problem, SubmissionResult
from ..results.outcome import ClassOutcome, Graded
from ..sandbox.level import Level
from ..submission.layouts import find_submissions, submission_id
from ..text import Language


@dataclass(frozen=True, kw_only=True)
class GradingOptions:
    """The command line of `grade`."""

    paths: Sequence[Path]
    topics: Sequence[str]  # empty: all
    out: Path | None  # None if only reports are wanted
    jobs: int | None  # grader processes on this machine; None: as many as make sense
    cluster: str | None  # the address of a Dask scheduler
    insecure_cluster: bool  # a tcp:// address of another machine is accepted
    reveal: Reveal | None  # None: what the course says
    isolation: str
    never_lower: bool
    language: Language
    is_single: bool  # the path is one submission, whatever its folders look like
    reports: Sequence[str]  # each NAME or NAME=FILE
    fail_under: float | None  # percent of the points


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """A run that has been checked and can start."""

    course: Course
    submissions: Sequence[Path]
    settings: Settings
    graders: Graders
    reports: Sequence[Report]
    out: Path | None
    language: Language
    fail_under: float | None
    now: datetime


def run_grading(course: Course, options: GradingOptions) -> int:
    """Grade, show and report. Return the exit status of the command."""
    plan = plan_run(course, options)
    copies = _copy_watch(plan)
    outcome = ClassOutcome(len(plan.submissions), fail_under=plan.fail_under)
    with _result_folder(plan.out) as folder:
        with progress(len(plan.submissions), Console(stderr=True)) as advance:

            def add(graded: Graded) -> None:
                outcome.add(graded)
                if copies is not None and graded.summary is not None:
                    copies.look(graded.summary)
                advance()

            grade_all(plan.submissions, course, plan.settings, folder, graders=plan.graders, report=add)
        if copies is not None:
            write_flags(copies, folder)
        with without_commands(os.environ):
            topics = plan.settings.topics
            show_class(outcome, topics=topics, out=plan.out, language=plan.language, copies=copies)
        _write_reports(plan, outcome)
    return outcome.status


def plan_run(course: Course, options: GradingOptions) -> RunPlan:
    """Check the options and find the submissions. Raises UsageError or CourseError if the run cannot start."""
    reports = [requested(option, os.environ) for option in options.reports]
    if options.out is None and not reports:
        raise UsageError("There is nowhere to put the results.", fix="Give --out FOLDER, or a --report.")
    topics = tuple(course.topic(name).name for name in options.topics)
    if not topics:
        topics = tuple(topic.name for topic in course.topics)
    if not (course.root / "solutions").is_dir():
        raise CourseError(f"{course.root} has no solutions/.", fix="Grading needs the instructor's copy of the course.")
    if options.out is not None and options.out.exists() and not options.out.is_dir():
        raise UsageError(f"{options.out} is not a folder.")
    submissions = _submissions(course, options)
    _refuse_handed_in_course(course, [*options.paths, *submissions])
    _refuse_many(reports, len(submissions))
    now = datetime.now(UTC)
    settings = Settings(
        topics=topics,
        reveal=options.reveal or course.reveal.at(now),
        isolation=Level(options.isolation),
        never_lower=options.never_lower,
    )
    return RunPlan(
        course=course,
        submissions=submissions,
        settings=settings,
        graders=_graders(course, settings, options, len(submissions)),
        reports=reports,
        out=options.out,
        language=options.language,
        fail_under=options.fail_under,
        now=now,
    )


def _submissions(course: Course, options: GradingOptions) -> list[Path]:
    found = []
    for path in options.paths:
        # A submission is called by its folder's name, which "." and ".." do not show.
        named = path.resolve() if path.name in ("", "..") else path
        if options.is_single:
            found.append(named)
        else:
            found.extend(find_submissions(named, course))
    return found


def _refuse_handed_in_course(course: Course, graded: Sequence[Path]) -> None:
    """Raise UsageError if the course lies in what is graded: a student could have handed it in, with code to run here."""
    for path in graded:
        if course.root.resolve().is_relative_to(path.resolve()):
            raise UsageError(
                f"The course {course.root} lies inside {path}, which is to be graded.",
                fix="A course that was handed in would run its own code. Give your own copy: --course FOLDER.",
            )


def _refuse_many(reports: Sequence[Report], submissions: int) -> None:
    for report in reports:
        if submissions > 1 and not report.format.takes_many:
            raise UsageError(
                f"--report {report.format.name} takes one submission; there are {submissions}.",
                fix="For a class: --report csv=FILE, --report json=FILE.",
            )


def _graders(course: Course, settings: Settings, options: GradingOptions, submissions: int) -> Graders:
    """Return the graders that were asked for. Raises UsageError if they are not available."""
    if options.cluster is None:
        return LocalGraders(course, settings, options.jobs or default_jobs(submissions))
    if options.jobs is not None:
        raise UsageError("--jobs is for this machine.", fix="With --cluster, start as many `dask worker`s as you want.")
    try:
        from ..classroom.cluster.client import ClusterGraders
    except ImportError as error:
        raise UsageError(f"--cluster needs Dask: {error}.", fix="pip install 'torchstone[cluster]'") from None
    return ClusterGraders(course, settings, options.cluster, insecure=options.insecure_cluster)


def _copy_watch(plan: RunPlan) -> CopyWatch | None:
    """Return what looks for quiz answers of other students; None for a single submission."""
    if len(plan.submissions) < 2:
        return None
    roster = [submission_id(path) for path in plan.submissions]
    return CopyWatch(plan.course, plan.settings.topics, roster)


@contextlib.contextmanager
def _result_folder(out: Path | None) -> Iterator[Path]:
    """Yield the folder for the result files; a temporary one if no folder was asked for."""
    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="torchstone-") as folder:
        yield Path(folder)


def _write_reports(plan: RunPlan, outcome: ClassOutcome) -> None:
    context = Context(
        course=plan.course,
        topics=plan.settings.topics,
        language=plan.language,
        now=plan.now,
        environment=os.environ,
    )
    for report in plan.reports:
        if outcome.grader_failed and not report.format.takes_many:
            print(f"--report {report.format.name}: not written, the grader failed.", file=sys.stderr)
            continue
        for line in report.write(_results(plan, outcome), context):
            print(line)


def _results(plan: RunPlan, outcome: ClassOutcome) -> Iterator[SubmissionResult]:
    """Yield every result in the order of the files' names, then the submissions that could not be read."""
    for target in sorted(outcome.targets):
        yield read_result(target)
    for graded in outcome.unreadable:
        yield _unreadable(plan, graded)


def _unreadable(plan: RunPlan, graded: Graded) -> SubmissionResult:
    """Return what a report says of a submission that could not be read: no points, and the reason."""
    topics = plan.settings.topics
    worth = sum(exercise.worth for exercise in plan.course.exercises if exercise.topic in topics)
    return SubmissionResult(
        submission=graded.path.name,
        content_hash="",
        grading_key="",
        points=0.0,
        worth=float(worth),
        problems=(Problem(file="", sentence=graded.reason),),
        exercises=(),
        reveal=plan.settings.reveal,
        isolation=None,
        confinement={},
    )
