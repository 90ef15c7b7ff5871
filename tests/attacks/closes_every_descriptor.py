"""crashed: hangs up."""

import os


def double(x):
    os.closerange(0, 4096)
    return x
