"""The stub that the course released with a notebook: its set-up code and its untouched exercises.

A student may edit, move, copy or delete any cell. Grading uses the released set-up code instead, and an untouched stub
never replaces an answer.
"""

import ast
import copy
import functools
import itertools
from collections.abc import Sequence

import msgspec

from ..course.model import Topic
from ..results.model import Problem
from ..source import Chunk, parsed
from ..text import Text

# Commands such as `check("name")` are for the student's own kernel. In grading they do nothing.
SILENT = b"def __getattr__(name):\n    return lambda *args, **kwargs: None\n"
COMMANDS = {"autograder/__init__.py": b"", "autograder/notebook.py": SILENT}
IMPORTS = "from autograder.notebook import answer, board, check, grade, grade_quiz, hint, quiz\n"
SET_UP = "set-up"  # the name of its chunk
MAX_NODES = 3000  # of an untouched stub's syntax tree
MAX_CELLS_NAMED = 5  # in one sentence

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class ReleasedStub(msgspec.Struct, frozen=True):
    """A topic's stub, split into exercises and everything else."""

    set_up: str  # imports, constants, helpers
    untouched: dict[str, str]  # exercise -> its definition, as a syntax tree

    def is_written_in(self, code: str) -> bool:
        """Return whether the code defines an exercise and differs there from the stub."""
        for node in _definitions(code):
            if node.name in self.untouched and _skeleton(node) != self.untouched[node.name]:
                return True
        return False


class CellDefinition(msgspec.Struct, frozen=True):
    """A function or class that a cell defines."""

    cell: str  # the name of its chunk
    node: Definition


def released_stub(topic: Topic) -> ReleasedStub | None:
    """Return the topic's stub; None if it has none."""
    if not topic.stub.is_file():
        return None
    exercises = tuple(exercise.name for exercise in topic.exercises)
    return _read_stub(topic.stub.read_text(encoding="utf-8"), exercises)


@functools.lru_cache(maxsize=64)
def _read_stub(code: str, exercises: tuple[str, ...]) -> ReleasedStub:
    definitions = {node.name: node for node in _definitions(code) if node.name in exercises}
    set_up = f"{_blanked(code, list(definitions.values()))}\n{IMPORTS}"
    untouched = {name: _skeleton(node) for name, node in definitions.items()}
    return ReleasedStub(set_up, untouched)


def without_later_stubs(chunks: Sequence[Chunk], stub: ReleasedStub, problems: list[Problem]) -> list[Chunk]:
    """Return the cells without the untouched stubs that come after an answer to the same exercise.

    The cells run in order, so that the last answer counts. An exercise with several answers is added to `problems`.
    """
    kept = dict(chunks)
    definitions = _definitions_by_name(chunks)
    for exercise, untouched in stub.untouched.items():
        of_exercise = definitions.get(exercise, [])
        if len(of_exercise) < 2:
            continue
        answers, later_stubs = _split(of_exercise, untouched)
        for cell, stubs in _by_cell(later_stubs).items():
            kept[cell] = _blanked(kept[cell], stubs)
        if len(answers) > 1:
            cells = [answer.cell for answer in answers]
            problems.append(_several_answers(exercise, cells))
    return list(kept.items())


def _by_cell(definitions: Sequence[CellDefinition]) -> dict[str, list[Definition]]:
    """Return the definitions by the cells that they are in."""
    cells: dict[str, list[Definition]] = {}
    for definition in definitions:
        cells.setdefault(definition.cell, []).append(definition.node)
    return cells


def _split(
    definitions: Sequence[CellDefinition], untouched: str
) -> tuple[list[CellDefinition], Sequence[CellDefinition]]:
    """Return (answers, stubs after the last answer) of one exercise. Without an answer, no stub counts as later."""
    answers = []
    after_last_answer = len(definitions)
    for position, definition in enumerate(definitions):
        if _skeleton(definition.node) != untouched:
            answers.append(definition)
            after_last_answer = position + 1
    return answers, definitions[after_last_answer:]


def _definitions_by_name(chunks: Sequence[Chunk]) -> dict[str, list[CellDefinition]]:
    """Return all definitions of the cells, in order, by the name that they define."""
    definitions: dict[str, list[CellDefinition]] = {}
    for cell, code in chunks:
        for node in _definitions(code):
            definitions.setdefault(node.name, []).append(CellDefinition(cell, node))
    return definitions


def _several_answers(exercise: str, cells: Sequence[str]) -> Problem:
    """Return the problem of an exercise that several cells answer."""
    names = list(dict.fromkeys(cells[:-1]))
    others = ", ".join(names[:MAX_CELLS_NAMED]) + (" …" if len(names) > MAX_CELLS_NAMED else "")
    en = f"{exercise} is also written in {others}: the last one counts."
    zh = f"{exercise} 在 {others} 中也有定义：以最后一个为准。"
    return Problem(file=cells[-1], sentence=Text(en, zh))


def _definitions(code: str) -> list[Definition]:
    return [node for node in parsed(code).body if isinstance(node, Definition)]


def _skeleton(definition: Definition) -> str:
    """Return the syntax tree as text, without docstrings and without the message of NotImplementedError."""
    if sum(1 for _ in itertools.islice(ast.walk(definition), MAX_NODES + 1)) > MAX_NODES:
        return ""  # differs from every stub
    try:
        return ast.dump(_SkeletonMaker().visit(copy.deepcopy(definition)))
    except RecursionError:
        return ""  # differs from every stub


class _SkeletonMaker(ast.NodeTransformer):
    """Removes what may differ between two versions of a stub."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) else node

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        is_stub = isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
        return ast.Raise() if is_stub else node


def _blanked(code: str, definitions: Sequence[Definition]) -> str:
    """Return the code with empty lines instead of these definitions; every other line keeps its number."""
    lines = code.split("\n")
    for node in definitions:
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        assert node.end_lineno is not None
        lines[first - 1 : node.end_lineno] = [""] * (node.end_lineno - first + 1)
    return "\n".join(lines)
