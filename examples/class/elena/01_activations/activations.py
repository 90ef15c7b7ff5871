import torch
from torch import Tensor


def sigmoid_grad(x: Tensor) -> Tensor:
    e = torch.exp(-x.abs())
    return e / (1 + e) ** 2
