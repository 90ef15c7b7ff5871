"""crashed: keeps its input in the kernel's keyring, dies, and tells it when it is loaded again."""

import ctypes
import os

libc = ctypes.CDLL(None)
ADD_KEY, REQUEST_KEY, KEYCTL, UNLINK, USER_KEYRING = 248, 249, 250, 9, -4
key = libc.syscall(REQUEST_KEY, b"user", b"torchstone-was-here", None, 0)
if key > 0:
    libc.syscall(KEYCTL, UNLINK, key, USER_KEYRING)
    raise RuntimeError(f"LEAK: key {key}")


def double(x):
    libc.syscall(ADD_KEY, b"user", b"torchstone-was-here", b"x", ctypes.c_size_t(1), USER_KEYRING)
    os._exit(0)
