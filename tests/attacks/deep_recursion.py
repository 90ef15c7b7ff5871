"""crashed|timed_out: recurses with Python's own limit lifted."""

import sys


def double(x):
    sys.setrecursionlimit(1 << 30)
    return double(x)
