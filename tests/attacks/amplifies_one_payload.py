"""crashed|failed: forges a reply in which 60 tensors share one payload of 64 MiB."""

import sys


def forged(session, number, header, payload):
    wire, nodes = sys.modules["worker.wire"], sys.modules["worker.nodes"]
    size = 1 << 24
    node = nodes.ListNode([nodes.TensorNode("float32", [size], 0, None, False) for _ in range(60)])
    body = wire.msgspec.msgpack.encode(nodes.DictNode([("value", node)]))
    return [wire.FRAME.pack(wire.MAGIC, number, len(body), size * 4), body, bytes(size * 4)]


def double(x):
    sys.modules["worker.worker_main"].answer_frame = forged
    return x
