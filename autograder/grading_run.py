"""The command `grade`: find the submissions, grade them with progress, and show what was found."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from .classroom import Graded, default_jobs, grade_all
from .course import Course
from .errors import CourseError, UsageError
from .grade import Reveal, Settings
from .reports.terminal import class_table, legend, printable, show_submission
from .submission import find_submissions
from .text import Language

REPORT_WIDTH = 120  # characters of a table that goes into a file or a pipe
READABLE, SOME_UNREADABLE, BROKEN_COURSE = 0, 1, 2


def run_grading(
    paths: Sequence[Path],
    course: Course,
    topics: Sequence[str],
    out: Path,
    *,
    jobs: int | None,
    reveal: str,
    language: Language,
) -> int:
    """Grade and show; the command's exit status."""
    chosen = tuple(course.topic(name).name for name in topics) or tuple(topic.name for topic in course.topics)
    if not (course.root / "solutions").is_dir():
        raise CourseError(f"{course.root} has no solutions/.", fix="Grading needs the instructor's copy of the course.")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is not a folder.")
    submissions = [found for path in paths for found in find_submissions(path, course)]
    settings = Settings(topics=chosen, reveal=Reveal(reveal))
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, REPORT_WIDTH)
    graded = _with_progress(submissions, course, settings, out, jobs or default_jobs(len(submissions)), console)
    return _show(graded, chosen, out, language, console)


def _with_progress(
    submissions: Sequence[Path], course: Course, settings: Settings, out: Path, jobs: int, console: Console
) -> list[Graded]:
    graded: list[Graded] = []
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task("grading", total=len(submissions))

        def report(one: Graded) -> None:
            graded.append(one)
            progress.advance(task)

        grade_all(submissions, course, settings, out, jobs=jobs, report=report)
    return graded


def _show(graded: Sequence[Graded], topics: Sequence[str], out: Path, language: Language, console: Console) -> int:
    results = [one.result for one in graded if one.result is not None]
    unreadable = sorted((one for one in graded if one.result is None), key=lambda one: one.path)
    broken = sorted({f"{e.topic}: {check.id}" for result in results for e, check in result.broken})
    if len(graded) == 1 and results:
        show_submission(results[0], language, console)
    elif results:
        console.print(class_table(results, topics))
        console.print(f"\n{legend()}\n", highlight=False)
    kept = sum(one.kept for one in graded)
    summary = f"{len(results)} graded" + (f" ({kept} unchanged and kept)" if kept else "")
    console.print(f"{summary}, {len(unreadable)} unreadable. Results in {out}/", highlight=False)
    for one in unreadable:
        print(printable(f"{one.path.name}: {one.reason}"), file=sys.stderr)
    for name in broken:
        print(f"broken check, nobody lost points over it: {name}", file=sys.stderr)
    is_ours = bool(broken) or any(one.is_ours for one in graded)
    return BROKEN_COURSE if is_ours else SOME_UNREADABLE if unreadable else READABLE
