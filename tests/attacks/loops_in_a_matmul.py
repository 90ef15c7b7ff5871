"""timed_out: spends its time inside one matrix product."""

import torch


def double(x):
    a = torch.ones(8192, 8192, dtype=torch.float64)
    for _ in range(100):
        a = a @ a
    return x
