"""crashed|failed: returns an object whose __class__ says that it is a tensor."""

import torch


class Liar:
    __class__ = property(lambda self: torch.Tensor)
    layout, dtype, shape, requires_grad = torch.strided, torch.float32, (1 << 62,), False

    def __getattr__(self, name):
        return lambda *args, **kwargs: self

    def __eq__(self, other):
        return True

    __hash__ = None


def double(x):
    return Liar()
