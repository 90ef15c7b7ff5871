"""crashed: keeps its input in System V shared memory, dies, and tells it when it is loaded again."""

import ctypes
import os

libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
segment = libc.shmget(0x70C5, 4096, 0o1666)
memory = libc.shmat(segment, None, 0)
if memory and memory != ctypes.c_void_p(-1).value:
    kept = ctypes.string_at(memory)
    if kept:
        raise RuntimeError(f"LEAK: {kept}")


def double(x):
    if memory and memory != ctypes.c_void_p(-1).value:
        text = f"{x.sum().item()}".encode()
        ctypes.memmove(memory, text, len(text))
    os._exit(0)
