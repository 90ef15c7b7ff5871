"""crashed|timed_out: raises an exception whose str() takes all memory, with a cause that holds itself."""


class Greedy(Exception):
    def __str__(self):
        return "x" * (1 << 40) + "y" * (1 << 36)


def double(x):
    error = Greedy()
    error.__cause__ = error.__context__ = error
    raise error
