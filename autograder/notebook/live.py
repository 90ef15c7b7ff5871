"""The notebook as the checks see it: the functions in its kernel now, and the cells that defined them."""

import ast
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ..checks.local import LocalTransport
from ..sandbox.channel import Frame
from ..sandbox.worker.protocol import Raised, Reply
from ..source import Source, binds


def shell() -> Any:
    """Return the running IPython; None in plain Python."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def live_source(filename: str) -> Source:
    """Return the cells that were run, without definitions that later cells replaced."""
    running = shell()
    history = running.history_manager.input_hist_parsed if running else []
    return Source(filename=filename, chunks=tuple(_current(history)))


def _current(history: Sequence[str]) -> Sequence[tuple[str, str]]:
    """Return (In[5], code) of each cell that Python can parse.

    Lines of replaced definitions are blank, so that line numbers stay the same.
    """
    replaced: set[str] = set()
    kept = []
    for number in range(len(history) - 1, -1, -1):
        code = history[number]
        try:
            body = ast.parse(code).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        lines = code.split("\n")
        for node in reversed(body):
            names = _defined(node)
            if names and names <= replaced:
                _blank(lines, node)
            replaced |= names | _imported(node)
        kept.append((f"In[{number}]", "\n".join(lines)))
    kept.reverse()
    return kept


def _blank(lines: list[str], node: ast.stmt) -> None:
    """Empty the lines of a statement, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = decorators[0].lineno if decorators else node.lineno
    last = node.end_lineno or first
    lines[first - 1 : last] = [""] * (last - first + 1)


def _defined(node: ast.stmt) -> set[str]:
    """Return the names that the statement binds anew; `x += 1` needs the earlier x."""
    return set() if isinstance(node, ast.AugAssign) else set(binds(node))


def _imported(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names}
    return set()


class LiveTransport(LocalTransport):
    """Answers requests from the kernel's own namespace instead of a module. No cell is run again."""

    def _load(self) -> tuple[frozenset[str], list[Raised]]:
        namespace = vars(sys.modules["__main__"])
        self.session.module = sys.modules["__main__"]
        self.cells = _defining_cells(namespace)
        self.session.filenames = frozenset(self.cells)
        names = frozenset(name for name in namespace if not name.startswith("__"))
        return names - self.source.borrowed(), []

    def reply(self, request: Frame, seconds: float) -> Reply:
        """Return the reply; a traceback names cells as the notebook does."""
        reply = super().reply(request, seconds)
        if reply.error is None:
            return reply
        frames = [(self.cells.get(file, file), *rest) for file, *rest in reply.error.frames]
        return msgspec.structs.replace(reply, error=msgspec.structs.replace(reply.error, frames=frames))


def _defining_cells(namespace: Mapping[str, Any]) -> dict[str, str]:
    """Return IPython's file name -> label (In[5]) of each cell that defined a function or method."""
    running = shell()
    if running is None:
        return {}
    labels = {}
    for function in _functions(namespace):
        filename = function.__code__.co_filename
        name = running.compile.format_code_name(filename)  # ("Cell", "In[5]"), or None outside of cells
        if name is not None:
            labels[filename] = name[1]
    return labels


def _functions(namespace: Mapping[str, Any]) -> Iterator[types.FunctionType]:
    """Yield the functions that the notebook defines, and the methods of its classes."""
    for value in list(namespace.values()):
        if getattr(value, "__module__", None) != "__main__":
            continue
        members = list(vars(value).values()) if isinstance(value, type) else [value]
        for member in members:
            if isinstance(member, types.FunctionType):
                yield member
