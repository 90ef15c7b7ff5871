"""crashed|failed: marks a file of its folder as immutable, which not even root may remove."""

import fcntl
import os
import struct

SET_FLAGS, IMMUTABLE = 0x40086602, 0x10


def double(x):
    try:
        file = os.open("torchstone-was-here", os.O_CREAT | os.O_RDWR)
        fcntl.ioctl(file, SET_FLAGS, struct.pack("l", IMMUTABLE))
    except OSError:
        pass
    return x
