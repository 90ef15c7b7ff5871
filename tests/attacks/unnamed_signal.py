"""crashed|failed: dies of a signal that has no name."""

import os


def double(x):
    os.kill(os.getpid(), 40)
