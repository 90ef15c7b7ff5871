"""timed_out: takes a lock twice."""

import threading

lock = threading.Lock()


def double(x):
    lock.acquire()
    lock.acquire()
    return x
