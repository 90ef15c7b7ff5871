"""crashed|failed: sends tensors whose shapes overflow, are negative, or lie outside the payload."""

import sys

SHAPES = [[1 << 31, 1 << 31], [-1], [0, 1 << 62], [1] * 100_000, [1 << 20]]


def forged(session, number, header, payload):
    wire, nodes = sys.modules["worker.wire"], sys.modules["worker.nodes"]
    node = nodes.ListNode([nodes.TensorNode("float32", shape, 1 << 40, None, False) for shape in SHAPES])
    body = wire.msgspec.msgpack.encode(nodes.DictNode([("value", node)]))
    return [wire.FRAME.pack(wire.MAGIC, number, len(body), 0), body]


def double(x):
    sys.modules["worker.worker_main"].answer_frame = forged
    return x
