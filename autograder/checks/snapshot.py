"""What a message was when it was asked, to be compared with a later one: cheaper than encoding the later one, too."""

import math
from typing import Any, NamedTuple

import numpy as np
import torch

from ..sandbox.worker.nodes import TORCH_DTYPES
from ..sandbox.worker.wire import Handle

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
    """Of a kind that equals nothing here."""


def snapshot(value: Any) -> Any:
    """The value as it is now, whatever becomes of its tensors and containers."""
    kind = type(value)
    if kind in COMPARED or kind is float:
        return value
    if kind is dict:
        return {key: snapshot(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return kind(map(snapshot, value))
    if kind is torch.Tensor and value.dtype in READABLE and value.layout is torch.strided:
        data = value.numpy(force=True).tobytes()
        return _Tensor(value.dtype, value.shape, value.stride(), value.requires_grad, data)
    if kind is np.ndarray and not value.dtype.hasobject:
        return _Array(value.dtype, value.shape, value.tobytes())
    return _Incomparable()


def equals(then: Any, value: Any) -> bool:
    """Whether a snapshot's value and this one are encoded alike. False where that cannot be seen so easily."""
    kind = type(value)
    if kind in COMPARED:
        return kind is type(then) and then == value
    if kind is dict:
        if type(then) is not dict or [*then] != [*value] or [*map(type, then)] != [*map(type, value)]:
            return False
        return all(map(equals, then.values(), value.values()))
    if kind is list or kind is tuple:
        return type(then) is kind and len(then) == len(value) and all(map(equals, then, value))
    if kind is torch.Tensor:
        return (
            type(then) is _Tensor
            and then.dtype is value.dtype
            and then.shape == value.shape
            and then.stride == value.stride()
            and then.requires_grad is value.requires_grad
            and then.data == value.numpy(force=True).tobytes()
        )
    if kind is np.ndarray:
        return (
            type(then) is _Array
            and then.dtype == value.dtype
            and then.shape == value.shape
            and then.data == value.tobytes()
        )
    if kind is float:
        return type(then) is float and then == value and math.copysign(1.0, then) == math.copysign(1.0, value)
    return False
