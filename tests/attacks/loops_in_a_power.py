"""crashed|timed_out: computes an integer of 370 million digits inside one operator."""


def double(x):
    return 9**9**9
