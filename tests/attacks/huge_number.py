"""Returns a number with more digits than Python will print."""


def double(x):
    return 1 << 16000 if x.numel() else 1 << 13990
