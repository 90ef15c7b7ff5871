"""Formulas of docstrings as LaTeX, where their two sides are expressions that Python can parse; nothing is evaluated."""

import ast
import re

GREEK = {"alpha", "beta", "gamma", "delta", "eps", "eta", "theta", "lambda", "mu", "rho", "sigma"}
FUNCTIONS = {"max", "min", "exp", "log", "tanh"}  # LaTeX has a command for each
FENCES = {"sqrt": (r"\sqrt{", "}"), "floor": (r"\left\lfloor ", r" \right\rfloor"), "abs": (r"\left|", r"\right|")}
APART = re.compile(r"\s{4,}")  # between two formulas of a line, or a formula and what is said of it
PRIME = re.compile(r"\b(\w+)'(?=\()")  # the derivative s'(x), for Python s_prime(x)
SUM, PRODUCT, SIGN, POWER, ATOM = range(5)  # how tightly an expression holds together


def latex(block: str) -> str | None:
    """The block as displayed maths, words as text; None where a line begins with something else than an equation."""
    lines = []
    for line in block.strip("\n").split("\n"):
        parts = [part.strip() for part in APART.split(line.strip())]
        first = _equation(parts[0])
        if first is None:
            return None
        rest = [_equation(part) or rf"\text{{{_text(part)}}}" for part in parts[1:]]
        lines.append(r" \qquad ".join([first.replace(" =", " &=", 1), *rest]))
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
    """The LaTeX of an expression, and how tightly it holds together."""
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
            return (f"{name}_{{{_tex(index)[0]}}}" if len(name) == 1 else f"{_name(name)}[{_tex(index)[0]}]"), ATOM
        case ast.Name(name):
            return _name(name), ATOM
        case ast.Constant(int() | float() as number):
            return f"{number}", ATOM
    raise _NotAFormula


def _at(node: ast.expr, level: int) -> str:
    """With parentheses where it holds together less tightly than its place asks for."""
    tex, own = _tex(node)
    return tex if own >= level else rf"\left({tex}\right)"


def _name(name: str) -> str:
    if name.endswith("_prime"):
        return _name(name.removesuffix("_prime")) + "'"
    if name.endswith("_hat"):
        return rf"\hat{{{_name(name.removesuffix('_hat'))}}}"
    if name in FUNCTIONS:
        return rf"\{name}"
    if name in GREEK:
        return rf"\{'varepsilon' if name == 'eps' else name}"
    indexed = re.fullmatch(r"([a-zA-Z]|alpha|beta|gamma)_?(\d+|[a-zA-Z])", name)
    if indexed and (indexed[2].isdigit() or "_" in name):
        return f"{_name(indexed[1])}_{{{indexed[2]}}}"
    return name if len(name) == 1 else rf"\mathrm{{{_text(name)}}}"


def _text(words: str) -> str:
    """Inside \\text and \\mathrm, only these mean something."""
    return re.sub(r"([_#$%&{}])", r"\\\1", words).replace("^", r"\^{}").replace("\\\\", r"\backslash ")
