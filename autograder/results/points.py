"""Compute points: of a check, an exercise, a quiz and a submission. Every rule about points and rounding is here."""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from ..course.model import Exercise
from ..text import Text
from .model import GRAVITY, CheckResult, Diagnosis, ExerciseResult, QuizResult, Verdict

DECIMALS = 4  # of every number of points in a result, a total or a report
TOLERANCE = 1e-6  # points; a sum of rounded shares may miss its bar by this much
EARNS_NOTHING = Text(
    "No points yet: a trivial answer, such as zeros, passes these checks, too. They count once you pass another one.",
    "暂不计分：随便返回一个值（例如全零）也能通过这些检查。再通过一项别的检查，它们才计分。",
)
QUESTION_DECIMALS = 6  # of one question's points: a quiz adds up many small shares before it rounds


def rounded(points: float) -> float:
    """Return points with as many decimals as results and reports show."""
    return round(points, DECIMALS)


def question_points(points: float) -> float:
    """Return one question's points with as many decimals as a result keeps."""
    return round(points, QUESTION_DECIMALS)


def share_by_weight(worth: float, weight: float, total: float) -> float:
    """Return the points that `weight` of a `total` weight earns; 0 if the total is 0."""
    return rounded(worth * weight / total) if total else 0.0


def is_below(points: float, worth: float, percent: float) -> bool:
    """Return True if the points are less than `percent` of the worth."""
    return points < worth * percent / 100 - TOLERANCE


def total_points(exercises: Sequence[ExerciseResult], quizzes: Sequence[QuizResult]) -> tuple[float, float]:
    """Return (points, worth) of a submission."""
    points = sum(exercise.points for exercise in exercises) + sum(quiz.points for quiz in quizzes)
    worth = sum(exercise.worth for exercise in exercises) + sum(quiz.worth for quiz in quizzes)
    return rounded(points), rounded(worth)


def exercise_shares(exercise: ExerciseResult, checks: Sequence[CheckResult]) -> tuple[float, float]:
    """Return (points, worth) of some of an exercise's checks. A refused exercise earns nothing."""
    total = _judged_weight(exercise.checks)
    earned = 0 if exercise.verdict is Verdict.REFUSED else _passed_weight(checks)
    points = share_by_weight(exercise.possible, earned, total)
    worth = share_by_weight(exercise.worth, _judged_weight(checks), total)
    return points, worth


def is_mixed(checks: Iterable[CheckResult]) -> bool:
    """Return True if some checks passed and some did not: only then does it matter what trivial answers pass."""
    verdicts = {check.verdict for check in checks} - {Verdict.BROKEN}
    return Verdict.PASSED in verdicts and len(verdicts) > 1


def without_trivial(checks: Sequence[CheckResult], trivial: Collection[str]) -> list[CheckResult]:
    """Return an exercise's checks so that those which trivial answers pass earn nothing alone.

    They earn their share once a check is passed that no trivial answer passes.
    trivial: ids of the checks that a trivial answer passes.
    """
    passed = {check.id for check in checks if check.verdict is Verdict.PASSED}
    if not passed <= set(trivial):
        return list(checks)
    changed = []
    for check in checks:
        if check.id in passed:
            check = msgspec.structs.replace(check, earns=False, message=EARNS_NOTHING)
        changed.append(check)
    return changed


def exercise_result(
    exercise: Exercise,
    checks: Sequence[CheckResult],
    misconceptions: tuple[Diagnosis, ...] = (),
    *,
    place: tuple[str, int | None] = ("", None),
    key: str = "",
) -> ExerciseResult:
    """Return an exercise's result: its checks share the points by weight.

    The points of an optional exercise are a bonus: its worth is 0, so the total does not count them.
    A broken check counts neither as earned nor as possible. A rule broken in any check costs the whole exercise.
    place: file and line in the submission.
    """
    total = _judged_weight(checks)
    possible = float(exercise.points) if total else 0.0  # a float: the same bytes from a grader, a file or a cluster
    verdict = _gravest(checks)
    earned = 0 if verdict is Verdict.REFUSED else _passed_weight(checks)
    file, line = place
    return ExerciseResult(
        name=exercise.name,
        topic=exercise.topic,
        verdict=verdict,
        points=share_by_weight(possible, earned, total),
        worth=0.0 if exercise.optional else possible,
        bonus=possible if exercise.optional else 0.0,
        misconceptions=misconceptions,
        checks=tuple(checks),
        file=file,
        line=line,
        key=key,
    )


def _gravest(checks: Iterable[CheckResult]) -> Verdict:
    """Return the gravest verdict of the checks that worked; BROKEN if none did."""
    verdicts = {check.verdict for check in checks}
    for verdict in GRAVITY:
        if verdict in verdicts:
            return verdict
    return Verdict.BROKEN


def _judged_weight(checks: Iterable[CheckResult]) -> int:
    return sum(check.weight for check in checks if check.verdict is not Verdict.BROKEN)


def _passed_weight(checks: Iterable[CheckResult]) -> int:
    return sum(check.weight for check in checks if check.verdict is Verdict.PASSED and check.earns)
