"""crashed: registers a forged reply for the end of the process, then leaves."""

import atexit
import sys


@atexit.register
def reply():
    life, wire = sys.modules["worker.life"], sys.modules["worker.wire"]
    life._write(b"".join(wire.pack({"value": None}, number=2)))


def double(x):
    raise SystemExit
