"""crashed|failed: answers with a handle whose type name holds escapes and megabytes."""

import sys


def forged(session, number, header, payload):
    wire = sys.modules["worker.wire"]
    return wire.pack({"value": wire.Handle(-(1 << 40), "\x1b[2J\u202e<script>" + "x" * 500_000)}, number=number)


def double(x):
    sys.modules["worker.worker_main"].answer_frame = forged
    return x
