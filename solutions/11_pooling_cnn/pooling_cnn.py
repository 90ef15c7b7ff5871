"""Pooling, and a small network of convolutions. 池化，以及一个小卷积网络。"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def max_pool2d(x: Tensor, kernel: int, stride: int | None = None, padding: int = 0) -> Tensor:
    """Keep the largest value of each window: is the feature anywhere here?

    After a convolution, a large value says that its feature was found. Where exactly matters less, so max pooling keeps
    one value of each window and makes the image smaller. It has no weights, and each channel is pooled by itself.

        out[n, c, i, j] = max over u, v of  padded[n, c, i * stride + u, j * stride + v]        0 <= u, v < kernel

    x: (N, C, H, W), float32 or float64; N may be 0. Do not change it.
    kernel: int, the side of a window, not larger than the padded image.
    stride: int, at least 1; None, the default, means the kernel size: then windows do not overlap.
    padding: int, at most half of kernel: the width of the border. The border is never the largest, whatever x holds.
    Returns (N, C, OH, OW), with the dtype of x. Rows and columns that no whole window reaches are left out.
    Autograd must reach x.
    Not allowed: torch's own pooling (F.max_pool2d, nn.MaxPool2d, the adaptive layers and so on).

    >>> x = torch.tensor([[4.0, 9.0, 2.0, 5.0], [5.0, 6.0, 2.0, 4.0], [2.0, 4.0, 5.0, 4.0], [5.0, 6.0, 8.0, 4.0]])
    >>> max_pool2d(x[None, None], 2)
    tensor([[[[9., 5.],
              [6., 8.]]]])

    A trap: a border of zeros is larger than negative numbers.

    中文：最大池化：每个窗口只留下最大的值。卷积之后，数值大说明找到了某个特征，准确的位置没那么重要，所以每个窗口留一个值，
    图像也随之变小。池化没有权重，每个通道单独进行，不混合通道。stride 默认为 None，表示与 kernel 相同，窗口互不重叠。
    填充的边框永远不能成为最大值：x 全是负数时，填 0 就错了。放不下完整窗口的行和列直接舍去。
    返回 (N, C, OH, OW)，dtype 与 x 相同；梯度要能传回 x，不要修改 x。
    不允许使用 torch 自带的池化（F.max_pool2d、nn.MaxPool2d、自适应池化等）。
    """
    ### BEGIN SOLUTION
    step = kernel if stride is None else stride
    padded = F.pad(x, (padding, padding, padding, padding), value=float("-inf"))
    windows = padded.unfold(2, kernel, step).unfold(3, kernel, step)
    return windows.amax(dim=(-2, -1))
    ### END SOLUTION


def avg_pool2d(
    x: Tensor, kernel: int, stride: int | None = None, padding: int = 0, count_include_pad: bool = True
) -> Tensor:
    """Average each window: how much of the feature is here?

    Like max pooling, but with the mean. At the border a question arises: do the zeros that were added count? For torch
    they do, unless count_include_pad is False.

        out[n, c, i, j] = sum of the window / kernel^2            with count_include_pad
        out[n, c, i, j] = sum of the window / number of real pixels in it        without

    x: (N, C, H, W), float32 or float64; N may be 0. Do not change it.
    kernel: int, the side of a window, not larger than the padded image.
    stride: int, at least 1; None, the default, means the kernel size.
    padding: int, at most half of kernel: the width of the border of zeros.
    Returns (N, C, OH, OW), with the dtype of x. Rows and columns that no whole window reaches are left out.
    Autograd must reach x.
    Not allowed: torch's own pooling (F.avg_pool2d, nn.AvgPool2d, the adaptive layers and so on).

    >>> x = torch.tensor([[4.0, 9.0, 2.0, 5.0], [5.0, 6.0, 2.0, 4.0], [2.0, 4.0, 5.0, 4.0], [5.0, 6.0, 8.0, 4.0]])
    >>> avg_pool2d(x[None, None], 2)
    tensor([[[[6.0000, 3.2500],
              [4.2500, 5.2500]]]])
    >>> avg_pool2d(torch.ones(1, 1, 2, 2), 2, stride=2, padding=1)
    tensor([[[[0.2500, 0.2500],
              [0.2500, 0.2500]]]])

    中文：平均池化：与最大池化相同，只是取窗口的平均值。边缘处有一个问题：填充的 0 算不算个数？torch 默认算，除以 kernel²；
    count_include_pad 为 False 时不算，只除以窗口中真实像素的个数。每个通道单独进行，stride 为 None 时与 kernel 相同，
    放不下完整窗口的行和列舍去。返回 (N, C, OH, OW)，dtype 与 x 相同；梯度要能传回 x，不要修改 x。
    不允许使用 torch 自带的池化（F.avg_pool2d、nn.AvgPool2d、自适应池化等）。
    """
    ### BEGIN SOLUTION
    step = kernel if stride is None else stride
    border = (padding, padding, padding, padding)
    windows = F.pad(x, border).unfold(2, kernel, step).unfold(3, kernel, step)
    if count_include_pad:
        return windows.mean(dim=(-2, -1))
    is_real = F.pad(torch.ones_like(x), border).unfold(2, kernel, step).unfold(3, kernel, step)
    return windows.sum(dim=(-2, -1)) / is_real.sum(dim=(-2, -1))
    ### END SOLUTION


def pool_output_size(
    size: int, kernel: int, stride: int | None = None, padding: int = 0, ceil_mode: bool = False
) -> int:
    """Compute the size of a pooling layer's output along one axis.

    Usually what does not fill a window is cut off. With ceil_mode it gets a window of its own that reaches beyond the
    image. But a window must begin in the image or in its left border, so a last one that begins in the right border is
    left out again.

        output = floor or ceil of (size + 2 * padding - kernel) / stride,  + 1
        with ceil_mode: one less, if (output - 1) * stride >= size + padding

    size, kernel: ints, at least 1; the kernel is not larger than size + 2 * padding.
    stride: int, at least 1; None, the default, means the kernel size.  padding: int, at most half of kernel.
    Returns an int.
    Not allowed: torch. This exercise counts positions; it does not need a layer.

    >>> pool_output_size(5, 2), pool_output_size(5, 2, ceil_mode=True)
    (2, 3)
    >>> pool_output_size(5, 2, stride=2, padding=1, ceil_mode=True)
    3

    中文：求池化层在一个方向上的输出尺寸。一般情况下，末尾凑不满一个窗口的部分舍去（向下取整）；ceil_mode 为 True 时，
    为它另开一个窗口（向上取整），窗口可以超出图像。但窗口必须从图像或左侧的填充开始，如果最后一个窗口从右侧的填充才开始，
    就要去掉它。stride 为 None 时与 kernel 相同，padding 两边都加。返回 int。不允许使用 torch：只需计数，不必建立层。
    """
    ### BEGIN SOLUTION
    step = kernel if stride is None else stride
    room = size + 2 * padding - kernel
    if not ceil_mode:
        return room // step + 1
    output = (room + step - 1) // step + 1
    begins_in_the_border = (output - 1) * step >= size + padding
    return output - 1 if begins_in_the_border else output
    ### END SOLUTION


def cnn_flat_features(channels: int, size: int, layers: list[dict]) -> int:
    """Count the inputs of the first fully connected layer behind convolutions and poolings.

    nn.Linear wants this number when the network is built. People often find it by trial and error; it follows from the
    formula for the output size, layer by layer. A convolution replaces the number of channels, a pooling keeps it.

        size = (size + 2 * p - k) // s + 1 for each layer                 result = channels * size * size

    channels, size: of the image, which is square.
    layers: a list of dicts, in the order of the network; it may be empty. Do not change it.
        {"type": "conv", "out": 16, "k": 3}    out: channels of the output, k: kernel size; "s" (1) and "p" (0) may follow
        {"type": "pool", "k": 2}               k: kernel size; "s" (k) and "p" (0) may follow
    Returns an int.
    Not allowed: torch. This exercise counts; it does not need layers.

    >>> cnn_flat_features(1, 28, [{"type": "conv", "out": 8, "k": 3, "p": 1}, {"type": "pool", "k": 2}])
    1568

    The convolution keeps 28 × 28 and makes 8 channels; the pooling halves the sides: 8 * 14 * 14 = 1568.

    中文：求卷积和池化之后，第一个全连接层有多少个输入。建立网络时 nn.Linear 就要这个数，很多人靠试，其实逐层套用尺寸公式就能算出来。
    卷积层把通道数换成 out，池化层不改变通道数；图像是正方形，结果是 channels·size·size。
    步长的默认值不同：卷积是 1，池化是 k；p 默认为 0。layers 按网络的次序排列，可以为空，不要修改它。返回 int。
    不允许使用 torch：只需计数，不必建立层。
    """
    ### BEGIN SOLUTION
    for layer in layers:
        kernel = layer["k"]
        is_convolution = layer["type"] == "conv"
        stride = layer.get("s", 1 if is_convolution else kernel)
        size = (size + 2 * layer.get("p", 0) - kernel) // stride + 1
        if is_convolution:
            channels = layer["out"]
    return channels * size * size
    ### END SOLUTION


class SmallCNN(nn.Module):
    """A complete network for images of 28 × 28: the one of the notes' sections 3 to 5, put together.

    Twice a convolution finds features and a pooling makes the image smaller; then one fully connected layer gives each
    class a score.

        conv1   nn.Conv2d, 1 -> 8 channels, kernel 3, padding 1           28 × 28
                ReLU, max pooling with windows of 2                       14 × 14
        conv2   nn.Conv2d, 8 -> 16 channels, kernel 3, padding 1
                ReLU, max pooling with windows of 2                        7 × 7
        fc      nn.Linear, 16 * 7 * 7 = 784 -> num_classes

    __init__ makes these three, new ones for each object, and keeps them under these names. The state_dict holds only
    their parameters.
    x: (N, 1, 28, 28), in the dtype of the parameters. It is not changed.
    forward returns the scores, (N, num_classes), without softmax. Before fc, each image is flattened in the order of
    its axes: channels, rows, columns.

    >>> model = SmallCNN(num_classes=3)
    >>> model(torch.zeros(5, 1, 28, 28)).shape
    torch.Size([5, 3])

    torch's layers are allowed here. Inside they compute what your conv2d and max_pool2d compute, only faster.

    中文：处理 28 × 28 图像的完整网络，把笔记第 3 到 5 节的内容合在一起：两次“卷积找特征、池化缩小图像”，最后用一个全连接层给每个类别打分。
    三个属性的名字必须是 conv1、conv2、fc，每个对象都新建自己的层，state_dict 里只有它们的参数。两次卷积之后都有 ReLU，
    再做窗口为 2 的最大池化：28 → 14 → 7。返回 (N, num_classes) 的得分，不做 softmax（CrossEntropyLoss 自带）。
    送入 fc 之前，每幅图像按通道、行、列的次序展平，批次那一维保留。这里可以使用 torch 的层，它们算的就是你写的 conv2d 和 max_pool2d，
    只是更快。
    """

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.fc = nn.Linear(16 * 7 * 7, num_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc(x.flatten(1))
        ### END SOLUTION
