"""Single-point changes to a reference: mistakes that a tired programmer makes in tensor code.

Each mutator takes a copy of a syntax node and yields replacements for the node.
"""

import ast
import copy
from collections.abc import Iterator
from typing import TypeVar

SWAPPED_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
}
ORDERED_OPERATORS = (ast.Sub, ast.Div, ast.FloorDiv, ast.Pow, ast.MatMult, ast.Mod)
SWAPPED_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
SWAPPED_NAMES = {
    "max": "min",
    "min": "max",
    "amax": "amin",
    "amin": "amax",
    "sum": "mean",
    "mean": "sum",
    "var": "std",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "any": "all",
    "all": "any",
    "floor": "ceil",
    "ceil": "floor",
    "argmax": "argmin",
    "exp": "expm1",
    "log": "log1p",
}
EXCEPTIONS = ("ValueError", "TypeError", "KeyError", "IndexError", "RuntimeError")
T = TypeVar("T")


def replacements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every replacement of a node. The node itself is not changed."""
    node = copy.deepcopy(node)
    match node:
        case ast.Constant():
            yield from _constants(node)
        case ast.BinOp():
            yield from _binary_operations(node)
        case ast.UnaryOp():
            yield node.operand
        case ast.Compare():
            yield from _comparisons(node)
        case ast.BoolOp():
            yield from _boolean_operations(node)
        case ast.IfExp():
            yield ast.IfExp(node.test, node.orelse, node.body)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield from _comprehensions(node)
        case ast.Call():
            yield from _calls(node)
        case ast.Tuple(ctx=ast.Load()):
            for elements in _neighbours_swapped(node.elts):
                yield ast.Tuple(elements, node.ctx)
        case ast.stmt():
            yield from _statements(node)


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    """Replace n by n + 1 and n - 1, double a float, swap True and False."""
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
    elif isinstance(value, float):
        yield ast.Constant(value * 2)
        yield ast.Constant(value + 1)


def _binary_operations(node: ast.BinOp) -> Iterator[ast.AST]:
    """Use another operator, swap the operands, or drop one of them."""
    for operator in SWAPPED_OPERATORS.get(type(node.op), ()):
        yield ast.BinOp(node.left, operator(), node.right)
    if isinstance(node.op, ORDERED_OPERATORS):
        yield ast.BinOp(node.right, node.op, node.left)
    yield node.left
    yield node.right


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    """Use a similar comparison."""
    for position, operator in enumerate(node.ops):
        for swapped in SWAPPED_COMPARISONS.get(type(operator), ()):
            operators = list(node.ops)
            operators[position] = swapped()
            yield ast.Compare(node.left, operators, node.comparators)


def _boolean_operations(node: ast.BoolOp) -> Iterator[ast.AST]:
    """Swap `and` and `or`, or drop one condition."""
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for position in range(len(node.values)):
        rest = _without(node.values, position)
        yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _comprehensions(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Iterator[ast.AST]:
    """Drop the conditions of one `for`."""
    for position, generator in enumerate(node.generators):
        if generator.ifs:
            changed = copy.deepcopy(node)
            changed.generators[position].ifs = []
            yield changed


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    """Swap arguments, drop a keyword, drop the call, or call a similar function."""
    for arguments in _neighbours_swapped(node.args):
        yield ast.Call(node.func, arguments, node.keywords)
    for position in range(len(node.keywords)):
        keywords = _without(node.keywords, position)
        yield ast.Call(node.func, node.args, keywords)
    if isinstance(node.func, ast.Attribute):
        yield from _calls_of_attributes(node, node.func)
    if isinstance(node.func, ast.Name):
        yield from _calls_of_names(node, node.func)


def _calls_of_names(node: ast.Call, function: ast.Name) -> Iterator[ast.AST]:
    """Drop a call such as list(x)."""
    if node.args and function.id not in EXCEPTIONS:
        yield node.args[0]


def _calls_of_attributes(node: ast.Call, function: ast.Attribute) -> Iterator[ast.AST]:
    """Drop a call such as x.sqrt() or torch.exp(x), or call a similar function."""
    if not node.args or isinstance(function.value, ast.Call):
        yield function.value  # x.sqrt() -> x
    elif isinstance(function.value, ast.Name):
        yield node.args[0]  # torch.exp(x) -> x
    if function.attr in SWAPPED_NAMES:
        similar = ast.Attribute(function.value, SWAPPED_NAMES[function.attr], ast.Load())
        yield ast.Call(similar, node.args, node.keywords)


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    """Change how a statement works, leave it out, or cut a returned value from autograd."""
    if isinstance(node, ast.AugAssign):
        yield from _augmented_assignments(node)
    if isinstance(node, ast.If):
        opposite = ast.UnaryOp(ast.Not(), node.test)
        yield ast.If(opposite, node.body, node.orelse)
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.If | ast.For | ast.Raise):
        yield ast.Pass()
    if isinstance(node, ast.Return) and isinstance(node.value, ast.BinOp | ast.Call):
        detach = ast.Attribute(node.value, "detach", ast.Load())
        yield ast.Return(ast.Call(detach, [], []))


def _augmented_assignments(node: ast.AugAssign) -> Iterator[ast.AST]:
    """Use another operator, or assign the operand alone."""
    for operator in SWAPPED_OPERATORS.get(type(node.op), ()):
        yield ast.AugAssign(node.target, operator(), node.value)
    yield ast.Assign([node.target], node.value, lineno=node.lineno)


def _neighbours_swapped(items: list[ast.expr]) -> Iterator[list[ast.expr]]:
    """Yield a copy of the list for each pair of neighbours, with the two swapped."""
    for position in range(len(items) - 1):
        swapped = list(items)
        swapped[position], swapped[position + 1] = items[position + 1], items[position]
        yield swapped


def _without(items: list[T], position: int) -> list[T]:
    return items[:position] + items[position + 1 :]
