"""Activations: what bends a network's straight lines. 激活函数：让网络不再只是直线。"""

import torch
from torch import Tensor


def sigmoid_grad(x: Tensor) -> Tensor:
    """Derivative of the sigmoid at the pre-activation x.

    The sigmoid squeezes any number into (0, 1); its derivative says how much of a gradient survives on the way
    back through it. It is largest at 0, where it is only 0.25, and almost nothing beyond ±6: this is why deep
    stacks of sigmoids stop learning.

        s(x) = 1 / (1 + exp(-x))        s'(x) = s(x) * (1 - s(x))

    x: any shape, float32 or float64; it is not changed.  Returns the same shape and dtype, values in [0, 0.25].
    Not allowed: autograd. Write the derivative down.

    >>> sigmoid_grad(torch.tensor([0.0, 2.0]))
    tensor([0.2500, 0.1050])

    中文：求 sigmoid 在 x 处的导数。先求 s = sigmoid(x)，再用 s 表示导数；x 是激活前的值，不是 s 本身。
    导数最大只有 0.25，所以多层 sigmoid 叠加时梯度会迅速消失。不允许使用自动求导。
    """
    raise NotImplementedError("sigmoid_grad is yours to write")
