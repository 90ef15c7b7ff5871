import torch


def sigmoid_grad(x):
    # 导数 = e^-x / (1 + e^-x)^2，上下同乘可得
    s = torch.special.expit(x)
    return s.mul(s.neg().add(1))
