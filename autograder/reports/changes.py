"""Prints the changes between two gradings."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from ..results.changes import CheckChange, ExerciseChange, SubmissionChange
from ..results.model import Verdict
from .terminal import escape

FREQUENT = 5  # checks named for an exercise


def show_changes(moved: Sequence[SubmissionChange], both: int, console: Console) -> None:
    """Print a row for each submission whose points changed, and the checks that changed them.

    both: the number of submissions that are in both gradings.
    """
    table = Table(box=None, pad_edge=False)
    table.add_column("Submission", overflow="fold")
    table.add_column("Points", justify="right", overflow="fold")
    table.add_column("Change", justify="right", overflow="fold")
    table.add_column("Because", overflow="fold")
    for change in moved:
        points, difference = _points(change)
        reasons = [_reason(exercise) for exercise in change.exercises]
        table.add_row(escape(change.submission), points, difference, escape("; ".join(reasons)))
    if moved:
        console.print(table)
        console.print()
    console.print(f"{len(moved):,} moved; {both:,} submissions are in both.", highlight=False)


def _points(change: SubmissionChange) -> tuple[str, str]:
    """Return the points, and the difference in words or as a number."""
    if change.old is None:
        return f"{change.new:g}", "new"
    if change.new is None:
        return f"{change.old:g}", "gone"
    style = "green" if change.new > change.old else "red"
    return f"{change.old:.2f} → {change.new:.2f}", f"[{style}]{change.new - change.old:+.2f}[/]"


def _reason(exercise: ExerciseChange) -> str:
    """Return the exercise, its difference, and the checks that made it."""
    reason = f"{exercise.name} {exercise.new - exercise.old:+.2f}"
    if not exercise.checks:
        return reason
    named = ", ".join(_check(check) for check in exercise.checks[:FREQUENT])
    others = len(exercise.checks) - FREQUENT
    more = f" and {others} more" if others > 0 else ""
    return f"{reason} ({named}{more})"


def _check(check: CheckChange) -> str:
    if check.old is check.new:
        return f"{check.id} weight {check.old_weight} → {check.new_weight}"
    return f"{check.id} {_word(check.old, 'new')} → {_word(check.new, 'gone')}"


def _word(verdict: Verdict | None, missing: str) -> str:
    return missing if verdict is None else verdict.value.replace("_", " ")
