"""crashed|failed: forks, and leaves children behind that no longer belong to its session."""

import os
import time


def double(x):
    for _ in range(20):
        try:
            if os.fork() == 0:
                os.setsid()
                time.sleep(20)
                os._exit(0)
        except OSError:
            pass
    return x
