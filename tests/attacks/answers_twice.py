"""Calls the session's own writer to send two replies to one request."""

import sys


def double(x):
    server = sys.modules["worker.life"]
    wire = sys.modules["worker.wire"]
    server._write(b''.join(wire.pack({"value": 2 * x})))
    server._write(b''.join(wire.pack({"value": 2 * x})))
    return x
