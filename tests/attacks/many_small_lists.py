"""crashed|failed|timed_out: returns a quarter of a million empty lists, small to send and slow to read."""


def double(x):
    return [[] for _ in range(200_000)]
