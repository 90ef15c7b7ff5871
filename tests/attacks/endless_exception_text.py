"""crashed: raises an exception whose message and class name have ten million characters."""


def double(x):
    raise type("E" * 10_000_000, (ValueError,), {})("x" * 10_000_000)
