"""Checks that a quiz is fair, on many variants: the part of `autograder verify` that reads quizzes."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

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
    """Yield the faults of the topic's quiz."""
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
        for fault in _question_faults(question, keys[question.id], exercises):
            yield question.id, fault
    for fault in _topic_faults(quiz, keys):
        yield topic.name, fault


def _question_faults(question: Question, key: Key, exercises: Collection[str]) -> Iterator[str]:
    yield from _missing_texts(question, key)
    yield from kind_of(question).faults(question, key)
    yield from _faults_of_variants(question, key)
    if question.exercise is not None and question.exercise not in exercises:
        yield f"The course has no exercise {question.exercise}."


def _topic_faults(quiz: Quiz, keys: Mapping[str, Key]) -> Iterator[str]:
    for name, kind in KINDS.items():
        questions = [(question, keys[question.id]) for question in quiz.questions if question.kind == name]
        yield from kind.faults_of_topic(questions)


def _missing_texts(question: Question, key: Key) -> Iterator[str]:
    """Yield each text that is not written yet, or not in both languages."""
    texts = {
        "prompt": question.prompt,
        "explanation": key.explanation,
        **dict(kind_of(question).replies(key)),
    }
    for name, text in texts.items():
        if _is_unwritten(text):
            yield f"Its {name} is still to be written."
        elif not _is_in_both_languages(text):
            yield f"Its {name} is not in both languages."
    for letter, label in question.entries.items():
        if _is_label_missing(as_text(label)):
            yield f"{letter} is not written in both languages."


def _is_unwritten(text: Text) -> bool:
    return "TODO" in text.en or "TODO" in text.zh


def _is_in_both_languages(text: Text) -> bool:
    has_chinese = CHINESE.search(text.zh) is not None
    return has_chinese and text.en.strip() != ""


def _is_label_missing(text: Text) -> bool:
    """Return whether a label is missing in a language. Its Chinese may be a formula or a name: any text will do."""
    return _is_unwritten(text) or not text.en.strip() or not text.zh.strip()


def _faults_of_variants(question: Question, key: Key) -> Iterator[str]:
    """Yield each fault that some variants have, with the number of variants and an example."""
    count = VARIANTS if question.parameters else 1
    variants = []
    try:
        for turn in range(count):
            variants.append(draw(question, key="", student=f"variant {turn}"))
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
