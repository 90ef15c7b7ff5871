"""Compute the points and the verdict of an exercise from its checks."""

from .model import GRAVITY, CheckResult, Diagnosis, ExerciseResult, Verdict


def exercise_result(
    name: str,
    topic: str,
    worth: float,
    checks: list[CheckResult],
    misconceptions: tuple[Diagnosis, ...],
    *,
    place: tuple[str, int | None] = ("", None),
    duration: float = 0.0,
    key: str = "",
) -> ExerciseResult:
    """Points are shared by weight among the checks that worked; a broken one leaves both sides of the fraction.

    A rule broken in any check costs the whole exercise.
    place: file and line in the submission.
    """
    worth = float(worth)  # the same bytes whether a result comes from a grader, a file or a cluster
    judged = [check for check in checks if check.verdict is not Verdict.BROKEN]
    total = sum(check.weight for check in judged)
    earned = sum(check.weight for check in judged if check.verdict is Verdict.PASSED)
    verdicts = {check.verdict for check in judged}
    verdict = next((grave for grave in GRAVITY if grave in verdicts), Verdict.BROKEN)
    if verdict is Verdict.REFUSED:
        earned = 0
    return ExerciseResult(
        name=name,
        topic=topic,
        verdict=verdict,
        points=round(worth * earned / total, 4) if total else 0.0,
        worth=worth if total else 0.0,
        misconceptions=misconceptions,
        checks=tuple(checks),
        file=place[0],
        line=place[1],
        duration=duration,
        key=key,
    )
