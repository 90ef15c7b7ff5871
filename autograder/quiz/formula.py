"""Computes formulas of a question's parameters: right answers, known wrong numbers, and conditions on a draw."""

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
    """Return the formula's value for these values. Raise FormulaError if it is no finite number."""
    result = evaluate(formula, values) if isinstance(formula, str) else formula
    is_number = isinstance(result, int | float) and not isinstance(result, bool)
    if not is_number or not _is_finite(result):
        raise FormulaError(f"The formula {formula!r} gives {result!r}, which is no number, for {dict(values)}.")
    return float(result)


def holds(formula: str, values: Mapping[str, Value]) -> bool:
    """Return whether the formula is true for these values. Raise FormulaError."""
    return bool(evaluate(formula, values))


def evaluate(formula: str, values: Mapping[str, Value]) -> Any:
    """Return the formula's value, of any type. Raise FormulaError."""
    evaluator = simpleeval.SimpleEval(functions=FUNCTIONS, names={"pi": math.pi, **values})
    evaluator.operators[ast.Pow] = _power
    try:
        return evaluator.eval(formula, previously_parsed=_parsed(formula))
    except (simpleeval.InvalidExpression, ArithmeticError, ValueError, TypeError, SyntaxError) as error:
        raise FormulaError(f"The formula {formula!r} cannot be computed for {dict(values)}: {error}.") from None


def _power(base: float, exponent: float) -> float:
    if abs(exponent) > MAX_POWER or abs(base) > 1e100:
        raise ValueError("a power of that size")
    power: float = base**exponent
    return power


@functools.lru_cache(maxsize=4096)
def _parsed(formula: str) -> Any:
    if len(formula) > MAX_LENGTH:
        raise ValueError(f"a formula has at most {MAX_LENGTH} characters")
    return simpleeval.SimpleEval.parse(formula)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer that is too large for a float
        return False
