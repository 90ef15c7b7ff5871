"""The command `grade`: find the submissions, grade them with progress, and show what was found."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from .classroom import grade_all
from .course import Course
from .errors import CourseError, UsageError
from .grade import Reveal, Settings
from .graders import Graded, Graders, LocalGraders, default_jobs
from .progress import LARGE, progress
from .quiz.copies import FLAGS_FILE, CopyWatch
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
from .results import read_result, write_whole
from .sandbox.level import Level
from .submission import find_submissions, submission_id
from .summary import ClassTally, Summary
from .text import Language, printable

MAX_FLAGS = 20  # shown of answers that fit somebody else
REPORT_WIDTH = 120  # characters of a table that goes into a file or a pipe
READABLE, SOME_UNREADABLE, BROKEN_COURSE = 0, 1, 2


def run_grading(
    paths: Sequence[Path],
    course: Course,
    topics: Sequence[str],
    out: Path,
    *,
    where: "Where",
    reveal: str,
    isolation: str,
    language: Language,
) -> int:
    """Grade and show; the command's exit status."""
    chosen = tuple(course.topic(name).name for name in topics) or tuple(topic.name for topic in course.topics)
    if not (course.root / "solutions").is_dir():
        raise CourseError(f"{course.root} has no solutions/.", fix="Grading needs the instructor's copy of the course.")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is not a folder.")
    submissions = [found for path in paths for found in find_submissions(path, course)]
    settings = Settings(topics=chosen, reveal=Reveal(reveal), isolation=Level(isolation))
    graders = where.graders(course, settings, len(submissions))
    found = Found(len(submissions), CopyWatch(course, chosen, [submission_id(path) for path in submissions]))
    with progress(len(submissions), Console(stderr=True)) as advance:

        def report(graded: Graded) -> None:
            found.add(graded)
            advance()

        grade_all(submissions, course, settings, out, graders=graders, report=report)
    write_flags(found.copies, out)
    show_found(found, chosen, out, language)
    return found.status


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

    def __init__(self, submissions: int, copies: CopyWatch, students: Mapping[Path, str] | None = None) -> None:
        self.students = students or {}  # where files and folders are not named after them
        self.is_large = submissions > LARGE
        self.copies = copies
        self.rows: list[Summary] = []
        self.tally = ClassTally()
        self.kept = 0
        self.ungraded: list[Graded] = []
        self.latest: Path | None = None  # a result file

    def add(self, graded: Graded) -> None:
        self.kept += graded.kept
        if graded.summary is None:
            self.ungraded.append(graded)
            return
        self.tally.add(graded.summary)
        self.copies.look(graded.summary)
        self.latest = graded.target
        if not self.is_large:
            self.rows.append(graded.summary)

    @property
    def status(self) -> int:
        if self.tally.broken or any(graded.is_ours for graded in self.ungraded):
            return BROKEN_COURSE
        return SOME_UNREADABLE if self.ungraded else READABLE


def show_found(found: Found, topics: Sequence[str], out: Path, language: Language) -> None:
    """The run's end: a table, or one submission in full; what could not be graded; checks that are at fault."""
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, REPORT_WIDTH)
    graded = len(found.tally.points)
    if graded == 1 and not found.ungraded and found.latest is not None:
        show_submission(read_result(found.latest), language, console)
    elif found.is_large and graded:
        _show_numbers(found.tally, console)
    elif graded:
        console.print(class_table(found.rows, topics))
        console.print(f"\n{legend()}\n", highlight=False)
    kept = f" ({found.kept:,} unchanged and kept)" if found.kept else ""
    summary = f"{graded:,} graded{kept}, {len(found.ungraded):,} unreadable. Results in {out}/"
    console.print(summary, highlight=False)
    for one in sorted(found.ungraded, key=lambda one: one.path):
        print(printable(f"{found.students.get(one.path, one.path.name)}: {one.reason}"), file=sys.stderr)
    for name in sorted(found.tally.broken):
        print(f"broken check, nobody lost points over it: {name}", file=sys.stderr)
    _show_flags(found.copies, out, console)


def write_flags(copies: CopyWatch, out: Path) -> None:
    """The file of flags, where there are any; never the one of an earlier run."""
    if copies.flags:
        write_whole(copies.file(), out / FLAGS_FILE)
    else:
        (out / FLAGS_FILE).unlink(missing_ok=True)


def _show_flags(copies: CopyWatch, out: Path, console: Console) -> None:
    """Answers that are right for somebody else's numbers: for the instructor to ask about."""
    if not copies.flags:
        return
    total = len(copies.flags)
    console.print(
        f"\nWrong numbers that are right for another student: {total:,}, see {out / FLAGS_FILE}", highlight=False
    )
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
