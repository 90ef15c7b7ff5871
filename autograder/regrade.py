"""What of an earlier result still holds, and which marks are kept."""

import operator
from collections.abc import Mapping, Sequence

import msgspec

from .checks.collect import Check
from .course import Exercise
from .results import CheckResult, ExerciseResult, SubmissionResult, Verdict, exercise_result
from .source import Source, Unreadable
from .stateless import may_remember
from .text import Text

# What a check that ran into a limit was given depends on the other exercises' use of the submission's time.
UNCERTAIN = {Verdict.TIMED_OUT, Verdict.BROKEN}


class Label(msgspec.Struct, frozen=True):
    """What a result calls a check."""

    id: str
    title: Text  # as its student may read it
    key: str


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
        self,
        exercise: Exercise,
        key: str,
        place: tuple[str, Source | Unreadable | None],
        checks: Sequence[Check],
        labels: Mapping[str, Label],
    ) -> dict[str, CheckResult]:
        """Check -> its result, as today's results call it; without the checks that must be run again.

        place: the file for the exercise's topic, and what stands in it.
        """
        file, source = place
        found = self.exercises.get(exercise.name)
        if found is None or found.key != key or found.file != file:
            return {}
        before = {check.key: check for check in found.checks}
        if len(before) < len(found.checks) or any(check.verdict in UNCERTAIN for check in found.checks):
            return {}
        is_same = [labels[check.id].key for check in checks] == list(before)
        if not is_same and (not isinstance(source, Source) or may_remember(source)):
            return {}
        kept = {
            check.id: _relabelled(before[labels[check.id].key], check, labels[check.id])
            for check in checks
            if labels[check.id].key in before
        }
        is_all = len(kept) == len(checks) == len(before)
        # What failed took part in the diagnosis, together with all else that failed.
        return kept if is_all or all(check.verdict is Verdict.PASSED for check in kept.values()) else {}

    def whole(self, exercise: Exercise, kept: Mapping[str, CheckResult]) -> ExerciseResult:
        """The exercise's result where all its checks were kept: under today's titles, weights and points."""
        found, checks = self.exercises[exercise.name], list(kept.values())
        is_same = len(checks) == len(found.checks) and all(map(operator.is_, checks, found.checks))
        if is_same and found.worth == exercise.points and found.raised_from is None:
            return found
        has_failed = any(check.verdict is not Verdict.PASSED for check in checks)
        return exercise_result(
            *(exercise.name, exercise.topic, exercise.points, checks, found.misconceptions if has_failed else ()),
            place=(found.file, found.line),
            duration=found.duration,
            key=found.key,
        )

    def not_lower(self, result: ExerciseResult) -> ExerciseResult:
        """With the earlier mark, where that is better; never more than the exercise is worth today."""
        before = self.exercises.get(result.name)
        points = min(before.points, result.worth) if before else 0.0
        if points <= result.points:
            return result
        return msgspec.structs.replace(result, points=points, raised_from=result.points)


def _relabelled(found: CheckResult, check: Check, label: Label) -> CheckResult:
    if (found.id, found.weight, found.visible, found.title) == (label.id, check.weight, check.visible, label.title):
        return found
    return msgspec.structs.replace(found, id=label.id, title=label.title, weight=check.weight, visible=check.visible)
