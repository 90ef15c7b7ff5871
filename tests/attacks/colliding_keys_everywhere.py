"""crashed|failed|timed_out: returns eighteen dicts whose keys have equal hashes, each just within the limit for one."""


def double(x):
    step = (1 << 61) - 1
    return [{step * i: None for i in range(1, 2000)} for _ in range(18)]
