"""What the course itself gave out with a notebook: its set-up code, its untouched stubs, the commands of its cells.

A student may have edited, moved, copied or deleted any of it; this is what grading puts in its place.
"""

import ast
import copy
import functools
from collections.abc import Sequence

import msgspec

from ..results.model import Problem
from ..source import parsed
from ..text import Text

Chunk = tuple[str, str]  # (file or cell name, code)

# `check("name")` and its like are for the student's own kernel; in grading they do nothing, wherever they stand.
SILENT = b"def __getattr__(name):\n    return lambda *args, **kwargs: None\n"
COMMANDS = {"autograder/__init__.py": b"", "autograder/notebook.py": SILENT}
IMPORTS = "from autograder.notebook import answer, board, check, grade, grade_quiz, hint, quiz\n"
SET_UP = "set-up"  # the name of its chunk


class Stub(msgspec.Struct, frozen=True):
    """A topic's stub, apart from what students write: imports, constants, helpers."""

    set_up: str
    untouched: dict[str, str]  # exercise -> its definition, as a syntax tree

    def is_written_in(self, code: str) -> bool:
        """Whether the code defines an exercise otherwise than the stub does."""
        return any(_skeleton(node) != self.untouched.get(node.name, _skeleton(node)) for node in _definitions(code))


@functools.lru_cache(maxsize=64)
def read_stub(code: str, exercises: tuple[str, ...]) -> Stub:
    """The stub in the text of exercises/<topic>/<module>.py."""
    definitions = {node.name: node for node in _definitions(code) if node.name in exercises}
    set_up = f"{_blanked(code, list(definitions.values()))}\n{IMPORTS}"
    return Stub(set_up, {name: _skeleton(node) for name, node in definitions.items()})


def settled(chunks: Sequence[Chunk], stub: Stub, problems: list[Problem]) -> list[Chunk]:
    """The cells, each exercise defined by the one that counts: the last, as in a kernel that runs them all.

    An untouched stub does not count where the answer stands in another cell.
    """
    settled = dict(chunks)
    definitions = [(chunk, node) for chunk, code in chunks for node in _definitions(code)]
    for name, untouched in stub.untouched.items():
        places = [(chunk, node) for chunk, node in definitions if node.name == name]
        if len(places) < 2:
            continue
        written = [place for place in places if _skeleton(place[1]) != untouched]
        if not written:
            continue
        for chunk, node in places[places.index(written[-1]) + 1 :]:
            settled[chunk] = _blanked(settled[chunk], [node])
        if len(written) > 1:
            others = ", ".join(chunk for chunk, _ in written[:-1])
            en = f"{name} is also written in {others}: the last one counts."
            sentence = Text(en, f"{name} 在 {others} 中也有定义：以最后一个为准。")
            problems.append(Problem(file=written[-1][0], sentence=sentence))
    return list(settled.items())


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _definitions(code: str) -> list[Definition]:
    return [node for node in parsed(code).body if isinstance(node, Definition)]


def _skeleton(definition: Definition) -> str:
    """Equal for stubs that differ in docstrings and in what their NotImplementedError says."""
    try:
        return ast.dump(_Plain().visit(copy.deepcopy(definition)))
    except RecursionError:
        return ""  # like no stub


class _Plain(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) else node

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        is_stub = isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
        return ast.Raise() if is_stub else node


def _blanked(code: str, nodes: Sequence[Definition]) -> str:
    """The code without these definitions; every other line keeps its number."""
    lines = code.split("\n")
    for node in nodes:
        first = min(part.lineno for part in (node, *node.decorator_list))
        assert node.end_lineno is not None
        lines[first - 1 : node.end_lineno] = [""] * (node.end_lineno - first + 1)
    return "\n".join(lines)
