"""A value as a tree of nodes and the raw bytes of its tensors."""

from collections.abc import Callable
from typing import Any

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
        """The nodes of a container's values. Lists of plain numbers and strings take no call for each."""
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
        """What is not plain data stays here."""
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
        """None where the other end could not rebuild it: expanded memory overlaps, and extents are bounded."""
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
