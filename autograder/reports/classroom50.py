"""Classroom 50's result.json, format classroom50/result/v1: whole points, and who asked is in the environment.

Its runner sets the variables and stamps owner and times itself.
"""

from collections.abc import Iterable, Iterator

import msgspec

from ..results.model import ExerciseResult, QuizResult, SubmissionResult, Verdict
from ..text import printable
from .format import Context, Format, only

# Field of the file -> the variable that its runner sets.
VARIABLES = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}


class Test(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """One exercise, or the quiz of a topic."""

    test_name: str
    passed: bool
    score: int
    max_score: int


class Result(msgspec.Struct, frozen=True, kw_only=True, rename={"max_score": "max-score"}):
    """The file result.json."""

    schema: str
    classroom: str
    assignment: str
    submission: str
    commit: str
    release: str
    review: str
    datetime: str  # UTC
    score: int
    max_score: int
    tests: list[Test]


def render(results: Iterable[SubmissionResult], context: Context) -> Iterator[str]:
    """The whole file. Outside of its runner, the fields that only it knows say "unknown"."""
    result = only(results)
    tests = [_test(exercise.name, exercise) for exercise in result.exercises]
    tests += [_test(f"quiz {quiz.topic}", quiz) for quiz in result.quizzes]
    given = {field: printable(context.environment.get(variable, "")) for field, variable in VARIABLES.items()}
    given["review"] = given["review"] or given["commit"]
    known = {field: value or "unknown" for field, value in given.items()}
    file = Result(
        schema="classroom50/result/v1",
        datetime=context.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        score=sum(test.score for test in tests),
        max_score=sum(test.max_score for test in tests),
        tests=tests,
        **known,
    )
    yield msgspec.json.format(msgspec.json.encode(file), indent=2).decode() + "\n"


def _test(name: str, part: ExerciseResult | QuizResult) -> Test:
    """Points are rounded down: what is not all right is not full marks."""
    return Test(
        test_name=name,
        passed=part.verdict is Verdict.PASSED,
        score=int(part.points),
        max_score=int(part.worth),
    )


FORMAT = Format(name="classroom50", what="Classroom 50's result.json, in whole points", render=render)
