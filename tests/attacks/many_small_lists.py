"""crashed|failed|timed_out: returns sixty thousand empty lists, small to send and slow to read."""


def double(x):
    return [[] for _ in range(60_000)]
