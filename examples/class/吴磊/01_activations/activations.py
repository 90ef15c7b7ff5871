import torch


# 求 sigmoid 的导数
def sigmoid_grad(x):
    s = torch.sigmoid(x)  # 先求函数值
    return s * (1 - s)
