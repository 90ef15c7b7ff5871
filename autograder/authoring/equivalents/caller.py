"""Tries candidates on recorded calls. `search` sends this file to a worker; nothing else imports it.

It needs nothing but torch. Requests and replies are plain data. A form says how a candidate is called:
(order, style, chosen): which tensors in which order; how the other arguments are given; which of them.
"""

import itertools
import math
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import torch

warnings.simplefilter("ignore")

SEED = 0
MAX_ARRANGED = 3  # tensors that are permuted
MAX_ITEMS = 4  # of a candidate's result that are compared
TOLERANCES = {torch.float64: 1e-8, torch.float32: 1e-4, torch.complex64: 1e-4, torch.complex128: 1e-8}
COARSE = 1e-2  # for half precision

Form = tuple[Sequence[int], str, Sequence[int]]
Match = tuple[str, int, str, Form, str]  # candidate, number of the call, part of the answer, form, part of the result
RecordedCall = dict[str, Any]  # the fields of calls.Call


def find_matches(names: Sequence[str], calls: Sequence[RecordedCall], needed: int) -> list[Match]:
    """Return each candidate's first match for each part of each call.

    needed: a candidate must match so many calls; one that cannot reach this number is given up.
    """
    found: list[Match] = []
    for name in names:
        missed = 0
        for number, call in enumerate(calls):
            matches = _matches(name, call)
            for part, (form, item) in matches.items():
                found.append((name, number, part, form, item))
            if not matches:
                missed += 1
            if missed > len(calls) - needed:
                break
    return found


def call_once(name: str, form: Form, call: RecordedCall) -> None:
    """Call the candidate, so that the operators which it runs can be watched."""
    _result(name, form, call)


def _matches(name: str, call: RecordedCall) -> dict[str, tuple[Form, str]]:
    """Return part of the answer -> the first form and item that give it."""
    matches: dict[str, tuple[Form, str]] = {}
    for form in _forms(name, call):
        try:
            result = _result(name, form, call)
            items = _items(result)
            for part, expected in call["parts"].items():
                for label, item in items.items():
                    if part not in matches and _is_close(item, expected):
                        matches[part] = form, label
        except BaseException:  # most candidates do not take these arguments
            continue
        if len(matches) == len(call["parts"]):
            break
    return matches


def _forms(name: str, call: RecordedCall) -> Iterator[Form]:
    """Yield the ways to call a candidate, the plainest first."""
    orders = list(_orders(len(call["tensors"])))
    options = list(range(len(call["options"])))
    styles: list[tuple[str, Sequence[int]]] = [("positional", [])]
    if options:
        styles += [("positional", options), ("named", options)]
    if len(options) > 1:
        for option in options:
            styles += [("positional", [option]), ("named", [option])]
    if _is_class(name):
        styles += [("width", [1]), ("width", [-1])]
    for order, (style, chosen) in itertools.product(orders, styles):
        yield order, style, chosen


def _orders(count: int) -> Iterator[Sequence[int]]:
    """Yield all tensors in their order, then the arrangements of up to three. A single tensor is also given twice."""
    yield tuple(range(count))
    if count == 1:
        yield (0, 0)
    arranged = range(min(count, MAX_ARRANGED))
    for length in range(1, len(arranged) + 1):
        for order in itertools.permutations(arranged, length):
            if order != tuple(range(count)):
                yield order


def _is_class(name: str) -> bool:
    parts = name.split(".")
    return parts[:2] == ["torch", "nn"] and len(parts) == 3


def _result(name: str, form: Form, call: RecordedCall) -> Any:
    """Return what the candidate gives for copies of the call's arguments."""
    order, style, chosen = form
    tensors = [_copied(call["tensors"][position]) for position in order]
    positional: list[Any] = []
    named: dict[str, Any] = {}
    if style == "positional":
        positional = [call["options"][position] for position in chosen]
    elif style == "named":
        named = {call["names"][position]: call["options"][position] for position in chosen}
    else:
        positional = [tensors[0].shape[axis] for axis in chosen]
    torch.default_generator.manual_seed(SEED)
    if _is_class(name):
        module = _found(name)(*positional, **named)
        return module(*tensors)
    if name.startswith("Tensor."):
        attribute = getattr(tensors[0], name.removeprefix("Tensor."))
        return attribute(*tensors[1:], *positional, **named) if callable(attribute) else attribute
    return _found(name)(*tensors, *positional, **named)


def _found(name: str) -> Any:
    """Return the function or class of a dotted name."""
    found: Any = torch
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


def _copied(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    return [_copied(item) for item in value]


def _items(result: Any) -> dict[str, Any]:
    """Return the result, or the items of a tuple, each with the text that is written after the call."""
    if isinstance(result, list | tuple):
        return {f"[{number}]": item for number, item in enumerate(result[:MAX_ITEMS])}
    return {"": result}


def _is_close(result: Any, expected: Any) -> bool:
    """Return whether a result has the type, shape, dtype and values that are expected."""
    if not isinstance(expected, torch.Tensor):
        return _is_close_number(result, expected)
    if not isinstance(result, torch.Tensor) or result.layout is not torch.strided:
        return False
    if result.shape != expected.shape or result.dtype != expected.dtype:
        return False
    if not expected.is_floating_point() and not expected.is_complex():
        return torch.equal(result, expected)
    right = expected.detach()
    finite = right[right.isfinite()].abs()
    largest = finite.max().item() if finite.numel() else 1.0
    tolerance = TOLERANCES.get(expected.dtype, COARSE)
    return torch.allclose(result.detach(), right, rtol=tolerance, atol=tolerance * largest, equal_nan=True)


def _is_close_number(result: Any, expected: float) -> bool:
    """Return whether a result is a number, or a tensor of one number, and close."""
    if isinstance(result, torch.Tensor) and result.numel() == 1:
        result = result.item()
    if isinstance(result, bool) or not isinstance(result, int | float):
        return False
    return math.isclose(result, expected, rel_tol=TOLERANCES[torch.float32])
