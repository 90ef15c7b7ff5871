"""timed_out: returns a generator that sleeps before its second item."""

import time


def double(x):
    yield x
    time.sleep(600)
