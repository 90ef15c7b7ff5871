"""How points are computed. This is the only place.

An exercise's points are shared by weight among the checks that worked: a broken check leaves both sides of the
fraction. A forbidden shortcut in any check costs the whole exercise.
"""

from collections.abc import Iterable, Sequence

from .model import GRAVITY, CheckResult, Diagnosis, ExerciseResult, QuizResult, Verdict

DIGITS = 4  # of points in results
QUESTION_DIGITS = 6  # of a single question's points, so that their sum is right to DIGITS


def rounded(points: float, digits: int = DIGITS) -> float:
    """Return points as results store them."""
    return round(points, digits)


def share(worth: float, part: float, whole: float) -> float:
    """Return the points for a part of the whole; 0 if the whole is 0."""
    return rounded(worth * part / whole) if whole else 0.0


def judged_weight(checks: Iterable[CheckResult]) -> int:
    """Return the weight of the checks that worked."""
    return sum(check.weight for check in checks if check.verdict is not Verdict.BROKEN)


def passed_weight(checks: Iterable[CheckResult]) -> int:
    """Return the weight of the checks that passed."""
    return sum(check.weight for check in checks if check.verdict is Verdict.PASSED)


def exercise_verdict(checks: Iterable[CheckResult]) -> Verdict:
    """Return the gravest verdict of the checks that worked; BROKEN if none did."""
    verdicts = {check.verdict for check in checks}
    for verdict in GRAVITY:
        if verdict in verdicts:
            return verdict
    return Verdict.BROKEN


def exercise_result(
    name: str,
    topic: str,
    worth: float,
    checks: Sequence[CheckResult],
    misconceptions: tuple[Diagnosis, ...],
    *,
    place: tuple[str, int | None] = ("", None),
    duration: float = 0.0,
    key: str = "",
) -> ExerciseResult:
    """Return an exercise's result, with its verdict and points.

    worth: the exercise's points in the course.
    place: file and line in the submission.
    """
    worth = float(worth)  # the same bytes whether a result comes from a grader, a file or a cluster
    verdict = exercise_verdict(checks)
    whole = judged_weight(checks)
    earned = 0 if verdict is Verdict.REFUSED else passed_weight(checks)
    file, line = place
    return ExerciseResult(
        name=name,
        topic=topic,
        verdict=verdict,
        points=share(worth, earned, whole),
        worth=worth if whole else 0.0,
        misconceptions=misconceptions,
        checks=tuple(checks),
        file=file,
        line=line,
        duration=duration,
        key=key,
    )


def points_of_checks(exercise: ExerciseResult, checks: Sequence[CheckResult]) -> tuple[float, float]:
    """Return (points, worth) of some checks of an exercise."""
    whole = judged_weight(exercise.checks)
    earned = 0 if exercise.verdict is Verdict.REFUSED else passed_weight(checks)
    return share(exercise.worth, earned, whole), share(exercise.worth, judged_weight(checks), whole)


def submission_points(exercises: Iterable[ExerciseResult], quizzes: Iterable[QuizResult]) -> tuple[float, float]:
    """Return (points, worth) of a submission."""
    parts: list[ExerciseResult | QuizResult] = [*exercises, *quizzes]
    points = sum(part.points for part in parts)
    worth = sum(part.worth for part in parts)
    return rounded(points), rounded(worth)
