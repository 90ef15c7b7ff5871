"""timed_out: adds up all numbers inside one C function."""

import itertools


def double(x):
    return sum(itertools.count())
