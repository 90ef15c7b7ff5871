"""timed_out: announces a long reply and sends a byte now and then, so that the channel is never quiet."""

import os
import struct
import time


def double(x):
    os.write(3, struct.pack("<4sIIQ", b"TSW2", 2, 100_000, 0))
    while True:
        os.write(3, b"\x00")
        time.sleep(0.02)
