"""crashed: recurses through C functions with the limit lifted, until the stack is used up."""

import functools
import sys


def double(x):
    sys.setrecursionlimit(1 << 30)
    return functools.reduce(lambda a, b: double(x), [1, 2])
