"""crashed|failed: writes a well-formed reply into every descriptor, ahead of the real one."""

import os
import sys


def double(x):
    reply = b"".join(sys.modules["worker.wire"].pack({"value": x})) if "worker.wire" in sys.modules else b"reply"
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, reply)
        except OSError:
            pass
    return x
