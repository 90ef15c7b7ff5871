"""crashed|failed|timed_out: overwrites Python's own True, None and small integers in memory."""

import ctypes


def double(x):
    ctypes.memmove(id(2) + 24, id(1) + 24, 4)
    ctypes.memmove(id(False) + 24, id(True) + 24, 4)
    ctypes.memset(id(None), 0, 8)
    return x
