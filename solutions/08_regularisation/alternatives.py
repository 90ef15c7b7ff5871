"""The exercises once more, written another way. 换一种写法的解答。"""

import math

import numpy as np
import torch


def apply_dropout_mask(x, keep, p):
    """Choose instead of multiplying. 用选择代替乘法。"""
    scale = 0.0 if p == 1 else 1 / (1 - p)
    return torch.where(keep, x * scale, torch.zeros_like(x))


def dropout(x, p, training, generator):
    """Mark what is dropped, not what is kept. 标记被丢弃的元素，而不是保留的元素。"""
    if p < 0 or p > 1:
        raise ValueError("p must lie between 0 and 1")
    if not training or p == 0:
        return x.clone()
    if p == 1:
        return x * 0
    dropped = torch.rand(x.shape, generator=generator) < p
    return x.masked_fill(dropped, 0.0) * (1 / (1 - p))


def dropout_weight_grad(x, keep, p):
    """Sample by sample and weight by weight. 逐个样本、逐个权重累加。"""
    samples, features = x.shape
    grad = torch.zeros(features, 1, dtype=x.dtype)
    for n in range(samples):
        for d in range(features):
            if keep[n, d]:
                grad[d, 0] += x[n, d] / (1 - p)
    return grad


def l2_penalty(params, lam):
    """All weights as one long vector, times itself. 把所有权重排成一个长向量，与自身作内积。"""
    if not params:
        return torch.tensor(0.0)
    flat = torch.cat([w.reshape(-1) for w in params])
    return 0.5 * lam * (flat @ flat)


def l1_penalty_and_grad(w, lam):
    """In numpy. 用 numpy 计算。"""
    array = w.numpy()
    grad = np.where(array > 0, lam, np.where(array < 0, -lam, 0.0)).astype(array.dtype)
    return torch.tensor(lam * np.abs(array).sum(dtype=np.float64), dtype=w.dtype), torch.from_numpy(grad)


def sgd_weight_decay_step(w, g, lr, weight_decay):
    """Shrink, then step. 先缩小，再更新。"""
    return (1 - lr * weight_decay) * w - lr * g


def soft_threshold(w, t):
    """Take away what lies between -t and t. 减去 -t 与 t 之间的部分。"""
    return w - w.clamp(-t, t)


class EarlyStopping:
    """Keep every loss, and look back. 保存所有损失，每次回头查看。"""

    def __init__(self, patience, min_delta=0.0):
        self.patience = patience
        self.min_delta = min_delta
        self.losses = []
        self.best_epoch = -1

    @property
    def best(self):
        return self.losses[self.best_epoch] if self.best_epoch >= 0 else math.inf

    @property
    def bad_epochs(self):
        return len(self.losses) - 1 - self.best_epoch

    def step(self, val_loss):
        gain = self.best - val_loss
        self.losses.append(val_loss)
        if gain > self.min_delta:
            self.best_epoch = len(self.losses) - 1
        return not self.bad_epochs < self.patience
