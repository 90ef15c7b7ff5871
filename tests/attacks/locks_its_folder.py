"""crashed|failed: takes every right from its own folders, so that they are hard to remove."""

import os


def double(x):
    try:
        os.makedirs("locked/inner", exist_ok=True)
        with open("locked/inner/torchstone-was-here", "w"):
            pass
        for path in ("locked/inner", "locked", "."):
            os.chmod(path, 0)
    except OSError:
        pass
    return x
