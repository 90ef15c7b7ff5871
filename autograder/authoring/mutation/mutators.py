"""Single-point changes to a reference: what a tired programmer would get wrong in tensor code.

Each mutator takes a syntax node and yields replacements for it; a node is only ever changed in a fresh copy.
"""

import ast
import copy
import difflib
from collections.abc import Callable, Iterator
from typing import cast

import msgspec

from ...course.stubs import BEGIN, END
from ...grading.misconceptions import definition, replaced

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


class Mutant(msgspec.Struct, frozen=True):
    """A reference file with one thing changed."""

    before: str  # the changed lines, normalised as ast.unparse writes them
    after: str
    code: str  # the whole file

    @property
    def diff(self) -> str:
        minus = [f"- {line}" for line in self.before.splitlines()]
        plus = [f"+ {line}" for line in self.after.splitlines()]
        return "\n".join([*minus, *plus])


def mutants(code: str, name: str) -> list[Mutant]:
    """Every mutant of the definition `name`, changed within its solution markers."""
    first, last = definition(code, name)
    tree = ast.parse(code)
    position = next(i for i, node in enumerate(tree.body) if getattr(node, "name", "") == name)
    editable = _solution_lines(code.splitlines(), first, last)
    original = ast.unparse(tree.body[position])
    found: dict[str, Mutant] = {}
    for index, node in enumerate(ast.walk(tree.body[position])):
        if getattr(node, "lineno", 0) not in editable:
            continue
        for replacement in _replacements(node):
            changed = _with_replacement(tree.body[position], index, replacement)
            text = ast.unparse(ast.fix_missing_locations(changed))
            if text != original and text not in found:
                before, after = _changed_lines(original, text)
                found[text] = Mutant(before, after, replaced(code, name, text))
    return list(found.values())


def _solution_lines(lines: list[str], first: int, last: int) -> set[int]:
    """Line numbers, from 1, that a student writes."""
    editable: set[int] = set()
    began: int | None = None
    for number in range(first, last + 1):
        marker = lines[number].strip() if number < len(lines) else ""
        if marker == BEGIN:
            began = number + 1
        elif marker == END and began is not None:
            editable |= set(range(began + 1, number + 1))
            began = None
    if began is not None:  # the closing marker stands after the definition's last statement
        editable |= set(range(began + 1, last + 1))
    return editable


def _with_replacement(root: ast.stmt, index: int, replacement: ast.AST) -> ast.stmt:
    fresh = copy.deepcopy(root)
    target = list(ast.walk(fresh))[index]

    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return replacement if node is target else self.generic_visit(node)

    return cast(ast.stmt, Swap().visit(fresh))


def _changed_lines(before: str, after: str) -> tuple[str, str]:
    minus, plus = [], []
    for line in difflib.ndiff(before.splitlines(), after.splitlines()):
        if line.startswith("- "):
            minus.append(line[2:].strip())
        elif line.startswith("+ "):
            plus.append(line[2:].strip())
    return "\n".join(minus), "\n".join(plus)


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    for mutator in MUTATORS:
        yield from mutator(copy.deepcopy(node))


def _numbers(node: ast.AST) -> Iterator[ast.AST]:
    """n -> n + 1, n - 1; a float is doubled, too; True <-> False."""
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            yield ast.Constant(not value)
        elif isinstance(value, int):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        elif isinstance(value, float):
            yield ast.Constant(value * 2)
            yield ast.Constant(value + 1)


def _operators(node: ast.AST) -> Iterator[ast.AST]:
    """Another operator, swapped operands, or one operand dropped."""
    if isinstance(node, ast.BinOp):
        for other in SWAPPED_OPERATORS.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right)
        if isinstance(node.op, ORDERED_OPERATORS):
            yield ast.BinOp(node.right, node.op, node.left)
        yield node.left
        yield node.right
    elif isinstance(node, ast.AugAssign):
        for other in SWAPPED_OPERATORS.get(type(node.op), ()):
            yield ast.AugAssign(node.target, other(), node.value)
        yield ast.Assign([node.target], node.value, lineno=node.lineno)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand


def _conditions(node: ast.AST) -> Iterator[ast.AST]:
    """A neighbouring comparison, and/or, a condition negated or dropped."""
    if isinstance(node, ast.Compare):
        for position, operator in enumerate(node.ops):
            for other in SWAPPED_COMPARISONS.get(type(operator), ()):
                yield ast.Compare(
                    node.left, [*node.ops[:position], other(), *node.ops[position + 1 :]], node.comparators
                )
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        for position in range(len(node.values)):
            rest = node.values[:position] + node.values[position + 1 :]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.If):
        yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        for generator in node.generators:
            if generator.ifs:
                generator.ifs = []
                yield node


def _calls(node: ast.AST) -> Iterator[ast.AST]:
    """Swapped arguments, a dropped keyword, a dropped call, a sister function."""
    if not isinstance(node, ast.Call):
        return
    for position in range(len(node.args) - 1):
        args = list(node.args)
        args[position], args[position + 1] = args[position + 1], args[position]
        yield ast.Call(node.func, args, node.keywords)
    for position in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:position] + node.keywords[position + 1 :])
    if isinstance(node.func, ast.Attribute):
        if not node.args or isinstance(node.func.value, ast.Call):
            yield node.func.value  # x.sqrt() -> x
        elif isinstance(node.func.value, ast.Name):
            yield node.args[0]  # torch.exp(x) -> x
        sister = SWAPPED_NAMES.get(node.func.attr)
        if sister:
            yield ast.Call(ast.Attribute(node.func.value, sister, ast.Load()), node.args, node.keywords)
    elif isinstance(node.func, ast.Name) and node.args and node.func.id not in EXCEPTIONS:
        yield node.args[0]  # list(x) -> x


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """A statement left out, swapped tuple items, an answer cut from autograd."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.If | ast.For | ast.Raise):
        yield ast.Pass()
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        for position in range(len(node.elts) - 1):
            elements = list(node.elts)
            elements[position], elements[position + 1] = elements[position + 1], elements[position]
            yield ast.Tuple(elements, node.ctx)
    if isinstance(node, ast.Return) and isinstance(node.value, ast.BinOp | ast.Call):
        yield ast.Return(ast.Call(ast.Attribute(node.value, "detach", ast.Load()), [], []))


MUTATORS: tuple[Callable[[ast.AST], Iterator[ast.AST]], ...] = (
    _numbers,
    _operators,
    _conditions,
    _calls,
    _statements,
)
