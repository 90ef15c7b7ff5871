"""What changed between two gradings, in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from ..results.changes import CheckChange, ExerciseChange, SubmissionChange
from ..results.model import Verdict
from .terminal import escape

FREQUENT = 5  # checks named for an exercise


def show_changes(moved: Sequence[SubmissionChange], both: int, console: Console) -> None:
    """A row for each submission that moved, and the checks that did it."""
    table = Table(box=None, pad_edge=False)
    for heading in ("Submission", "Points", "Change", "Because"):
        table.add_column(heading, justify="right" if heading in ("Points", "Change") else "left", overflow="fold")
    for change in moved:
        table.add_row(escape(change.submission), *_points(change), escape("; ".join(map(_because, change.exercises))))
    if moved:
        console.print(table)
        console.print()
    console.print(f"{len(moved):,} moved; {both:,} submissions are in both.", highlight=False)


def _points(change: SubmissionChange) -> tuple[str, str]:
    old, new = change.old, change.new
    if old is None or new is None:
        return f"{new if old is None else old:g}", "new" if old is None else "gone"
    style = "green" if new > old else "red"
    return f"{old:.2f} → {new:.2f}", f"[{style}]{new - old:+.2f}[/]"


def _because(exercise: ExerciseChange) -> str:
    named = ", ".join(map(_check, exercise.checks[:FREQUENT]))
    more = f" and {len(exercise.checks) - FREQUENT} more" if len(exercise.checks) > FREQUENT else ""
    return f"{exercise.name} {exercise.new - exercise.old:+.2f}" + (f" ({named}{more})" if named else "")


def _check(check: CheckChange) -> str:
    if check.old is check.new:
        return f"{check.id} weight {check.old_weight} → {check.new_weight}"
    return f"{check.id} {_word(check.old, 'new')} → {_word(check.new, 'gone')}"


def _word(verdict: Verdict | None, missing: str) -> str:
    return missing if verdict is None else verdict.value.replace("_", " ")
