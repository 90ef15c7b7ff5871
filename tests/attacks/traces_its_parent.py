"""crashed|failed: attaches to its parent as a debugger."""

import ctypes
import os

libc = ctypes.CDLL(None)
ATTACH, SEIZE, DETACH = 16, 0x4206, 17


def double(x):
    for request in (SEIZE, ATTACH):
        if libc.ptrace(request, os.getppid(), None, None) == 0:
            libc.ptrace(DETACH, os.getppid(), None, None)
            raise RuntimeError(f"LEAK: {os.getppid()} is traced")
    return x
