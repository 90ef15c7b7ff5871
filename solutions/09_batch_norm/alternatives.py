"""Second solutions, written another way. 另一种写法的解答。"""

import numpy as np
import torch
from torch import Tensor, nn


def batch_norm_train(x: Tensor, gamma: Tensor | None, beta: Tensor | None, eps: float = 1e-5) -> Tensor:
    """Column by column, with sums."""
    rows, features = x.shape
    columns = []
    for c in range(features):
        column = x[:, c]
        centred = column - column.sum() / rows
        column = centred * torch.rsqrt((centred * centred).sum() / rows + eps)
        if gamma is not None:
            column = gamma[c] * column
        if beta is not None:
            column = column + beta[c]
        columns.append(column)
    return torch.stack(columns, dim=1)


def batch_norm_2d_train(x: Tensor, gamma: Tensor | None, beta: Tensor | None, eps: float = 1e-5) -> Tensor:
    """All pixels of a channel in one row, with an einsum for the squares."""
    n, channels, height, width = x.shape
    pixels = x.transpose(0, 1).reshape(channels, -1)
    pixels = pixels - pixels.mean(dim=1, keepdim=True)
    var = torch.einsum("cp,cp->c", pixels, pixels) / pixels.shape[1]
    scale = (var + eps) ** -0.5
    if gamma is not None:
        scale = scale * gamma
    y = pixels * scale.unsqueeze(1)
    if beta is not None:
        y = y + beta.unsqueeze(1)
    return y.reshape(channels, n, height, width).transpose(0, 1)


def bn_running_stats(
    x: Tensor, running_mean: Tensor, running_var: Tensor, momentum: float = 0.1
) -> tuple[Tensor, Tensor]:
    """numpy, one channel after the other; the old value moves by a fraction of the difference."""
    new_mean, new_var = running_mean.clone(), running_var.clone()
    for c in range(x.shape[1]):
        values = x[:, c].detach().numpy().ravel()
        if values.size <= 1:
            raise ValueError("one value has no variance")
        new_mean[c] += momentum * (float(np.mean(values)) - new_mean[c])
        new_var[c] += momentum * (float(np.var(values, ddof=1)) - new_var[c])
    return new_mean, new_var


def convert_bn_momentum(momentum: float, source: str) -> float:
    """Each direction on its own."""
    if momentum < 0 or momentum > 1:
        raise ValueError("a weight lies between 0 and 1")
    match source:
        case "old_weight":
            weights = (momentum, 1.0 - momentum)  # of the old statistics, of the new ones
            return weights[1]
        case "new_weight":
            weights = (1.0 - momentum, momentum)
            return weights[0]
        case _:
            raise ValueError(f"unknown convention {source}")


def batch_norm_eval(
    x: Tensor,
    running_mean: Tensor,
    running_var: Tensor,
    gamma: Tensor | None,
    beta: Tensor | None,
    eps: float = 1e-5,
) -> Tensor:
    """One scale and one shift for each channel, worked out before x is touched."""
    scale = 1 / torch.sqrt(running_var + eps)
    if gamma is not None:
        scale = gamma * scale
    shift = -running_mean * scale
    if beta is not None:
        shift = shift + beta
    per_channel = (1, -1) + (1,) * (x.dim() - 2)
    return x * scale.view(per_channel) + shift.view(per_channel)


class BatchNorm2dLite(nn.Module):
    """Built from the functions above."""

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = True) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        for name, start in (("weight", 1.0), ("bias", 0.0)):
            parameter = nn.Parameter(torch.full((num_features,), start)) if affine else None
            self.register_parameter(name, parameter)
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.long))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))

    def forward(self, x: Tensor) -> Tensor:
        """Train on the batch, or use what was gathered."""
        if not self.training:
            return batch_norm_eval(x, self.running_mean, self.running_var, self.weight, self.bias, self.eps)
        self.num_batches_tracked = self.num_batches_tracked + 1
        self.running_mean, self.running_var = bn_running_stats(
            x.detach(), self.running_mean, self.running_var, self.momentum
        )
        return batch_norm_2d_train(x, self.weight, self.bias, self.eps)
