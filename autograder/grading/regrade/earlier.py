"""An earlier result of the same submission: which exercises it still answers, and which marks are kept."""

from collections.abc import Sequence

import msgspec

from ...course.model import Exercise
from ...results.model import CheckLabel, ExerciseResult, SubmissionResult, Verdict
from ...results.points import exercise_result
from ...text import Text

# A check that ran into a limit might have had more time in another company.
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
        found = self.exercises.get(exercise.name)
        if found is None or found.key != key or found.file != file:
            return None
        if [check.id for check in found.checks] != [label.id for label in labels]:
            return None
        if any(check.verdict in UNCERTAIN for check in found.checks):
            return None
        is_unchanged = [check.label for check in found.checks] == list(labels)
        if is_unchanged and found.worth == exercise.points and found.raised_from is None:
            return found
        checks = []
        for check, label in zip(found.checks, labels, strict=True):
            checks.append(msgspec.structs.replace(check, **msgspec.structs.asdict(label)))
        return exercise_result(
            exercise.name,
            exercise.topic,
            exercise.points,
            checks,
            found.misconceptions,
            place=(found.file, found.line),
            duration=found.duration,
            key=found.key,
        )

    def not_lower(self, result: ExerciseResult) -> ExerciseResult:
        """Return the result with the earlier mark if that is better, but never above today's points."""
        before = self.exercises.get(result.name)
        if before is None:
            return result
        points = min(before.points, result.worth)
        if points <= result.points:
            return result
        return msgspec.structs.replace(result, points=points, raised_from=result.points)
