"""crashed|failed|timed_out: forks so that each child has a memory limit of its own."""

import os
import time


def double(x):
    try:
        for _ in range(2):
            if os.fork() == 0:
                hoard = bytearray(400 << 20)
                hoard[::4096] = b"x" * len(hoard[::4096])
                time.sleep(20)
                os._exit(0)
    except OSError:
        pass
    return x
