"""Finds banned shortcuts by reading the source: aliases are resolved, nothing is run.

`import torch.nn.functional as F`, `from torch import log_softmax as ls` and `loss = F.cross_entropy` are all
seen through. What reading cannot see, the operator watch in the worker does.
"""

import ast
import fnmatch
import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

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
    """Return the first use of a banned name: in the exercise's definition, in the module-level definitions that it
    uses, or in a helper module beside the file that it imports.

    banned: dotted names with * allowed ("torch.nn.init.*"); "Tensor.log_softmax" or ".backward" means that
    attribute of anything but a module or a class of the student's own.
    """
    if not banned:
        return None
    bans = _banned(tuple(banned))
    try:
        return _banned_in_file(source, exercise, bans) or _banned_in_helpers(source, exercise, bans)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _banned_in_file(source: Source, exercise: str, bans: "_Banned") -> RuleBroken | None:
    """Return the first use of a banned name in the definitions that the exercise reaches."""
    tree, aliases = _read(source.text)
    use = _first_banned(_reachable(tree, exercise), aliases, bans)
    if use is None:
        return None
    file, line = source.locate(use.line)
    return RuleBroken(exercise, use.ban, file, line)


def _banned_in_helpers(source: Source, exercise: str, bans: "_Banned") -> RuleBroken | None:
    """Return the first use of a banned name in the helper modules that the file imports."""
    for name in _imported_helpers(source):
        tree, aliases = _read(source.files[name].decode("utf-8", "replace"))
        definitions = ([*ast.walk(node)] for node in tree.body)
        use = _first_banned(definitions, aliases, bans)
        if use is not None:
            return RuleBroken(exercise, use.ban, name, use.line)
    return None


def _imported_helpers(source: Source) -> list[str]:
    """Return the files beside the source's own that it imports, in order of their names."""
    _, aliases = _read(source.text)
    imported = {dotted.split(".")[0] for dotted in aliases.values()}
    helpers = []
    for name in sorted(source.files):
        if name.endswith(".py") and name.removesuffix(".py") in imported:
            helpers.append(name)
    return helpers


class _BannedUse(NamedTuple):
    """A use of a banned name."""

    ban: str  # as the course's author wrote it
    line: int


def _first_banned(definitions: Iterable[Parts], aliases: dict[str, str], bans: "_Banned") -> _BannedUse | None:
    """Return the first use of a banned name in these definitions."""
    for parts in definitions:
        for used, line in _uses(parts, aliases):
            ban = bans.written(used)
            if ban is not None:
                return _BannedUse(ban, line)
    return None


@functools.lru_cache(maxsize=4)  # every exercise of a topic asks about the same file
def _read(code: str) -> tuple[ast.Module, dict[str, str]]:
    tree = parsed(code)
    return tree, _aliases(tree)


class _Banned:
    """The banned names as one regular expression: a source has many names, and an exercise many patterns."""

    def __init__(self, written: tuple[str, ...]) -> None:
        self.attributes: dict[str, str] = {}
        self.dotted: list[str] = []
        for name in written:
            if name.startswith((".", "Tensor.")):
                self.attributes[name.rsplit(".", 1)[-1]] = name
            else:
                self.dotted.append(name)
        alternatives = []
        for position, name in enumerate(self.dotted):
            inside = fnmatch.translate(name)
            itself = fnmatch.translate(name.removesuffix(".*"))
            alternatives.append(f"(?P<banned{position}>{inside}|{itself})")
        never = r"(?!)"
        self.pattern = re.compile("|".join(alternatives) or never)

    def written(self, used: str) -> str | None:
        """Return the ban that a dotted name breaks, as the course's author wrote it."""
        if used.startswith("?."):
            attribute = used.rsplit(".", 1)[-1]
            if attribute in self.attributes:
                return self.attributes[attribute]
        match = self.pattern.match(used)
        if match is None:
            return None
        group = match.lastgroup or ""
        return self.dotted[int(group.removeprefix("banned"))]


_banned = functools.lru_cache(maxsize=1024)(_Banned)


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Return local name -> dotted name, from imports anywhere and from plain assignments of dotted names."""
    aliases: dict[str, str] = {}
    assignments: list[tuple[str, ast.expr]] = []
    for node in _statements(tree.body):
        match node:
            case ast.Import():
                aliases |= _import_aliases(node)
            case ast.ImportFrom(module=str(module)):
                for alias in node.names:
                    aliases[alias.asname or alias.name] = f"{module}.{alias.name}"
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                assignments.append((name, value))
            case ast.ClassDef(name=name):  # its methods are the student's own, whatever they are called
                aliases[name] = name
    aliases["self"] = "self"
    for _ in range(3):  # an alias of an alias of an alias
        for name, value in assignments:
            dotted = _dotted(value, aliases)
            if dotted.split(".")[0] in ("torch", "numpy"):
                aliases[name] = dotted
    return aliases


def _import_aliases(node: ast.Import) -> dict[str, str]:
    """Return local name -> dotted name for an `import` statement. `import a.b` binds only `a`."""
    aliases: dict[str, str] = {}
    for alias in node.names:
        if alias.asname:
            aliases[alias.asname] = alias.name
        else:
            package = alias.name.split(".")[0]
            aliases[package] = package
    return aliases


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield every statement, at any depth, without looking into expressions: they are most of a tree."""
    for node in body:
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, field, None)
            if isinstance(inner, list):
                yield from _statements(inner)


def _dotted(node: ast.AST, aliases: dict[str, str]) -> str:
    """Return torch.nn.functional.relu for `F.relu`, ?.relu for `x.relu`, and nothing for what is not a name."""
    attributes: list[str] = []
    while (access := _attribute_access(node)) is not None:
        node, attribute = access
        attributes.append(attribute)
    base = ""
    if isinstance(node, ast.Name):
        base = aliases.get(node.id, "")
    if base:
        return ".".join([base, *reversed(attributes)])
    if attributes:
        return f"?.{attributes[0]}"
    return ""


def _attribute_access(node: ast.AST) -> tuple[ast.expr, str] | None:
    """Return (x, "name") for `x.name` and for `getattr(x, "name")`."""
    if isinstance(node, ast.Attribute):
        return node.value, node.attr
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=[value, ast.Constant(value=str(name)), *_]):
            return value, name
    return None


def _canonical(dotted: str) -> str:
    """Return the usual name of what torch has in several places."""
    for other, usual in PREFIXES:
        if dotted.startswith(other):
            return usual + dotted.removeprefix(other).rsplit(".", 1)[-1]
    return dotted


def _reachable(tree: ast.Module, exercise: str) -> Iterator[Parts]:
    """Yield the exercise's definition and the module-level definitions that it uses, directly or not."""
    defined = _definitions(tree)
    waiting = [exercise]
    seen_names = {exercise}
    seen_nodes: set[int] = set()
    while waiting:
        for node in defined.get(waiting.pop(), []):
            if id(node) in seen_nodes:
                continue
            seen_nodes.add(id(node))
            parts = [*ast.walk(node)]
            yield parts
            mentioned = {part.id for part in parts if isinstance(part, ast.Name)}
            unseen = defined.keys() - seen_names
            if mentioned.isdisjoint(unseen):  # usual: most exercises use nothing else of their file
                continue
            used = _free_names(node) & unseen
            seen_names |= used
            waiting.extend(used)


def _definitions(tree: ast.Module) -> dict[str, list[ast.stmt]]:
    """Return name -> the module-level statements that bind it."""
    defined: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        for name in binds(node):
            defined.setdefault(name, []).append(node)
    return defined


def _free_names(node: ast.AST) -> set[str]:
    """Return the names that a definition takes from around it: those read in it that are not its own variables."""
    free: set[str] = set()
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        free.add(node.id)
    for child in ast.iter_child_nodes(node):
        free |= _free_names(child)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        free -= _own_variables(node)
    return free


def _own_variables(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    """Return the parameters and local variables of a function, without those that it declares global."""
    variables: set[str] = set()
    declared_global: set[str] = set()
    for part in ast.walk(function):
        match part:
            case ast.arg(arg=name):
                variables.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                variables.add(name)
            case ast.Global(names=names):
                declared_global.update(names)
    return variables - declared_global


def _uses(parts: Parts, aliases: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Yield each dotted name that is used, with its line."""
    inner: set[int] = set()  # links of a chain that was already read as a whole
    for part in parts:
        match part:
            case ast.Name() | ast.Attribute() | ast.Call():
                if id(part) in inner:
                    continue
                dotted = _dotted(part, aliases)
                if not dotted:
                    continue
                if not dotted.startswith("?"):
                    inner.update(_inner_links(part))
                yield _canonical(dotted), part.lineno
            case ast.ImportFrom(module=str(module)):
                for alias in part.names:
                    yield _canonical(f"{module}.{alias.name}"), part.lineno


def _inner_links(node: ast.AST) -> Iterator[int]:
    """Yield the ids of the attribute nodes below the outermost one of a chain: `a.b` in `a.b.c`."""
    while isinstance(node, ast.Attribute):
        node = node.value
        if isinstance(node, ast.Attribute):
            yield id(node)
