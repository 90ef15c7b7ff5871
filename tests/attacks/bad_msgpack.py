"""crashed: sends frames whose header is no msgpack, in several ways."""

import os
import random
import struct


def double(x):
    body = random.choice([b"\xc1" * 20, b"\xdf\xff\xff\xff\xff", b"\x91" * 100_000, b"", b"\xdb\x7f\xff\xff\xff"])
    os.write(3, struct.pack("<4sIIQ", b"TSW2", 2, len(body), 0) + body)
    return x
