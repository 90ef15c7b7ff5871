"""What a quiz must keep to be fair, tried on many variants: the part of `autograder verify` that reads quizzes."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping

import msgspec

from ..course.model import Course, Topic
from ..errors import CourseError
from ..text import Text
from .formula import FormulaError, number
from .judge import is_within, named_wrong, right_number
from .key import (
    Key,
    MultipleChoiceKey,
    NumericKey,
    OrderKey,
    PredictOutputKey,
    ShortTextKey,
    SingleChoiceKey,
    TrueFalseKey,
)
from .load import load_keys, load_quiz
from .question import AnyQuestion, Numeric, PredictOutput, SingleChoice, filled
from .understand import Complaint, text_of
from .understand import number as understood
from .variant import Variant, as_text, draw, entries_of, filled_text, show

VARIANTS = 200
RUNS = 3  # of code with parameters
RUN_SECONDS = 120.0
FIGURES = 4  # significant digits that a student may round to where the prompt asks for no others
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MAX_LONGEST, MIN_CHOICES = 0.6, 3  # of a topic's single-choice questions whose right option is the longest

Found = Iterator[tuple[str, str]]  # where, and what to mend


def check_quiz(course: Course, topic: Topic, *, progress: Callable[[str], None] = lambda step: None) -> Found:
    """What is to be mended in the topic's quiz."""
    try:
        quiz = load_quiz(topic)
        keys = load_keys(topic, quiz)
    except CourseError as error:
        yield from ((topic.name, fault) for fault in str(error).split("\n"))
        return
    exercises = {exercise.name for exercise in course.exercises}
    for question in quiz.questions:
        progress(question.id)
        key = keys[question.id]
        faults = [*_texts(question, key), *_replies(question, key), *_variants(question, key)]
        if question.exercise is not None and question.exercise not in exercises:
            faults.append(f"The course has no exercise {question.exercise}.")
        yield from ((question.id, fault) for fault in faults)
    singles = [(q, keys[q.id]) for q in quiz.questions if isinstance(q, SingleChoice)]
    longest = sum(isinstance(key, SingleChoiceKey) and _is_longest(q, key.answer) for q, key in singles)
    if len(singles) >= MIN_CHOICES and longest > MAX_LONGEST * len(singles):
        yield topic.name, f"The right option is the longest in {longest} of {len(singles)} single-choice questions."


def _texts(question: AnyQuestion, key: Key) -> Iterator[str]:
    """Everything that is read is in both languages, and written."""
    sentences = {"prompt": question.prompt, "explanation": key.explanation}
    for what, value in _spoken(key):
        sentences[what] = value
    for what, text in sentences.items():
        if "TODO" in text.en + text.zh:
            yield f"Its {what} is still to be written."
        elif not text.en.strip() or not CHINESE.search(text.zh):
            yield f"Its {what} is not in both languages."
    for letter, label in entries_of(question).items():
        text = as_text(label)
        if "TODO" in text.en + text.zh or not text.en.strip() or not text.zh.strip():
            yield f"{letter} is not written in both languages."


def _spoken(key: Key) -> Iterator[tuple[str, Text]]:
    """The key's replies, each with its name."""
    if isinstance(key, SingleChoiceKey | MultipleChoiceKey):
        yield from ((f"reply to {letter}", text) for letter, text in key.replies.items())
    elif isinstance(key, TrueFalseKey):
        yield "reply", key.reply
    elif isinstance(key, NumericKey | ShortTextKey | PredictOutputKey):
        yield from ((f"reply to {one.wrong}", Text(one.en, one.zh)) for one in key.replies)
    elif isinstance(key, OrderKey):
        yield from ((f"reply to {one.first} before {one.then}", Text(one.en, one.zh)) for one in key.replies)


def _replies(question: AnyQuestion, key: Key) -> Iterator[str]:
    """Each wrong answer that can be foreseen has its reply; no reply is to a right answer."""
    letters = set(entries_of(question))
    if isinstance(key, SingleChoiceKey):
        yield from (f"{letter} has no reply." for letter in sorted(letters - {key.answer} - key.replies.keys()))
    elif isinstance(key, MultipleChoiceKey):
        yield from (f"{letter} has no reply." for letter in sorted(letters - key.replies.keys()))
    elif isinstance(key, NumericKey) and not key.replies:
        yield "No wrong number has a reply."
    elif isinstance(key, ShortTextKey | PredictOutputKey):
        right = {text_of(question, text) for text in _accepted(key)}
        if not any(right):
            yield "No answer is accepted."
        yield from (
            f"{one.wrong!r} is right and wrong." for one in key.replies if text_of(question, one.wrong) in right
        )
    elif isinstance(key, OrderKey):
        for one in key.replies:
            if any(order.index(one.first) < order.index(one.then) for order in key.accepted):
                yield f"{one.first} before {one.then} is right and wrong."


def _accepted(key: ShortTextKey | PredictOutputKey) -> tuple[str, ...]:
    return key.accepted if isinstance(key, ShortTextKey) else (key.answer,)


def _variants(question: AnyQuestion, key: Key) -> Iterator[str]:
    """Whatever is drawn, one answer is right. What is wrong with several variants is told once."""
    count = VARIANTS if question.parameters else 1
    told: dict[str, list[Variant]] = {}
    try:
        variants = [draw(question, key="", student=f"variant {turn}") for turn in range(count)]
        for variant in variants:
            for fault in _of_variant(variant, key):
                told.setdefault(fault, []).append(variant)
    except CourseError as error:
        yield error.problem
        return
    for fault, found in told.items():
        example = f" in {len(found)} of {count} variants, such as {found[0].values}" if question.parameters else ""
        yield f"{fault}{example}."
    if isinstance(key, PredictOutputKey):
        yield from _outputs(key, variants[: RUNS if question.parameters else 1])


def _of_variant(variant: Variant, key: Key) -> Iterator[str]:
    shown = show(variant)
    for language in ("en", "zh"):
        texts = [getattr(option, language).strip().casefold() for option in shown.options.values()]
        if len(set(texts)) < len(texts):
            yield f"Two options read the same ({language})"
    if isinstance(key, SingleChoiceKey):
        yield from _equal_options(variant, key)
    if isinstance(key, NumericKey):
        yield from _number(variant, key)


def _equal_options(variant: Variant, key: SingleChoiceKey) -> Iterator[str]:
    """A wrong option that is written otherwise and is the same number as the right one."""
    texts = {
        letter: filled_text(as_text(label), variant.values).en for letter, label in entries_of(variant.question).items()
    }
    numbers = {letter: understood(text) for letter, text in texts.items()}
    right = numbers[key.answer]
    if isinstance(right, Complaint):
        return
    for letter, value in numbers.items():
        if letter != key.answer and not isinstance(value, Complaint) and abs(value - right) <= 1e-9 * abs(right):
            yield f"{letter} is the same number as the right option"


def _number(variant: Variant, key: NumericKey) -> Iterator[str]:
    assert isinstance(variant.question, Numeric)
    right = right_number(variant, key)
    figures = variant.question.figures or (None if right.is_integer() else FIGURES)
    if figures is not None and not is_within(float(f"{right:.{figures}g}"), right, key):
        yield f"The right answer with {figures} significant digits is not accepted"
    for one in key.replies:
        try:
            wrong = number(one.wrong, variant.values)
        except FormulaError:
            yield f"The wrong number {one.wrong!r} cannot be computed"
            continue
        if is_within(wrong, right, key):
            yield f"The wrong number {one.wrong!r} is right"
        elif named_wrong(variant, msgspec.structs.replace(key, replies=(one,)), right) is not None:
            yield f"The wrong number {one.wrong!r} cannot be told from the right one"


def _outputs(key: PredictOutputKey, variants: list[Variant]) -> Iterator[str]:
    """What the code prints when it runs. It is the course's own code."""
    for variant in variants:
        assert isinstance(variant.question, PredictOutput)
        printed = _run(show(variant).code or "")
        expected = filled(key.answer, variant.values)
        if text_of(variant.question, printed) != text_of(variant.question, expected):
            yield f"The code prints {printed.strip()!r}, and {expected.strip()!r} is the answer."


def _run(code: str) -> str:
    with tempfile.TemporaryDirectory(prefix="torchstone-") as folder:
        command = [sys.executable, "-I", "-W", "ignore", "-c", code]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=RUN_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return f"nothing within {RUN_SECONDS:g} s"
    return done.stdout if done.returncode == 0 else done.stdout + done.stderr.strip().split("\n")[-1]


def _is_longest(question: SingleChoice, answer: str) -> bool:
    lengths: Mapping[str, int] = {letter: len(as_text(label).en) for letter, label in question.options.items()}
    return all(lengths[answer] > length for letter, length in lengths.items() if letter != answer)
