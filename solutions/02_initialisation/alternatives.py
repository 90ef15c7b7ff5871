"""Second solutions of the initialisation, written another way. 参数初始化的另一种写法。"""

import numpy as np
import torch
from torch import Tensor, nn


def fan_in_fan_out(shape: tuple[int, ...]) -> tuple[int, int]:
    """Multiply side by side, while unpacking."""
    try:
        fan_out, fan_in, *kernel = shape
    except ValueError:
        raise ValueError("no weight of a layer") from None
    for side in kernel:
        fan_in *= side
        fan_out *= side
    return fan_in, fan_out


def default_uniform_limit(fan_in: int) -> float:
    """A power instead of a root."""
    if fan_in < 1:
        raise ValueError("fan_in counts inputs")
    return fan_in**-0.5


def xavier_uniform_limit(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """By way of the variance."""
    fans = fan_in + fan_out
    if not fans > 0:
        raise ValueError("the fans add up to nothing")
    variance = gain**2 * 2 / fans
    return float(np.sqrt(3 * variance))


def xavier_normal_std(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """By way of the mean of the fans."""
    mean_fan = (fan_in + fan_out) / 2
    return gain / mean_fan**0.5


def kaiming_limits(fan: int, a: float = 0.0) -> tuple[float, float]:
    """By way of the variance, in torch."""
    variance = torch.tensor(2.0, dtype=torch.float64) / (fan * (1 + a * a))
    return variance.sqrt().item(), (3 * variance).sqrt().item()


def init_linear(layer: nn.Linear, kind: str, generator: torch.Generator) -> nn.Linear:
    """Draw by hand, then copy into the layer."""
    size, dtype = layer.weight.shape, layer.weight.dtype
    fan_out, fan_in = size

    def uniform(limit: float) -> Tensor:
        return (2 * torch.rand(size, generator=generator, dtype=dtype) - 1) * limit

    def normal(std: float) -> Tensor:
        return std * torch.randn(size, generator=generator, dtype=dtype)

    makers = {
        "zeros": lambda: torch.zeros(size),
        "ones": lambda: torch.ones(size),
        "normal": lambda: normal(1),
        "uniform": lambda: uniform(fan_in**-0.5),
        "xavier_uniform": lambda: uniform((6 / (fan_in + fan_out)) ** 0.5),
        "kaiming_normal": lambda: normal((2 / fan_in) ** 0.5),
    }
    if kind not in makers:
        raise ValueError(kind)
    with torch.no_grad():
        layer.weight.copy_(makers[kind]())
        if layer.bias is not None:
            layer.bias.zero_()
    return layer


def distinct_units(weight: Tensor) -> int:
    """Compare every row with those seen before."""
    seen: list[Tensor] = []
    for row in weight:
        if not any(torch.equal(row, other) for other in seen):
            seen.append(row)
    return len(seen)
