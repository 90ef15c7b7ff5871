"""Writes formulas of docstrings as LaTeX if both sides are expressions that Python can parse. Nothing is evaluated."""

import ast
import re

GREEK = {"alpha", "beta", "gamma", "delta", "eta", "theta", "lambda", "mu", "rho", "sigma"}
FUNCTIONS = {"max", "min", "exp", "log", "tanh"}  # LaTeX has a command for each
FENCES = {"sqrt": (r"\sqrt{", "}"), "floor": (r"\left\lfloor ", r" \right\rfloor"), "abs": (r"\left|", r"\right|")}
APART = re.compile(r"\s{4,}")  # between two formulas of a line, or between a formula and its remark
PRIME = re.compile(r"\b(\w+)'(?=\()")  # the derivative s'(x), for Python s_prime(x)
INDEXED = re.compile(r"(?P<base>[a-zA-Z]|alpha|beta|gamma)(_?(?P<number>\d+)|_(?P<letter>[a-zA-Z]))")  # x1, x_1, x_i
SUM, PRODUCT, SIGN, POWER, ATOM = range(5)  # precedence, lowest first


def latex(block: str) -> str | None:
    """Return the block as displayed maths; None if a line does not begin with an equation. Words become text."""
    lines = []
    for line in block.strip("\n").split("\n"):
        parts = [part.strip() for part in APART.split(line.strip())]
        first = _equation(parts[0])
        if first is None:
            return None
        columns = [first.replace(" =", " &=", 1)]
        for part in parts[1:]:
            columns.append(_equation(part) or rf"\text{{{_text(part)}}}")
        lines.append(r" \qquad ".join(columns))
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}\n$$"


def _equation(text: str) -> str | None:
    left, equals, right = (part.strip() for part in text.partition(" = "))
    if not equals or " = " in right:
        return None
    try:
        return f"{_expression(left)[0]} = {_expression(right)[0]}"
    except (SyntaxError, _NotAFormula):
        return None


class _NotAFormula(Exception):
    """An expression that is code rather than maths."""


def _expression(text: str) -> tuple[str, int]:
    python = PRIME.sub(r"\1_prime", text).replace("^", "**").replace("²", "**2")
    return _tex(ast.parse(python, mode="eval").body)


def _tex(node: ast.expr) -> tuple[str, int]:
    """Return the LaTeX of an expression, and its precedence."""
    match node:
        case ast.BinOp(left, ast.Add(), right):
            return f"{_at(left, SUM)} + {_at(right, SUM)}", SUM
        case ast.BinOp(left, ast.Sub(), right):
            return f"{_at(left, SUM)} - {_at(right, PRODUCT)}", SUM
        case ast.BinOp(left, ast.Mult(), right):
            return rf"{_at(left, PRODUCT)} \cdot {_at(right, PRODUCT)}", PRODUCT
        case ast.BinOp(left, ast.Div(), right):
            return rf"\frac{{{_tex(left)[0]}}}{{{_tex(right)[0]}}}", PRODUCT
        case ast.BinOp(left, ast.Pow(), right):
            return f"{_at(left, ATOM)}^{{{_tex(right)[0]}}}", POWER
        case ast.UnaryOp(ast.USub(), operand):
            return f"-{_at(operand, PRODUCT)}", SIGN
        case ast.Call(ast.Name(name), [argument], []) if name in FENCES:
            opening, closing = FENCES[name]
            return f"{opening}{_tex(argument)[0]}{closing}", ATOM
        case ast.Call(ast.Name(name), arguments, []) if arguments:
            inside = ", ".join(_tex(argument)[0] for argument in arguments)
            return rf"{_name(name)}\left({inside}\right)", ATOM
        case ast.Subscript(ast.Name(name), index):
            inside = _tex(index)[0]
            return f"{name}_{{{inside}}}" if len(name) == 1 else f"{_name(name)}[{inside}]", ATOM
        case ast.Name(name):
            return _name(name), ATOM
        case ast.Constant(int() | float() as number):
            return f"{number}", ATOM
    raise _NotAFormula


def _at(node: ast.expr, level: int) -> str:
    """Return the LaTeX of an operand, in parentheses if its precedence is lower than `level`."""
    tex, precedence = _tex(node)
    return tex if precedence >= level else rf"\left({tex}\right)"


def _name(name: str) -> str:
    """Return the LaTeX of a Python name."""
    if name.endswith("_prime"):
        return _name(name.removesuffix("_prime")) + "'"
    if name.endswith("_hat"):
        return rf"\hat{{{_name(name.removesuffix('_hat'))}}}"
    if name in FUNCTIONS:
        return rf"\{name}"
    if name == "eps":
        return r"\varepsilon"
    if name in GREEK:
        return rf"\{name}"
    indexed = INDEXED.fullmatch(name)
    if indexed:
        return f"{_name(indexed['base'])}_{{{indexed['number'] or indexed['letter']}}}"
    if len(name) == 1:
        return name
    return rf"\mathrm{{{_text(name)}}}"


def _text(words: str) -> str:
    """Escape the characters that have a meaning inside \\text and \\mathrm."""
    return re.sub(r"([_#$%&{}])", r"\\\1", words).replace("^", r"\^{}").replace("\\\\", r"\backslash ")
