"""Whether a student's code may remember one call in the next. It is read, never run; in doubt it may.

Where it may, a check that is run without those before it could come out otherwise.
"""

import ast

from ...source import Source, parsed

# With these, code that is read below keeps nothing; of all other libraries nobody knows.
LIBRARIES = {
    *("__future__", "abc", "collections", "copy", "dataclasses", "functools", "itertools", "math", "numpy", "random"),
    *("re", "string", "torch", "typing"),
}
DECORATORS = {"staticmethod", "classmethod", "property", "setter", "no_grad", "dataclass", "once_differentiable"}
REACHING = {"__import__", "cls", "delattr", "eval", "exec", "globals", "open", "setattr", "type", "vars"}
REACHING_ATTRIBUTES = {"__class__", "__defaults__", "__dict__", "__globals__", "save"}


def may_remember(source: Source) -> bool:
    """Whether something may be left in the module, its classes, its functions or a file when a call has ended."""
    beside = [content.decode("utf-8", "replace") for name, content in source.files.items() if name.endswith(".py")]
    try:
        known = LIBRARIES | {name.removesuffix(".py") for name in source.files}
        return not all(_is_stateless(parsed(text), known) for text in (source.text, *beside))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True


def _is_stateless(tree: ast.Module, known: set[str]) -> bool:
    lasting = {name for node in tree.body for name in _bound(node)}
    return all(map(_is_fixed, tree.body)) and not any(_may_leave(node, lasting, known) for node in ast.walk(tree))


def _bound(node: ast.stmt) -> list[str]:
    """The names that a definition or an import makes."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).split(".")[0] for alias in node.names]
    return [node.name] if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else []


def _is_fixed(node: ast.stmt) -> bool:
    """Whether a statement of a module or class makes nothing that can be changed, but functions and classes."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Pass():
            return True
        case ast.ClassDef():
            return all(map(_is_fixed, node.body))
        case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None):
            return True
        case (
            ast.Assign(targets=[ast.Name()], value=value) | ast.AnnAssign(target=ast.Name(), value=ast.expr() as value)
        ):
            return _is_immutable(value)
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return not node.orelse
    return False


def _is_immutable(value: ast.expr | None) -> bool:
    match value:
        case None | ast.Constant() | ast.Name() | ast.Attribute():
            return True
        case ast.UnaryOp(operand=operand):
            return _is_immutable(operand)
        case ast.BinOp(left=left, right=right):
            return _is_immutable(left) and _is_immutable(right)
        case ast.Tuple(elts=elements):
            return all(map(_is_immutable, elements))
    return False


def _may_leave(node: ast.AST, lasting: set[str], known: set[str]) -> bool:
    """Whether what is done here may outlast the call that does it."""
    match node:
        case ast.Import(names=names):
            return not {alias.name.split(".")[0] for alias in names} <= known
        case ast.ImportFrom(module=module):
            return (module or "").split(".")[0] not in known
        case ast.Global():
            return True
        case ast.Name(id=name):
            return name in REACHING
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return _is_decorated(node) or _has_mutable_default(node.args)
        case ast.ClassDef():
            return _is_decorated(node)
        case ast.Lambda(args=arguments):
            return _has_mutable_default(arguments)
        case ast.Attribute(attr=name) if name in REACHING_ATTRIBUTES:
            return True
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
            root = _root(node)
            return not isinstance(root, ast.Name) or root.id in lasting
    return False


def _is_decorated(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return not all(_last_name(decorator) in DECORATORS for decorator in node.decorator_list)


def _has_mutable_default(arguments: ast.arguments) -> bool:
    return not all(map(_is_immutable, (*arguments.defaults, *arguments.kw_defaults)))


def _root(node: ast.expr) -> ast.expr:
    """a, of a.b[c].d."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node


def _last_name(decorator: ast.expr) -> str:
    """no_grad, of torch.no_grad()."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
