"""crashed|failed: returns a wrapper without data that answers every operator itself."""

import torch


class Wrapper(torch.Tensor):
    @staticmethod
    def __new__(cls, like):
        return torch.Tensor._make_wrapper_subclass(cls, (1 << 40,), dtype=like.dtype)

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return Wrapper(torch.ones(1))


def double(x):
    return Wrapper(x)
