"""failed|refused: claims banned operators with numbers and texts that the message might repeat."""

import sys


def forged(session, number, header, payload):
    wire = sys.modules["worker.wire"]
    return wire.pack({"value": None, "operators": [("LEAK: 0.1234", -(10**15)), ("aten::cosh", 10**15)]}, number=number)


def double(x):
    sys.modules["worker.worker_main"].answer_frame = forged
    return x
