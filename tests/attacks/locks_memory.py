"""crashed|failed: locks all its memory, and asks for executable stacks and fixed addresses.
Needs the sandbox.
"""

import ctypes

libc = ctypes.CDLL(None)


def double(x):
    libc.mlockall(7)
    libc.personality(0x0400000 | 0x0040000)
    libc.prctl(1, 0, 0, 0, 0)
    libc.prctl(4, 1, 0, 0, 0)
    libc.prctl(36, 1, 0, 0, 0)
    return x
