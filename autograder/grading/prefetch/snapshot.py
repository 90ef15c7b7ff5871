"""Values as they were when they were sent. Comparing a later value with them is cheaper than encoding it."""

import math
from typing import Any, NamedTuple

import numpy as np
import torch

from ...sandbox.worker.nodes import TORCH_DTYPES
from ...sandbox.worker.wire import Handle

COMPARED = frozenset({int, str, bool, type(None), bytes, torch.dtype, Handle})
READABLE = frozenset(TORCH_DTYPES.values()) - {torch.bfloat16}  # by numpy


class _Tensor(NamedTuple):
    dtype: torch.dtype
    shape: torch.Size
    stride: tuple[int, ...]
    requires_grad: bool
    data: bytes


class _Array(NamedTuple):
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    data: bytes


class _Incomparable:
    """A value that equals nothing here."""


def snapshot(value: Any) -> Any:
    """Return the value as it is now, whatever becomes of its tensors and containers."""
    kind = type(value)
    if kind in COMPARED or kind is float:
        return value
    if kind is dict:
        return {key: snapshot(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return kind(map(snapshot, value))
    if kind is torch.Tensor:
        return _snapshot_tensor(value)
    if kind is np.ndarray and not value.dtype.hasobject:
        return _Array(value.dtype, value.shape, value.tobytes())
    return _Incomparable()


def _snapshot_tensor(tensor: torch.Tensor) -> _Tensor | _Incomparable:
    """Return the tensor as it is now, if numpy can read it."""
    if tensor.dtype not in READABLE or tensor.layout is not torch.strided:
        return _Incomparable()
    return _Tensor(
        dtype=tensor.dtype,
        shape=tensor.shape,
        stride=tensor.stride(),
        requires_grad=tensor.requires_grad,
        data=tensor.numpy(force=True).tobytes(),
    )


def equals(then: Any, value: Any) -> bool:
    """Return True if a snapshot's value and this one are encoded alike; False if that is not easy to see."""
    kind = type(value)
    if kind is torch.Tensor:
        return type(then) is _Tensor and _equal_tensors(then, value)
    if kind is np.ndarray:
        return type(then) is _Array and _equal_arrays(then, value)
    if kind is not type(then):
        return False
    if kind in COMPARED:
        return bool(then == value)
    if kind is dict:
        return _equal_dicts(then, value)
    if kind is list or kind is tuple:
        return len(then) == len(value) and all(map(equals, then, value))
    if kind is float:  # 0.0 equals -0.0
        return then == value and math.copysign(1.0, then) == math.copysign(1.0, value)
    return False


def _equal_dicts(then: dict[Any, Any], value: dict[Any, Any]) -> bool:
    """Compare keys, their types and order, then the items."""
    if [*then] != [*value] or [*map(type, then)] != [*map(type, value)]:
        return False
    return all(map(equals, then.values(), value.values()))


def _equal_tensors(then: _Tensor, value: torch.Tensor) -> bool:
    if then.dtype is not value.dtype or then.shape != value.shape or then.stride != value.stride():
        return False
    if then.requires_grad is not value.requires_grad:
        return False
    return then.data == value.numpy(force=True).tobytes()


def _equal_arrays(then: _Array, value: np.ndarray[Any, Any]) -> bool:
    if then.dtype != value.dtype or then.shape != value.shape:
        return False
    return then.data == value.tobytes()
