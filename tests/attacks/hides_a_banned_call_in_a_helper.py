"""refused: reaches a banned function by an alias in a helper, beside a right answer."""

from torch import add as innocent


def helper(x):
    return innocent(x, x)


def double(x):
    return helper(x)
