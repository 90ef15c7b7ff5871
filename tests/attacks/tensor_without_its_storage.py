"""crashed|failed: returns a view of memory that was given back."""

import torch


def double(x):
    answer = torch.ones(1 << 20)
    answer.untyped_storage().resize_(0)
    return answer
