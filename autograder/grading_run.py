"""The command `grade`: find the submissions, grade them with progress, show what was found, and write reports."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from .classroom import grade_all
from .course import Course
from .errors import CourseError, UsageError
from .graders import Graded, Graders, LocalGraders, default_jobs
from .progress import LARGE, progress
from .quiz.copies import FLAGS_FILE, CopyWatch
from .reports.format import Context, Report, requested
from .reports.github import without_commands
from .reports.terminal import (
    class_table,
    escape,
    exercise_table,
    legend,
    misconception_table,
    points_line,
    quiz_table,
    show_submission,
)
from .results import Problem, SubmissionResult, read_result, write_whole
from .reveal import Reveal
from .sandbox.level import Level
from .settings import Settings
from .submission import find_submissions, submission_id
from .summary import ClassTally, Summary
from .text import Language, Text, printable

MAX_FLAGS = 20  # shown of answers that fit somebody else
REPORT_WIDTH = 120  # characters of a table that goes into a file or a pipe
READABLE, SOME_UNREADABLE, BROKEN_COURSE, BELOW = 0, 1, 2, 3
ROUNDING = 1e-6  # of a point


def run_grading(
    paths: Sequence[Path],
    course: Course,
    topics: Sequence[str],
    out: Path | None,
    *,
    where: "Where",
    reveal: Reveal | None,
    isolation: str,
    never_lower: bool,
    language: Language,
    is_single: bool = False,
    reports: Sequence[str] = (),
    fail_under: float | None = None,
) -> int:
    """Grade, show and report; the command's exit status.

    out: None where only the reports are wanted.
    reveal: None for what the course says.
    is_single: the path is one submission, whatever its folders look like.
    reports: each NAME or NAME=FILE.
    fail_under: percent of the points.
    """
    wanted = [requested(option, os.environ) for option in reports]
    if out is None and not wanted:
        raise UsageError("There is nowhere to put the results.", fix="Give --out FOLDER, or a --report.")
    chosen = tuple(course.topic(name).name for name in topics) or tuple(topic.name for topic in course.topics)
    if not (course.root / "solutions").is_dir():
        raise CourseError(f"{course.root} has no solutions/.", fix="Grading needs the instructor's copy of the course.")
    if out is not None and out.exists() and not out.is_dir():
        raise UsageError(f"{out} is not a folder.")
    named = [_named(path) for path in paths]
    submissions = named if is_single else [found for path in named for found in find_submissions(path, course)]
    _refuse_many(wanted, len(submissions))
    now = datetime.now(UTC)
    settings = Settings(
        topics=chosen,
        reveal=reveal or course.reveal.at(now),
        isolation=Level(isolation),
        never_lower=never_lower,
    )
    graders = where.graders(course, settings, len(submissions))
    roster = [submission_id(path) for path in submissions]
    copies = CopyWatch(course, chosen, roster) if len(roster) > 1 else None
    found = Found(len(submissions), copies, fail_under)
    with _folder(out) as folder:
        with progress(len(submissions), Console(stderr=True)) as advance:

            def report(graded: Graded) -> None:
                found.add(graded)
                advance()

            grade_all(submissions, course, settings, folder, graders=graders, report=report)
        if copies is not None:
            write_flags(copies, folder)
        with without_commands(os.environ):
            show_found(found, chosen, out, language)
        context = Context(course=course, topics=chosen, language=language, now=now, environment=os.environ)
        _write(wanted, found, settings, context)
    return found.status


def _named(path: Path) -> Path:
    """The path with a name of its own: a submission is called by it."""
    return path.resolve() if path.name in ("", "..") else path


def _refuse_many(reports: Sequence[Report], submissions: int) -> None:
    for report in reports:
        if submissions > 1 and not report.format.takes_many:
            raise UsageError(
                f"--report {report.format.name} takes one submission; there are {submissions}.",
                fix="For a class: --report csv=FILE, --report json=FILE.",
            )


@contextlib.contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """Where the result files go: nowhere to stay, where none was asked for."""
    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="torchstone-") as folder:
        yield Path(folder)


def _write(reports: Sequence[Report], found: "Found", settings: Settings, context: Context) -> None:
    for report in reports:
        if any(graded.is_ours for graded in found.ungraded) and not report.format.takes_many:
            print(f"--report {report.format.name}: not written, the grader failed.", file=sys.stderr)
            continue
        for line in report.write(found.results(settings, context.course), context):
            print(line)


def _unreadable(graded: Graded, settings: Settings, course: Course) -> SubmissionResult:
    """What a report says of a submission that could not be read: no points, and why."""
    return SubmissionResult(
        submission=graded.path.name,
        content_hash="",
        grading_key="",
        points=0.0,
        worth=float(sum(e.points for e in course.exercises if e.topic in settings.topics)),
        problems=(Problem(file="", sentence=Text(graded.reason, graded.reason)),),
        exercises=(),
        reveal=settings.reveal,
        isolation=None,
        confinement={},
    )


@dataclass(frozen=True, kw_only=True)
class Where:
    """Who grades, as it was asked for."""

    jobs: int | None  # grader processes on this machine
    cluster: str | None  # the address of a Dask scheduler

    def graders(self, course: Course, settings: Settings, submissions: int) -> Graders:
        """The graders. Raises UsageError where they cannot be had."""
        if self.cluster is None:
            return LocalGraders(course, settings, self.jobs or default_jobs(submissions))
        if self.jobs is not None:
            raise UsageError(
                "--jobs is for this machine.", fix="With --cluster, start as many `dask worker`s as you want."
            )
        try:
            from .cluster.client import ClusterGraders
        except ImportError as error:
            raise UsageError(f"--cluster needs Dask: {error}.", fix="pip install 'torchstone[cluster]'") from None
        return ClusterGraders(course, settings, self.cluster)


class Found:
    """What a run found: a row for each submission of a small class, a large one only in numbers."""

    def __init__(
        self,
        submissions: int,
        copies: CopyWatch | None = None,
        fail_under: float | None = None,
        students: Mapping[Path, str] | None = None,
    ) -> None:
        self.fail_under = fail_under
        self.below = 0
        self.targets: list[Path] = []
        self.students = students or {}  # where files and folders are not named after them
        self.is_large = submissions > LARGE
        self.copies = copies
        self.rows: list[Summary] = []
        self.tally = ClassTally()
        self.kept = 0
        self.ungraded: list[Graded] = []

    def add(self, graded: Graded) -> None:
        self.kept += graded.kept
        if graded.summary is None:
            self.ungraded.append(graded)
            return
        self.tally.add(graded.summary)
        if self.copies is not None:
            self.copies.look(graded.summary)
        self.targets.append(graded.target)
        if self.fail_under is not None:
            needed = graded.summary.worth * self.fail_under / 100
            self.below += graded.summary.points < needed - ROUNDING
        if not self.is_large:
            self.rows.append(graded.summary)

    @property
    def status(self) -> int:
        if self.tally.broken or any(graded.is_ours for graded in self.ungraded):
            return BROKEN_COURSE
        if self.ungraded:
            return SOME_UNREADABLE
        return BELOW if self.below else READABLE

    def results(self, settings: Settings, course: Course) -> Iterator[SubmissionResult]:
        """Every submission's result, in the order of the files' names; last those that could not be read."""
        yield from (read_result(target) for target in sorted(self.targets))
        for graded in sorted(self.ungraded, key=lambda one: one.path):
            if not graded.is_ours:
                yield _unreadable(graded, settings, course)


def show_found(found: Found, topics: Sequence[str], out: Path | None, language: Language) -> None:
    """The run's end: a table, or one submission in full; what could not be graded; checks that are at fault."""
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, REPORT_WIDTH)
    graded = len(found.tally.points)
    if graded == 1 and not found.ungraded:
        show_submission(read_result(found.targets[0]), language, console)
    elif found.is_large and graded:
        _show_numbers(found.tally, console)
    elif graded:
        console.print(class_table(found.rows, topics))
        console.print(f"\n{legend()}\n", highlight=False)
    kept = f" ({found.kept:,} unchanged and kept)" if found.kept else ""
    where = f" Results in {out}/" if out is not None else ""
    summary = f"{graded:,} graded{kept}, {len(found.ungraded):,} unreadable.{where}"
    console.print(summary, highlight=False)
    for one in sorted(found.ungraded, key=lambda one: one.path):
        print(printable(f"{found.students.get(one.path, one.path.name)}: {one.reason}"), file=sys.stderr)
    for name in sorted(found.tally.broken):
        print(f"broken check, nobody lost points over it: {name}", file=sys.stderr)
    for suspect in found.tally.suspects:
        print(f"suspect check, is it right? {suspect.sentence}", file=sys.stderr)
    if found.below:
        print(f"{found.below:,} below {found.fail_under:g} % of the points", file=sys.stderr)
    if found.copies is not None:
        _show_flags(found.copies, out, console)


def write_flags(copies: CopyWatch, out: Path) -> None:
    """The file of flags, where there are any; never the one of an earlier run."""
    if copies.flags:
        write_whole(out / FLAGS_FILE, [copies.file()])
    else:
        (out / FLAGS_FILE).unlink(missing_ok=True)


def _show_flags(copies: CopyWatch, out: Path | None, console: Console) -> None:
    """Answers that are right for somebody else's numbers: for the instructor to ask about."""
    if not copies.flags:
        return
    total = len(copies.flags)
    where = f", see {out / FLAGS_FILE}" if out is not None else ""
    console.print(f"\nWrong numbers that are right for another student: {total:,}{where}", highlight=False)
    for flag in sorted(copies.flags)[:MAX_FLAGS]:
        shown = f"{flag.submission}: {flag.answer} in {flag.question} is right for {' and '.join(flag.fits)}"
        console.print(f"  {escape(shown)}", highlight=False, soft_wrap=True)
    if total > MAX_FLAGS:
        console.print(f"  and {total - MAX_FLAGS:,} more", highlight=False)


def _show_numbers(tally: ClassTally, console: Console) -> None:
    """A class that is too large for a row each."""
    console.print(exercise_table(tally))
    if tally.misconceptions:
        console.print()
        console.print(misconception_table(tally))
    if tally.quizzes:
        console.print()
        console.print(quiz_table(tally))
    console.print(f"\n{points_line(tally)}\n", highlight=False)
