import torch
import torch.nn as nn
import numpy as np
from collections import defaultdict


def sigmoid_grad(x):
    sig = 1 / (1 + torch.exp(-x))
    return sig * (1 - sig)


# import matplotlib.pyplot as plt
# xs = torch.linspace(-6, 6, 100)
# plt.plot(xs, sigmoid_grad(xs))
