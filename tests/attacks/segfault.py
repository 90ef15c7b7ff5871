"""crashed: reads the address 0."""

import ctypes


def double(x):
    return ctypes.string_at(0)
