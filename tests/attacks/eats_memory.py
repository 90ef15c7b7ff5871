"""crashed|timed_out: takes tensors of 16 MiB until there is no memory left."""

import torch

hoard = []


def double(x):
    while True:
        hoard.append(torch.ones(1 << 22))
