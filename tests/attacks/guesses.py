"""failed: returns random numbers of the right shape."""

import torch


def double(x):
    return torch.rand_like(x) + 5
