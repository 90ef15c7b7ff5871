"""Formulas of a question's parameters: right answers, named wrong numbers, what a draw must fulfil."""

import ast
import functools
import math
from collections.abc import Mapping
from typing import Any

import simpleeval

from ..errors import CourseError
from .question import Value

MAX_LENGTH = 500  # characters
MAX_POWER = 1000  # exponent
FUNCTIONS = {
    **{name: getattr(math, name) for name in ("sqrt", "exp", "log", "tanh", "ceil", "floor")},
    "abs": abs,
    "max": max,
    "min": min,
    "int": int,
    "round": round,
}


class FormulaError(CourseError):
    """A formula that cannot be computed."""


def number(formula: str | int | float, values: Mapping[str, Value]) -> float:
    """What the formula says for these values. Raises FormulaError where that is no finite number."""
    found = evaluate(formula, values) if isinstance(formula, str) else formula
    if isinstance(found, bool) or not isinstance(found, int | float) or not _is_finite(found):
        raise FormulaError(f"The formula {formula!r} gives {found!r}, which is no number, for {dict(values)}.")
    return float(found)


def holds(formula: str, values: Mapping[str, Value]) -> bool:
    """Whether the formula is true for these values. Raises FormulaError."""
    return bool(evaluate(formula, values))


def evaluate(formula: str, values: Mapping[str, Value]) -> Any:
    """The formula's value. Raises FormulaError."""
    evaluator = simpleeval.SimpleEval(functions=FUNCTIONS, names={"pi": math.pi, **values})
    evaluator.operators[ast.Pow] = _power
    try:
        return evaluator.eval(formula, previously_parsed=_parsed(formula))
    except (simpleeval.InvalidExpression, ArithmeticError, ValueError, TypeError, SyntaxError) as error:
        raise FormulaError(f"The formula {formula!r} cannot be computed for {dict(values)}: {error}.") from None


def _power(base: float, exponent: float) -> float:
    if abs(exponent) > MAX_POWER or abs(base) > 1e100:
        raise ValueError("a power of that size")
    found: float = base**exponent
    return found


@functools.lru_cache(maxsize=4096)
def _parsed(formula: str) -> Any:
    if len(formula) > MAX_LENGTH:
        raise ValueError(f"a formula has at most {MAX_LENGTH} characters")
    return simpleeval.SimpleEval.parse(formula)


def _is_finite(found: float) -> bool:
    try:
        return math.isfinite(found)
    except OverflowError:
        return False
