"""Gradescope's results.json: a test for each exercise's visible checks, and one for its hidden ones; a test a quiz."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from ..course.model import GradescopeVisibility
from ..results.model import CheckResult, ExerciseResult, QuizResult, SubmissionResult, Verdict
from ..results.points import exercise_shares
from ..text import Language, Text
from .format import Context, Format, only
from .quiz import QUIZ_OF, messages, state, wrong_questions

VISIBLE = Text("{name}: the checks that you have", "{name}：你手上的检查")
FAULTLESS = (Verdict.PASSED, Verdict.BROKEN)
HIDDEN = Text("{name}: hidden checks", "{name}：隐藏检查")


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """One line of Gradescope's list."""

    name: str
    number: str
    score: float
    max_score: float
    status: Literal["passed", "failed"]
    output: str
    tags: list[str]
    visibility: GradescopeVisibility
    name_format: str = "text"  # nothing of a student's is markup
    output_format: str = "text"


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """The file results.json."""

    score: float
    output: str
    tests: list[Test]
    visibility: str = "visible"
    stdout_visibility: str = "hidden"
    output_format: str = "text"
    test_output_format: str = "text"
    test_name_format: str = "text"


def render(results: Iterable[SubmissionResult], context: Context) -> Iterator[str]:
    """Yield the whole file."""
    result = only(results)
    tests: list[Test] = []
    for number, exercise in enumerate(result.exercises, 1):
        tests += _exercise_tests(exercise, number, context)
    for number, quiz in enumerate(result.quizzes, len(result.exercises) + 1):
        tests.append(_quiz_test(quiz, number, context))
    file = Results(score=result.points, output=_output(result, context.language), tests=tests)
    yield msgspec.json.format(msgspec.json.encode(file), indent=2).decode() + "\n"


def _output(result: SubmissionResult, language: Language) -> str:
    lines = [f"{result.points:g} / {result.worth:g}"]
    for problem in result.problems:
        for line in problem.sentence.lines(language):
            lines.append(f"{problem.file}: {line}" if problem.file else line)
    return "\n".join(lines)


def _exercise_tests(exercise: ExerciseResult, number: int, context: Context) -> list[Test]:
    """Return a test for the visible checks and one for the hidden ones, each if there are any.

    The misconceptions stand with the first test that has a fault.
    """
    shown = context.course.gradescope
    visible = Part(
        name=VISIBLE.filled(name=exercise.name),
        number=f"{number}.1",
        visibility=shown.visible,
        checks=[check for check in exercise.checks if check.visible],
    )
    hidden = Part(
        name=HIDDEN.filled(name=exercise.name),
        number=f"{number}.2",
        visibility=shown.hidden,
        checks=[check for check in exercise.checks if not check.visible],
    )
    advice = _advice(exercise, context.language)
    tests = []
    for part in (visible, hidden):
        if not part.checks:
            continue
        if _has_fault(part.checks):
            tests.append(_part_test(exercise, part, context.language, advice=advice))
            advice = []
        else:
            tests.append(_part_test(exercise, part, context.language, advice=[]))
    return tests


class Part(NamedTuple):
    """The visible or the hidden part of an exercise."""

    name: Text
    number: str
    visibility: GradescopeVisibility
    checks: Sequence[CheckResult]


def _advice(exercise: ExerciseResult, language: Language) -> list[str]:
    """Return the lines that name the exercise's misconceptions."""
    lines: list[str] = []
    for diagnosis in exercise.misconceptions:
        lines += diagnosis.sentence.lines(language)
    return lines


def _part_test(exercise: ExerciseResult, part: Part, language: Language, *, advice: Sequence[str]) -> Test:
    """Return a part as a test whose output begins with the advice."""
    points, worth = exercise_shares(exercise, part.checks)
    return Test(
        name=" · ".join(part.name.lines(language)),
        number=part.number,
        score=points,
        max_score=worth,
        status="failed" if _has_fault(part.checks) else "passed",
        output="\n".join([*advice, *_check_lines(part.checks, language)]),
        tags=[exercise.topic],
        visibility=part.visibility,
    )


def _has_fault(checks: Sequence[CheckResult]) -> bool:
    return any(check.verdict not in FAULTLESS for check in checks)


def _quiz_test(quiz: QuizResult, number: int, context: Context) -> Test:
    """Return a quiz as a test that shows each wrong answer with the reply to it."""
    lines = state(quiz).lines(context.language)
    for question in wrong_questions(quiz):
        prompt, *others = messages(question, context.language)
        lines.append(f"{question.verdict.symbol} {question.id}  {prompt}")
        lines += [f"    {line}" for line in others]
    return Test(
        name=" · ".join(QUIZ_OF.filled(topic=quiz.topic).lines(context.language)),
        number=str(number),
        score=quiz.points,
        max_score=quiz.worth,
        status="passed" if quiz.verdict in FAULTLESS else "failed",
        output="\n".join(lines),
        tags=[quiz.topic],
        visibility=context.course.gradescope.visible,
    )


def _check_lines(checks: Sequence[CheckResult], language: Language) -> Iterator[str]:
    """Yield each check with its message; the message alone if all checks have the same."""
    first = checks[0].message
    if first and all(check.message == first for check in checks):  # for example, the file is missing and no check ran
        yield from first.lines(language)
        return
    for check in checks:
        title = " ".join(check.title.lines(language))
        yield f"{check.verdict.symbol} {title}"
        yield from _message_lines(check, language)


def _message_lines(check: CheckResult, language: Language) -> Iterator[str]:
    """Yield the check's message, indented."""
    if not check.message:
        return
    for line in check.message.lines(language):
        yield f"    {line}"


FORMAT = Format(name="gradescope", what="Gradescope's results.json", render=render)
