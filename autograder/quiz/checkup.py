"""Checks that a quiz is fair, on many variants: the part of `autograder verify` that reads quizzes."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from ..course.model import Course, Topic
from ..errors import CourseError
from ..text import Text
from .key import Key
from .kinds import KINDS, kind_of
from .load import Quiz, load_keys, load_quiz
from .question import Question
from .variant import Variant, as_text, draw, show

VARIANTS = 200
CHINESE = re.compile(r"[\u4e00-\u9fff]")

Finding = tuple[str, str]  # a question or the topic, and a sentence about what to mend


def check_quiz(
    course: Course, topic: Topic, *, progress: Callable[[str], None] = lambda step: None
) -> Iterator[Finding]:
    """Yield what is to be mended in the topic's quiz."""
    try:
        quiz = load_quiz(topic)
        keys = load_keys(topic, quiz)
    except CourseError as error:
        for fault in str(error).split("\n"):
            yield topic.name, fault
        return
    exercises = {exercise.name for exercise in course.exercises}
    for question in quiz.questions:
        progress(question.id)
        for fault in _question_faults(question, keys[question.id]):
            yield question.id, fault
        if question.exercise is not None and question.exercise not in exercises:
            yield question.id, f"The course has no exercise {question.exercise}."
    for fault in _topic_faults(quiz, keys):
        yield topic.name, fault


def _question_faults(question: Question, key: Key) -> Iterator[str]:
    yield from _missing_texts(question, key)
    yield from kind_of(question).faults(question, key)
    yield from _faults_of_variants(question, key)


def _topic_faults(quiz: Quiz, keys: Mapping[str, Key]) -> Iterator[str]:
    for name, kind in KINDS.items():
        questions = [(question, keys[question.id]) for question in quiz.questions if question.kind == name]
        yield from kind.faults_of_topic(questions)


def _missing_texts(question: Question, key: Key) -> Iterator[str]:
    """Yield each text that is not written yet, or not in both languages."""
    texts = {"prompt": question.prompt, "explanation": key.explanation}
    texts |= dict(kind_of(question).replies(key))
    for name, text in texts.items():
        if _is_unwritten(text):
            yield f"Its {name} is still to be written."
        elif not CHINESE.search(text.zh) or not text.en.strip():
            yield f"Its {name} is not in both languages."
    for letter, label in question.entries.items():
        if _is_label_missing(as_text(label)):
            yield f"{letter} is not written in both languages."


def _is_unwritten(text: Text) -> bool:
    return "TODO" in text.en or "TODO" in text.zh


def _is_label_missing(text: Text) -> bool:
    """Return whether a label is missing in a language. Its Chinese may be a formula or a name: any text will do."""
    return _is_unwritten(text) or not text.en.strip() or not text.zh.strip()


def _faults_of_variants(question: Question, key: Key) -> Iterator[str]:
    """Yield what is wrong with some variants: each fault once, with the number of variants and an example."""
    count = VARIANTS if question.parameters else 1
    try:
        variants = [draw(question, key="", student=f"variant {turn}") for turn in range(count)]
        by_fault = _variants_by_fault(variants, key)
    except CourseError as error:
        yield error.problem
        return
    for fault, wrong in by_fault.items():
        if question.parameters:
            yield f"{fault} in {len(wrong)} of {count} variants, such as {wrong[0].values}."
        else:
            yield f"{fault}."
    yield from kind_of(question).faults_of_variants(variants, key)


def _variants_by_fault(variants: Sequence[Variant], key: Key) -> dict[str, list[Variant]]:
    by_fault: dict[str, list[Variant]] = {}
    for variant in variants:
        for fault in _variant_faults(variant, key):
            by_fault.setdefault(fault, []).append(variant)
    return by_fault


def _variant_faults(variant: Variant, key: Key) -> Iterator[str]:
    options = show(variant).options.values()
    for language in ("en", "zh"):
        texts = {getattr(option, language).strip().casefold() for option in options}
        if len(texts) < len(options):
            yield f"Two options read the same ({language})"
    question = variant.question
    yield from kind_of(question).variant_faults(question, variant, key)
