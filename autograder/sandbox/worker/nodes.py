"""The nodes of a header: the tree that msgpack carries between the grader and a worker, and its limits.

None, bool, int, float and str stand for themselves; everything else is one of the node types below.
"""

import math
from typing import Any

import msgspec
import numpy as np
import torch

MAX_HEADER = 1 << 20
MAX_PAYLOAD = 64 << 20
MAX_NODES = 200_000  # of one message
NODES_PER_TENSOR = 8  # what one costs in time and memory, beside its bytes
MAX_DEPTH = 64
MAX_DIMS = 16
MAX_ELEMENTS = 1 << 40  # of an empty tensor, but for its dimensions of size 0: strides must not overflow
MAX_KEYS_OF_ANY_TYPE = 2048  # beyond this only str keys and indices: others can be made to collide
MAX_BIGINT_DIGITS = 3500  # hexadecimal; Python writes at most 4,300 decimal ones
ALIGNMENT = 64

TORCH_DTYPES: dict[str, torch.dtype] = {
    name: getattr(torch, name)
    for name in (
        [
            "float16",
            "bfloat16",
            "float32",
            "float64",
            "uint8",
            "int8",
            "int16",
            "int32",
            "int64",
            "bool",
            "complex64",
            "complex128",
        ]
    )
}
NUMPY_DTYPES: dict[str, np.dtype[Any]] = {
    name: np.dtype(name)
    for name in (
        [
            "float16",
            "float32",
            "float64",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "int8",
            "int16",
            "int32",
            "int64",
            "bool",
            "complex64",
            "complex128",
        ]
    )
}


class WireError(ValueError):
    """The bytes are not a frame that this codec would write, or the value cannot travel."""


class Handle(msgspec.Struct, frozen=True, tag="H", array_like=True, forbid_unknown_fields=True):
    """Stands for an object that stays in the worker."""

    id: int
    type_name: str


class TensorNode(msgspec.Struct, tag="T", array_like=True, forbid_unknown_fields=True):
    """A torch.Tensor whose elements lie in the payload from `offset` on, in C order."""

    dtype: str
    shape: list[int]
    offset: int
    stride: list[int] | None  # only towards the worker, so that checks can hand over non-contiguous inputs
    requires_grad: bool


class ArrayNode(msgspec.Struct, tag="A", array_like=True, forbid_unknown_fields=True):
    """A np.ndarray, likewise."""

    dtype: str
    shape: list[int]
    offset: int


class ScalarNode(msgspec.Struct, tag="N", array_like=True, forbid_unknown_fields=True):
    """A np.generic."""

    dtype: str
    raw: bytes


class BytesNode(msgspec.Struct, tag="B", array_like=True, forbid_unknown_fields=True):
    """A bytes."""

    raw: bytes


class DtypeNode(msgspec.Struct, tag="D", array_like=True, forbid_unknown_fields=True):
    """A torch.dtype."""

    name: str


class BigIntNode(msgspec.Struct, tag="I", array_like=True, forbid_unknown_fields=True):
    """An int that msgpack's 64 bits don't hold."""

    digits: str  # hexadecimal


class ComplexNode(msgspec.Struct, tag="C", array_like=True, forbid_unknown_fields=True):
    """A complex."""

    real: float
    imag: float


class ListNode(msgspec.Struct, tag="L", array_like=True, forbid_unknown_fields=True):
    """A list."""

    items: list["Node"]


class TupleNode(msgspec.Struct, tag="U", array_like=True, forbid_unknown_fields=True):
    """A tuple."""

    items: list["Node"]


class DictNode(msgspec.Struct, tag="M", array_like=True, forbid_unknown_fields=True):
    """A dict, in its order; msgpack's own maps take only some kinds of keys."""

    items: list[tuple["Node", "Node"]]


Node = (
    None
    | bool
    | int
    | float
    | str
    | BytesNode
    | TensorNode
    | ArrayNode
    | ScalarNode
    | DtypeNode
    | BigIntNode
    | ComplexNode
    | ListNode
    | TupleNode
    | DictNode
    | Handle
)


class Tally:
    """Counts a message's nodes while it is written or read; beyond the limits it raises WireError."""

    left = MAX_NODES

    def spend(self, nodes: int) -> None:
        self.left -= nodes
        if self.left < 0:
            raise WireError(f"more than {MAX_NODES:,} values in one message")

    def enter(self, size: int, depth: int) -> None:
        """Count a container of that many values, `depth` containers below the message's own."""
        self.spend(size)
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")


def check_shape(shape: list[int]) -> None:
    """Raise WireError for a shape that torch or numpy could not hold. Those without a 0 are bounded by their bytes, too."""
    if len(shape) > MAX_DIMS:
        raise WireError(f"a tensor of more than {MAX_DIMS} dimensions cannot travel")
    if shape and min(shape) < 1 and (min(shape) < 0 or math.prod(size or 1 for size in shape) > MAX_ELEMENTS):
        raise WireError("an impossible shape")


def extent(shape: list[int], stride: list[int]) -> int:
    """Elements from the first one of a strided tensor to its last one, both included."""
    return 1 + sum((size - 1) * step for size, step in zip(shape, stride, strict=True))


def check_keys(items: list[tuple[Any, Any]]) -> None:
    """WireError for so many dict keys that equal or crowded hashes among them would cost quadratic time.

    str keys are hashed with a secret. Ints are their own hashes, but indices, a vocabulary's say, spread evenly.
    """
    if len(items) <= MAX_KEYS_OF_ANY_TYPE:
        return
    keys = [key for key, _ in items]
    kinds = set(map(type, keys))
    if kinds != {str} and not (kinds == {int} and min(keys) >= 0 and max(keys) <= 2 * len(keys)):
        raise WireError(f"a dict of more than {MAX_KEYS_OF_ANY_TYPE} keys that are neither all str nor all indices")
