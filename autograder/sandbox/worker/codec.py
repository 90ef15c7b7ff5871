"""Values as trees of nodes, and back. `Writer` turns a value into nodes and raw buffers, `Reader` does the opposite.

What `Reader` reads comes from a process that nobody trusts.
"""

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

Keep = Callable[[object], Handle]

SMALL = 1 << 14  # bytes that are sooner copied than viewed
LEAST, MOST = -(1 << 63), (1 << 64) - 1  # the ints that msgpack holds
TORCH_NAMES = {dtype: name for name, dtype in TORCH_DTYPES.items()}
NUMPY_NAMES = {dtype: name for name, dtype in NUMPY_DTYPES.items()}
SELVES = frozenset({type(None), bool, float, str, Handle})  # what is its own node


class Writer(Tally):
    """Turns a value into a node; collects the raw buffers on the way.

    A subclass is read through its base class: what it overrides is not asked.
    """

    def __init__(self, keep: Keep | None, strides: bool) -> None:
        self.keep = keep
        self.strides = strides
        self.buffers: list[memoryview | bytes] = []
        self.size = 0
        self.extent = 0  # bytes that strided tensors take at the other end

    def node(self, value: Any, depth: int = 0) -> Any:
        kind = type(value)
        if kind in SELVES:
            return value
        make = _BY_TYPE.get(kind) or _by_base(kind)
        return make(self, value, depth)

    def nodes(self, values: list[Any], depth: int) -> list[Any]:
        """Return the nodes of a container's values. Lists of plain numbers and strings take no call for each."""
        self.enter(len(values), depth)
        kinds = set(map(type, values))
        if kinds <= SELVES or (kinds == {int} and min(values) >= LEAST and max(values) <= MOST):
            return values
        return [value if type(value) in SELVES else self.node(value, depth + 1) for value in values]

    def list_(self, value: list[Any], depth: int) -> ListNode:
        return ListNode(self.nodes([*list.__iter__(value)], depth))

    def tuple_(self, value: tuple[Any, ...], depth: int) -> TupleNode:
        return TupleNode(self.nodes([*tuple.__iter__(value)], depth))

    def dict_(self, value: dict[Any, Any], depth: int) -> DictNode:
        pairs = [*dict.items(value)]
        self.enter(2 * len(pairs), depth)
        below = depth + 1
        items = [
            (
                key if type(key) is str else self.node(key, below),
                item if type(item) in SELVES else self.node(item, below),
            )
            for key, item in pairs
        ]
        check_keys(items)
        return DictNode(items)

    def int_(self, value: int, depth: int) -> int | BigIntNode:
        if LEAST <= value <= MOST:
            return value
        if value.bit_length() > 4 * MAX_BIGINT_DIGITS:
            raise WireError("an integer of more than 14,000 bits cannot travel")
        return BigIntNode(hex(value))

    def dtype(self, value: torch.dtype, depth: int) -> DtypeNode | Handle:
        return DtypeNode(TORCH_NAMES[value]) if value in TORCH_NAMES else self.kept(value, depth)

    def scalar(self, value: np.generic, depth: int) -> Any:
        dtype = np.generic.dtype.__get__(value)
        if dtype in NUMPY_NAMES:
            return ScalarNode(NUMPY_NAMES[dtype], np.generic.tobytes(value))
        return str.__str__(value) if issubclass(type(value), str) else self.kept(value, depth)

    def kept(self, value: object, depth: int) -> Handle:
        """Keep a value that is not plain data; return a handle for it."""
        if self.keep is None:
            raise WireError(f"a {type(value).__name__} cannot travel: only plain data can")
        return self.keep(value)

    def subclass_tensor(self, value: torch.Tensor, depth: int) -> TensorNode | Handle:
        with torch._C.DisableTorchFunctionSubclass():
            return self.tensor(value, depth)

    def tensor(self, value: torch.Tensor, depth: int) -> TensorNode | Handle:
        plain = value if type(value) is torch.Tensor else torch.Tensor.detach(value)
        dtype = plain.dtype
        if plain.layout != torch.strided or dtype not in TORCH_NAMES:
            if self.keep is None:
                raise WireError(f"a tensor of {dtype}, {plain.layout} cannot travel")
            return self.keep(value)
        shape = [*plain.shape]
        self.check_size(shape, plain.nbytes)
        stride = None if not self.strides or plain.is_contiguous() else self.stride(plain, shape)
        wants_grad = self.strides and torch.Tensor.requires_grad.__get__(value)  # type: ignore[attr-defined]  # torch's stub hides the descriptor
        bits = plain.view(torch.int16) if dtype is torch.bfloat16 else plain  # numpy knows no bfloat16
        offset = self.buffer(bits.numpy(force=True))  # force: whatever its device, gradients and conjugate bit
        return TensorNode(TORCH_NAMES[dtype], shape, offset, stride, wants_grad)

    def stride(self, tensor: torch.Tensor, shape: list[int]) -> list[int] | None:
        """Return the stride; None if the other end could not rebuild it: expanded memory overlaps, and extents are bounded."""
        stride = [*tensor.stride()]
        size = extent(shape, stride) * tensor.itemsize
        if 0 in stride or self.extent + size > MAX_PAYLOAD:
            return None
        self.extent += size
        return stride

    def array(self, value: np.ndarray[Any, Any], depth: int) -> ArrayNode | Handle:
        plain = np.ndarray.view(value, np.ndarray)
        dtype = plain.dtype.newbyteorder("=")
        if dtype not in NUMPY_NAMES:
            if self.keep is None:
                raise WireError(f"an array of {plain.dtype} cannot travel")
            return self.keep(value)
        shape = [*plain.shape]
        self.check_size(shape, plain.nbytes)
        return ArrayNode(NUMPY_NAMES[dtype], shape, self.buffer(plain.astype(dtype, copy=False)))

    def check_size(self, shape: list[int], nbytes: int) -> None:
        """Before anything is copied: an expanded tensor may claim any size."""
        self.spend(NODES_PER_TENSOR)
        check_shape(shape)
        if self.size + nbytes > MAX_PAYLOAD:
            raise WireError(f"more than {MAX_PAYLOAD >> 20} MiB of tensors in one message")

    def buffer(self, array: np.ndarray[Any, Any]) -> int:
        """Append the array's bytes, in C order; return their offset."""
        offset, size = self.size, array.nbytes
        if size <= SMALL:
            self.buffers.append(array.tobytes())
        else:
            self.buffers.append(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
        padding = -size % ALIGNMENT
        if padding:
            self.buffers.append(bytes(padding))
        self.size = offset + size + padding
        return offset


Make = Callable[[Writer, Any, int], Any]
_BY_TYPE: dict[type, Make] = {
    bytes: lambda writer, value, depth: BytesNode(value),
    int: Writer.int_,
    complex: lambda writer, value, depth: ComplexNode(value.real, value.imag),
    list: Writer.list_,
    tuple: Writer.tuple_,
    dict: Writer.dict_,
    torch.Tensor: Writer.tensor,
    torch.dtype: Writer.dtype,
    np.ndarray: Writer.array,
}
_BY_BASE: dict[type, Make] = {  # in this order: a np.float64 is a float, too
    torch.Tensor: Writer.subclass_tensor,
    np.ndarray: Writer.array,
    np.generic: Writer.scalar,
    list: Writer.list_,
    tuple: Writer.tuple_,
    dict: Writer.dict_,
    str: lambda writer, value, depth: str.__str__(value),
    float: lambda writer, value, depth: float.__float__(value),
    int: lambda writer, value, depth: writer.int_(int.__int__(value), depth),
    object: Writer.kept,
}


def _by_base(kind: type) -> Make:
    return next(make for base, make in _BY_BASE.items() if issubclass(kind, base))


# Reading

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
        """Return the values of a container's nodes. Lists of plain numbers and strings take no call for each."""
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
        """Return the node's part of the payload. Refuse a part that is outside of it or belongs to another node."""
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
