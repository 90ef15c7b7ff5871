"""Sentences that name a common cause of a wrong answer."""

from typing import Any

import numpy as np
import torch

from ..text import NOTHING, Text
from .failures import Mismatch
from .student import RecordedCall, RemoteObject
from .templates import HINTS
from .values import FUNCTIONS, plain

ITERATORS = {
    "generator",
    "map",
    "filter",
    "zip",
    "range",
    "reversed",
    "enumerate",
    "set",
    "frozenset",
    "dict_keys",
    "dict_values",
    "dict_items",
    "deque",
    "islice",
    "chain",
}
PRECISE = (torch.float64, torch.complex128)
SEVEN_DIGITS = 2e-6  # relative; float32 keeps 6e-8 in each step


def hints_for(failure: Mismatch, call: RecordedCall | None) -> Text:
    """Return the hints that fit a wrong answer; nothing if there is none."""
    match failure.kind:
        case "type" | "gradient":
            return _about_type(failure, call)
        case "dtype":
            return _about_dtype(failure, call)
        case "keys":
            has_same_keys = set(failure.actual) == set(failure.expected)
            return HINTS["item_order"] if has_same_keys else NOTHING
        case "values":
            return _about_precision(failure)
    return NOTHING


def printed(call: RecordedCall | None) -> Text:
    """Return the hint for a call that printed something, where a value was missing."""
    has_printed = call is not None and call.reply is not None and call.reply.printed
    return HINTS["printed"] if has_printed else NOTHING


def _about_type(failure: Mismatch, call: RecordedCall | None) -> Text:
    """Return the hint for an answer of a wrong type."""
    if failure.kind == "gradient":
        is_none = isinstance(failure.actual, str) and failure.actual == "none"
        return printed(call) if is_none else NOTHING
    if failure.actual is None:
        return printed(call)
    return about_types(failure.actual, failure.expected)


def about_types(actual: Any, expected: Any) -> Text:
    """Return the hint for an answer of another type than expected."""
    if isinstance(actual, RemoteObject):
        return _about_object(actual)
    key = ""
    match expected:
        case torch.Tensor() if isinstance(actual, np.ndarray):
            key = "array"
        case torch.Tensor() if isinstance(actual, bool | int | float | list):
            key = "keep_tensor"
        case bool() | int() | float() if isinstance(actual, torch.Tensor | np.ndarray) and _size(actual) == 1:
            key = "to_number"
        case list() if isinstance(actual, torch.Tensor | np.ndarray):
            key = "to_list"
        case list() if isinstance(actual, tuple):
            key = "tuple_to_list"
        case int() if isinstance(actual, float):
            key = "to_int"
    return HINTS[key] if key else NOTHING


def _about_object(actual: RemoteObject) -> Text:
    """Return the hint for an object that is not plain data."""
    name = actual._handle.type_name
    if name in FUNCTIONS or name == "partial":
        return HINTS["function"]
    if name in ITERATORS or name.endswith("_iterator"):
        return HINTS["iterator"]
    kind = vars(torch.nn).get(name)
    if isinstance(kind, type) and issubclass(kind, torch.nn.Module):
        return HINTS["layer"]
    return NOTHING


def _size(value: Any) -> int:
    return int(value.numel()) if isinstance(value, torch.Tensor) else int(value.size)


def _about_dtype(failure: Mismatch, call: RecordedCall | None) -> Text:
    """Return the hint for a result whose dtype is not the dtype of the inputs."""
    expected = plain(failure.expected.dtype)
    inputs = set()
    for value in call.args if call else ():
        if isinstance(value, torch.Tensor | np.ndarray):
            inputs.add(plain(value.dtype))
    return HINTS["input_dtype"].filled(expected=expected) if inputs == {expected} else NOTHING


def _about_precision(failure: Mismatch) -> Text:
    """Return the hint for float64 values that are right only to the precision of float32."""
    actual, expected = failure.actual, failure.expected
    if isinstance(actual, np.ndarray):
        actual, expected = torch.from_numpy(actual.copy()), torch.from_numpy(expected.copy())
    if not isinstance(actual, torch.Tensor) or expected.dtype not in PRECISE:
        return NOTHING
    scale = float(expected.abs().nan_to_num(posinf=0.0).max())
    if _is_coarse(actual, expected) and _agrees(actual, expected, rtol=1e-4, atol=1e-6 * scale):
        return HINTS["is_float32"]
    if _agrees(actual, expected, rtol=SEVEN_DIGITS, atol=1e-7 * scale):
        return HINTS["seven_digits"]
    return NOTHING


def _agrees(actual: torch.Tensor, expected: torch.Tensor, rtol: float, atol: float) -> bool:
    return bool(torch.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=True).all())


def _is_coarse(actual: torch.Tensor, expected: torch.Tensor) -> bool:
    """Return True if each value is a float32, and the wrong ones are not just short numbers such as 0.5."""
    wrong = actual[actual != expected].nan_to_num()
    single, short = (torch.float32, torch.bfloat16) if expected.dtype is torch.float64 else (torch.complex64,) * 2
    is_single = torch.equal(wrong, wrong.to(single).to(wrong.dtype))
    return is_single and (short is single or not torch.equal(wrong, wrong.to(short).to(wrong.dtype)))
