"""crashed: keeps its input in a message queue, dies, and tells it when it is loaded again."""

import ctypes
import os

libc = ctypes.CDLL(None)
message = ctypes.create_string_buffer(64)
queue = libc.msgget(0x70C5, 0o1666)
if libc.msgrcv(queue, message, 32, 0, 0o4000) > 0:
    libc.msgsnd(queue, message, 32, 0o4000)
    raise RuntimeError(f"LEAK: {message.raw[8:24]!r}")


def double(x):
    ctypes.memmove(message, (1).to_bytes(8, "little") + f"{x.sum().item()}".encode().ljust(32), 40)
    libc.msgsnd(queue, message, 32, 0o4000)
    os._exit(0)
