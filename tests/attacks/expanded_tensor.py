"""crashed|failed: returns a tensor of 2**40 elements that takes four bytes."""

import torch


def double(x):
    return torch.zeros(1).expand(1 << 40)
