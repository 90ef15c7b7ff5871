"""What an exercise's result depends on, as keys: where they are equal, nothing need be run again.

An exercise's key covers the student's file for the topic and what lies beside it, all that checks may use, the
references, the misconceptions, the rules, the limits, the engine and the libraries. Each check has a key of its own
statement. Both leave out what only counts and names: titles, points, weights, hints.
"""

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from ...checks.collect import Check
from ...course.limits import Limits
from ...course.model import Exercise, Topic, engine_digest
from ...course.toml import read_toml
from ...errors import CourseError
from ...source import Source, Unreadable

LIBRARIES = ("torch", "numpy", "jieba")
CHECK_KEY = 16  # characters of a check's key: it is one of a few
NO_CHECKS = {"alternatives"}  # of the solutions' modules: only verify reads them


class ExerciseKeys:
    """The keys of the exercises of some topics and of their checks, for one way of grading.

    checks: exercise -> its checks.
    settings: what else decides a result, as text.
    """

    def __init__(
        self, topics: Sequence[Topic], checks: Mapping[str, Sequence[Check]], limits: Limits, settings: str
    ) -> None:
        libraries = [f"{library} {version(library)}" for library in LIBRARIES]
        common = _hash(engine_digest(), sys.version, *libraries, settings, _text(limits))
        self._course_part: dict[str, str] = {}
        self.of_checks: dict[str, dict[str, str]] = {}  # exercise -> check -> its key
        for topic in topics:
            files = {is_visible: CheckFile(path) for is_visible, path in _check_files(topic).items()}
            for exercise, parts in zip(topic.exercises, _parts(topic, files.values()), strict=True):
                self._course_part[exercise.name] = _hash(common, *parts)
                self.of_checks[exercise.name] = {
                    check.id: self._of_check(check, exercise, files[check.visible]) for check in checks[exercise.name]
                }

    def keys(self, exercises: Sequence[Exercise], source: Source | Unreadable | None) -> dict[str, str]:
        """Exercise -> the key of its result, for what was handed in for their topic."""
        handed_in = _hash(msgspec.json.encode(source))
        return {exercise.name: _hash(self._course_part[exercise.name], handed_in) for exercise in exercises}

    def _of_check(self, check: Check, exercise: Exercise, file: "CheckFile") -> str:
        """No other check of the exercise has it. The course's part keeps a hidden check from being guessed by it."""
        is_watched = check.is_watched and bool(exercise.banned_operators)
        place = "visible" if check.visible else "hidden"
        parts = place, check.id, file.checks.get(check.id.partition("[")[0], ""), f"{is_watched}"
        return _hash(self._course_part[exercise.name], *parts)[:CHECK_KEY]


def _check_files(topic: Topic) -> dict[bool, Path]:
    return {True: topic.visible_checks, False: topic.hidden_checks}


def _parts(topic: Topic, checks: Iterable["CheckFile"]) -> Iterator[list[str]]:
    """What of the topic's two folders decides an exercise's result, but for its checks; exercise by exercise."""
    known = {topic.stub, *_check_files(topic).values()}
    beside = [
        _read(path)
        for folder in (topic.exercises_folder, topic.solutions_folder)
        for path in sorted(folder.glob("*.py"))
        if path not in known and path.stem not in NO_CHECKS
    ]
    shared = [file.shared for file in checks]
    misconceptions = _misconceptions(topic)
    for exercise in topic.exercises:
        rules = topic.name, exercise.banned, sorted(exercise.banned_operators.items()), exercise.parameters
        yield [_text(rules), _text(misconceptions.get(exercise.name)), *shared, *beside]


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
        self.checks: dict[str, str] = {}  # name -> its statement
        for node in tree.body:
            name, text = getattr(node, "name", ""), ast.dump(_untitled(node))
            if name in mentioned or _checked_exercise(node) is None:
                shared.append(text)
            else:  # its decorators and defaults see what stands before it, so its place among that counts
                self.checks[name] = f"{self.checks.get(name, '')}{len(shared)} {text}\n"
        self.shared = "\n".join(shared)  # whatever checks may use


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


def _hash(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d " % len(part))
        digest.update(part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
