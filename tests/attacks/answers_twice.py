"""crashed|failed: sends two forged replies beside the real one."""

import sys


def double(x):
    server, wire = sys.modules["worker.server"], sys.modules["worker.wire"]
    server._write(wire.pack({"value": x}))
    server._write(wire.pack({"value": x}))
    return x
