"""Compares two replies to the same request."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

from ...sandbox.worker.protocol import Raised, Reply
from ...sandbox.worker.wire import Handle

# (rtol, atol). For float64 finer than float32 is: what was computed in float32 is no equal answer.
TOLERANCE = {torch.float64: (1e-8, 1e-10), torch.complex128: (1e-8, 1e-10)}
DEFAULT_TOLERANCE = (1e-4, 1e-6)
DELIBERATE = ("raise ", "raise(", "assert ", "assert(")  # how a line begins that raises on purpose


def is_same_reply(a: Reply | None, b: Reply | None, *, of_gradient: bool = False) -> bool:
    """Return True if two replies have the same error, or equal values. A missing reply equals none.

    of_gradient: they answer a request for gradients, where a word says why there is none. All words count as equal.
    """
    if a is None or b is None:
        return False
    try:
        if of_gradient and _lacks_gradient(a) and _lacks_gradient(b):
            return True
        return _is_same(a, b)
    except (RuntimeError, TypeError, ValueError):  # what a student returned may not even compare
        return False


def _lacks_gradient(reply: Reply) -> bool:
    return reply.error is None and isinstance(reply.value[0], str)


def _is_same(a: Reply, b: Reply) -> bool:
    if a.error is not None and b.error is not None:
        return _is_same_error(a.error, b.error)
    if a.error is not None or b.error is not None:
        return False
    return is_equal(a.value, b.value) and is_equal(a.inputs, b.inputs)


def _is_same_error(a: Raised, b: Raised) -> bool:
    """Return True if two exceptions have one type and one cause: the same text, or both were raised on purpose.

    Two IndexErrors from different lines of torch have little in common.
    """
    if a.type != b.type:
        return False
    return a.message == b.message or (_is_deliberate(a) and _is_deliberate(b))


def _is_deliberate(raised: Raised) -> bool:
    """Return True if a line of the student's own raised the exception."""
    if not raised.frames:
        return False
    source = raised.frames[-1][-1]
    return source.strip().startswith(DELIBERATE)


def is_equal(a: Any, b: Any) -> bool:
    """Return True if two answers are equal up to rounding. A tuple equals a list with the same items."""
    match a, b:
        case torch.Tensor(), torch.Tensor():
            return a.shape == b.shape and a.dtype == b.dtype and is_close(a, b)
        case np.ndarray(), np.ndarray():
            return a.shape == b.shape and a.dtype == b.dtype and is_close(_as_tensor(a), _as_tensor(b))
        case Handle(), Handle():
            return a.type_name == b.type_name
        case dict(), dict():
            return list(a) == list(b) and _are_equal(a.values(), b.values())
        case ((list() | tuple()), (list() | tuple())):
            return len(a) == len(b) and _are_equal(a, b)
        case float(), float():
            return bool(np.isclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True))
    return type(a) is type(b) and bool(a == b)


def _are_equal(a: Iterable[Any], b: Iterable[Any]) -> bool:
    """Return True if the items of two containers of the same length are equal, pair by pair."""
    return all(map(is_equal, a, b))


def _as_tensor(array: "np.ndarray[Any, Any]") -> torch.Tensor:
    return torch.from_numpy(array.copy())


def is_close(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Return True if two tensors of one shape and dtype have equal values up to rounding."""
    rtol, atol = TOLERANCE.get(a.dtype, DEFAULT_TOLERANCE)
    return torch.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True)
