"""crashed|failed|timed_out: returns lists nested without end, a list that holds itself, and a dict of colliding keys."""


def double(x):
    if x.dim() == 0:
        return {i * ((1 << 61) - 1): 0 for i in range(100_000)}
    nested = []
    for _ in range(100_000):
        nested = [nested]
    cycle = []
    cycle.append(cycle)
    return cycle if x.numel() else nested
