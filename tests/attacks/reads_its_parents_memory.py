"""crashed|failed: reads and takes from its parent by process_vm_readv and pidfd_getfd."""

import ctypes
import os

libc = ctypes.CDLL(None)


class Area(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def double(x):
    buffer = ctypes.create_string_buffer(64)
    mine, theirs = Area(ctypes.addressof(buffer), 64), Area(id(double), 64)
    if libc.process_vm_readv(os.getppid(), ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0) > 0:
        raise RuntimeError(f"LEAK: {buffer.raw[:16]!r}")
    try:
        parent = os.pidfd_open(os.getppid())
    except OSError:
        return x
    if libc.syscall(438, parent, 3, 0) >= 0:
        raise RuntimeError(f"LEAK: {parent} gave a descriptor")
    return x
