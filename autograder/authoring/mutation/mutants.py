"""All mutants of a reference: copies of its file in which one thing between the solution markers is changed."""

import ast
import copy
import difflib
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
    found: dict[str, Mutant] = {}
    for index, node in enumerate(ast.walk(root)):
        if getattr(node, "lineno", 0) not in editable:
            continue
        for replacement in replacements(node):
            text = ast.unparse(_with_replacement(root, index, replacement))
            if text != original and text not in found:
                before, after = _changed_lines(original, text)
                found[text] = Mutant(before, after, replaced(code, name, text))
    return list(found.values())


def _solution_lines(lines: list[str], first: int, last: int) -> set[int]:
    """Return the numbers of the lines between solution markers, counted from 1."""
    editable: set[int] = set()
    is_inside = False
    for number, line in enumerate(lines[first : last + 1], first + 1):
        marker = line.strip()
        if marker == BEGIN:
            is_inside = True
        elif marker == END:
            is_inside = False
        elif is_inside and number <= last:  # the closing marker may be missing: it is below the definition
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
    minus, plus = [], []
    for line in difflib.ndiff(before.splitlines(), after.splitlines()):
        if line.startswith("- "):
            minus.append(line[2:].strip())
        elif line.startswith("+ "):
            plus.append(line[2:].strip())
    return "\n".join(minus), "\n".join(plus)
