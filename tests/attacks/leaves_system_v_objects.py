"""crashed|failed: makes System V shared memory, a semaphore and a queue, which outlive every process."""

import ctypes

libc = ctypes.CDLL(None)


def double(x):
    libc.shmget(0x70C6, 4096, 0o1666)
    libc.semget(0x70C6, 1, 0o1666)
    libc.msgget(0x70C6, 0o1666)
    return x
