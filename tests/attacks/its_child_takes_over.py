"""crashed|failed: dies at once and lets a child answer, which the grader does not know."""

import os


def double(x):
    try:
        if os.fork():
            os._exit(0)
    except OSError:
        pass
    return x
