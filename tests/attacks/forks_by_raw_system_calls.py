"""crashed|failed: forks past the C library, by fork, vfork-like clone and clone3."""

import ctypes
import os
import struct
import time

libc = ctypes.CDLL(None)
SIGCHLD = 17
clone3 = struct.pack("=8Q", 0, 0, 0, 0, SIGCHLD, 0, 0, 0)


def double(x):
    for call in ((57,), (56, SIGCHLD, 0, 0, 0, 0), (435, clone3, ctypes.c_size_t(len(clone3)))):
        if libc.syscall(*call) == 0:
            time.sleep(20)
            os._exit(0)
    return x
