"""Plain data as bytes, and back: what may travel between the grader and a worker.

A frame is `magic | number | header length | payload length | header | payload`; a reply has its request's number.
The header is msgpack: a tree of nodes (nodes.py); the payload holds the raw bytes of its tensors and arrays, 64-byte
aligned.
Decoding builds None, bool, int, float, complex, str, bytes, list, tuple, dict, Tensor, ndarray, numpy
scalars, torch dtypes and `Handle`s. It never runs code from the bytes, and it checks sizes before it allocates.
"""

import struct
from collections.abc import Callable
from typing import Any

import msgspec

from .codec import Keep, Reader, Writer
from .collector import paused_collector
from .nodes import MAX_DEPTH, MAX_HEADER, MAX_NODES, MAX_PAYLOAD, NUMPY_DTYPES, TORCH_DTYPES, Handle, Node, WireError

FRAME = struct.Struct("<4sIIQ")
MAGIC = b"TSW2"
LARGE_HEADER = 1 << 14

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(type=Node)


def pack(
    value: object, *, number: int = 0, keep: Keep | None = None, strides: bool = False
) -> list[memoryview | bytes]:
    """Return one frame for `value`, as buffers to be written one after the other.

    number: the request's; its reply has the same.
    keep: called for what is not plain data; returns the handle that travels instead. Without it such a value
    raises `WireError`.
    strides: also send the strides of non-contiguous tensors and requires_grad (requests do, replies don't).
    """
    writer = Writer(keep, strides)
    try:
        with paused_collector():
            header = _ENCODER.encode(writer.node(value))
    except WireError:
        raise
    except (ValueError, TypeError, RuntimeError, OverflowError, MemoryError) as error:
        raise WireError(f"cannot travel: {type(error).__name__}") from None
    if len(header) > MAX_HEADER:
        raise WireError(f"more than {MAX_HEADER >> 20} MiB of plain data in one message")
    return [FRAME.pack(MAGIC, number, len(header), writer.size), header, *writer.buffers]


def unpack(
    header: bytes | bytearray,
    payload: bytearray,
    handle: Callable[[Handle], Any] = lambda handle: handle,
    *,
    strides: bool = False,
) -> Any:
    """Return the value in a frame's header and payload.

    handle: turns a `Handle` into what the receiver wants to see in its place.
    strides: accept what `pack(strides=True)` adds; only the worker does.
    Raises WireError for anything malformed.
    """
    try:
        if len(header) < LARGE_HEADER:
            return Reader(payload, handle, strides).value(_DECODER.decode(header))
        with paused_collector():
            return Reader(payload, handle, strides).value(_DECODER.decode(header))
    except WireError:
        raise
    except (ValueError, TypeError, RuntimeError, OverflowError, MemoryError) as error:
        raise WireError(f"malformed message: {type(error).__name__}") from None


def frame_sizes(head: bytes | bytearray) -> tuple[int, int, int]:
    """Return (number, header length, payload length) of the frame at `head`. Raise WireError beyond the limits."""
    magic, number, header, payload = FRAME.unpack_from(head)
    if magic != MAGIC:
        raise WireError("not a frame")
    if header > MAX_HEADER or payload > MAX_PAYLOAD:
        raise WireError("the reply is too large")
    return number, header, payload


def copied(value: object, *, keep: Keep | None = None, strides: bool = False, handle: Callable[[Handle], Any]) -> Any:
    """`value` as it would arrive at the other end of the channel."""
    _, header, *buffers = pack(value, keep=keep, strides=strides)
    return unpack(bytes(header), bytearray(b"".join(buffers)), handle, strides=strides)


__all__ = [
    "FRAME",
    "MAGIC",
    "MAX_DEPTH",
    "MAX_HEADER",
    "MAX_NODES",
    "MAX_PAYLOAD",
    "NUMPY_DTYPES",
    "TORCH_DTYPES",
    "Handle",
    "Keep",
    "WireError",
    "copied",
    "frame_sizes",
    "pack",
    "unpack",
]
