"""crashed|failed|timed_out: nests two thousand folders, deeper than a recursive removal can go."""

import os


def double(x):
    try:
        for _ in range(2000):
            os.mkdir("d")
            os.chdir("d")
    except OSError:
        pass
    return x
