"""What an exercise forbids, found by reading the source: aliases are resolved, nothing is run.

`import torch.nn.functional as F`, `from torch import log_softmax as ls` and `loss = F.cross_entropy` are all
seen through. What reading cannot see, the operator watch in the worker does.
"""

import ast
import fnmatch
import functools
import re
from collections.abc import Iterable, Iterator, Sequence

from ..source import Source, binds, parsed
from .failures import RuleBroken

# Names that torch has in several places: the left one is written for the right ones.
PREFIXES = (
    ("torch.functional.", "torch."),
    ("torch._C._nn.", "torch.nn.functional."),
    ("torch.nn.modules.", "torch.nn."),
    ("torch.special.", "torch."),
)


Parts = list[ast.AST]  # a statement and everything in it, outermost first


def find_banned(source: Source, exercise: str, banned: Sequence[str]) -> RuleBroken | None:
    """The first use of a banned name in the exercise's definition, in the module-level definitions that it uses, or
    in a helper module beside the file that it imports.

    banned: dotted names with * allowed ("torch.nn.init.*"); "Tensor.log_softmax" or ".backward" means that
    attribute of anything but a module or a class of the student's own.
    """
    if not banned:
        return None
    bans = _banned(tuple(banned))
    try:
        tree, aliases = _read(source.text)
        found = _first(_reachable(tree, exercise), aliases, bans)
        if found is not None:
            return RuleBroken(exercise, found[0], *source.locate(found[1]))
        imported = {dotted.split(".")[0] for dotted in aliases.values()}
        for name in sorted(name for name in source.files if name.endswith(".py") and name[:-3] in imported):
            tree, aliases = _read(source.files[name].decode("utf-8", "replace"))
            found = _first(([*ast.walk(node)] for node in tree.body), aliases, bans)
            if found is not None:
                return RuleBroken(exercise, found[0], name, found[1])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None


def _first(definitions: Iterable[Parts], aliases: dict[str, str], bans: "_Banned") -> tuple[str, int] | None:
    """(what is banned, line) of the first use."""
    for parts in definitions:
        for used, line in _uses(parts, aliases):
            written = bans.written(used)
            if written is not None:
                return written, line
    return None


@functools.lru_cache(maxsize=4)  # every exercise of a topic asks about the same file
def _read(code: str) -> tuple[ast.Module, dict[str, str]]:
    tree = parsed(code)
    return tree, _aliases(tree)


class _Banned:
    """What is banned, as one regular expression: a source has many names, and an exercise many patterns."""

    def __init__(self, written: tuple[str, ...]) -> None:
        self.attributes = {name.rsplit(".", 1)[-1]: name for name in written if name.startswith((".", "Tensor."))}
        self.dotted = [name for name in written if name not in self.attributes.values()]
        either = "|".join(
            f"(?P<banned{position}>{fnmatch.translate(name)}|{fnmatch.translate(name.removesuffix('.*'))})"
            for position, name in enumerate(self.dotted)
        )
        self.pattern = re.compile(either or r"(?!)")

    def written(self, used: str) -> str | None:
        """The ban that a dotted name breaks, as the course's author wrote it."""
        if used.startswith("?.") and (attribute := used.rsplit(".", 1)[-1]) in self.attributes:
            return self.attributes[attribute]
        match = self.pattern.match(used)
        return self.dotted[int((match.lastgroup or "").removeprefix("banned"))] if match else None


_banned = functools.lru_cache(maxsize=1024)(_Banned)


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Local name -> dotted name, from imports anywhere and from plain assignments of dotted names."""
    aliases: dict[str, str] = {}
    assignments: list[tuple[str, ast.expr]] = []
    for node in _statements(tree.body):
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
        elif isinstance(node, ast.ClassDef):  # its methods are the student's own, whatever they are called
            aliases[node.name] = node.name
    aliases["self"] = "self"
    for _ in range(3):  # an alias of an alias of an alias
        for name, value in assignments:
            dotted = _dotted(value, aliases)
            if dotted.split(".")[0] in ("torch", "numpy"):
                aliases[name] = dotted
    return aliases


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement, at any depth, without looking into expressions: they are most of a tree."""
    for node in body:
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, field, None)
            if isinstance(inner, list):
                yield from _statements(inner)


def _dotted(node: ast.AST, aliases: dict[str, str]) -> str:
    """torch.nn.functional.relu for `F.relu`; ?.relu for `x.relu`; nothing for what is no name."""
    attributes: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        elif (named := _getattr(node)) is not None:
            node, name = named
            attributes.append(name)
        else:
            break
    base = aliases.get(node.id, "") if isinstance(node, ast.Name) else ""
    if base:
        return ".".join([base, *reversed(attributes)])
    return f"?.{attributes[0]}" if attributes else ""


def _getattr(node: ast.AST) -> tuple[ast.expr, str] | None:
    """(x, "name") for `getattr(x, "name")`."""
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=[value, ast.Constant(value=str(name)), *_]):
            return value, name
    return None


def _canonical(dotted: str) -> str:
    for other, usual in PREFIXES:
        if dotted.startswith(other):
            return usual + dotted.removeprefix(other).rsplit(".", 1)[-1]
    return dotted


def _reachable(tree: ast.Module, exercise: str) -> Iterator[Parts]:
    """The exercise's definition and the module-level definitions that it uses, directly or not."""
    defined: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        for name in binds(node):
            defined.setdefault(name, []).append(node)
    waiting, seen, given = [exercise], {exercise}, set()
    while waiting:
        for node in defined.get(waiting.pop(), []):
            if id(node) in given:
                continue
            given.add(id(node))
            parts = [*ast.walk(node)]
            yield parts
            mentioned = {part.id for part in parts if isinstance(part, ast.Name)}
            if mentioned & defined.keys() - seen:  # seldom: most exercises use nothing else of their file
                for name in _free_names(node) & defined.keys() - seen:
                    seen.add(name)
                    waiting.append(name)


def _free_names(node: ast.AST) -> set[str]:
    """The names that a definition takes from around it: those read in it that are not its own variables."""
    free = {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else set()
    for child in ast.iter_child_nodes(node):
        free |= _free_names(child)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        inside = list(ast.walk(node))
        own = {part.arg for part in inside if isinstance(part, ast.arg)}
        own |= {part.id for part in inside if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        free -= own - {name for part in inside if isinstance(part, ast.Global) for name in part.names}
    return free


def _uses(parts: Parts, aliases: dict[str, str]) -> Iterator[tuple[str, int]]:
    inner: set[int] = set()  # links of a chain whose whole has been looked at
    for part in parts:
        if isinstance(part, ast.Name | ast.Attribute | ast.Call) and id(part) not in inner:
            dotted = _dotted(part, aliases)
            link: ast.AST = part
            while isinstance(link, ast.Attribute):
                link = link.value
                if isinstance(link, ast.Attribute) and not dotted.startswith("?"):
                    inner.add(id(link))
            if dotted:
                yield _canonical(dotted), part.lineno
        elif isinstance(part, ast.ImportFrom) and part.module:
            for alias in part.names:
                yield _canonical(f"{part.module}.{alias.name}"), part.lineno
