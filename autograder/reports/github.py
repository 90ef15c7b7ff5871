"""GitHub Actions: a step summary in Markdown, and annotations on the student's own lines."""

import secrets
import string
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from ..results.model import SYMBOLS, CheckResult, ExerciseResult, QuestionResult, QuizResult, SubmissionResult, Verdict
from ..results.points import total_points
from ..text import Language, Text
from .format import Context, Format, only
from .inert import one_line, shortened
from .quiz import NOT_ATTEMPTED, QUIZ, QUIZ_OF, messages, state

MAX_SUMMARY = 1_000_000  # bytes; GitHub drops a step's summary above 1 MiB
MAX_ANNOTATIONS = 10  # of a kind; GitHub drops the others of a step
MAX_MESSAGE = 600  # characters of an annotation
MAX_TITLE = 80
MAX_PROBLEMS = 10
FAULTLESS = (Verdict.PASSED, Verdict.NOT_ATTEMPTED, Verdict.BROKEN)  # nothing for the student to mend
DONE = (Verdict.PASSED, Verdict.BROKEN)
ENTITIES = {ord(char): f"&#{ord(char)};" for char in string.punctuation}
POINTS = Text("{points} of {worth} points", "{points} / {worth} 分")
HEADINGS = Text("Topic|Points|Exercises", "主题|分数|练习")
NEXT = Text("Next: {name}", "接下来：{name}")
HINT = Text("A hint", "提示")
FILES = Text("The files", "文件")


# The summary


def render(results: Iterable[SubmissionResult], context: Context) -> Iterator[str]:
    """Yield the summary's lines until GitHub's limit is reached."""
    left = MAX_SUMMARY
    for line in _summary(only(results), context):
        left -= len(line.encode()) + 1
        if left < 0:
            return
        yield line + "\n"


def _summary(result: SubmissionResult, context: Context) -> Iterator[str]:
    """Yield the score, a table by topic, what to do next, and the problems with the files."""
    points = POINTS.filled(points=f"{result.points:g}", worth=f"{result.worth:g}")
    yield f"## {markdown(result.submission)}: {_joined(points, context.language)}"
    yield ""
    yield from _table(result, context.language)
    yield ""
    yield from _next_step(result, context)
    yield from _problems(result, context.language)


def _joined(text: Text, language: Language) -> str:
    return " · ".join(text.lines(language))


def _table(result: SubmissionResult, language: Language) -> Iterator[str]:
    """Yield a heading and a row for each topic."""
    yield f"| {' | '.join(_column_headings(language))} |"
    yield "|:---|---:|:---|"
    topics = {exercise.topic for exercise in result.exercises}
    topics.update(quiz.topic for quiz in result.quizzes)
    for topic in sorted(topics):  # names begin with a number: this is the course's order
        yield _row(result, topic, language)


def _column_headings(language: Language) -> list[str]:
    """Return each column's heading, in all languages that are shown."""
    headings = [line.split("|") for line in HEADINGS.lines(language)]
    return [" ".join(words) for words in zip(*headings, strict=True)]


def _row(result: SubmissionResult, topic: str, language: Language) -> str:
    """Return a topic's row: its points, and its exercises and quiz with their symbols."""
    exercises = [exercise for exercise in result.exercises if exercise.topic == topic]
    quizzes = [quiz for quiz in result.quizzes if quiz.topic == topic]
    points, worth = total_points(exercises, quizzes)
    quiz_name = " ".join(QUIZ.lines(language))
    marks = []
    for exercise in exercises:
        marks.append(f"{SYMBOLS[exercise.verdict]} {markdown(exercise.name)}")
    for quiz in quizzes:
        marks.append(f"{SYMBOLS[quiz.verdict]} {quiz_name}")
    return f"| {markdown(topic)} | {points:g}/{worth:g} | {' '.join(marks)} |"


def _next_step(result: SubmissionResult, context: Context) -> Iterator[str]:
    """Yield what to do next: an exercise, or a quiz once all exercises are done."""
    language = context.language
    exercise = _next_exercise(result.exercises)
    if exercise is not None:
        help = f"{_joined(HINT, language)}: `autograder hint {exercise.name}`"
        yield from _advice(exercise.name, _first_fault(exercise, language), help, language)
        return
    quiz = _next_quiz(result.quizzes)
    if quiz is not None:
        steps = state(quiz).lines(language)
        wrong = _wrong_answers(quiz)
        if wrong:
            steps = [*steps, *messages(wrong[0], language)]
        name = QUIZ_OF.filled(topic=quiz.topic)
        yield from _advice(name, steps, f"`autograder quiz {quiz.topic}`", language)


def _advice(name: str | Text, steps: Iterable[str], help: str, language: Language) -> Iterator[str]:
    yield f"### {markdown(_joined(NEXT.filled(name=name), language))}"
    yield ""
    for line in steps:
        yield f"- {markdown(line)}"
    yield f"- {help}"
    yield ""


def _problems(result: SubmissionResult, language: Language) -> Iterator[str]:
    """Yield the first problems with the files."""
    if not result.problems:
        return
    yield f"### {_joined(FILES, language)}"
    yield ""
    for problem in result.problems[:MAX_PROBLEMS]:
        prefix = f"{problem.file}: " if problem.file else ""
        for line in problem.sentence.lines(language):
            yield f"- {markdown(prefix + line)}"


def _next_exercise(exercises: Iterable[ExerciseResult]) -> ExerciseResult | None:
    """Return the first exercise that is not done: started ones before untouched ones."""
    unfinished = [exercise for exercise in exercises if exercise.verdict not in DONE]
    for exercise in unfinished:
        if exercise.verdict is not Verdict.NOT_ATTEMPTED:
            return exercise
    return unfinished[0] if unfinished else None


def _next_quiz(quizzes: Iterable[QuizResult]) -> QuizResult | None:
    """Return the first quiz that is not done: those with a wrong answer before those with none."""
    unfinished = [quiz for quiz in quizzes if quiz.verdict not in DONE]
    for quiz in unfinished:
        if _wrong_answers(quiz):
            return quiz
    return unfinished[0] if unfinished else None


def _wrong_answers(quiz: QuizResult) -> list[QuestionResult]:
    return [question for question in quiz.questions if question.verdict is Verdict.FAILED]


def _first_fault(exercise: ExerciseResult, language: Language) -> list[str]:
    """Return what is known to be wrong: the misconception, else the first check that does not pass."""
    if exercise.misconceptions:
        return exercise.misconceptions[0].sentence.lines(language)
    if exercise.verdict is Verdict.NOT_ATTEMPTED:
        return NOT_ATTEMPTED.lines(language)
    return _first_failure(exercise.checks, language)


def _first_failure(checks: Iterable[CheckResult], language: Language) -> list[str]:
    """Return title and message of the first check with a fault; the message alone if all checks share it."""
    wrong = [check for check in checks if check.verdict not in FAULTLESS]
    first = wrong[0]
    title = first.title.lines(language)
    if not first.message:
        return title
    message = first.message.lines(language)
    if len(wrong) > 1 and all(check.message == first.message for check in wrong):
        return message  # the title of a single check would mislead
    return [*title, *message]


def markdown(text: str) -> str:
    """Return text that Markdown shows as it is: every character that could mean something becomes an entity."""
    return one_line(text).translate(ENTITIES)


# Annotations


def announce(results: Iterable[SubmissionResult], context: Context) -> Iterator[str]:
    """Yield workflow commands: an error for each exercise with a fault, a warning for each problem with the files."""
    result = only(results)
    faults = _faults(result, context.language)
    errors = [_annotation("error", fault, ", ".join(names)) for fault, names in faults.items()]
    yield from errors[:MAX_ANNOTATIONS]
    known = {line for fault in faults for line in fault.message}
    warnings = []
    for problem in result.problems:
        message = tuple(problem.sentence.lines(context.language))
        if known.issuperset(message):
            continue
        fault = Fault(problem.file, problem.line, message)
        warnings.append(_annotation("warning", fault, title=""))
    yield from warnings[:MAX_ANNOTATIONS]


class Fault(NamedTuple):
    """A fault and its location."""

    file: str
    line: int | None
    message: tuple[str, ...]


def _faults(result: SubmissionResult, language: Language) -> dict[Fault, list[str]]:
    """Return the exercises that each fault concerns."""
    faults: dict[Fault, list[str]] = {}
    for exercise in result.exercises:
        if exercise.verdict not in FAULTLESS:
            fault = Fault(exercise.file, exercise.line, tuple(_first_fault(exercise, language)))
            faults.setdefault(fault, []).append(exercise.name)
    return faults


def _annotation(kind: str, fault: Fault, title: str) -> str:
    line = str(fault.line) if fault.file and fault.line else ""
    given = {"file": fault.file, "line": line, "title": shortened(title, MAX_TITLE)}
    properties = ",".join(f"{key}={_property(value)}" for key, value in given.items() if value)
    message = shortened("\n".join(fault.message), MAX_MESSAGE)
    return f"::{kind} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


@contextmanager
def without_commands(environment: Mapping[str, str]) -> Iterator[None]:
    """Keep GitHub from running lines that are printed meanwhile: they hold a student's texts."""
    if environment.get("GITHUB_ACTIONS") != "true":
        yield
        return
    word = secrets.token_hex(16)
    print(f"::stop-commands::{word}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{word}::", flush=True)


FORMAT = Format(
    name="github",
    what="GitHub Actions' step summary and annotations; needs no FILE there",
    render=render,
    appends_to="GITHUB_STEP_SUMMARY",
    announce=announce,
)
