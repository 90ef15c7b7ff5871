"""What of an earlier result still holds, and which marks are kept."""

from collections.abc import Mapping, Sequence

import msgspec

from .checks.collect import Check
from .course import Exercise
from .results import ExerciseResult, SubmissionResult, Verdict, exercise_result
from .text import Text

# What a check that ran into a limit was given depends on the other exercises' use of the submission's time.
UNCERTAIN = {Verdict.TIMED_OUT, Verdict.BROKEN}


class Earlier:
    """The earlier result of one submission, exercise by exercise."""

    def __init__(self, result: SubmissionResult | None) -> None:
        self.content_hash = result.content_hash if result else None
        self.confinement = result.confinement if result else {}
        self.problems = result.problems if result else ()
        self.exercises = {exercise.name: exercise for exercise in result.exercises} if result else {}

    def has_problem(self, sentence: Text) -> bool:
        """Whether the submission's student was told this."""
        return any(problem.sentence == sentence for problem in self.problems)

    def kept(
        self, exercise: Exercise, key: str, file: str, checks: Sequence[Check], names: Mapping[str, tuple[str, Text]]
    ) -> ExerciseResult | None:
        """The result under today's titles, weights and points; None where the checks must be run again.

        names: check -> its id and title, as the student may read them.
        """
        found = self.exercises.get(exercise.name)
        if found is None or found.key != key or found.file != file:
            return None
        if any(check.verdict in UNCERTAIN for check in found.checks):
            return None
        now = [(*names[check.id], check.weight, check.visible) for check in checks]
        before = [(check.id, check.title, check.weight, check.visible) for check in found.checks]
        if now == before and found.worth == exercise.points and found.raised_from is None:
            return found
        if [check[0] for check in now] != [check[0] for check in before]:
            return None
        renamed = [
            msgspec.structs.replace(old, title=title, weight=weight, visible=visible)
            for old, (_, title, weight, visible) in zip(found.checks, now, strict=True)
        ]
        return exercise_result(
            *(exercise.name, exercise.topic, exercise.points, renamed, found.misconceptions),
            place=(found.file, found.line),
            duration=found.duration,
            key=key,
        )

    def not_lower(self, result: ExerciseResult) -> ExerciseResult:
        """With the earlier mark, where that is better; never more than the exercise is worth today."""
        before = self.exercises.get(result.name)
        points = min(before.points, result.worth) if before else 0.0
        if points <= result.points:
            return result
        return msgspec.structs.replace(result, points=points, raised_from=result.points)
