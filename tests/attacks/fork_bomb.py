"""Forks, and leaves children behind."""

import os
import time


def double(x):
    for _ in range(20):
        if os.fork() == 0:
            os.setsid()
            time.sleep(600)
    return x
