"""crashed|failed: returns an integer that takes Python minutes to print."""


def double(x):
    return 1 << 50_000_000
