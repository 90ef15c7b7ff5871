"""What an exercise's result depends on, as a key: equal keys mean that nothing need be run again.

A key covers the student's file for the topic and what lies beside it, the checks of this exercise with all that they
may use, the references, the misconceptions, the rules, the limits, the engine and the libraries. It leaves out what
only counts and names: titles, points, weights, hints, and the checks of other exercises.
"""

import ast
import hashlib
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import msgspec

from .course import Course, Exercise, Topic, engine_digest
from .errors import CourseError
from .source import Source, Unreadable

LIBRARIES = ("torch", "numpy", "jieba")
NO_CHECKS = {"alternatives"}  # of the solutions' modules: only verify reads them


class ExerciseKeys:
    """The keys of every exercise of a course, for one way of grading.

    settings: what else decides a result, as text.
    """

    def __init__(self, course: Course, settings: str) -> None:
        libraries = [f"{library} {version(library)}" for library in LIBRARIES]
        common = [engine_digest(), sys.version, *libraries, settings, _text(course.limits)]
        self._course_part = {
            exercise.name: _hash(*common, *_parts(topic, exercise))
            for topic in course.topics
            for exercise in topic.exercises
        }

    def key(self, exercise: Exercise, source: Source | Unreadable | None) -> str:
        """The key of an exercise's result for what was handed in for its topic."""
        return _hash(self._course_part[exercise.name], _text(source))


def _parts(topic: Topic, exercise: Exercise) -> list[str]:
    """What of the topic's two folders decides the exercise's result."""
    known = {topic.stub, topic.visible_checks, topic.hidden_checks}
    beside = [
        path
        for folder in (topic.exercises_folder, topic.solutions_folder)
        for path in sorted(folder.glob("*.py"))
        if path not in known and path.stem not in NO_CHECKS
    ]
    rules = (topic.name, exercise.banned, sorted(exercise.banned_operators.items()), exercise.parameters)
    checks = [relevant(path, exercise.name) for path in (topic.visible_checks, topic.hidden_checks)]
    return [_text(rules), *checks, *map(_read, beside), _text(_misconceptions(topic, exercise))]


def _misconceptions(topic: Topic, exercise: Exercise) -> object:
    try:
        table = tomllib.loads(_read(topic.solutions_folder / "misconceptions.toml"))
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{topic.solutions_folder / 'misconceptions.toml'}: {error}.") from None
    return table.get(exercise.name)


def relevant(path: Path, exercise: str) -> str:
    """The code of a check file without the checks of other exercises, and without titles and weights.

    A check that other code mentions is kept: it may be used. Comments and layout are left out.
    """
    try:
        tree = ast.parse(_read(path))
    except SyntaxError as error:
        raise CourseError(f"{path}, line {error.lineno}: {error.msg}.") from None
    owners = {id(node): _checked_exercise(node) for node in tree.body}
    mentioned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    kept = [
        node for node in tree.body if owners[id(node)] in (None, exercise) or getattr(node, "name", None) in mentioned
    ]
    return "\n".join(ast.dump(_untitled(node) if owners[id(node)] else node) for node in kept)


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
    """The check without its docstring and its weight."""
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
