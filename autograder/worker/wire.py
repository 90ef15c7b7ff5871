"""Plain data as bytes, and back: what may travel between the grader and a worker.

A frame is `magic | number | header length | payload length | header | payload`; a reply has its request's number. The header is msgpack: a tree of
the node types below; the payload holds the raw bytes of its tensors and arrays, 64-byte aligned.
Decoding builds None, bool, int, float, complex, str, bytes, list, tuple, dict, Tensor, ndarray, numpy
scalars, torch dtypes and `Handle`s. It never runs code from the bytes, and it checks sizes before it allocates.
"""

import math
import struct
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np
import torch

FRAME = struct.Struct("<4sIIQ")
MAGIC = b"TSW2"
MAX_HEADER = 1 << 20  # 1 MiB of small lists takes the reader well under a second
MAX_PAYLOAD = 64 << 20
MAX_DEPTH = 64
MAX_KEYS_OF_ANY_TYPE = 2048  # beyond this only str keys: equal-hash ints would cost quadratic time
MAX_DIMS = 16
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
TORCH_NAMES = {dtype: name for name, dtype in TORCH_DTYPES.items()}
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


class Handle(msgspec.Struct, frozen=True, tag="H", array_like=True):
    """Stands for an object that stays in the worker."""

    id: int
    type_name: str


class _TensorNode(msgspec.Struct, tag="T", array_like=True):
    dtype: str
    shape: list[int]
    offset: int
    stride: list[int] | None  # only towards the worker, so that checks can hand over non-contiguous inputs
    requires_grad: bool


class _ArrayNode(msgspec.Struct, tag="A", array_like=True):
    dtype: str
    shape: list[int]
    offset: int


class _ScalarNode(msgspec.Struct, tag="N", array_like=True):
    dtype: str
    raw: bytes


class _BytesNode(msgspec.Struct, tag="B", array_like=True):
    raw: bytes


class _DtypeNode(msgspec.Struct, tag="D", array_like=True):
    name: str


class _BigIntNode(msgspec.Struct, tag="I", array_like=True):
    digits: str  # hexadecimal


class _ComplexNode(msgspec.Struct, tag="C", array_like=True):
    real: float
    imag: float


class _ListNode(msgspec.Struct, tag="L", array_like=True):
    items: list["Node"]


class _TupleNode(msgspec.Struct, tag="U", array_like=True):
    items: list["Node"]


class _DictNode(msgspec.Struct, tag="M", array_like=True):
    items: list[tuple["Node", "Node"]]


Node = (
    None
    | bool
    | int
    | float
    | str
    | _BytesNode
    | _TensorNode
    | _ArrayNode
    | _ScalarNode
    | _DtypeNode
    | _BigIntNode
    | _ComplexNode
    | _ListNode
    | _TupleNode
    | _DictNode
    | Handle
)
_HEADER = msgspec.msgpack.Decoder(type=Node)

Keep = Callable[[object], Handle]


class _Writer:
    """Turns a value into a node; collects the raw buffers on the way."""

    def __init__(self, keep: Keep | None, strides: bool) -> None:
        self.keep = keep
        self.strides = strides
        self.buffers: list[memoryview | bytes] = []
        self.size = 0

    def buffer(self, raw: memoryview) -> int:
        """Append the bytes; return their offset."""
        offset = self.size
        self.buffers.append(raw)
        padding = -raw.nbytes % ALIGNMENT
        if padding:
            self.buffers.append(bytes(padding))
        self.size += raw.nbytes + padding
        if self.size > MAX_PAYLOAD:
            raise WireError(f"more than {MAX_PAYLOAD >> 20} MiB of tensors in one message")
        return offset

    def node(self, value: Any, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        kind = type(value)
        if value is None or kind in (bool, float, str):
            return value
        if kind is bytes:
            return _BytesNode(value)
        if kind is int:
            return value if -(1 << 63) <= value < 1 << 64 else self.big_int(value)
        if isinstance(value, torch.Tensor):
            return self.tensor(value)
        if isinstance(value, np.ndarray):
            return self.array(value)
        if isinstance(value, np.generic) and value.dtype.name in NUMPY_DTYPES:
            return _ScalarNode(value.dtype.name, value.tobytes())
        if kind is Handle:
            return value
        if isinstance(value, torch.dtype) and value in TORCH_NAMES:
            return _DtypeNode(TORCH_NAMES[value])
        if kind is complex:
            return _ComplexNode(value.real, value.imag)
        return self.container(value, depth)

    def container(self, value: Any, depth: int) -> Any:
        """Subclasses are read through their base class: what they override is not asked."""
        if isinstance(value, list):
            return _ListNode([self.node(item, depth + 1) for item in list.__iter__(value)])
        if isinstance(value, tuple):
            return _TupleNode([self.node(item, depth + 1) for item in tuple.__iter__(value)])
        if isinstance(value, dict):
            pairs = dict.items(value)
            return _DictNode([(self.node(k, depth + 1), self.node(v, depth + 1)) for k, v in pairs])
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, int):
            return self.node(int.__int__(value), depth)
        if self.keep is None:
            raise WireError(f"a {type(value).__name__} cannot travel: only plain data can")
        return self.keep(value)

    def big_int(self, value: int) -> _BigIntNode:
        if value.bit_length() > 4 * MAX_BIGINT_DIGITS:
            raise WireError("an integer of more than 14,000 bits cannot travel")
        return _BigIntNode(hex(value))

    def tensor(self, value: torch.Tensor) -> Any:
        with torch._C.DisableTorchFunctionSubclass():
            plain = value.detach()
            if plain.layout != torch.strided or plain.dtype not in TORCH_NAMES:
                if self.keep is None:
                    raise WireError(f"a tensor of {plain.dtype}, {plain.layout} cannot travel")
                return self.keep(value)
            stride = list(plain.stride()) if self.strides and not plain.is_contiguous() else None
            if stride is not None and 0 in stride:  # expanded: overlapping memory cannot be rebuilt
                stride = None
            dense = plain.resolve_conj().resolve_neg().cpu().contiguous()
            raw = dense.reshape(-1).view(torch.uint8).numpy().data if dense.numel() else memoryview(b"")
            offset = self.buffer(raw)
            wants_grad = self.strides and bool(value.requires_grad)
            return _TensorNode(TORCH_NAMES[dense.dtype], list(dense.shape), offset, stride, wants_grad)

    def array(self, value: np.ndarray[Any, Any]) -> Any:
        plain = np.ndarray.view(value, np.ndarray)
        if plain.dtype.name not in NUMPY_DTYPES:
            if self.keep is None:
                raise WireError(f"an array of {plain.dtype} cannot travel")
            return self.keep(value)
        dense = np.ascontiguousarray(plain)
        raw = dense.reshape(-1).view(np.uint8).data if dense.size else memoryview(b"")
        return _ArrayNode(dense.dtype.name, list(plain.shape), self.buffer(raw))


def pack(
    value: object, *, number: int = 0, keep: Keep | None = None, strides: bool = False
) -> list[memoryview | bytes]:
    """One frame for `value`, as buffers to be written one after the other.

    number: the request's; its reply has the same.
    keep: called for what is not plain data; returns the handle that travels instead. Without it such a value
    raises `WireError`.
    strides: also send the strides of non-contiguous tensors and requires_grad (requests do, replies don't).
    """
    writer = _Writer(keep, strides)
    try:
        header = msgspec.msgpack.encode(writer.node(value))
    except (RecursionError, OverflowError, UnicodeEncodeError) as error:
        raise WireError(f"cannot travel: {type(error).__name__}") from None
    if len(header) > MAX_HEADER:
        raise WireError(f"more than {MAX_HEADER >> 20} MiB of plain data in one message")
    return [FRAME.pack(MAGIC, number, len(header), writer.size), header, *writer.buffers]


class _Reader:
    """Turns a decoded node into a value; trusts nothing but the node's types."""

    def __init__(self, payload: bytearray, handle: Callable[[Handle], Any], strides: bool) -> None:
        self.payload = payload
        self.handle = handle
        self.strides = strides
        self.end = 0  # of the last buffer: each byte of the payload belongs to one tensor at the most

    def value(self, node: Any, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            raise WireError("nested too deep")
        match node:
            case _TensorNode():
                return self.tensor(node)
            case _ListNode(items):
                return [self.value(item, depth + 1) for item in items]
            case _TupleNode(items):
                return tuple(self.value(item, depth + 1) for item in items)
            case _DictNode(items):
                return self.mapping(items, depth)
            case _ArrayNode():
                return self.array(node)
            case _ScalarNode(dtype, raw):
                return self.scalar(dtype, raw)
            case _BytesNode(raw):
                return raw
            case _DtypeNode(name):
                return _known(TORCH_DTYPES, name)
            case _BigIntNode(digits):
                _need(len(digits) <= MAX_BIGINT_DIGITS + 3)
                return int(digits, 16)
            case _ComplexNode(real, imag):
                return complex(real, imag)
            case Handle(_, type_name):
                _need(len(type_name) <= 80)
                return self.handle(node)
            case _:
                return node

    def mapping(self, items: list[tuple[Any, Any]], depth: int) -> dict[Any, Any]:
        _need(len(items) <= MAX_KEYS_OF_ANY_TYPE or all(type(key) is str for key, _ in items))
        return {self.value(key, depth + 1): self.value(item, depth + 1) for key, item in items}

    def span(self, shape: list[int], offset: int, itemsize: int) -> int:
        """Number of elements, once it is certain that they lie within the payload."""
        _need(len(shape) <= MAX_DIMS and all(0 <= size < 1 << 31 for size in shape))
        count = math.prod(shape)
        _need(offset >= self.end and offset % ALIGNMENT == 0 and offset + count * itemsize <= len(self.payload))
        self.end = offset + count * itemsize
        return count

    def tensor(self, node: _TensorNode) -> torch.Tensor:
        _need(self.strides or (node.stride is None and not node.requires_grad))
        dtype = _known(TORCH_DTYPES, node.dtype)
        count = self.span(node.shape, node.offset, dtype.itemsize)
        if not count:
            tensor = torch.empty(node.shape, dtype=dtype)
        elif dtype is torch.bool:  # a byte other than 0 and 1 must not reach torch
            raw = torch.frombuffer(self.payload, dtype=torch.uint8, count=count, offset=node.offset)
            tensor = raw.reshape(node.shape) != 0
        else:
            flat = torch.frombuffer(self.payload, dtype=dtype, count=count, offset=node.offset)
            tensor = flat.clone().reshape(node.shape)  # a tensor of its own: resizable, and free of the message
        if node.stride is not None:
            tensor = self.strided(tensor, node.stride)
        return tensor.requires_grad_() if node.requires_grad else tensor

    def strided(self, tensor: torch.Tensor, stride: list[int]) -> torch.Tensor:
        _need(len(stride) == tensor.dim() and all(0 < step < 1 << 31 for step in stride))
        extent = 1 + sum((size - 1) * step for size, step in zip(tensor.shape, stride, strict=True) if size)
        _need(extent * tensor.itemsize <= MAX_PAYLOAD)
        return torch.empty_strided(tensor.shape, stride, dtype=tensor.dtype).copy_(tensor)

    def array(self, node: _ArrayNode) -> np.ndarray[Any, Any]:
        dtype = _known(NUMPY_DTYPES, node.dtype)
        count = self.span(node.shape, node.offset, dtype.itemsize)
        if not count:
            return np.empty(node.shape, dtype)
        storage = np.dtype(np.uint8) if dtype.kind == "b" else dtype
        array = np.frombuffer(self.payload, storage, count, node.offset).reshape(node.shape)
        return array != 0 if dtype.kind == "b" else array

    def scalar(self, dtype: str, raw: bytes) -> Any:
        kind = _known(NUMPY_DTYPES, dtype)
        _need(len(raw) == kind.itemsize)
        return np.bool_(raw != b"\0") if kind.kind == "b" else np.frombuffer(raw, kind)[0]


def _need(condition: bool) -> None:
    if not condition:
        raise WireError("malformed message")


def _known(table: Mapping[str, Any], name: str) -> Any:
    _need(name in table)
    return table[name]


def unpack(
    header: bytes | bytearray,
    payload: bytearray,
    handle: Callable[[Handle], Any] = lambda handle: handle,
    *,
    strides: bool = False,
) -> Any:
    """The value in a frame's header and payload.

    handle: turns a `Handle` into what the receiver wants to see in its place.
    strides: accept what `pack(strides=True)` adds; only the worker does.
    Raises WireError for anything malformed.
    """
    try:
        return _Reader(payload, handle, strides).value(_HEADER.decode(header))
    except WireError:
        raise
    except (ValueError, TypeError, RuntimeError, OverflowError, RecursionError, MemoryError) as error:
        raise WireError(f"malformed message: {type(error).__name__}") from None


def frame_sizes(head: bytes | bytearray) -> tuple[int, int, int]:
    """(number, header length, payload length) from a frame's first `FRAME.size` bytes. Raises WireError beyond the limits."""
    magic, number, header, payload = FRAME.unpack(head)
    if magic != MAGIC:
        raise WireError("not a frame")
    if header > MAX_HEADER or payload > MAX_PAYLOAD:
        raise WireError("the reply is too large")
    return number, header, payload


def copied(value: object, *, keep: Keep | None = None, strides: bool = False, handle: Callable[[Handle], Any]) -> Any:
    """`value` as it would arrive at the other end of the channel."""
    _, header, *buffers = pack(value, keep=keep, strides=strides)
    return unpack(bytes(header), bytearray(b"".join(buffers)), handle, strides=strides)
