"""Shared by everything in batch_norm.py."""


def per_channel(t, x):
    """(C,) -> (1, C), (1, C, 1) or (1, C, 1, 1), whatever x needs."""
    return t.view(1, -1, *[1] * (x.dim() - 2))


def other_axes(x):
    return [0, *range(2, x.dim())]


def normalise(x, mean, var, gamma, beta, eps):
    y = (x - per_channel(mean, x)) / per_channel(var + eps, x).sqrt()
    if gamma is not None:
        y = y * per_channel(gamma, x)
    if beta is not None:
        y = y + per_channel(beta, x)
    return y
