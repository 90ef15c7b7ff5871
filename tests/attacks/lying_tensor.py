"""failed: returns a tensor subclass that claims to equal everything."""

import torch


class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return torch.tensor(True)

    def __eq__(self, other):
        return True

    __hash__ = None


def double(x):
    return torch.full_like(x, 7.0).as_subclass(Liar)
