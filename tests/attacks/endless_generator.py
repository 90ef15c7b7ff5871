"""crashed|failed|timed_out: returns a generator without end."""


def double(x):
    while True:
        yield x
