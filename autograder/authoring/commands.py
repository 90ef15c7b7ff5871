"""The commands `verify` and `mutate`: run, show progress, and say what was found."""

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from ..course.model import Course
from ..grading.grader import Grader
from ..grading.settings import Settings
from ..sandbox.fork_server import ForkServer
from .mutation import ExerciseReport, mutate_exercise
from .verify import verify

MUTANT_SECONDS = 2.0  # a mutant that loops is as dead as one that fails
KILL_RATE = 0.98


def run_verify(course: Course, topics: Sequence[str], sample: int) -> int:
    """Show every finding; 1 where there is one."""
    chosen = tuple(course.topic(name).name for name in topics) or tuple(topic.name for topic in course.topics)
    console = Console()
    with ForkServer(course.limits) as server, _progress(console) as progress:
        task = progress.add_task("")
        grader = Grader(course, server, Settings(topics=chosen))
        findings = verify(course, grader, sample=sample, progress=lambda step: progress.update(task, description=step))
    for finding in findings:
        console.print(f"[red]{escape(finding.where)}[/]: {escape(finding.what)}", highlight=False)
    exercises = sum(len(topic.exercises) for topic in grader.prepared.topics)
    console.print(f"{exercises} exercises in {len(chosen)} topics: {len(findings) or 'no'} findings.")
    return 1 if findings else 0


def run_mutate(course: Course, names: Sequence[str]) -> int:
    """Show the kill rate of each exercise and every survivor; 1 where one is below the bar."""
    exercises = [course.exercise(name) for name in names] or list(course.exercises)
    course.limits = msgspec.structs.replace(course.limits, call_seconds=MUTANT_SECONDS)
    console = Console()
    reports = []
    with ForkServer(course.limits) as server, _progress(console) as progress:
        task = progress.add_task("")
        grader = Grader(course, server, Settings(topics=tuple(dict.fromkeys(e.topic for e in exercises))))
        for exercise in exercises:
            progress.update(task, description=exercise.name)
            reports.append(mutate_exercise(grader, course.topic(exercise.topic), exercise))
    console.print(_table(reports))
    for report in reports:
        for mutant in report.survivors:
            console.print(
                f"\n[bold]{report.exercise}[/] passes all hidden checks with\n{escape(mutant.diff)}", highlight=False
            )
        for equivalent in report.stale:
            console.print(f"\n[bold]{report.exercise}[/] lists as equivalent what is not: {escape(equivalent.after)}")
    return 1 if any(report.kill_rate < KILL_RATE or report.stale for report in reports) else 0


def _table(reports: Sequence[ExerciseReport]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("Exercise", "Mutants", "Equivalent", "Killed", "Survived", "Kill rate"):
        table.add_column(heading, justify="left" if heading == "Exercise" else "right")
    for r in reports:
        row = (r.tried, r.equivalent, r.killed, len(r.survivors))
        table.add_row(r.exercise, *map(str, row), f"{100 * r.kill_rate:.1f} %")
    return table


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
    )
