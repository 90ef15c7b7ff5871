"""Parts of a syntax tree: the statements of a module, the children of a node, the names in a call."""

import ast
from collections.abc import Iterator

BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.TryStar, ast.Match)
BLOCK_FIELDS = ("body", "orelse", "handlers", "finalbody", "cases")
NO_CHILDREN = frozenset(("ctx", "op", "ops", "kind", "type_comment"))


def is_split(node: ast.stmt) -> bool:
    """Return whether the statements in a block are pieces of their own. An exception may carry anything out of it."""
    if isinstance(node, ast.Try | ast.TryStar):
        return not any(handler.name for handler in node.handlers)
    return isinstance(node, BLOCKS)


def statements(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, bool]]:
    """Yield the statements of the module level, also those in blocks, and whether they certainly run.

    An import of several names is yielded as an import of each.
    """
    waiting = [(node, True) for node in reversed(body)]
    while waiting:
        node, is_certain = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom) and len(node.names) > 1:
            for alias in node.names:
                yield _import_of(node, alias), is_certain
            continue
        yield node, is_certain
        if is_split(node):
            inner = [child for field in BLOCK_FIELDS for child in getattr(node, field, [])]
            waiting += [(child, False) for child in reversed(_without_handlers(inner))]


def _without_handlers(nodes: list[ast.AST]) -> list[ast.stmt]:
    """Return the statements, with those of an `except` or `case` in its place."""
    statements: list[ast.stmt] = []
    for node in nodes:
        if isinstance(node, ast.ExceptHandler | ast.match_case):
            statements += node.body
        elif isinstance(node, ast.stmt):
            statements.append(node)
    return statements


def _import_of(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    if isinstance(node, ast.Import):
        return ast.Import(names=[alias], lineno=node.lineno, col_offset=0)
    return ast.ImportFrom(module=node.module, names=[alias], level=node.level, lineno=node.lineno, col_offset=0)


def children(node: ast.AST, skip: tuple[str, ...] = ()) -> list[ast.AST]:
    """Return the nodes directly in a node, in the order of the source, without constants."""
    found: list[ast.AST] = []
    for field in node._fields:
        if field in NO_CHILDREN or field in skip:
            continue
        value = getattr(node, field, None)
        for part in value if type(value) is list else (value,):
            if isinstance(part, ast.AST) and type(part) is not ast.Constant:
                found.append(part)
    return found


def named_attributes(node: ast.Call) -> Iterator[str]:
    """Yield the strings in a call such as `OrderedDict([("relu", layer)])`, and the names of its keywords."""
    for keyword in node.keywords:
        if keyword.arg:
            yield keyword.arg
    for argument in node.args:
        for part in (argument, *getattr(argument, "elts", []), *getattr(argument, "keys", [])):
            first = part.elts[0] if isinstance(part, ast.Tuple | ast.List) and part.elts else part
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def absolute(importer: str, node: ast.ImportFrom) -> str:
    """Return the full name of the module that `from ..module import name` names."""
    if not node.level:
        return node.module or ""
    package = importer.split(".")[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])
