"""The outcome of a class run: one `Graded` per submission, added up in a `ClassOutcome`."""

from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path

import msgspec

from ..text import NOTHING, Text
from .points import is_below
from .summary import ClassTally, Summary

LARGE = 200  # submissions; a larger class is shown in numbers, not row by row


class RunStatus(IntEnum):
    """The exit status of a class run."""

    ALL_GRADED = 0
    SOME_UNREADABLE = 1
    BROKEN_COURSE = 2
    BELOW_BAR = 3


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one submission: a result, or the reason why there is none."""

    path: Path
    target: Path  # the result file, if there is one
    summary: Summary | None = None
    reason: Text = NOTHING
    kept: bool = False  # graded by an earlier run
    is_ours: bool = False  # the grader failed, not the submission


class ClassOutcome:
    """The outcome of a class run so far. Only a small class keeps a row for each submission.

    submissions: how many there are.
    fail_under: percent of the points below which a submission is counted as below the bar.
    students: path -> student, for submissions that are not named after their student.
    """

    def __init__(
        self,
        submissions: int,
        *,
        fail_under: float | None = None,
        students: Mapping[Path, str] | None = None,
    ) -> None:
        self.fail_under = fail_under
        self.students = students or {}
        self.is_large = submissions > LARGE
        self.below = 0
        self.kept = 0
        self.targets: list[Path] = []
        self.rows: list[Summary] = []
        self.tally = ClassTally()
        self.ungraded: list[Graded] = []

    def add(self, graded: Graded) -> None:
        """Count one more submission."""
        self.kept += graded.kept
        if graded.summary is None:
            self.ungraded.append(graded)
            return
        self.tally.add(graded.summary)
        self.targets.append(graded.target)
        if self._is_below(graded.summary):
            self.below += 1
        if not self.is_large:
            self.rows.append(graded.summary)

    def _is_below(self, summary: Summary) -> bool:
        return self.fail_under is not None and is_below(summary.points, summary.worth, self.fail_under)

    @property
    def graded(self) -> int:
        """The number of submissions that have a result."""
        return len(self.targets)

    @property
    def unreadable(self) -> list[Graded]:
        """The submissions that could not be read, by path."""
        found = [graded for graded in self.ungraded if not graded.is_ours]
        return sorted(found, key=lambda graded: graded.path)

    @property
    def grader_failed(self) -> bool:
        """True if the grader itself failed on a submission."""
        return len(self.unreadable) < len(self.ungraded)

    @property
    def status(self) -> RunStatus:
        """The exit status of the run."""
        if self.tally.broken or self.grader_failed:
            return RunStatus.BROKEN_COURSE
        if self.ungraded:
            return RunStatus.SOME_UNREADABLE
        if self.below:
            return RunStatus.BELOW_BAR
        return RunStatus.ALL_GRADED
