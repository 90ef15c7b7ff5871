"""Reads quizzes from a course's files. It reports everything that is wrong in a file at once, with line numbers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ..course.model import Course, Topic
from ..errors import CourseError
from .key import Key
from .kinds import kind_of, question_type
from .question import Question


class Quiz(msgspec.Struct, frozen=True, kw_only=True):
    """The questions of one topic."""

    topic: str
    points: int
    questions: tuple[Question, ...]

    @property
    def weight(self) -> int:
        """Return the weight of all questions together."""
        return sum(question.weight for question in self.questions)


def load_quizzes(course: Course) -> dict[str, Quiz]:
    """Return the quiz of each topic that has one, by topic. Raise CourseError with all that is wrong."""
    quizzes: dict[str, Quiz] = {}
    faults: list[str] = []
    owners: dict[str, str] = {}
    for topic in course.topics:
        if not topic.quiz_points:
            continue
        try:
            quiz = load_quiz(topic)
        except CourseError as error:
            faults.append(str(error))
            continue
        quizzes[topic.name] = quiz
        for question in quiz.questions:
            if question.id in owners:
                faults.append(f"{topic.quiz}: {question.id} is a question of {owners[question.id]}, too.")
            owners[question.id] = topic.name
    _raise(faults)
    return quizzes


def load_quiz(topic: Topic) -> Quiz:
    """Return the topic's questions. Raise CourseError with all that is wrong in the file."""
    questions: dict[str, Question] = {}
    faults: list[str] = []
    any_question = question_type()
    for location, name, value in _items(topic.quiz, faults):
        try:
            question: Question = msgspec.convert(value, any_question)
        except msgspec.ValidationError as error:
            faults.append(f"{location}: {name}: {error}.")
            continue
        if question.id in questions:
            faults.append(f"{location}: {question.id}: another question has this id.")
        questions[question.id] = question
    if not questions and not faults:
        faults.append(f"{topic.quiz} holds no question.")
    _raise(faults)
    return Quiz(topic=topic.name, points=topic.quiz_points, questions=tuple(questions.values()))


def load_keys(topic: Topic, quiz: Quiz) -> dict[str, Key]:
    """Return the key of each question, by question id. Raise CourseError with all that is wrong in the file."""
    questions = {question.id: question for question in quiz.questions}
    keys: dict[str, Key] = {}
    faults: list[str] = []
    for location, name, value in _items(topic.quiz_key, faults):
        question = questions.get(name)
        if question is None:
            faults.append(f"{location}: {name}: {topic.quiz} has no such question.")
            continue
        kind = kind_of(question)
        try:
            key = msgspec.convert(value, kind.key_type)
        except msgspec.ValidationError as error:
            faults.append(f"{location}: {name}: {error}.")
            continue
        keys[name] = key
        for mismatch in kind.mismatches(question, key):
            faults.append(f"{location}: {name}: {mismatch}")
    if not faults:
        for name in questions.keys() - keys.keys():
            faults.append(f"{topic.quiz_key}: {name} has no key.")
    _raise(faults)
    return keys


def _items(path: Path, faults: list[str]) -> Iterator[tuple[str, str, Any]]:
    """Yield (file and line, id, value) of each question or key. Errors of the YAML itself go to `faults`."""
    text = _text(path, faults)
    if text is None:
        return
    try:
        loader = yaml.CSafeLoader(text)
        for name, line, node in _named(loader.get_single_node()):
            for line_of_repeat, repeated in _repeated_names(node):
                faults.append(f"{path}, line {line_of_repeat}: {repeated} is written twice.")
            yield f"{path}, line {line}", name, loader.construct_object(node, deep=True)
    except yaml.MarkedYAMLError as error:
        place = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        faults.append(f"{path}{place}: {error.problem}.")
    except (yaml.YAMLError, RecursionError) as error:
        faults.append(f"{path}: {error}.")


def _text(path: Path, faults: list[str]) -> str | None:
    """Return the file's text. If it cannot be read, add a fault and return None."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        faults.append(f"{path} is missing.")
    except UnicodeDecodeError as error:
        faults.append(f"{path} is not UTF-8: {error}.")
    return None


def _named(root: yaml.Node | None) -> Iterator[tuple[str, int, yaml.Node]]:
    """Yield (id, line, node) of each question in a list, or of each key in a mapping."""
    if isinstance(root, yaml.SequenceNode):
        for node in root.value:
            yield _id_of(node), _line(node), node
    elif isinstance(root, yaml.MappingNode):
        for name, node in root.value:
            yield str(name.value), _line(name), node


def _id_of(node: yaml.Node) -> str:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    for name, value in pairs:
        if name.value == "id":
            return str(value.value)
    return "a question without an id"


def _repeated_names(node: yaml.Node) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of each name that a mapping holds twice: YAML would drop the first value."""
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _repeated_names(child)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name_node, value in node.value:
            name = str(name_node.value)
            if name in seen:
                yield _line(name_node), name
            seen.add(name)
            yield from _repeated_names(value)


def _line(node: yaml.Node) -> int:
    line: int = node.start_mark.line
    return line + 1


def _raise(faults: list[str]) -> None:
    if faults:
        raise CourseError("\n".join(faults))
