"""A tree of nodes as a value. What it reads comes from a process that nobody trusts."""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import torch

from .nodes import (
    ALIGNMENT,
    MAX_BIGINT_DIGITS,
    MAX_PAYLOAD,
    NODES_PER_TENSOR,
    NUMPY_DTYPES,
    TORCH_DTYPES,
    ArrayNode,
    BigIntNode,
    BytesNode,
    ComplexNode,
    DictNode,
    DtypeNode,
    Handle,
    ListNode,
    ScalarNode,
    Tally,
    TensorNode,
    TupleNode,
    WireError,
    check_keys,
    check_shape,
    extent,
)

MAX_EQUAL_HASHES = 16  # among the keys of one dict; honest ones have two: -1 and -2

PLAIN = frozenset({type(None), bool, int, float, str})  # what is its own value
# How elements lie in the payload: numpy knows no bfloat16, and only 0 and 1 may reach torch as bool.
TORCH_STORAGE = {name: np.dtype({"bool": "uint8", "bfloat16": "int16"}.get(name, name)) for name in TORCH_DTYPES}
NUMPY_STORAGE = {name: np.dtype({"bool": "uint8"}.get(name, name)) for name in NUMPY_DTYPES}

Known = TypeVar("Known")


class Reader(Tally):
    """Turns a decoded node into a value; trusts nothing but the node's types."""

    def __init__(self, payload: bytearray, handle: Callable[[Handle], Any], strides: bool) -> None:
        self.payload = payload
        self.handle = handle
        self.strides = strides
        self.end = 0  # of the last buffer: each byte of the payload belongs to one tensor at the most
        self.extent = 0  # bytes of the strided tensors so far

    def value(self, node: Any, depth: int = 0) -> Any:
        kind = type(node)
        return node if kind in PLAIN else _BY_NODE[kind](self, node, depth)

    def values(self, nodes: list[Any], depth: int) -> list[Any]:
        """The values of a container's nodes. Lists of plain numbers and strings take no call for each."""
        self.enter(len(nodes), depth)
        if PLAIN.issuperset(map(type, nodes)):
            return nodes
        below = depth + 1
        return [node if type(node) in PLAIN else _BY_NODE[type(node)](self, node, below) for node in nodes]

    def mapping(self, node: DictNode, depth: int) -> dict[Any, Any]:
        self.enter(2 * len(node.items), depth)
        below = depth + 1
        items = [
            (
                key if type(key) is str else self.value(key, below),
                item if type(item) in PLAIN else self.value(item, below),
            )
            for key, item in node.items
        ]
        if len(items) > MAX_EQUAL_HASHES:
            check_keys(items)
            _check_hashes([key for key, _ in items])
        return dict(items)

    def block(self, node: TensorNode | ArrayNode, storage: np.dtype[Any]) -> np.ndarray[Any, Any]:
        """The node's part of the payload, once it is certain that it lies there and is no other node's."""
        self.spend(NODES_PER_TENSOR)
        check_shape(node.shape)
        offset, end = node.offset, node.offset + math.prod(node.shape) * storage.itemsize
        _need(offset >= self.end and offset % ALIGNMENT == 0 and end <= len(self.payload))
        self.end = end
        return np.ndarray(node.shape, storage, self.payload, offset)

    def tensor(self, node: TensorNode, depth: int) -> torch.Tensor:
        _need(self.strides or (node.stride is None and not node.requires_grad))
        dtype = _known(TORCH_DTYPES, node.dtype)
        block = self.block(node, TORCH_STORAGE[node.dtype])
        if not block.size:
            tensor = torch.empty(node.shape, dtype=dtype)
        elif dtype is torch.bool:
            tensor = torch.from_numpy(block) != 0
        elif dtype is torch.bfloat16:
            tensor = torch.from_numpy(block).view(dtype).clone()
        else:
            tensor = torch.from_numpy(block).clone()  # a tensor of its own: resizable, and free of the message
        if node.stride is not None:
            tensor = self.strided(tensor, node.shape, node.stride)
        return tensor.requires_grad_() if node.requires_grad else tensor

    def strided(self, tensor: torch.Tensor, shape: list[int], stride: list[int]) -> torch.Tensor:
        _need(0 not in shape and len(stride) == len(shape) and min(stride, default=1) > 0)
        self.extent += extent(shape, stride) * tensor.itemsize
        _need(self.extent <= MAX_PAYLOAD)
        return torch.empty_strided(shape, stride, dtype=tensor.dtype).copy_(tensor)

    def array(self, node: ArrayNode, depth: int) -> np.ndarray[Any, Any]:
        dtype = _known(NUMPY_DTYPES, node.dtype)
        block = self.block(node, NUMPY_STORAGE[node.dtype])
        return np.not_equal(block, 0, out=np.empty(node.shape, dtype)) if dtype.kind == "b" else block.copy()

    def scalar(self, node: ScalarNode, depth: int) -> Any:
        dtype = _known(NUMPY_DTYPES, node.dtype)
        _need(len(node.raw) == dtype.itemsize)
        return np.bool_(node.raw != b"\0") if dtype.kind == "b" else np.frombuffer(node.raw, dtype)[0]

    def big_int(self, node: BigIntNode, depth: int) -> int:
        _need(len(node.digits) <= MAX_BIGINT_DIGITS + len("-0x"))
        return int(node.digits, 16)

    def kept(self, node: Handle, depth: int) -> Any:
        _need(len(node.type_name) <= 80)
        return self.handle(node)


_BY_NODE: dict[type, Callable[[Reader, Any, int], Any]] = {
    BytesNode: lambda reader, node, depth: node.raw,
    TensorNode: Reader.tensor,
    ArrayNode: Reader.array,
    ScalarNode: Reader.scalar,
    DtypeNode: lambda reader, node, depth: _known(TORCH_DTYPES, node.name),
    BigIntNode: Reader.big_int,
    ComplexNode: lambda reader, node, depth: complex(node.real, node.imag),
    ListNode: lambda reader, node, depth: reader.values(node.items, depth),
    TupleNode: lambda reader, node, depth: tuple(reader.values(node.items, depth)),
    DictNode: Reader.mapping,
    Handle: Reader.kept,
}


def _check_hashes(keys: list[Any]) -> None:
    """Keys of one hash cost quadratic time; among them, long tuples that differ only at their ends much more."""
    if set(map(type, keys)) != {str}:
        hashes = sorted(map(hash, keys))
        _need(all(one != other for one, other in zip(hashes, hashes[MAX_EQUAL_HASHES:], strict=False)))


def _need(condition: bool) -> None:
    if not condition:
        raise WireError("malformed message")


def _known(table: dict[str, Known], name: str) -> Known:
    _need(name in table)
    return table[name]
