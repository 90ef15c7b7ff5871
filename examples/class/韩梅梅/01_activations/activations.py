"""Activations: what bends a network's straight lines. 激活函数：让网络不再只是直线。"""

import torch
from torch import Tensor


def sigmoid_grad(x: Tensor) -> Tensor:
    """Derivative of the sigmoid at the pre-activation x."""
    y = torch.sigmoid(x)
    return y * (1 - y)
