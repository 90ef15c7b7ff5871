"""GitHub Actions: a step summary in Markdown, and annotations on the student's own lines."""

import secrets
import string
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from ..results.model import SYMBOLS, ExerciseResult, QuestionResult, QuizResult, SubmissionResult, Verdict
from ..text import Language, Text
from .format import Context, Format, only
from .inert import one_line, shortened
from .quiz import NOT_ATTEMPTED, QUIZ, QUIZ_OF, state, told

MAX_SUMMARY = 1_000_000  # bytes; GitHub drops a step's summary above 1 MiB
MAX_ANNOTATIONS = 10  # of a kind; GitHub drops the others of a step
MAX_MESSAGE = 600  # characters of an annotation
MAX_TITLE = 80
MAX_PROBLEMS = 10
FAULTLESS = (Verdict.PASSED, Verdict.NOT_ATTEMPTED, Verdict.BROKEN)  # nothing for the student to mend
POINTS = Text("{points} of {worth} points", "{points} / {worth} 分")
HEADINGS = Text("Topic|Points|Exercises", "主题|分数|练习")
NEXT = Text("Next: {name}", "接下来：{name}")
HINT = Text("A hint", "提示")
FILES = Text("The files", "文件")


# The summary


def render(results: Iterable[SubmissionResult], context: Context) -> Iterator[str]:
    """The summary: the score, a table by topic, what to do next, and what is wrong with the files."""
    left = MAX_SUMMARY
    for line in _summary(only(results), context):
        left -= len(line.encode()) + 1
        if left < 0:
            return
        yield line + "\n"


def _summary(result: SubmissionResult, context: Context) -> Iterator[str]:
    language = context.language
    points = POINTS.filled(points=f"{result.points:g}", worth=f"{result.worth:g}")
    yield f"## {markdown(result.submission)}: {' · '.join(points.lines(language))}"
    yield ""
    headings = zip(*(line.split("|") for line in HEADINGS.lines(language)))
    yield f"| {' | '.join(' '.join(words) for words in headings)} |"
    yield "|:---|---:|:---|"
    topics = {exercise.topic for exercise in result.exercises} | {quiz.topic for quiz in result.quizzes}
    for topic in sorted(topics):  # the course's order
        exercises = [exercise for exercise in result.exercises if exercise.topic == topic]
        quizzes = [quiz for quiz in result.quizzes if quiz.topic == topic]
        yield _row(topic, exercises, quizzes, language)
    yield ""
    exercise, quiz = _next(result.exercises), _next_quiz(result.quizzes)
    if exercise is not None:
        help = f"{' · '.join(HINT.lines(language))}: `autograder hint {exercise.name}`"
        yield from _what_next(exercise.name, _first_step(exercise, context), help, language)
    elif quiz is not None:
        name = QUIZ_OF.filled(topic=quiz.topic)
        wrong = [told(question, language) for question in _wrong(quiz)]
        steps = [*state(quiz).lines(language), *(wrong[0] if wrong else [])]
        yield from _what_next(name, steps, f"`autograder quiz {quiz.topic}`", language)
    if result.problems:
        yield f"### {' · '.join(FILES.lines(language))}"
        yield ""
    for problem in result.problems[:MAX_PROBLEMS]:
        for line in problem.sentence.lines(language):
            yield f"- {markdown(f'{problem.file}: {line}' if problem.file else line)}"


def _row(topic: str, exercises: list[ExerciseResult], quizzes: list[QuizResult], language: Language) -> str:
    parts: list[ExerciseResult | QuizResult] = [*exercises, *quizzes]
    points, worth = sum(part.points for part in parts), sum(part.worth for part in parts)
    marks = [f"{SYMBOLS[e.verdict]} {markdown(e.name)}" for e in exercises]
    marks += [f"{SYMBOLS[quiz.verdict]} {' '.join(QUIZ.lines(language))}" for quiz in quizzes]
    return f"| {markdown(topic)} | {points:g}/{worth:g} | {' '.join(marks)} |"


def _what_next(name: str | Text, steps: Iterable[str], help: str, language: Language) -> Iterator[str]:
    yield f"### {markdown(' · '.join(NEXT.filled(name=name).lines(language)))}"
    yield ""
    for line in steps:
        yield f"- {markdown(line)}"
    yield f"- {help}"
    yield ""


def _next(exercises: Iterable[ExerciseResult]) -> ExerciseResult | None:
    """The first exercise that is not done: started ones before untouched ones."""
    open_ = [e for e in exercises if e.verdict not in (Verdict.PASSED, Verdict.BROKEN)]
    started = [e for e in open_ if e.verdict is not Verdict.NOT_ATTEMPTED]
    return next(iter(started or open_), None)


def _next_quiz(quizzes: Iterable[QuizResult]) -> QuizResult | None:
    """The first quiz that is not done: those with a wrong answer before those with none."""
    open_ = [quiz for quiz in quizzes if quiz.verdict not in (Verdict.PASSED, Verdict.BROKEN)]
    return next(iter([quiz for quiz in open_ if _wrong(quiz)] or open_), None)


def _wrong(quiz: QuizResult) -> list[QuestionResult]:
    return [question for question in quiz.questions if question.verdict is Verdict.FAILED]


def _first_step(exercise: ExerciseResult, context: Context) -> list[str]:
    """Return the first thing to mend: the misconception, else the first check that does not pass."""
    if exercise.misconceptions:
        return exercise.misconceptions[0].sentence.lines(context.language)
    if exercise.verdict is Verdict.NOT_ATTEMPTED:
        return NOT_ATTEMPTED.lines(context.language)
    wrong = [check for check in exercise.checks if check.verdict not in FAULTLESS]
    first = wrong[0]
    message = first.message.lines(context.language) if first.message else []
    have_one_message = len(wrong) > 1 and all(check.message == first.message for check in wrong)
    if message and have_one_message:  # the message is about the whole exercise
        return message
    title = first.title.lines(context.language) if first.title else []
    return title + message


def markdown(text: str) -> str:
    """Text that Markdown shows as it is: every character that could mean something, as an entity."""
    return "".join(f"&#{ord(char)};" if char in string.punctuation else char for char in one_line(text))


# Annotations


def announce(results: Iterable[SubmissionResult], context: Context) -> Iterator[str]:
    """Workflow commands: an error for each exercise with a fault, a warning for what is wrong with the files."""
    result = only(results)
    wrong = [exercise for exercise in result.exercises if exercise.verdict not in FAULTLESS]
    faults: dict[tuple[str, int | None, tuple[str, ...]], list[str]] = {}  # what is wrong where -> exercises
    for exercise in wrong:
        fault = (exercise.file, exercise.line, tuple(_first_step(exercise, context)))
        faults.setdefault(fault, []).append(exercise.name)
    errors = [
        _annotation("error", file, line, shortened(", ".join(names), MAX_TITLE), message)
        for (file, line, message), names in faults.items()
    ]
    told = {line for _, _, message in faults for line in message}
    warnings = [
        _annotation("warning", problem.file, problem.line, "", lines)
        for problem in result.problems
        if not told.issuperset(lines := problem.sentence.lines(context.language))
    ]
    yield from errors[:MAX_ANNOTATIONS]
    yield from warnings[:MAX_ANNOTATIONS]


def _annotation(kind: str, file: str, line: int | None, title: str, message: Iterable[str]) -> str:
    given = {"file": file, "line": str(line) if file and line else "", "title": title}
    properties = ",".join(f"{key}={_property(value)}" for key, value in given.items() if value)
    return f"::{kind} {properties}::{_data(shortened(chr(10).join(message), MAX_MESSAGE))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


@contextmanager
def without_commands(environment: Mapping[str, str]) -> Iterator[None]:
    """What is printed meanwhile holds texts of a student's: on GitHub, no line of it is a command."""
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
