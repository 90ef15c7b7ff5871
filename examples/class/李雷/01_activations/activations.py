import torch

def sigmoid_grad(x):
    s = x.sigmoid()
    print("s =", s)   # 调试用
    return s*(1-s)
