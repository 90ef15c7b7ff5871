"""Breaks torch, builtins and the garbage collector of its own process."""

import builtins
import gc
import sys

import torch

gc.disable()
torch.Tensor.__mul__ = torch.Tensor.__rmul__ = lambda a, b: a
builtins.isinstance = lambda *a: True
builtins.len = lambda *a: 0
sys.setrecursionlimit(50)


def double(x):
    return x
