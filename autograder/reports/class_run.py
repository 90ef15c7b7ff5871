"""Prints the end of a grading run: the class as a table or in numbers, or a single submission in full."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from ..quiz.copies import FLAGS_FILE, CopyWatch
from ..results.files import read_result
from ..results.outcome import ClassOutcome
from ..results.summary import ClassTally
from ..text import Language, printable
from .terminal import (
    class_table,
    escape,
    exercise_table,
    legend,
    misconception_table,
    points_line,
    quiz_table,
    show_submission,
)

MAX_SHOWN = 20  # quiz flags or suspicions that are listed; the files have all of them
REPORT_WIDTH = 120  # characters of a table that goes into a file or a pipe


def show_class(
    outcome: ClassOutcome,
    *,
    topics: Sequence[str],
    out: Path | None,
    language: Language,
    copies: CopyWatch | None = None,
) -> None:
    """Print the results, then the counts, then everything that needs the instructor's attention.

    out: the folder of the result files; None if they were not kept.
    """
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, REPORT_WIDTH)
    _show_results(outcome, topics, language, console)
    _show_counts(outcome, out, console)
    _show_suspicions(outcome.tally, console)
    _warn(outcome)
    if copies is not None and copies.flags:
        _show_flags(copies, out, console)


def _show_results(outcome: ClassOutcome, topics: Sequence[str], language: Language, console: Console) -> None:
    if outcome.graded == 0:
        return
    if outcome.graded == 1 and not outcome.ungraded:
        show_submission(read_result(outcome.targets[0]), language, console)
    elif outcome.is_large:
        _show_numbers(outcome.tally, console)
    else:
        console.print(class_table(outcome.rows, topics))
        console.print(f"\n{legend()}\n", highlight=False)


def _show_numbers(tally: ClassTally, console: Console) -> None:
    """Print the tables of a class that is too large for one row per submission."""
    console.print(exercise_table(tally))
    if tally.misconceptions:
        console.print()
        console.print(misconception_table(tally))
    if tally.quizzes:
        console.print()
        console.print(quiz_table(tally))
    console.print(f"\n{points_line(tally)}\n", highlight=False)


def _show_counts(outcome: ClassOutcome, out: Path | None, console: Console) -> None:
    kept = f" ({outcome.kept:,} unchanged and kept)" if outcome.kept else ""
    counts = f"{outcome.graded:,} graded{kept}, {len(outcome.ungraded):,} unreadable."
    if out is not None:
        counts = f"{counts} Results in {out}/"
    console.print(counts, highlight=False)


def _show_suspicions(tally: ClassTally, console: Console) -> None:
    """Print the constructs by which a forbidden function may have been used unseen. The instructor decides."""
    if not tally.suspicious:
        return
    console.print("\nLook at these: a forbidden function may be behind them. No points were taken.", highlight=False)
    for line in sorted(tally.suspicious)[:MAX_SHOWN]:
        console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
    if len(tally.suspicious) > MAX_SHOWN:
        console.print(f"  and {len(tally.suspicious) - MAX_SHOWN:,} more, in the result files", highlight=False)


def _warn(outcome: ClassOutcome) -> None:
    """Print to stderr what could not be graded, and what the author should look at."""
    for graded in sorted(outcome.ungraded, key=lambda graded: graded.path):
        student = outcome.students.get(graded.path, graded.path.name)
        print(printable(f"{student}: {graded.reason.en}"), file=sys.stderr)
    for name in sorted(outcome.tally.broken):
        print(f"broken check, nobody lost points over it: {name}", file=sys.stderr)
    for suspect in outcome.tally.suspects:
        print(f"suspect check, is it right? {suspect.sentence}", file=sys.stderr)
    if outcome.below:
        print(f"{outcome.below:,} below {outcome.fail_under:g} % of the points", file=sys.stderr)


def _show_flags(copies: CopyWatch, out: Path | None, console: Console) -> None:
    """Print quiz answers that match another student's variant. The instructor decides what they mean."""
    total = len(copies.flags)
    where = f", see {out / FLAGS_FILE}" if out is not None else ""
    console.print(f"\nWrong numbers that are right for another student: {total:,}{where}", highlight=False)
    for flag in sorted(copies.flags)[:MAX_SHOWN]:
        shown = f"{flag.submission}: {flag.answer} in {flag.question} is right for {' and '.join(flag.fits)}"
        console.print(f"  {escape(shown)}", highlight=False, soft_wrap=True)
    if total > MAX_SHOWN:
        console.print(f"  and {total - MAX_SHOWN:,} more", highlight=False)
