"""Quizzes, read from a course's files. Everything that is wrong in a file is told at once, each with its line."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ..course.model import Course, Topic
from ..errors import CourseError
from .key import KEY_OF, Key, MultipleChoiceKey, OrderKey, SingleChoiceKey
from .question import AnyQuestion, Numeric
from .variant import entries_of, kind_of


class Quiz(msgspec.Struct, frozen=True, kw_only=True):
    """The questions of one topic."""

    topic: str
    points: int
    questions: tuple[AnyQuestion, ...]

    @property
    def weight(self) -> int:
        """Of all questions together."""
        return sum(question.weight for question in self.questions)


def load_quizzes(course: Course) -> dict[str, Quiz]:
    """Topic -> its quiz, of those that have one. Raises CourseError with all that is wrong."""
    quizzes: dict[str, Quiz] = {}
    faults: list[str] = []
    owners: dict[str, str] = {}
    for topic in course.topics:
        if not topic.quiz_points:
            continue
        try:
            quizzes[topic.name] = load_quiz(topic)
        except CourseError as error:
            faults.append(str(error))
            continue
        for question in quizzes[topic.name].questions:
            if question.id in owners:
                faults.append(f"{topic.quiz}: {question.id} is a question of {owners[question.id]}, too.")
            owners[question.id] = topic.name
    _raise(faults)
    return quizzes


def load_quiz(topic: Topic) -> Quiz:
    """The topic's questions. Raises CourseError with all that is wrong in the file."""
    questions: list[AnyQuestion] = []
    faults: list[str] = []
    for where, name, value in _items(topic.quiz, faults):
        try:
            question: AnyQuestion = msgspec.convert(value, AnyQuestion)
        except msgspec.ValidationError as error:
            faults.append(f"{where}: {name}: {error}.")
            continue
        if any(question.id == other.id for other in questions):
            faults.append(f"{where}: {question.id}: another question has this id.")
        if isinstance(question, Numeric) and any(size <= 0 for size in question.units.values()):
            faults.append(f"{where}: {question.id}: a unit is larger than 0.")
        questions.append(question)
    if not questions and not faults:
        faults.append(f"{topic.quiz} holds no question.")
    _raise(faults)
    return Quiz(topic=topic.name, points=topic.quiz_points, questions=tuple(questions))


def load_keys(topic: Topic, quiz: Quiz) -> dict[str, Key]:
    """Question id -> its key, one for each question. Raises CourseError with all that is wrong in the file."""
    questions = {question.id: question for question in quiz.questions}
    keys: dict[str, Key] = {}
    faults: list[str] = []
    for where, name, value in _items(topic.quiz_key, faults):
        question = questions.get(name)
        if question is None:
            faults.append(f"{where}: {name}: {topic.quiz} has no such question.")
            continue
        try:
            keys[name] = msgspec.convert(value, KEY_OF[kind_of(question)])
        except msgspec.ValidationError as error:
            faults.append(f"{where}: {name}: {error}.")
            continue
        faults += [f"{where}: {name}: {fault}" for fault in _mismatches(question, keys[name])]
    if not faults:
        faults += [f"{topic.quiz_key}: {name} has no key." for name in questions.keys() - keys.keys()]
    _raise(faults)
    return keys


def _mismatches(question: AnyQuestion, key: Key) -> Iterator[str]:
    """Where the key speaks of letters that the question does not have."""
    letters = set(entries_of(question))
    named: set[str] = set()
    if isinstance(key, SingleChoiceKey):
        named = {key.answer, *key.replies}
        if key.answer in key.replies:
            yield f"{key.answer} is right and has a reply for those who are wrong."
    elif isinstance(key, MultipleChoiceKey):
        named = {*key.answer, *key.replies}
        if not key.answer or len(set(key.answer)) < len(key.answer):
            yield "one or more options are right, each named once."
    elif isinstance(key, OrderKey):
        named = {step for pair in key.replies for step in (pair.first, pair.then)}
        if not key.accepted or any(sorted(order) != sorted(letters) for order in key.accepted):
            yield "an accepted order has every step once."
    for letter in sorted(named - letters):
        yield f"there is no {letter} among its options."


def _items(path: Path, faults: list[str]) -> Iterator[tuple[str, str, Any]]:
    """(file and line, id, value) of each question or key. What is wrong with the YAML itself goes to `faults`."""
    try:
        loader = yaml.CSafeLoader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        for name, number, node in _named(root):
            where = f"{path}, line {number}"
            faults += [f"{path}, line {place}: {double} is written twice." for place, double in _doubles(node)]
            yield where, name, loader.construct_object(node, deep=True)
    except FileNotFoundError:
        faults.append(f"{path} is missing.")
    except UnicodeDecodeError as error:
        faults.append(f"{path} is not UTF-8: {error}.")
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        faults.append(f"{path}{line}: {error.problem}.")
    except (yaml.YAMLError, RecursionError) as error:
        faults.append(f"{path}: {error}.")


def _named(root: yaml.Node | None) -> Iterator[tuple[str, int, yaml.Node]]:
    """(id, line, node) of each question or key."""
    if isinstance(root, yaml.SequenceNode):
        for node in root.value:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            names = [value.value for key, value in pairs if key.value == "id"]
            yield str(names[0]) if names else "a question without an id", node.start_mark.line + 1, node
    elif isinstance(root, yaml.MappingNode):
        yield from ((str(key.value), key.start_mark.line + 1, value) for key, value in root.value)


def _doubles(node: yaml.Node) -> Iterator[tuple[int, str]]:
    """(line, name) of what stands twice in the same mapping: YAML would forget the first one."""
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _doubles(child)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                yield key.start_mark.line + 1, str(key.value)
            seen.add(str(key.value))
            yield from _doubles(value)


def _raise(faults: list[str]) -> None:
    if faults:
        raise CourseError("\n".join(faults))


def as_mapping(quizzes: Mapping[str, Quiz]) -> dict[str, tuple[str, AnyQuestion]]:
    """Question id -> its topic and itself."""
    return {q.id: (topic, q) for topic, quiz in quizzes.items() for q in quiz.questions}
