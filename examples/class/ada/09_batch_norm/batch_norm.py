import torch
from torch import nn


def batch_norm_train(x, gamma, beta, eps=1e-5):
    columns = []
    for c in range(x.shape[1]):
        column = x[:, c]
        centred = column - column.sum() / len(column)
        column = centred / (centred.pow(2).sum() / len(column) + eps) ** 0.5
        if gamma is not None:
            column = gamma[c] * column
        if beta is not None:
            column = column + beta[c]
        columns.append(column)
    return torch.stack(columns, dim=1)


def batch_norm_2d_train(x, gamma, beta, eps=1e-5):
    # every pixel is a sample: (N, C, H, W) -> (N*H*W, C), and the same thing again
    n, c, h, w = x.shape
    rows = x.permute(0, 2, 3, 1).reshape(-1, c)
    return batch_norm_train(rows, gamma, beta, eps).reshape(n, h, w, c).permute(0, 3, 1, 2)


def bn_running_stats(x, running_mean, running_var, momentum=0.1):
    means, variances = [], []
    for c in range(x.shape[1]):
        values = x[:, c].reshape(-1)
        if values.numel() < 2:
            raise ValueError("need two values per channel")
        mean = values.sum() / values.numel()
        means.append(mean)
        variances.append(((values - mean) ** 2).sum() / (values.numel() - 1))
    new_mean = running_mean + momentum * (torch.stack(means) - running_mean)
    new_var = running_var + momentum * (torch.stack(variances) - running_var)
    return new_mean, new_var


def convert_bn_momentum(momentum, source):
    if not (source == "old_weight" or source == "new_weight") or momentum < 0 or momentum > 1:
        raise ValueError(momentum, source)
    return 1.0 - momentum


def batch_norm_eval(x, running_mean, running_var, gamma, beta, eps=1e-5):
    # one scale and one shift per channel, y = a x + b
    a = (running_var + eps).rsqrt()
    if gamma is not None:
        a = a * gamma
    shape = [1, -1] + [1] * (x.dim() - 2)
    y = (x - running_mean.reshape(shape)) * a.reshape(shape)
    return y if beta is None else y + beta.reshape(shape)


class BatchNorm2dLite(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.long))

    def forward(self, x):
        if not self.training:
            return batch_norm_eval(x, self.running_mean, self.running_var, self.weight, self.bias, self.eps)
        mean, var = bn_running_stats(x.detach(), self.running_mean, self.running_var, self.momentum)
        self.running_mean.copy_(mean)
        self.running_var.copy_(var)
        self.num_batches_tracked.add_(1)
        return batch_norm_2d_train(x, self.weight, self.bias, self.eps)
