"""Second solutions, written another way: loops, numpy and other formulas. 另一种写法：循环、numpy 与其他公式。"""

import math

import numpy as np
import torch


def gd_step(params, grads, lr):
    """One parameter after the other, each copied first."""
    stepped = []
    for i in range(len(params)):
        w = params[i].clone()
        w.sub_(grads[i], alpha=lr)
        stepped.append(w)
    return stepped


def iterations_per_epoch(n, batch_size, drop_last=False):
    """Rounds in floating point."""
    return math.floor(n / batch_size) if drop_last else math.ceil(n / batch_size)


def batch_slices(n, batch_size):
    """Cuts off batches until nothing is left."""
    slices, start = [], 0
    while start < n:
        end = start + batch_size if start + batch_size < n else n
        slices.append((start, end))
        start = end
    return slices


def unit_gradients(x, w, b):
    """Through the tanh: f = (1 + tanh(z / 2)) / 2."""
    df_dz = (1 - math.tanh((w * x + b) / 2) ** 2) / 4
    return x * df_dz, df_dz


def forward_222(x, W1, b1, W2, b2):
    """In numpy, without transposing: einsum."""
    h = 1 / (1 + np.exp(-(np.einsum("ni,hi->nh", x.numpy(), W1.numpy()) + b1.numpy())))
    o = 1 / (1 + np.exp(-(np.einsum("nh,oh->no", h, W2.numpy()) + b2.numpy())))
    return torch.from_numpy(h), torch.from_numpy(o)


def backward_222(x, t, W1, b1, W2, b2):
    """Sample by sample and unit by unit, along every path, as in the notes; output layer first."""
    grads = {"b2": torch.zeros_like(b2), "W2": torch.zeros_like(W2)}
    grads |= {"b1": torch.zeros_like(b1), "W1": torch.zeros_like(W1)}
    for sample, target in zip(x, t):
        h = 1 / (1 + torch.exp(-(W1 @ sample + b1)))
        o = 1 / (1 + torch.exp(-(W2 @ h + b2)))
        back = torch.zeros_like(h)
        for k in range(len(o)):
            delta = (o[k] - target[k]) * (o[k] - o[k] ** 2)
            grads["W2"][k] += delta * h
            grads["b2"][k] += delta
            back += delta * W2[k]
        for j in range(len(h)):
            delta = back[j] * (h[j] - h[j] ** 2)
            grads["W1"][j] += delta * sample
            grads["b1"][j] += delta
    return grads


def train_step_222(model, x, t, lr=0.5):
    """Without an optimiser: the update is written out."""
    model.zero_grad()
    loss = 0.5 * (t - model(x)).square().sum()
    loss.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter -= lr * parameter.grad
    return float(loss)


def numeric_grad(f, x, eps=1e-5):
    """On a flat copy, each element put back after its turn."""
    flat = x.detach().clone().reshape(-1)
    slopes = []
    for i in range(flat.numel()):
        old = flat[i].item()
        values = []
        for new in (old + eps, old - eps):
            flat[i] = new
            values.append(float(f(flat.reshape(x.shape).clone())))
        flat[i] = old
        slopes.append((values[0] - values[1]) / (2 * eps))
    return torch.tensor(slopes, dtype=x.dtype).reshape(x.shape)


def linear_backward(x, weight, grad_out):
    """Sample by sample, with outer products."""
    grad_x, grad_weight = torch.zeros_like(x), torch.zeros_like(weight)
    grad_bias = torch.zeros(len(weight), dtype=weight.dtype)
    for n, g in enumerate(grad_out):
        grad_x[n] = weight.T @ g
        grad_weight += torch.outer(g, x[n])
        grad_bias += g
    return grad_x, grad_weight, grad_bias
