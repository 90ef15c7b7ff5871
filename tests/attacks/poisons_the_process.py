"""crashed|failed: breaks torch's arithmetic, the garbage collector and the recursion limit of its process."""

import gc
import sys

import torch

gc.disable()
torch.Tensor.__mul__ = torch.Tensor.__rmul__ = torch.Tensor.__add__ = lambda a, b: a
sys.setrecursionlimit(60)


def double(x):
    return x
