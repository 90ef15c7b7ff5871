"""An earlier result of the same submission: which exercises it still answers, and which marks are kept."""

from collections.abc import Sequence

import msgspec

from ...course.model import Exercise
from ...results.model import CheckLabel, CheckResult, ExerciseResult, SubmissionResult, Verdict
from ...results.points import exercise_result
from ...text import Text

# A check that ran into a limit might pass when it runs beside other checks.
UNCERTAIN = (Verdict.TIMED_OUT, Verdict.BROKEN)


class EarlierResult:
    """The earlier result of one submission, exercise by exercise. None: there is no earlier result."""

    def __init__(self, result: SubmissionResult | None) -> None:
        self.content_hash = result.content_hash if result else None
        self.confinement = result.confinement if result else {}
        self.problems = result.problems if result else ()
        self.exercises = {exercise.name: exercise for exercise in result.exercises} if result else {}

    def has_problem(self, sentence: Text) -> bool:
        """Return True if the earlier result reports this problem."""
        return any(problem.sentence == sentence for problem in self.problems)

    def kept(self, exercise: Exercise, key: str, file: str, labels: Sequence[CheckLabel]) -> ExerciseResult | None:
        """Return the exercise's earlier result under today's titles, weights and points; None if it must run again.

        key: of all that the result depends on.
        file: the submission's file for the exercise's topic.
        labels: of the exercise's checks today, in order.
        """
        before = self.exercises.get(exercise.name)
        if before is None or before.key != key or before.file != file:
            return None
        if not _may_be_kept(before.checks, labels):
            return None
        has_same_labels = [check.label for check in before.checks] == list(labels)
        if (
            has_same_labels
            and (before.worth, before.possible) == (exercise.worth, exercise.points)
            and before.raised_from is None
        ):
            return before
        checks = []
        for check, label in zip(before.checks, labels, strict=True):
            checks.append(msgspec.structs.replace(check, **msgspec.structs.asdict(label)))
        result = exercise_result(
            exercise,
            checks,
            before.misconceptions,
            place=(before.file, before.line),
            key=before.key,
        )
        return msgspec.structs.replace(result, suspicious=before.suspicious)

    def not_lower(self, result: ExerciseResult) -> ExerciseResult:
        """Return the result with the earlier mark if that is better, but never above today's points."""
        before = self.exercises.get(result.name)
        if before is None:
            return result
        points = min(before.points, result.possible)
        if points <= result.points:
            return result
        return msgspec.structs.replace(result, points=points, raised_from=result.points)


def _may_be_kept(checks: Sequence[CheckResult], labels: Sequence[CheckLabel]) -> bool:
    """Return True if the checks are the same as today's, and none of their verdicts is uncertain."""
    if [check.id for check in checks] != [label.id for label in labels]:
        return False
    return not any(check.verdict in UNCERTAIN for check in checks)
