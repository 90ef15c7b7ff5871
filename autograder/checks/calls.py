"""Calls as text, and the call that an answer came from."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from ..sandbox.worker.protocol import CallFunction
from ..text import NOTHING, Text
from .student import RecordedCall, RemoteObject
from .templates import AFTER
from .values import INLINE_ELEMENTS, write_value

MAX_CALL = 120  # characters of a call; a longer one gets its tensors by dtype and shape
ROOT = re.compile(r"\w+")

Parameters = dict[str, tuple[str, ...]]  # exercise -> its parameter names


class Origin(NamedTuple):
    """Where an answer came from."""

    call: RecordedCall | None
    path: str = ""  # the place in what the call returned
    is_exact: bool = True  # False: the check computed the answer from what the call returned


def write_call(call: RecordedCall, parameters: Parameters) -> str:
    """Return sigmoid_grad(x: float64 (241,)), or conv_output_size(size=5); "d/dx sigmoid_grad(…)" for a gradient."""
    signature = write_signature(call, parameters)
    if not isinstance(call.request, CallFunction) or not call.request.wrt:
        return signature
    variable = argument_name(call, str(call.request.wrt[0]), parameters)
    return f"d/d{variable} {signature}"


def write_signature(call: RecordedCall, parameters: Parameters) -> str:
    """Return the call with its arguments; if that is too long, with large values by dtype and shape only."""
    if not isinstance(call.request, CallFunction):
        return call.label
    named = _named_arguments(call, parameters)
    signature = _signature(_callee(call.label), named, INLINE_ELEMENTS)
    if len(signature) > MAX_CALL:
        signature = _signature(_callee(call.label), named, 1)
    return signature


def _callee(label: str) -> str:
    """Return Tally.count for a method, whose label is Tally.count(…); Net(…) for an instance that is called."""
    bare = label.removesuffix("(…)")
    return bare if "." in bare else label


def _named_arguments(call: RecordedCall, parameters: Parameters) -> list[tuple[str, Any]]:
    """Return (name, value) of each argument, with an empty name for a position that has none."""
    names = parameters.get(call.label, ())
    named: list[tuple[str, Any]] = []
    for position, value in enumerate(call.args):
        name = names[position] if position < len(names) else ""
        named.append((name, value))
    named.extend(call.kwargs.items())
    return named


def _signature(label: str, named: list[tuple[str, Any]], inline: int) -> str:
    """Return sigmoid_grad(x: float64 (241,)), with the elements of values that have at most `inline` of them."""
    arguments = [_argument(name, value, inline) for name, value in named]
    return f"{label}({', '.join(arguments)})"


def _argument(name: str, value: Any, inline: int) -> str:
    """Return x: float64 (241,) for a large tensor or array, and size=5 for anything else."""
    text = write_value(value, inline)
    if not name:
        return text
    is_large = isinstance(value, torch.Tensor | np.ndarray) and _elements(value) > inline
    return f"{name}: {text}" if is_large else f"{name}={text}"


def _elements(value: Any) -> int:
    return int(value.numel()) if isinstance(value, torch.Tensor) else int(value.size)


def argument_name(call: RecordedCall | None, position: str, parameters: Parameters) -> str:
    """Return the name of an argument that is known by its position, or already by its name."""
    if call is None or not position.isdigit():
        return position
    names = parameters.get(call.label, ())
    number = int(position)
    if number < len(names):
        return names[number]
    return "x" if len(call.args) == 1 else f"x{number + 1}"


# Which calls are the student's


def is_of_student(call: RecordedCall, calls: Sequence[RecordedCall]) -> bool:
    """Return True for a function or class of the student's, and for an attribute of what it returned.

    The other calls are expressions that the check's author wrote, and calls of what those made.
    """
    root = ROOT.match(call.label)
    return root is not None and root[0] in {one.label for one in calls if _is_by_name(one)}


def _is_by_name(call: RecordedCall) -> bool:
    """Return True for the call of a name in the student's module."""
    return isinstance(call.request, CallFunction) and call.request.on is None


def last_call(calls: Sequence[RecordedCall], until: RecordedCall | None = None) -> RecordedCall | None:
    """Return the last call of a function or method of the student's, up to and including `until`."""
    found = None
    for call in calls:
        if isinstance(call.request, CallFunction) and is_of_student(call, calls):
            found = call
        if call is until:
            break
    return found


def after(call: RecordedCall | None, parameters: Parameters) -> Text:
    """Return "After step(…), "; nothing if there is no call."""
    return NOTHING if call is None else AFTER.filled(call=write_signature(call, parameters))


# Where an answer came from


def origin(answer: Any, path: str, calls: Sequence[RecordedCall]) -> Origin:
    """Return the call that returned `answer`, and the place of `path` in its result."""
    if not calls:
        return Origin(None, path, is_exact=False)
    if answer is None:  # any call that returned None may be meant: take the last
        returned_none = [call for call in calls if call.value is None]
        return Origin(returned_none[-1] if returned_none else calls[-1], path)
    for call in reversed(calls):
        place = _place_in_result(answer, call)
        if place is not None:
            return Origin(call, place + path)
    collected = _collected(answer, path, calls)
    if collected is not None:
        return collected
    return Origin(calls[-1], path, is_exact=False)


def _place_in_result(answer: Any, call: RecordedCall) -> str | None:
    """Return at which place of the call's result this very object is: "", "[1]" or "['a']"; None if it is not there."""
    value = call.value
    if value is answer:
        return ""
    items: Any = ()
    if isinstance(value, tuple | list):
        items = enumerate(value)
    elif isinstance(value, dict):
        items = value.items()
    for key, item in items:
        if item is answer:
            is_gradient = isinstance(call.request, CallFunction) and call.request.wrt
            return "" if is_gradient else f"[{key!r}]"
    row = _row_of(answer, value)
    return None if row is None else f"[{row}]"


def _row_of(answer: Any, value: Any) -> int | None:
    """Return the number of the row of a tensor that `answer` is a view of."""
    if not isinstance(answer, torch.Tensor) or not isinstance(value, torch.Tensor):
        return None
    if value.dim() == 0 or value.numel() == 0 or answer.shape != value.shape[1:] or answer.dtype != value.dtype:
        return None
    row_bytes = value.stride(0) * value.element_size()
    distance = answer.data_ptr() - value.data_ptr()
    if row_bytes == 0 or distance < 0 or distance % row_bytes:
        return None
    row = distance // row_bytes
    return row if row < len(value) else None


def _collected(answer: Any, path: str, calls: Sequence[RecordedCall]) -> Origin | None:
    """Return the origin of an item that a check collected from several calls: [tally.count("a"), tally.count("b")]."""
    if isinstance(answer, tuple | list):
        items = list(answer)
        places = [f"[{position}]" for position in range(len(items))]
    elif isinstance(answer, dict):
        items = list(answer.values())
        places = [f"[{key!r}]" for key in answer]
    else:
        return None
    position = next((number for number, place in enumerate(places) if path.startswith(place)), None)
    if position is None:
        return None
    rest = path[len(places[position]) :]
    answered = [call for call in calls if not isinstance(call.value, RemoteObject)]  # without looked-up methods
    for start in range(len(answered) - len(items), -1, -1):
        window = answered[start : start + len(items)]
        if all(call.value is item for call, item in zip(window, items, strict=True)):
            return Origin(window[position], rest)
    item = items[position]
    if item is None or isinstance(item, bool | int | str):  # equal ones are often the same object
        return None
    for call in reversed(calls):
        place = _place_in_result(item, call)
        if place is not None:
            return Origin(call, place + rest)
    return None
