"""crashed: ends the process before a single function is defined."""

import os

os._exit(0)


def double(x):
    return x
