import torch
def sigmoid_grad(x):
    return torch.sigmoid(x) - torch.sigmoid(x).square()
