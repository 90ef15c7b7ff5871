"""crashed|failed: returns a tensor without data."""

import torch


def double(x):
    return torch.empty(1 << 40, device="meta") if x.numel() else x.to("meta")
