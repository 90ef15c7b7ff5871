"""What an exercise's result depends on, as a key: equal keys mean that nothing need be run again.

A key covers the student's file for the topic and what lies beside it, the checks of this exercise with all that they
may use, the references, the misconceptions, the rules, the limits, the engine and the libraries. It leaves out what
only counts and names: titles, points, weights, hints, and the checks of other exercises.
"""

import ast
import hashlib
import sys
import tomllib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from .course import Exercise, Topic, engine_digest
from .errors import CourseError
from .limits import Limits
from .source import Source, Unreadable

LIBRARIES = ("torch", "numpy", "jieba")
NO_CHECKS = {"alternatives"}  # of the solutions' modules: only verify reads them


class ExerciseKeys:
    """The keys of the exercises of some topics, for one way of grading.

    settings: what else decides a result, as text.
    """

    def __init__(self, topics: Sequence[Topic], limits: Limits, settings: str) -> None:
        libraries = [f"{library} {version(library)}" for library in LIBRARIES]
        common = [engine_digest(), sys.version, *libraries, settings, _text(limits)]
        self._course_part = {name: _hash(*common, *parts) for topic in topics for name, parts in _parts(topic).items()}

    def keys(self, exercises: Sequence[Exercise], source: Source | Unreadable | None) -> dict[str, str]:
        """Exercise -> the key of its result, for what was handed in for their topic."""
        handed_in = _text(source)
        return {exercise.name: _hash(self._course_part[exercise.name], handed_in) for exercise in exercises}


def _parts(topic: Topic) -> dict[str, list[str]]:
    """Exercise -> what of the topic's two folders decides its result."""
    known = {topic.stub, topic.visible_checks, topic.hidden_checks}
    beside = [
        _read(path)
        for folder in (topic.exercises_folder, topic.solutions_folder)
        for path in sorted(folder.glob("*.py"))
        if path not in known and path.stem not in NO_CHECKS
    ]
    checks = [CheckFile(path) for path in (topic.visible_checks, topic.hidden_checks)]
    misconceptions = _misconceptions(topic)
    return {
        exercise.name: [
            _text((topic.name, exercise.banned, sorted(exercise.banned_operators.items()), exercise.parameters)),
            _text(misconceptions.get(exercise.name)),
            *(file.relevant(exercise.name) for file in checks),
            *beside,
        ]
        for exercise in topic.exercises
    }


def _misconceptions(topic: Topic) -> dict[str, Any]:
    path = topic.solutions_folder / "misconceptions.toml"
    try:
        return tomllib.loads(_read(path))
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path}: {error}.") from None


class CheckFile:
    """A file of checks, statement by statement, without comments, layout, titles and weights."""

    def __init__(self, path: Path) -> None:
        try:
            tree = ast.parse(_read(path))
        except SyntaxError as error:
            raise CourseError(f"{path}, line {error.lineno}: {error.msg}.") from None
        mentioned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        self.statements = [(self._owner(node, mentioned), ast.dump(_untitled(node))) for node in tree.body]

    @staticmethod
    def _owner(node: ast.stmt, mentioned: set[str]) -> str | None:
        """The one exercise that the statement is for; None where others may use it."""
        return None if getattr(node, "name", None) in mentioned else _checked_exercise(node)

    def relevant(self, exercise: str) -> str:
        """Everything but the checks of other exercises."""
        return "\n".join(text for owner, text in self.statements if owner in (None, exercise))


def _checked_exercise(node: ast.stmt) -> str | None:
    """adam_step, for a function that is decorated with @check("adam_step", …)."""
    for decorator in getattr(node, "decorator_list", []):
        match decorator:
            case ast.Call(
                func=ast.Name(id="check") | ast.Attribute(attr="check"), args=[ast.Constant(value=str(name))]
            ):
                return name
    return None


def _untitled(node: ast.stmt) -> ast.stmt:
    """A check without its docstring and its weight; anything else as it is."""
    if _checked_exercise(node) is None:
        return node
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:]
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            decorator.keywords = [keyword for keyword in decorator.keywords if keyword.arg != "weight"]
    return node


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _hash(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d " % len(part))
        digest.update(part.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
