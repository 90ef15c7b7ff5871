"""A result as nbgrader wants it: points and feedback for each grade cell."""

from collections.abc import Callable
from functools import partial

import msgspec
from rich.text import Text as Markup

from ...reports.quiz import show_quizzes
from ...reports.terminal import escape, show_exercise
from ...results.model import ExerciseResult, QuizResult, SubmissionResult, Verdict
from ...results.points import rounded
from ...text import Language
from .source.cells import cell_id

QUIZ_CELL = "grade-quiz"  # of a topic's quiz


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What one grade cell earned."""

    share: float | None  # 0 to 1; None where its checks are at fault, and a person must say
    feedback: str
    is_attempted: bool

    def points(self, maximum: float) -> float | None:
        """Out of `maximum`, never more and never less than 0."""
        return None if self.share is None else min(max(rounded(maximum * self.share), 0.0), maximum)


def scores_of(result: SubmissionResult, topic: str, language: Language) -> dict[str, Score]:
    """grade_id -> score, for one topic of a result."""
    scores = {
        cell_id("grade", exercise.name): _score(
            exercise, exercise.verdict is not Verdict.NOT_ATTEMPTED, partial(show_exercise, exercise, language)
        )
        for exercise in result.exercises
        if exercise.topic == topic
    }
    for quiz in result.quizzes:
        if quiz.topic == topic:
            is_answered = any(question.verdict is not Verdict.NOT_ATTEMPTED for question in quiz.questions)
            show = partial(show_quizzes, [quiz], language, escape=escape)
            scores[QUIZ_CELL] = _score(quiz, is_answered, show)
    return scores


def _score(of: ExerciseResult | QuizResult, is_attempted: bool, show: Callable[[Callable[[str], None]], None]) -> Score:
    lines: list[str] = []
    show(lines.append)
    return Score(
        share=of.points / of.worth if of.worth else None,
        feedback="".join(f"{Markup.from_markup(line).plain}\n" for line in lines),
        is_attempted=is_attempted,
    )
