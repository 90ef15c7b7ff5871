import torch
from torch import Tensor


def adam_step(w, g, m, v, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    # like in the lecture notes
    beta1, beta2 = betas
    m_new = beta1 * m + (1 - beta1) * g
    v_new = beta2 * v + (1 - beta2) * g * g
    w_new = w - lr * m_new / (torch.sqrt(v_new) + eps)
    return w_new, m_new, v_new
