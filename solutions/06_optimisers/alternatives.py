"""The optimisers solved a second time, another way. 优化算法的另一种解法。"""

import math

import numpy as np
import torch
from torch import Tensor


def ewma(y, beta=0.9):
    """A list, and a point between the new value and the old average."""
    averages = []
    for value in y:
        averages.append(value if not averages else torch.lerp(value, averages[-1], beta))
    return torch.stack(averages) if averages else torch.empty_like(y)


def ewma_weights(t, beta):
    """Day by day, instead of by a formula."""
    weights = np.ones(1)
    for _ in range(t - 1):  # one more day: all that was there fades, and the new value comes in
        weights = np.append(beta * weights, 1 - beta)
    return torch.from_numpy(weights)


def momentum_ewa_step(w, g, s, lr, beta=0.9):
    """The average moves towards the gradient."""
    s = s + (1 - beta) * (g - s)
    return w.sub(s, alpha=lr), s


def sgd_momentum_step(w, g, v, lr, momentum=0.9, dampening=0.0, nesterov=False):
    """In place on a copy, and lr multiplied in early."""
    if v is None:
        v = g.clone()
    else:
        v = v.clone()
        v *= momentum
        v += (1 - dampening) * g
    step = lr * v
    if nesterov:
        step = lr * g + lr * momentum * v
    return w - step, v


def adagrad_step(w, g, s, lr, eps=1e-10):
    """In numpy, with double precision."""
    old, slope, total = (np.array(x.tolist(), dtype=np.float64) for x in (w, g, s))
    total = total + slope**2
    new = old - lr / (np.sqrt(total) + eps) * slope
    return torch.tensor(new, dtype=w.dtype).reshape(w.shape), torch.tensor(total, dtype=w.dtype).reshape(w.shape)


def rmsprop_step(w, g, s, lr, alpha=0.99, eps=1e-8):
    """A learning rate for each weight, then one step."""
    s = torch.lerp(g.square(), s, alpha)
    rate = lr / (s**0.5 + eps)  # one for each weight
    return torch.addcmul(w, rate, g, value=-1), s


def adam_step(w, g, m, v, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    """Both corrections folded into one step size, as in torch's own code."""
    m = torch.lerp(g, m, betas[0])
    v = torch.lerp(g.square(), v, betas[1])
    in_m, in_v = ((1 - beta) * sum(beta**age for age in range(t)) for beta in betas)  # 1 - beta^t
    return torch.addcdiv(w, m, v.sqrt() / math.sqrt(in_v) + eps, value=-lr / in_m), m, v


def bias_correction(m, beta, t):
    """By the sum of the weights."""
    if t <= 0:
        raise ValueError("There is no step before the first.")
    return m / ((1 - beta) * sum(beta**age for age in range(t)))


class SGD:
    """As torch does it: a velocity is made when the first gradient arrives."""

    def __init__(self, params, lr, momentum=0.0, weight_decay=0.0):
        self.velocity_of: dict[Tensor, Tensor | None] = dict.fromkeys(params)
        self.settings = lr, momentum, weight_decay

    def step(self):
        lr, momentum, weight_decay = self.settings
        for p, v in self.velocity_of.items():
            if p.grad is not None:
                g = p.grad.clone()
                if weight_decay:
                    g += weight_decay * p.data
                if momentum:
                    g = g if v is None else momentum * v + g
                    self.velocity_of[p] = g
                p.data -= lr * g

    def zero_grad(self):
        for p in self.velocity_of:
            p.grad = None
