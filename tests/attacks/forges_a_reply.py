"""Writes a reply of its own into the channel, ahead of the real one."""

import os


def double(x):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"TSW2" + (1).to_bytes(4, "little") + (10).to_bytes(4, "little") + bytes(8) + b"\x82\xa5valuexx")
        except OSError:
            pass
    return x
