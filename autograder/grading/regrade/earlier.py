"""What of an earlier result still holds, and which marks are kept."""

from collections.abc import Mapping

import msgspec

from ...course.model import Exercise
from ...results.model import CheckResult, ExerciseResult, SubmissionResult, Verdict
from ...results.points import exercise_result
from ...source import Source, Unreadable
from ...text import Text
from .stateless import may_remember

# What a check that ran into a limit was given depends on the other exercises' use of the submission's time.
UNCERTAIN = (Verdict.TIMED_OUT, Verdict.BROKEN)


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What a result says of a check, whatever became of it."""

    id: str
    title: Text  # as its student may read it
    visible: bool
    weight: int
    key: str


Kept = ExerciseResult | dict[str, CheckResult]  # the whole exercise, or some of its checks


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
        labels: Mapping[str, Label],
    ) -> Kept:
        """The exercise's result, where nothing of it need be run; or check -> its result, for those that need not.

        Everything under today's titles, weights and points.
        place: the file for the exercise's topic, and what stands in it.
        labels: of the exercise's checks, in order.
        """
        file, source = place
        found = self.exercises.get(exercise.name)
        if found is None or found.key != key or found.file != file:
            return {}
        if any(check.verdict in UNCERTAIN for check in found.checks):
            return {}
        today = list(labels.values())
        if found.worth == exercise.points and found.raised_from is None and list(map(_label, found.checks)) == today:
            return found
        before = {check.key: check for check in found.checks}
        is_same = [label.key for label in today] == list(before)
        if len(before) < len(found.checks) or (not is_same and _may_differ(source)):
            return {}
        kept = {check: _relabelled(before[label.key], label) for check, label in labels.items() if label.key in before}
        has_failed = any(check.verdict is not Verdict.PASSED for check in kept.values())
        if len(kept) == len(today) == len(before):
            return exercise_result(
                *(exercise.name, exercise.topic, exercise.points, [*kept.values()]),
                found.misconceptions if has_failed else (),
                place=(found.file, found.line),
                duration=found.duration,
                key=found.key,
            )
        return {} if has_failed else kept  # what failed took part in the diagnosis, together with all else that failed

    def not_lower(self, result: ExerciseResult) -> ExerciseResult:
        """With the earlier mark, where that is better; never more than the exercise is worth today."""
        before = self.exercises.get(result.name)
        points = min(before.points, result.worth) if before else 0.0
        if points <= result.points:
            return result
        return msgspec.structs.replace(result, points=points, raised_from=result.points)


def _may_differ(source: Source | Unreadable | None) -> bool:
    """Whether a check's outcome could depend on those that ran before it."""
    return not isinstance(source, Source) or may_remember(source)


def _label(found: CheckResult) -> Label:
    return Label(id=found.id, title=found.title, visible=found.visible, weight=found.weight, key=found.key)


def _relabelled(found: CheckResult, label: Label) -> CheckResult:
    return msgspec.structs.replace(found, **msgspec.structs.asdict(label))
