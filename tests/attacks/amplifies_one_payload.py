"""crashed|failed: forges a reply in which 60 tensors share one payload of 64 MiB."""

import sys


def forged(session, header, payload):
    wire = sys.modules["worker.wire"]
    size = 1 << 24
    node = wire._ListNode([wire._TensorNode("float32", [size], 0, None, False) for _ in range(60)])
    body = wire.msgspec.msgpack.encode(wire._DictNode([("value", node)]))
    return [wire.FRAME.pack(wire.MAGIC, len(body), size * 4), body, bytes(size * 4)]


def double(x):
    sys.modules["worker.server"].answer_frame = forged
    return x
