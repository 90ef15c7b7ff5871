"""Optimisers: how a gradient becomes a step. 优化算法：怎样把梯度变成一步更新。"""

import torch
from torch import Tensor


def adam_step(
    w: Tensor,
    g: Tensor,
    m: Tensor,
    v: Tensor,
    t: int,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Tensor, Tensor, Tensor]:
    """One step of Adam: momentum for the direction, RMSprop for the size of the step.

    Adam keeps two exponentially weighted averages: m of the gradients (first moment) and v of their squares
    (second moment). Both start at 0 and are too small in the first steps, so each is divided by 1 - beta^t.
    The notes leave this bias correction out; without it, the first step is 3.16 times too large.

        m     <-  beta1 m + (1 - beta1) g         m_hat  =  m / (1 - beta1^t)
        v     <-  beta2 v + (1 - beta2) g^2       v_hat  =  v / (1 - beta2^t)
        w     <-  w - lr m_hat / (sqrt(v_hat) + eps)

    w, g, m, v: weights, their gradient, first and second moment; same shape and dtype, float32 or float64.
    t: the number of this step, counted from 1.  betas: (beta1, beta2).
    Returns the new (w, m, v), same shape and dtype. m and v are the averages before correction: the next call
    starts from them. The tensors that came in are not changed.
    Not allowed: torch.optim. Trap: eps is added after the square root, as torch.optim.Adam does.

    >>> w, g, zeros = torch.tensor([1.0, 2.0]), torch.tensor([0.2, -3.0]), torch.zeros(2)
    >>> w, m, v = adam_step(w, g, zeros, zeros, t=1, lr=0.1)
    >>> w
    tensor([0.9000, 2.1000])
    >>> m
    tensor([ 0.0200, -0.3000])

    中文：实现 Adam 的一步更新，t 从 1 开始计数。m 是梯度的指数加权平均（来自 Momentum），v 是梯度平方的指数加权平均
    （来自 RMSprop）。两者都从 0 出发，前几步偏小，所以更新 w 时要先除以 1 - beta^t，笔记里没有写这个偏差修正。
    返回的 m、v 是修正之前的值，eps 加在根号外面。看上面的例子：梯度是 0.2 还是 -3，第一步都恰好走 lr。
    不允许使用 torch.optim，也不要原地修改传入的张量。
    """
    raise NotImplementedError("adam_step is yours to write")
