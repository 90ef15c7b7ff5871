"""Classroom 50's result.json, format classroom50/result/v1: whole points, and who asked is in the environment.

Its runner sets the variables and stamps owner and times itself.
"""

from collections.abc import Iterable, Iterator, Mapping

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
    """Yield the whole file."""
    tests = _tests(only(results))
    file = Result(
        schema="classroom50/result/v1",
        datetime=context.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        score=sum(test.score for test in tests),
        max_score=sum(test.max_score for test in tests),
        tests=tests,
        **_runner_fields(context.environment),
    )
    yield msgspec.json.format(msgspec.json.encode(file), indent=2).decode() + "\n"


def _tests(result: SubmissionResult) -> list[Test]:
    """Return a test for each exercise and each quiz."""
    tests = []
    for exercise in result.exercises:
        tests.append(_test(exercise.name, exercise))
    for quiz in result.quizzes:
        tests.append(_test(f"quiz {quiz.topic}", quiz))
    return tests


def _runner_fields(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that Classroom 50's runner knows; "unknown" outside of it."""
    fields = {}
    for field, variable in VARIABLES.items():
        fields[field] = printable(environment.get(variable, ""))
    fields["review"] = fields["review"] or fields["commit"]
    for field, value in fields.items():
        if not value:
            fields[field] = "unknown"
    return fields


def _test(name: str, part: ExerciseResult | QuizResult) -> Test:
    """Return a test with whole points, rounded down: only a part that is all right gets full marks."""
    return Test(
        test_name=name,
        passed=part.verdict is Verdict.PASSED,
        score=int(part.points),
        max_score=int(part.worth),
    )


FORMAT = Format(name="classroom50", what="Classroom 50's result.json, in whole points", render=render)
