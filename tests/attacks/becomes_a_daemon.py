"""crashed|failed: forks twice, so that its grandchild outlives it and holds on to the channel."""

import os
import time


def double(x):
    try:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for _ in range(200):
                    time.sleep(0.1)
            os._exit(0)
    except OSError:
        pass
    return x
