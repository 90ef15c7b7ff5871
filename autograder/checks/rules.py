"""What an exercise forbids, found by reading the source: aliases are resolved, nothing is run.

`import torch.nn.functional as F`, `from torch import log_softmax as ls` and `loss = F.cross_entropy` are all
seen through. What reading cannot see, the operator watch in the worker does.
"""

import ast
import fnmatch
import functools
from collections.abc import Iterator, Sequence

from ..source import Source
from .failures import RuleBroken

# Names that torch has in several places: the left one is written for the right ones.
PREFIXES = (
    ("torch.functional.", "torch."),
    ("torch._C._nn.", "torch.nn.functional."),
    ("torch.nn.modules.", "torch.nn."),
    ("torch.special.", "torch."),
)


def find_banned(source: Source, exercise: str, banned: Sequence[str]) -> RuleBroken | None:
    """The first use of a banned name in the exercise's definition, or in what it uses from the same file.

    banned: dotted names with * allowed ("torch.nn.init.*"); "Tensor.log_softmax" or ".backward" means that
    attribute of anything that is not a module.
    """
    if not banned:
        return None
    try:
        tree, aliases = _read(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    patterns = [_Pattern(name) for name in banned]
    for node in _reachable(tree, exercise):
        for used, line in _uses(node, aliases):
            for pattern in patterns:
                if pattern.matches(used):
                    return RuleBroken(exercise, pattern.written, *source.locate(line))
    return None


@functools.lru_cache(maxsize=4)  # every exercise of a topic asks about the same file
def _read(code: str) -> tuple[ast.Module, dict[str, str]]:
    tree = ast.parse(code)
    return tree, _aliases(tree)


class _Pattern:
    def __init__(self, written: str) -> None:
        self.written = written
        is_attribute = written.startswith((".", "Tensor."))
        self.attribute = written.rsplit(".", 1)[-1] if is_attribute else ""

    def matches(self, used: str) -> bool:
        if self.attribute:
            return used.startswith("?.") and used.rsplit(".", 1)[-1] == self.attribute
        return fnmatch.fnmatchcase(used, self.written) or fnmatch.fnmatchcase(used, self.written.removesuffix(".*"))


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Local name -> dotted name, from imports anywhere and from plain assignments of dotted names."""
    aliases: dict[str, str] = {}
    assignments: list[tuple[str, ast.expr]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                aliases[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            assignments.append((node.targets[0].id, node.value))
    for _ in range(3):  # an alias of an alias of an alias
        for name, value in assignments:
            dotted = _dotted(value, aliases)
            if dotted.split(".")[0] in ("torch", "numpy"):
                aliases[name] = dotted
    return aliases


def _dotted(node: ast.AST, aliases: dict[str, str]) -> str:
    """torch.nn.functional.relu for `F.relu`; ?.relu for `x.relu`; nothing for what is no name."""
    if isinstance(node, ast.Name):
        return aliases.get(node.id, "")
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value, aliases)
        if base and not base.startswith("?"):
            return f"{base}.{node.attr}"
        return f"?.{node.attr}"
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "getattr"
        and len(node.args) >= 2
        and isinstance(node.args[1], ast.Constant)
        and isinstance(node.args[1].value, str)
    ):
        base = _dotted(node.args[0], aliases)
        return f"{base}.{node.args[1].value}" if base and base[0] != "?" else f"?.{node.args[1].value}"
    return ""


def _canonical(dotted: str) -> str:
    for other, usual in PREFIXES:
        if dotted.startswith(other):
            return usual + dotted.removeprefix(other).rsplit(".", 1)[-1]
    return dotted


def _reachable(tree: ast.Module, exercise: str) -> Iterator[ast.stmt]:
    """The exercise's definition and the module-level definitions that it uses, directly or not."""
    defined: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        for name in _binds(node):
            defined.setdefault(name, []).append(node)
    waiting, seen = [exercise], {exercise}
    while waiting:
        for node in defined.get(waiting.pop(), []):
            yield node
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and part.id in defined and part.id not in seen:
                    seen.add(part.id)
                    waiting.append(part.id)


def _binds(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    return []


def _uses(node: ast.AST, aliases: dict[str, str]) -> Iterator[tuple[str, int]]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name | ast.Attribute | ast.Call):
            dotted = _dotted(part, aliases)
            if dotted:
                yield _canonical(dotted), part.lineno
        elif isinstance(part, ast.ImportFrom) and part.module:
            for alias in part.names:
                yield _canonical(f"{part.module}.{alias.name}"), part.lineno
