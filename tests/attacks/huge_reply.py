"""crashed: announces a reply of 2**60 bytes."""

import os
import struct


def double(x):
    os.write(3, struct.pack("<4sIIQ", b"TSW2", 2, 1 << 30, 1 << 60))
    return x
