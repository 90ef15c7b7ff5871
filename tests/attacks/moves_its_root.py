"""crashed|failed: mounts over folders, and moves its root by chroot and pivot_root."""

import ctypes
import os

libc = ctypes.CDLL(None)


def double(x):
    os.makedirs("inner", exist_ok=True)
    got = [
        libc.mount(b"none", b"inner", b"tmpfs", 0, None),
        libc.mount(b"/", b"inner", None, 0x5000, None),
        libc.syscall(155, b"inner", b"inner"),
        libc.syscall(428, -100, b"/", 1),
        libc.chroot(b"inner"),
    ]
    if any(result >= 0 for result in got):
        raise RuntimeError(f"LEAK: {got}")
    return x
