"""Losses. The stable part is in stable.py."""

import torch
from torch import Tensor

from stable import log_softmax_by_hand, reduce


def softmax_cross_entropy(logits: Tensor, target: Tensor, ignore_index: int = -100, reduction: str = "mean") -> Tensor:
    keep = target.ne(ignore_index)
    picked = log_softmax_by_hand(logits)[torch.arange(len(target)), target.masked_fill(~keep, 0)]
    return reduce(torch.where(keep, -picked, torch.zeros_like(picked)), keep, reduction)
