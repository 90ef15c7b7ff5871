import numpy as np
import torch


def sigmoid_grad(x):
    # numpy, because I know it better than torch
    a = x.detach().numpy()
    with np.errstate(over="ignore"):
        s = 1 / (1 + np.exp(-np.abs(a)))  # the slope is even, so |x| will do and nothing overflows
    return torch.as_tensor(np.asarray(s * (1 - s), dtype=a.dtype))
