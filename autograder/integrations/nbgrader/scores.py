"""A result as nbgrader needs it: points and feedback for each grade cell."""

from collections.abc import Sequence

import msgspec
from rich.text import Text as Markup

from ...reports.quiz import show_quizzes
from ...reports.terminal import escape, show_exercise
from ...results.model import ExerciseResult, QuizResult, SubmissionResult, Verdict
from ...results.points import rounded
from ...text import Language
from .source.cells import cell_id

QUIZ_CELL = "grade-quiz"  # grade_id of the cell that a topic's quiz is graded in


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """The share of its points that one grade cell earned, and the feedback."""

    share: float | None  # 0 to 1; None if the checks are broken and a person must grade the cell
    feedback: str
    is_attempted: bool
    solution_cell: str | None  # grade_id of the cell that holds the answer; a quiz has none

    def points(self, maximum: float) -> float | None:
        """Return the points out of `maximum`, never more and never less than 0."""
        return None if self.share is None else min(max(rounded(maximum * self.share), 0.0), maximum)


def scores_of(result: SubmissionResult, topic: str, language: Language) -> dict[str, Score]:
    """Return grade_id -> score for one topic of a result."""
    scores = {}
    for exercise in result.exercises:
        if exercise.topic == topic:
            scores[cell_id("grade", exercise.name)] = _exercise_score(exercise, language)
    for quiz in result.quizzes:
        if quiz.topic == topic:
            scores[QUIZ_CELL] = _quiz_score(quiz, language)
    return scores


def _exercise_score(exercise: ExerciseResult, language: Language) -> Score:
    lines: list[str] = []
    show_exercise(exercise, language, lines.append)
    return Score(
        share=_share(exercise),
        feedback=_plain_text(lines),
        is_attempted=exercise.verdict is not Verdict.NOT_ATTEMPTED,
        solution_cell=cell_id("", exercise.name),
    )


def _quiz_score(quiz: QuizResult, language: Language) -> Score:
    lines: list[str] = []
    show_quizzes([quiz], language, lines.append, escape=escape)
    return Score(
        share=_share(quiz),
        feedback=_plain_text(lines),
        is_attempted=any(question.verdict is not Verdict.NOT_ATTEMPTED for question in quiz.questions),
        solution_cell=None,
    )


def _share(result: ExerciseResult | QuizResult) -> float | None:
    """Return the earned share; None for a result that is worth nothing because its checks are broken."""
    possible = result.possible if isinstance(result, ExerciseResult) else result.worth
    return result.points / possible if possible else None


def _plain_text(lines: Sequence[str]) -> str:
    """Return the lines without rich's markup."""
    return "".join(f"{Markup.from_markup(line).plain}\n" for line in lines)
