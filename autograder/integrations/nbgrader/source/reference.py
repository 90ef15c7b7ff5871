"""A reference file cut into what stands outside the exercises, and the code of each exercise."""

import ast

import msgspec

from ....course.model import Topic
from ....course.stubs import BEGIN
from ....errors import CourseError
from ....source import parsed


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """One topic's reference, in pieces that make cells."""

    setup: str  # imports, constants and helpers: all that no exercise holds
    solutions: dict[str, str]  # exercise -> its code with the solution markers
    docstrings: dict[str, str]  # exercise -> its task


def read_reference(topic: Topic) -> Reference:
    """The pieces. Raises CourseError where an exercise is missing, or where a student writes outside of one."""
    if not topic.exercises:
        return Reference(setup="", solutions={}, docstrings={})
    lines = topic.reference.read_text(encoding="utf-8").splitlines()
    names = {exercise.name for exercise in topic.exercises}
    body = parsed("\n".join(lines)).body
    for name in names - {getattr(node, "name", None) for node in body}:
        raise CourseError(f"{topic.reference} does not define {name}, which topic.toml lists.")
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


def _end(node: ast.stmt, lines: list[str]) -> int:
    """The line after a definition; a comment in its body that ends it, such as a marker, belongs to it."""
    end = node.end_lineno or node.lineno
    while end < len(lines) and lines[end][:1].isspace() and lines[end].strip():
        end += 1
    return end


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _joined(pieces: list[str]) -> str:
    """Definitions apart, as in a file; imports and constants line by line."""
    text = ""
    for piece in pieces:
        is_block = "\n" in piece
        text += ("\n\n\n" if is_block else "\n") + piece if text else piece
    return text
