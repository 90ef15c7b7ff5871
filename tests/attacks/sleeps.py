"""timed_out: sleeps for ten minutes, using no processor time."""

import time


def double(x):
    time.sleep(600)
    return x
