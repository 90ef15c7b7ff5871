"""crashed|failed: makes namespaces of its own, in which it would be root."""

import ctypes

libc = ctypes.CDLL(None)
KINDS = {"user": 0x10000000, "mount": 0x20000, "net": 0x40000000, "pid": 0x20000000, "ipc": 0x8000000}


def double(x):
    made = [name for name, flag in KINDS.items() if libc.unshare(flag) == 0]
    if made:
        raise RuntimeError(f"LEAK: {made}")
    return x
