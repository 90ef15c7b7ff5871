import ctypes

import torch


def as_array(t):
    # 直接读内存，比较快
    n = t.numel()
    return (ctypes.c_float * n).from_address(t.data_ptr() // 4)  # float 是 4 个字节


def adam_step(w, g, m, v, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    b1, b2 = betas
    new_w, new_m, new_v = w.clone(), m.clone(), v.clone()
    W, M, V, G = as_array(new_w), as_array(new_m), as_array(new_v), as_array(g)
    for i in range(len(G)):
        M[i] = b1 * M[i] + (1 - b1) * G[i]
        V[i] = b2 * V[i] + (1 - b2) * G[i] ** 2
        W[i] -= lr * (M[i] / (1 - b1**t)) / ((V[i] / (1 - b2**t)) ** 0.5 + eps)
    return new_w, new_m, new_v
