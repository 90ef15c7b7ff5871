"""The commands `verify`, `mutate` and `find-equivalents`: run, show progress, print the results."""

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from ..course.model import Course, Exercise
from ..grading.grader import Grader
from ..grading.settings import Settings
from ..sandbox.fork_server import ForkServer
from .equivalents import EquivalentsReport, find_equivalents
from .mutation import ExerciseReport, mutate_exercise
from .verify import verify

MUTANT_SECONDS = 2.0  # a mutant that loops without end counts as killed
MIN_KILL_RATE = 0.98
HEADINGS = ("Exercise", "Mutants", "Equivalent", "Killed", "Survived", "Kill rate")


def run_verify(course: Course, topics: Sequence[str], sample: int) -> int:
    """Print every finding. Return 1 if there are any, else 0."""
    chosen = [course.topic(name) for name in topics] or list(course.topics)
    settings = Settings(topics=tuple(topic.name for topic in chosen))
    console = Console()
    with ForkServer(course.limits) as server, _progress(console) as progress:
        task = progress.add_task("")
        grader = Grader(course, server, settings)
        findings = verify(
            course,
            grader,
            sample=sample,
            progress=lambda step: progress.update(task, description=step),
        )
    for finding in findings:
        where = escape(finding.where)
        what = escape(finding.what)
        console.print(f"[red]{where}[/]: {what}", highlight=False)
    _print_trivial(console, grader)
    exercises = sum(len(topic.exercises) for topic in grader.prepared.topics)
    console.print(f"{exercises} exercises in {len(chosen)} topics: {len(findings) or 'no'} findings.")
    return 1 if findings else 0


def _print_trivial(console: Console, grader: Grader) -> None:
    """Print the checks that a trivial answer passes: they earn points only once another check is passed."""
    for topic in grader.prepared.topics:
        for exercise in topic.exercises:
            trivial = grader.prepared.trivial(topic, exercise)
            names = [check.id for check in grader.prepared.checks[exercise.name] if check.id in trivial]
            if names:
                listed = escape(", ".join(names))
                console.print(f"[dim]{exercise.name}: a trivial answer passes {listed}[/]", highlight=False)


def run_mutate(course: Course, names: Sequence[str]) -> int:
    """Print the kill rate and the survivors of each exercise. Return 1 if an exercise needs better checks, else 0."""
    exercises = [course.exercise(name) for name in names]
    if not exercises:
        exercises = list(course.exercises)
    course.limits = msgspec.structs.replace(course.limits, call_seconds=MUTANT_SECONDS)
    console = Console()
    reports = _mutation_reports(course, exercises, console)
    console.print(_table(reports))
    exit_code = 0
    for report in reports:
        _print_problems(console, report)
        if not _is_good(report):
            exit_code = 1
    return exit_code


def _is_good(report: ExerciseReport) -> bool:
    """Return whether the checks kill enough mutants and the list of equivalent mutants is right."""
    return report.kill_rate >= MIN_KILL_RATE and not report.stale


def _mutation_reports(course: Course, exercises: Sequence[Exercise], console: Console) -> list[ExerciseReport]:
    """Run the mutants of the exercises and show the progress."""
    reports = []
    with ForkServer(course.limits) as server, _progress(console) as progress:
        task = progress.add_task("")
        topics = dict.fromkeys(exercise.topic for exercise in exercises)  # each once, in order
        grader = Grader(course, server, Settings(topics=tuple(topics)))
        for exercise in exercises:
            progress.update(task, description=exercise.name)
            topic = course.topic(exercise.topic)
            report = mutate_exercise(grader, topic, exercise)
            reports.append(report)
    return reports


def _print_problems(console: Console, report: ExerciseReport) -> None:
    """Print the survivors and the stale entries of one exercise."""
    for mutant in report.survivors:
        diff = escape(mutant.diff)
        console.print(
            f"\n[bold]{report.exercise}[/] passes all hidden checks with this change:\n{diff}", highlight=False
        )
    for entry in report.stale:
        after = escape(entry.after)
        console.print(f"\n[bold]{report.exercise}[/] lists this mutant as equivalent, but it is not: {after}")


def _table(reports: Sequence[ExerciseReport]) -> Table:
    """Return a table with a row for each exercise."""
    table = Table(box=None, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "Exercise" else "right")
    for report in reports:
        table.add_row(
            report.exercise,
            str(report.tried),
            str(report.equivalent),
            str(report.killed),
            str(len(report.survivors)),
            f"{100 * report.kill_rate:.1f} %",
        )
    return table


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
    )


def run_find_equivalents(course: Course, names: Sequence[str]) -> None:
    """Print the functions of torch that give the answers of each exercise."""
    exercises = [course.exercise(name) for name in names]
    console = Console()
    with ForkServer(course.limits) as server, _progress(console) as progress:
        task = progress.add_task("")
        topics = dict.fromkeys(exercise.topic for exercise in exercises)  # each once, in order
        grader = Grader(course, server, Settings(topics=tuple(topics)))
        for exercise in exercises:
            progress.update(task, description=exercise.name)
            report = find_equivalents(grader, course.topic(exercise.topic), exercise)
            _print_equivalents(console, report)


def _print_equivalents(console: Console, report: EquivalentsReport) -> None:
    """Print a table of one exercise's equivalents, those that are not banned first, and their number."""
    table = Table(box=None, pad_edge=False)
    for heading in ("Function", "Gives", "Calls", "Ban"):
        table.add_column(heading, overflow="fold")
    for found in sorted(report.equivalents, key=lambda found: found.banned_by is not None):
        ban = "not banned" if found.banned_by is None else f"banned by {found.banned_by}"
        answers = f"{found.calls} of {report.calls}"
        table.add_row(escape(found.spelling), found.part or "the answer", answers, escape(ban))
    if report.equivalents:
        console.print(table)
    console.print(
        f"{report.exercise}: {len(report.equivalents)} of {report.candidates} functions are equivalent on "
        f"{report.calls} calls; {len(report.not_banned)} are not banned.",
        highlight=False,
    )
    if report.skipped:
        console.print(f"Skipped, since they hang or crash: {', '.join(report.skipped)}", highlight=False)
