"""Keys of what an exercise's result depends on. If the key is the same, nothing has to run again.

A key covers the student's file for the topic and the files beside it, the exercise's checks and all that they may use,
the references, the misconceptions, the rules, the limits, the engine and the libraries. It leaves out what only names
or counts: titles, points, weights, hints.
"""

import ast
import hashlib
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from ...course.limits import Limits
from ...course.model import Exercise, Topic, engine_digest
from ...course.toml import read_toml
from ...errors import CourseError
from ...source import Source, Unreadable

LIBRARIES = ("torch", "numpy", "jieba")
NO_CHECKS = {"alternatives"}  # modules of the solutions that no check uses: only verify reads them


class ExerciseKeys:
    """The keys of the exercises of some topics, for one way of grading.

    settings: what else decides a result, as text.
    """

    def __init__(self, topics: Sequence[Topic], limits: Limits, settings: str) -> None:
        libraries = [f"{library} {version(library)}" for library in LIBRARIES]
        common = _hash(engine_digest(), sys.version, *libraries, settings, _text(limits))
        self._course_part: dict[str, str] = {}  # exercise -> the part that does not depend on the student
        for topic in topics:
            for exercise, parts in _course_parts(topic):
                self._course_part[exercise.name] = _hash(common, *parts)

    def keys(self, exercises: Sequence[Exercise], source: Source | Unreadable | None) -> dict[str, str]:
        """Return the key of each exercise's result, for the source that was handed in for their topic."""
        handed_in = _hash(msgspec.json.encode(source))
        return {exercise.name: _hash(self._course_part[exercise.name], handed_in) for exercise in exercises}


def _course_parts(topic: Topic) -> Iterator[tuple[Exercise, list[str]]]:
    """Yield each exercise with all of the topic's two folders that decides its result."""
    files = [CheckFile(topic.visible_checks), CheckFile(topic.hidden_checks)]
    shared = [file.shared for file in files]
    modules = _other_modules(topic)
    misconceptions = _misconceptions(topic)
    for exercise in topic.exercises:
        rules = topic.name, exercise.banned, sorted(exercise.banned_operators.items()), exercise.parameters
        checks = [file.checks.get(exercise.name, "") for file in files]
        yield exercise, [_text(rules), _text(misconceptions.get(exercise.name)), *checks, *shared, *modules]


def _other_modules(topic: Topic) -> list[str]:
    """Return the modules that checks may use: references and helpers."""
    known = {topic.stub, topic.visible_checks, topic.hidden_checks}
    modules = []
    for folder in (topic.exercises_folder, topic.solutions_folder):
        for path in sorted(folder.glob("*.py")):
            if path not in known and path.stem not in NO_CHECKS:
                modules.append(_read(path))
    return modules


def _misconceptions(topic: Topic) -> dict[str, Any]:
    path = topic.solutions_folder / "misconceptions.toml"
    return read_toml(path, dict[str, Any]) if path.is_file() else {}


class CheckFile:
    """A file of checks without comments, layout, titles and weights."""

    def __init__(self, path: Path) -> None:
        try:
            tree = ast.parse(_read(path))
        except SyntaxError as error:
            raise CourseError(f"{path}, line {error.lineno}: {error.msg}.") from None
        mentioned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        shared: list[str] = []
        self.checks: dict[str, str] = {}  # exercise -> the statements of its checks
        for node in tree.body:
            exercise = _checked_exercise(node)
            text = ast.dump(_untitled(node))
            if exercise is None or getattr(node, "name", "") in mentioned:
                shared.append(text)
            else:  # decorators and defaults use the code before them, so the position counts
                before = self.checks.get(exercise, "")
                self.checks[exercise] = f"{before}{len(shared)} {text}\n"
        self.shared = "\n".join(shared)  # whatever checks may use


def _checked_exercise(node: ast.stmt) -> str | None:
    """Return adam_step for a function that is decorated with @check("adam_step", …)."""
    for decorator in getattr(node, "decorator_list", []):
        match decorator:
            case ast.Call(
                func=ast.Name(id="check") | ast.Attribute(attr="check"), args=[ast.Constant(value=str(name))]
            ):
                return name
    return None


def _untitled(node: ast.stmt) -> ast.stmt:
    """Return a check without its docstring and its weight; anything else as it is."""
    if _checked_exercise(node) is None:
        return node
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:]
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            _remove_weight(decorator)
    return node


def _remove_weight(decorator: ast.Call) -> None:
    """Remove `weight=…` from @check("adam_step", weight=2)."""
    decorator.keywords = [keyword for keyword in decorator.keywords if keyword.arg != "weight"]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _hash(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d " % len(part))
        digest.update(part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
