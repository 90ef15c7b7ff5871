"""Second solutions of the networks, written another way. 网络搭建的另一种写法。"""

import itertools
from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import Tensor, nn


def neuron(x: Tensor, w: Tensor, b: float, f: Callable[[Tensor], Tensor] = torch.sigmoid) -> Tensor:
    """A matrix product instead of a product and a sum."""
    return f(b + x @ w)


def linear_forward(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Neuron by neuron."""
    outputs = [(x * row).sum(-1) for row in weight]
    if bias is not None:
        outputs = [output + one for output, one in zip(outputs, bias, strict=True)]
    return torch.stack(outputs, dim=-1)


def count_parameters(sizes: list[int], bias: bool = True) -> int:
    """A bias is one more input of each unit."""
    return sum((sizes[i - 1] + int(bias)) * sizes[i] for i in range(1, len(sizes)))


class Net(nn.Module):
    """Parts made in another order, flattened another way."""

    def __init__(self) -> None:
        super().__init__()
        self.relu1, self.relu2 = nn.ReLU(inplace=True), nn.ReLU()
        for number, (n_in, n_out) in enumerate([(784, 512), (512, 256), (256, 10)], start=1):
            self.add_module(f"fc{number}", nn.Linear(n_in, n_out))

    def forward(self, x: Tensor) -> Tensor:
        x = torch.flatten(x, start_dim=1)
        for part in (self.fc1, self.relu1, self.fc2, self.relu2, self.fc3):
            x = part(x)
        return x


def build_sequential(sizes: list[int], activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    """Append while going along, asking whether it is the last layer."""
    net = nn.Sequential()
    last = len(sizes) - 2
    for number in range(last + 1):
        net.append(nn.Linear(sizes[number], sizes[number + 1]))
        if number < last:
            net.append(activation())
    return nn.Sequential(OrderedDict((str(place), module) for place, module in enumerate(net)))


def flatten_images(x: Tensor) -> Tensor:
    """The number of pixels, counted in a loop; contiguous first, then a view."""
    *_, pixels = itertools.accumulate(x.shape[1:], lambda one, other: one * other)
    return x.contiguous().view(len(x), pixels)
