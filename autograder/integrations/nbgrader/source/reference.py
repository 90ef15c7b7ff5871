"""Cuts a reference file into the code of each exercise and the code outside the exercises."""

import ast
from collections.abc import Sequence

import msgspec

from ....course.model import Topic
from ....course.stubs import BEGIN
from ....errors import CourseError
from ....source import parsed


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """One topic's reference, cut into pieces for cells."""

    setup: str  # imports, constants and helpers: everything outside the exercises
    solutions: dict[str, str]  # exercise -> its code with the solution markers
    docstrings: dict[str, str]  # exercise -> its task


def read_reference(topic: Topic) -> Reference:
    """Return the pieces. Raise CourseError if an exercise is missing or a solution marker is outside the exercises."""
    if not topic.exercises:
        return Reference(setup="", solutions={}, docstrings={})
    lines = topic.reference.read_text(encoding="utf-8").splitlines()
    body = parsed("\n".join(lines)).body
    names = _exercise_names(topic, body)
    outside, solutions, docstrings = [], {}, {}
    start = 0
    for node in body:
        end = _end(node, lines)
        piece = "\n".join(lines[start:end]).strip("\n")
        start = end
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
            solutions[node.name] = piece
            docstrings[node.name] = ast.get_docstring(node) or ""
        elif BEGIN in piece:
            raise CourseError(f"{topic.reference}, line {node.lineno}: {BEGIN} outside of the exercises.")
        elif not _is_docstring(node):
            outside.append(piece)
    return Reference(setup=_joined(outside), solutions=solutions, docstrings=docstrings)


def _exercise_names(topic: Topic, body: Sequence[ast.stmt]) -> set[str]:
    defined = {getattr(node, "name", None) for node in body}
    names = {exercise.name for exercise in topic.exercises}
    for name in names - defined:
        raise CourseError(f"{topic.reference} does not define {name}, which topic.toml lists.")
    return names


def _end(node: ast.stmt, lines: list[str]) -> int:
    """Return the line after a definition. A comment at the end of its body, such as a marker, belongs to it."""
    end = node.end_lineno or node.lineno
    while end < len(lines) and lines[end][:1].isspace() and lines[end].strip():
        end += 1
    return end


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _joined(pieces: list[str]) -> str:
    """Join the pieces with empty lines before definitions, and none before imports and constants."""
    text = ""
    for piece in pieces:
        is_definition = "\n" in piece
        if text:
            text += "\n\n\n" if is_definition else "\n"
        text += piece
    return text
