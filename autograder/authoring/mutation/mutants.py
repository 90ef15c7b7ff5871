"""All mutants of a reference: copies of its file in which one thing between the solution markers is changed."""

import ast
import copy
import difflib
from collections.abc import Iterator
from typing import cast

import msgspec

from ...course.stubs import BEGIN, END
from ...grading.misconceptions import definition, replaced
from .mutators import replacements


class Mutant(msgspec.Struct, frozen=True):
    """A reference file with one thing changed."""

    before: str  # the changed lines, in the layout of ast.unparse
    after: str
    code: str  # the whole file

    @property
    def diff(self) -> str:
        minus = [f"- {line}" for line in self.before.splitlines()]
        plus = [f"+ {line}" for line in self.after.splitlines()]
        return "\n".join([*minus, *plus])


def mutants(code: str, name: str) -> list[Mutant]:
    """Return every mutant of the definition `name`."""
    first, last = definition(code, name)
    editable = _solution_lines(code.splitlines(), first, last)
    root = next(node for node in ast.parse(code).body if getattr(node, "name", "") == name)
    original = ast.unparse(root)
    texts = dict.fromkeys(_changed_texts(root, editable))  # each once, in order
    texts.pop(original, None)
    found = []
    for text in texts:
        before, after = _changed_lines(original, text)
        found.append(Mutant(before, after, replaced(code, name, text)))
    return found


def _changed_texts(root: ast.stmt, editable: set[int]) -> Iterator[str]:
    """Yield the text of the definition for each replacement of a node in an editable line."""
    for index, node in enumerate(ast.walk(root)):
        if getattr(node, "lineno", 0) in editable:
            for replacement in replacements(node):
                yield ast.unparse(_with_replacement(root, index, replacement))


def _solution_lines(lines: list[str], first: int, last: int) -> set[int]:
    """Return the numbers of the lines between solution markers, counted from 1."""
    editable: set[int] = set()
    is_inside = False
    for number, line in enumerate(lines[first:last], first + 1):
        marker = line.strip()
        if marker == BEGIN:
            is_inside = True
        elif marker == END:
            is_inside = False
        elif is_inside:
            editable.add(number)
    return editable


def _with_replacement(root: ast.stmt, index: int, replacement: ast.AST) -> ast.stmt:
    """Return a copy of the definition in which the node at this place of `ast.walk` is replaced."""
    fresh = copy.deepcopy(root)
    target = list(ast.walk(fresh))[index]

    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return replacement if node is target else self.generic_visit(node)

    return cast(ast.stmt, ast.fix_missing_locations(Swap().visit(fresh)))


def _changed_lines(before: str, after: str) -> tuple[str, str]:
    """Return the lines that are only in `before`, and those only in `after`."""
    minus, plus = [], []
    for line in difflib.ndiff(before.splitlines(), after.splitlines()):
        if line.startswith("- "):
            minus.append(line[2:].strip())
        elif line.startswith("+ "):
            plus.append(line[2:].strip())
    return "\n".join(minus), "\n".join(plus)
