"""crashed|failed: asks the kernel for eBPF, perf events and userfaultfd."""

import ctypes
import struct

libc = ctypes.CDLL(None)
event = struct.pack("IIQ", 1, 128, 0).ljust(128, b"\0")
array = struct.pack("IIIII", 2, 4, 4, 1, 0).ljust(128, b"\0")


def double(x):
    got = [libc.syscall(298, event, 0, -1, -1, 0), libc.syscall(321, 0, array, 128), libc.syscall(323, 0)]
    if any(descriptor >= 0 for descriptor in got):
        raise RuntimeError(f"LEAK: {got}")
    return x
