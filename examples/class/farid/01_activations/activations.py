import torch
from torch import Tensor


def sigmoid_grad(x: Tensor) -> Tensor:
    # s'(x) = s(x) * (1 - s(x))
    return x * (1 - x)
