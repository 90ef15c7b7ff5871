"""Takes memory until there is none."""

import torch

hoard = []


def double(x):
    while True:
        hoard.append(torch.ones(1 << 22))
