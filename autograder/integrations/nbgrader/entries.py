"""One student's row for nbgrader's gradebook."""

import datetime

import msgspec


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What one student gets in the gradebook for one notebook."""

    student: str
    timestamp: datetime.datetime | None  # when it was handed in, UTC; None where that is not known
    points: dict[str, float | None]  # grade_id -> points; None where a person must say
    untouched: frozenset[str]  # solution cells without an answer


class Late(msgspec.Struct, frozen=True):
    """A notebook that was handed in after its time."""

    student: str
    seconds: float
    score: float
    id: str  # of the submitted notebook
