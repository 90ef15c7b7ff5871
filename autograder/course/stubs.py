"""Writes stubs from references: the code between two solution markers becomes `raise NotImplementedError`."""

import ast

from ..errors import CourseError
from .model import Course, Topic

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"


def stub_of(topic: Topic) -> str:
    """Return the stub file's text. Raise CourseError if the markers don't match."""
    code = topic.reference.read_text(encoding="utf-8")
    lines = code.splitlines(keepends=True)
    owners = _owners(code)
    stub: list[str] = []
    began = 0  # the line of the marker BEGIN; 0 outside a solution
    for number, line in enumerate(lines, 1):
        marker = line.strip()
        if marker == BEGIN:
            if began:
                raise CourseError(f"{topic.reference}, line {number}: {BEGIN} inside another one.")
            began = number
            indent = line[: len(line) - len(line.lstrip())]
            owner = owners.get(number, topic.module)
            stub.append(f'{indent}raise NotImplementedError("{owner} is yours to write")\n')
        elif marker == END:
            if not began:
                raise CourseError(f"{topic.reference}, line {number}: {END} without {BEGIN}.")
            began = 0
        elif not began:
            stub.append(line)
    if began:
        raise CourseError(f"{topic.reference}, line {began}: {BEGIN} without {END}.")
    return "".join(stub)


def _owners(code: str) -> dict[int, str]:
    """Return, by line, the name of the definition around it: `softmax`, or `Vocabulary.encode`."""
    owners: dict[int, str] = {}
    _add_owners(owners, ast.parse(code), "")
    return owners


def _add_owners(owners: dict[int, str], node: ast.AST, prefix: str) -> None:
    """Add the lines of the definitions directly inside the node, then those of the definitions inside these."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            name = f"{prefix}{child.name}"
            last = (child.end_lineno or child.lineno) + 1  # the marker END may follow the last statement
            for line in range(child.lineno, last + 1):
                owners[line] = name
            _add_owners(owners, child, f"{name}.")


def write_stubs(course: Course) -> list[str]:
    """Bring every stub file up to date. Return the names of those that changed."""
    changed = stale_stubs(course)
    for topic in course.topics:
        if topic.filename in changed:
            topic.stub.write_text(stub_of(topic), encoding="utf-8")
    return changed


def stale_stubs(course: Course) -> list[str]:
    """Return the file names of the stubs that differ from their references."""
    return [topic.filename for topic in course.topics if topic.exercises and _is_stale(topic)]


def _is_stale(topic: Topic) -> bool:
    return not topic.stub.is_file() or topic.stub.read_text(encoding="utf-8") != stub_of(topic)
