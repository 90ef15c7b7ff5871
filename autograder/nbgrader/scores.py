"""A result as nbgrader wants it: points and feedback for each grade cell."""

from collections.abc import Callable

import msgspec
from rich.text import Text as Markup

from ..notebooks.cells import cell_id
from ..reports.terminal import show_exercise
from ..results import ExerciseResult, SubmissionResult, Verdict
from ..text import Language


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What one grade cell earned."""

    share: float | None  # 0 to 1; None where its checks are at fault, and a person must say
    feedback: str
    is_attempted: bool

    def points(self, maximum: float) -> float | None:
        """Out of `maximum`, never more and never less than 0."""
        return None if self.share is None else min(max(round(maximum * self.share, 4), 0.0), maximum)


def scores_of(result: SubmissionResult, topic: str, language: Language) -> dict[str, Score]:
    """grade_id -> score, for one topic of a result."""
    return {
        cell_id("grade", exercise.name): Score(
            share=exercise.points / exercise.worth if exercise.worth else None,
            feedback=_feedback(exercise, language),
            is_attempted=exercise.verdict is not Verdict.NOT_ATTEMPTED,
        )
        for exercise in result.exercises
        if exercise.topic == topic
    }


def _feedback(exercise: ExerciseResult, language: Language) -> str:
    lines: list[str] = []
    add: Callable[[str], None] = lines.append
    show_exercise(exercise, language, add)
    return "".join(f"{Markup.from_markup(line).plain}\n" for line in lines)
