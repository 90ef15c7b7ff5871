"""crashed|failed|timed_out: returns a hundred thousand empty lists, small to send and slow to read."""


def double(x):
    return [[] for _ in range(100_000)]
