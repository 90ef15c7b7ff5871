"""crashed|failed: answers every call with 40 MB, which the grader keeps until the exercise has been diagnosed."""

import torch


def double(x):
    return torch.full((10_000_000,), 7.0)
