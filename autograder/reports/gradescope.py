"""Gradescope's results.json: a test for each exercise's visible checks, and one for its hidden ones; a test a quiz."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from ..course.model import GradescopeVisibility
from ..results.model import CheckResult, ExerciseResult, QuizResult, SubmissionResult, Verdict
from ..results.points import exercise_shares
from ..text import Language, Text
from .format import Context, Format, only
from .quiz import QUIZ_OF, state, told, wrong_questions

VISIBLE = Text("{name}: the checks that you have", "{name}：你手上的检查")
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
    """The whole file."""
    result = only(results)
    tests = [test for position, e in enumerate(result.exercises, 1) for test in _tests(e, str(position), context)]
    tests += [_quiz(quiz, str(n), context) for n, quiz in enumerate(result.quizzes, len(result.exercises) + 1)]
    file = Results(score=result.points, output=_output(result, context.language), tests=tests)
    yield msgspec.json.format(msgspec.json.encode(file), indent=2).decode() + "\n"


def _output(result: SubmissionResult, language: Language) -> str:
    lines = [f"{result.points:g} / {result.worth:g}"]
    for problem in result.problems:
        lines += [f"{problem.file}: {line}" if problem.file else line for line in problem.sentence.lines(language)]
    return "\n".join(lines)


def _tests(exercise: ExerciseResult, number: str, context: Context) -> Iterator[Test]:
    """The visible part and the hidden part; the misconception stands with the first of them that has a fault."""
    shown = context.course.gradescope
    advice = [line for d in exercise.misconceptions for line in d.sentence.lines(context.language)]
    parts: list[tuple[str, Text, GradescopeVisibility, list[CheckResult]]] = [
        ("1", VISIBLE, shown.visible, [check for check in exercise.checks if check.visible]),
        ("2", HIDDEN, shown.hidden, [check for check in exercise.checks if not check.visible]),
    ]
    for part, title, visibility, checks in parts:
        if not checks:
            continue
        wrong = [check for check in checks if check.verdict not in (Verdict.PASSED, Verdict.BROKEN)]
        score, max_score = exercise_shares(exercise, checks)
        yield Test(
            name=" · ".join(title.filled(name=exercise.name).lines(context.language)),
            number=f"{number}.{part}",
            score=score,
            max_score=max_score,
            status="failed" if wrong else "passed",
            output="\n".join([*(advice if wrong else []), *_lines(checks, context.language)]),
            tags=[exercise.topic],
            visibility=visibility,
        )
        if wrong:
            advice = []


def _quiz(quiz: QuizResult, number: str, context: Context) -> Test:
    """What is not right, with the answer and the reply to it."""
    lines = state(quiz).lines(context.language)
    for question in wrong_questions(quiz):
        prompt, *others = told(question, context.language)
        lines += [f"{question.verdict.symbol} {question.id}  {prompt}", *(f"    {line}" for line in others)]
    return Test(
        name=" · ".join(QUIZ_OF.filled(topic=quiz.topic).lines(context.language)),
        number=number,
        score=quiz.points,
        max_score=quiz.worth,
        status="passed" if quiz.verdict in (Verdict.PASSED, Verdict.BROKEN) else "failed",
        output="\n".join(lines),
        tags=[quiz.topic],
        visibility=context.course.gradescope.visible,
    )


def _lines(checks: Sequence[CheckResult], language: Language) -> Iterator[str]:
    messages = {check.message for check in checks}
    if len(messages) == 1 and checks[0].message:  # none was run: the file is missing, say
        yield from checks[0].message.lines(language)
        return
    for check in checks:
        yield f"{check.verdict.symbol} {' '.join(check.title.lines(language))}"
        if check.verdict is not Verdict.PASSED and check.message:
            yield from (f"    {line}" for line in check.message.lines(language))


FORMAT = Format(name="gradescope", what="Gradescope's results.json", render=render)
