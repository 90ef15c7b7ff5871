"""crashed|timed_out: returns a string of two gigabytes."""


def double(x):
    return "2" * (1 << 31)
