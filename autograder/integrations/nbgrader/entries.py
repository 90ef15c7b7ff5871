"""One student's line in nbgrader's gradebook, made from the student's scores."""

import datetime
from collections.abc import Iterable, Mapping

import msgspec

from .scores import Score


class GradebookEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One student's line in the gradebook for one notebook."""

    student: str
    timestamp: datetime.datetime | None  # of handing in, UTC; None if it is unknown
    points: dict[str, float | None]  # grade_id -> points; None if a person must grade the cell
    untouched: frozenset[str]  # solution cells without an answer


class LateNotebook(msgspec.Struct, frozen=True, kw_only=True):
    """A notebook that was handed in after the due date."""

    student: str
    seconds: float  # after the due date
    score: float
    id: str  # of the submitted notebook


def gradebook_entry(
    student: str,
    scores: Mapping[str, Score],
    maximums: Mapping[str, float],
    *,
    timestamp: datetime.datetime | None = None,
) -> GradebookEntry:
    """Return the student's entry for the cells in `maximums` (grade_id -> points). A cell without a score earns 0."""
    points: dict[str, float | None] = {}
    for cell, maximum in maximums.items():
        points[cell] = 0.0
        if cell in scores:
            points[cell] = scores[cell].points(maximum)
    return GradebookEntry(
        student=student,
        timestamp=timestamp,
        points=points,
        untouched=_untouched_cells(scores.values()),
    )


def _untouched_cells(scores: Iterable[Score]) -> frozenset[str]:
    """Return the solution cells of the exercises that were not attempted."""
    untouched = set()
    for score in scores:
        if score.solution_cell is not None and not score.is_attempted:
            untouched.add(score.solution_cell)
    return frozenset(untouched)
