"""The notebook as the checks see it: the functions that its kernel holds now, and the cells that defined them."""

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
    """The running IPython; None in plain Python."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def live_source(filename: str) -> Source:
    """The cells that have been run, without the definitions that later ones have replaced."""
    running = shell()
    history = running.history_manager.input_hist_parsed if running else []
    return Source(filename=filename, chunks=tuple(_current(history)))


def _current(history: Sequence[str]) -> Sequence[tuple[str, str]]:
    """(In[5], code) of each cell that Python can parse; what is outdated is blank, so that line numbers hold."""
    replaced: set[str] = set()
    kept = []
    for number, code in reversed(list(enumerate(history))):
        try:
            body = ast.parse(code).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        lines = code.split("\n")
        for node in reversed(body):
            names = set() if isinstance(node, ast.AugAssign) else set(binds(node))
            if names and names <= replaced:
                first = min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", []))])
                lines[first - 1 : node.end_lineno] = [""] * ((node.end_lineno or first) - first + 1)
            replaced |= names | _imported(node)
        kept.append((f"In[{number}]", "\n".join(lines)))
    return kept[::-1]


def _imported(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names}
    return set()


class LiveTransport(LocalTransport):
    """The kernel's own namespace in the place of a module. Nothing is run again."""

    def _load(self) -> tuple[frozenset[str], list[Raised]]:
        namespace = vars(sys.modules["__main__"])
        self.session.module = sys.modules["__main__"]
        self.cells = dict(_cells(namespace))
        self.session.filenames = frozenset(self.cells)
        names = frozenset(name for name in namespace if not name.startswith("__"))
        return names - self.source.borrowed(), []

    def reply(self, request: Frame, seconds: float) -> Reply:
        """With the cells called as the notebook calls them."""
        reply = super().reply(request, seconds)
        if reply.error is None:
            return reply
        frames = [(self.cells.get(file, file), *place) for file, *place in reply.error.frames]
        return msgspec.structs.replace(reply, error=msgspec.structs.replace(reply.error, frames=frames))


def _cells(namespace: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Under which name IPython compiled the cells that defined something, and which they are: In[5]."""
    running = shell()
    own = [value for value in list(namespace.values()) if getattr(value, "__module__", None) == "__main__"]
    methods = [method for value in own if isinstance(value, type) for method in vars(value).values()]
    for function in [*own, *methods]:
        if running is not None and isinstance(function, types.FunctionType):
            label = running.compile.format_code_name(function.__code__.co_filename)
            if label is not None:
                yield function.__code__.co_filename, label[1]
