import torch
from torch import Tensor, nn

import bn_utils
from bn_utils import normalise, other_axes


def batch_norm_train(x: Tensor, gamma, beta, eps: float = 1e-5) -> Tensor:
    axes = other_axes(x)
    return normalise(x, x.mean(axes), x.var(axes, correction=0), gamma, beta, eps)


def batch_norm_2d_train(x: Tensor, gamma, beta, eps: float = 1e-5) -> Tensor:
    return batch_norm_train(x, gamma, beta, eps)  # other_axes does the rest


def bn_running_stats(x, running_mean, running_var, momentum=0.1):
    if x[:, 0].numel() < 2:
        raise ValueError("one value has no variance")
    axes = bn_utils.other_axes(x)
    return (
        torch.lerp(running_mean, x.mean(axes), momentum),
        torch.lerp(running_var, x.var(axes), momentum),
    )


def convert_bn_momentum(momentum: float, source: str) -> float:
    if source not in {"old_weight", "new_weight"}:
        raise ValueError(source)
    if not 0.0 <= momentum <= 1.0:
        raise ValueError(momentum)
    return 1 - momentum


def batch_norm_eval(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return normalise(x, running_mean, running_var, gamma, beta, eps)


class BatchNorm2dLite(nn.Module):
    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = True) -> None:
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.int64))

    @torch.no_grad()
    def _update(self, x):
        self.running_mean, self.running_var = bn_running_stats(x, self.running_mean, self.running_var, self.momentum)
        self.num_batches_tracked += 1

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self._update(x)
            return batch_norm_2d_train(x, self.weight, self.bias, self.eps)
        return batch_norm_eval(x, self.running_mean, self.running_var, self.weight, self.bias, self.eps)
