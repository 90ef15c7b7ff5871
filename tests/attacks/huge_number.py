"""failed: returns numbers with more digits than Python prints."""


def double(x):
    return 1 << 16000 if x.numel() else 1 << 13990
