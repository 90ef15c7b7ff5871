"""Second solutions, written another way. 另一种写法的解答。"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def max_pool2d(x: Tensor, kernel: int, stride: int | None = None, padding: int = 0) -> Tensor:
    """Compare shifted images: one for each place inside the window."""
    step = stride or kernel
    padded = x.new_full((*x.shape[:2], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding), -torch.inf)
    padded[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]] = x
    height, width = [(side - kernel) // step + 1 for side in padded.shape[2:]]
    largest = None
    for u in range(kernel):
        for v in range(kernel):
            shifted = padded[:, :, u : u + step * height : step, v : v + step * width : step]
            largest = shifted if largest is None else torch.maximum(largest, shifted)
    return largest


def avg_pool2d(
    x: Tensor, kernel: int, stride: int | None = None, padding: int = 0, count_include_pad: bool = True
) -> Tensor:
    """A convolution with a kernel of ones, for each channel by itself."""
    step = stride or kernel
    ones = torch.ones(x.shape[1], 1, kernel, kernel, dtype=x.dtype)
    sums = F.conv2d(x, ones, stride=step, padding=padding, groups=x.shape[1])
    if count_include_pad:
        return sums / kernel**2
    return sums / F.conv2d(torch.ones_like(x), ones, stride=step, padding=padding, groups=x.shape[1])


def pool_output_size(
    size: int, kernel: int, stride: int | None = None, padding: int = 0, ceil_mode: bool = False
) -> int:
    """Walk along the axis and count the windows."""
    step = kernel if stride is None else stride
    count, start = 0, -padding
    while start + kernel <= size + padding:
        count, start = count + 1, start + step
    left_over = start - step + kernel < size + padding
    return count + 1 if ceil_mode and left_over and start < size else count


class SmallCNN(nn.Module):
    """The pooling as a layer, and the flattening by reshape."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, kernel_size=3, padding="same")
        self.conv2 = nn.Conv2d(8, 16, kernel_size=3, padding="same")
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(784, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        for convolution in (self.conv1, self.conv2):
            x = self.pool(convolution(x).clamp(min=0))
        return self.fc(x.reshape(x.shape[0], -1))
