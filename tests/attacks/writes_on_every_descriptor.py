"""crashed|failed: writes rubbish on every descriptor that is open."""

import os


def double(x):
    for descriptor in range(1024):
        try:
            os.write(descriptor, b"\xff" * 100)
        except OSError:
            pass
    return x
