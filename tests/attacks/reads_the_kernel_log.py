"""crashed|failed: reads the kernel's messages, and sets the machine's name to what it is."""

import ctypes
import os

libc = ctypes.CDLL(None)


def double(x):
    text = ctypes.create_string_buffer(1000)
    if libc.klogctl(3, text, 1000) > 0:
        raise RuntimeError(f"LEAK: {text.value[:80]!r}")
    name = os.uname().nodename.encode()
    if libc.sethostname(name, len(name)) == 0:
        raise RuntimeError(f"LEAK: {name} can be changed")
    return x
