"""timed_out: reads from the channel what was meant for the session."""

import os


def double(x):
    while True:
        os.read(3, 1 << 20)
