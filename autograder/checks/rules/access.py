"""Ways to write `x.name`, and constant strings that are put together."""

import ast
from typing import NamedTuple

GETTERS = ("__getattribute__", "__getattr__")
READ = frozenset(("getattr", "globals", "hasattr", "locals", "setattr", "vars"))  # functions that are read as Python's
NAMESPACES = ("globals", "locals", "vars")  # called without arguments
ITEM_GETTERS = ("get", "pop", "__getitem__", "setdefault")


class Access(NamedTuple):
    """An attribute that is taken from a base."""

    base: ast.expr
    attribute: str  # empty for a name in its own namespace: `globals()["F"]` is `F`
    others: list[ast.expr]  # other parts of the expression, such as the default of `getattr`
    called: str = ""  # the function of Python that takes it


class Chain(NamedTuple):
    """A base with all attributes that are taken from it, the first one first."""

    base: ast.expr
    attributes: tuple[str, ...]
    others: list[ast.expr]
    called: list[str]


def chain(node: ast.expr) -> Chain:
    """Return the base and the attributes of `base.a.b`, in all ways to write it."""
    attributes: list[str] = []
    others: list[ast.expr] = []
    called: list[str] = []
    while (access := _access(node)) is not None:
        node = access.base
        others += access.others
        if access.called:
            called.append(access.called)
        if access.attribute:
            attributes.append(access.attribute)
    return Chain(node, tuple(reversed(attributes)), others, called)


def _access(node: ast.expr) -> Access | None:
    if isinstance(node, ast.Attribute):
        return Access(node.value, node.attr, [])
    if isinstance(node, ast.Call):
        return _call_access(node)
    if isinstance(node, ast.Subscript):
        return _item_access(node.value, node.slice, [])
    return None


def _call_access(node: ast.Call) -> Access | None:
    """Return the access of `getattr(x, "a")`, `x.__getattribute__("a")` and `vars(x).get("a")`."""
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=[value, name, *others]):
            attribute = constant_text(name)
            return Access(value, attribute, others, "getattr") if attribute else None
        case ast.Call(func=ast.Attribute(value=value, attr=getter), args=[name]) if getter in GETTERS:
            attribute = constant_text(name)
            return Access(value, attribute, []) if attribute else None
        case ast.Call(func=ast.Attribute(attr=getter), args=[value, name]) if getter in GETTERS:
            attribute = constant_text(name)
            return Access(value, attribute, []) if attribute else None
        case ast.Call(func=ast.Attribute(value=value, attr=getter), args=[key, *others]) if getter in ITEM_GETTERS:
            return _item_access(value, key, others)
    return None


def _item_access(value: ast.expr, key: ast.expr, others: list[ast.expr]) -> Access | None:
    """Return the access of `vars(x)["a"]`, `x.__dict__["a"]` and `globals()["x"]`."""
    match value:
        case ast.Attribute(value=base, attr="__dict__"):
            attribute = constant_text(key)
            return Access(base, attribute, others) if attribute else None
        case ast.Call(func=ast.Name(id="vars"), args=[base]):
            attribute = constant_text(key)
            return Access(base, attribute, others, "vars") if attribute else None
        case ast.Call(func=ast.Name(id=namespace), args=[], keywords=[]) if namespace in NAMESPACES:
            attribute = constant_text(key)
            if attribute:
                name = ast.Name(id=attribute, ctx=ast.Load(), lineno=value.lineno, col_offset=value.col_offset)
                return Access(name, "", others, namespace)
    return None


def constant_text(node: ast.AST) -> str:
    """Return the text of a constant string, or of constants that are added or joined; nothing for all else."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _all_texts([left, right])
        case ast.JoinedStr(values=values):
            return _all_texts(values)
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return constant_text(value)
        case ast.Call(func=ast.Attribute(value=separator, attr="join"), args=[ast.List(elts=parts)]):
            return _joined(separator, parts)
        case ast.Call(func=ast.Attribute(value=separator, attr="join"), args=[ast.Tuple(elts=parts)]):
            return _joined(separator, parts)
    return ""


def _all_texts(nodes: list[ast.expr]) -> str:
    """Return the texts in one; nothing if one of them is not constant."""
    texts = [constant_text(node) for node in nodes]
    return "".join(texts) if all(texts) else ""


def _joined(separator: ast.expr, parts: list[ast.expr]) -> str:
    texts = [constant_text(part) for part in parts]
    between = constant_text(separator)
    is_empty = isinstance(separator, ast.Constant) and separator.value == ""
    if not all(texts) or not (between or is_empty):
        return ""
    return between.join(texts)


def root(node: ast.expr) -> ast.expr:
    """Return the `x` of `x.a[0].b(1)`."""
    while True:
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return node


def last_name(node: ast.expr) -> str:
    """Return `name` for `name` and for `x.name`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return ""
