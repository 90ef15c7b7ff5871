"""failed|timed_out: prints 20 MB, as if the terminal were a dustbin."""


def double(x):
    for _ in range(2000):
        print("x" * 10_000)
    return x
