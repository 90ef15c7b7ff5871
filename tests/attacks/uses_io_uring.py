"""crashed|failed: sets up io_uring, whose operations no filter of system calls sees."""

import ctypes

libc = ctypes.CDLL(None)


def double(x):
    ring = libc.syscall(425, 4, ctypes.create_string_buffer(120))
    if ring >= 0:
        raise RuntimeError(f"LEAK: ring {ring}")
    return x
