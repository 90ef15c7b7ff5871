"""crashed: keeps its input in the kernel's keyring, dies, and tells it when it is loaded again.
Needs the sandbox.
"""

import ctypes
import os

libc = ctypes.CDLL(None)
ADD_KEY, KEYCTL, SEARCH, SET_TIMEOUT, USER_KEYRING = 248, 250, 10, 15, -4
key = libc.syscall(KEYCTL, SEARCH, USER_KEYRING, b"user", b"torchstone-was-here", 0)
if key > 0:
    raise RuntimeError(f"LEAK: key {key}")


def double(x):
    key = libc.syscall(ADD_KEY, b"user", b"torchstone-was-here", b"x", ctypes.c_size_t(1), USER_KEYRING)
    libc.syscall(KEYCTL, SET_TIMEOUT, key, 5)
    os._exit(0)
