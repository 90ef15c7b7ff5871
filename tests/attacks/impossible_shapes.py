"""crashed|failed: sends tensors whose shapes overflow, are negative, or lie outside the payload."""

import sys

SHAPES = [[1 << 31, 1 << 31], [-1], [0, 1 << 62], [1] * 100_000, [1 << 20]]


def forged(session, header, payload):
    wire = sys.modules["worker.wire"]
    node = wire._ListNode([wire._TensorNode("float32", shape, 1 << 40, None, False) for shape in SHAPES])
    body = wire.msgspec.msgpack.encode(wire._DictNode([("value", node)]))
    return [wire.FRAME.pack(wire.MAGIC, len(body), 0), body]


def double(x):
    sys.modules["worker.server"].answer_frame = forged
    return x
