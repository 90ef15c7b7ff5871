"""Stubs, written from the references: what stands between the solution markers becomes `raise NotImplementedError`."""

import ast

from ..errors import CourseError
from .model import Course, Topic

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"


def stub_of(topic: Topic) -> str:
    """The stub file's text. Raises CourseError where the markers don't match up."""
    lines = topic.reference.read_text(encoding="utf-8").splitlines(keepends=True)
    owners = _owners("".join(lines))
    written: list[str] = []
    began = 0
    for number, line in enumerate(lines, 1):
        marker = line.strip()
        if marker == BEGIN:
            if began:
                raise CourseError(f"{topic.reference}, line {number}: {BEGIN} inside another one.")
            began = number
            indent = line[: len(line) - len(line.lstrip())]
            written.append(
                f'{indent}raise NotImplementedError("{owners.get(number, topic.module)} is yours to write")\n'
            )
        elif marker == END:
            if not began:
                raise CourseError(f"{topic.reference}, line {number}: {END} without {BEGIN}.")
            began = 0
        elif not began:
            written.append(line)
    if began:
        raise CourseError(f"{topic.reference}, line {began}: {BEGIN} without {END}.")
    return "".join(written)


def _owners(code: str) -> dict[int, str]:
    """Line -> the definition that it stands in: `softmax`, or `Vocabulary.encode`."""
    owners: dict[int, str] = {}

    def visit(node: ast.AST, name: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = f"{name}.{child.name}".lstrip(".")
                owners.update(dict.fromkeys(range(child.lineno, (child.end_lineno or child.lineno) + 2), inner))
                visit(child, inner)

    visit(ast.parse(code), "")
    return owners


def write_stubs(course: Course) -> list[str]:
    """Bring every stub file up to date; the names of those that changed."""
    changed = stale_stubs(course)
    for topic in course.topics:
        if topic.filename in changed:
            topic.stub.write_text(stub_of(topic), encoding="utf-8")
    return changed


def stale_stubs(course: Course) -> list[str]:
    """File names of the stubs that differ from what their reference says."""
    return [
        topic.filename
        for topic in course.topics
        if topic.exercises and (not topic.stub.is_file() or topic.stub.read_text(encoding="utf-8") != stub_of(topic))
    ]
