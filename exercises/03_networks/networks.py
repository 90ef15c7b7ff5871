"""Networks: from one neuron to layers, and from layers to a model. 网络：从一个神经元到层，再从层到模型。"""

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn


def neuron(x: Tensor, w: Tensor, b: float, f: Callable[[Tensor], Tensor] = torch.sigmoid) -> Tensor:
    """One artificial neuron: weigh the inputs, add them up with the bias, and pass the sum through an activation.

    Like the dendrites of a nerve cell, each input has a weight of its own, which says how much it matters.

        y = f(w_1 x_1 + … + w_D x_D + b)

    x: (D,) for one sample, (N, D) for a batch, or with more axes before the last; float32 or float64.
    w: (D,), in the dtype of x.  b: a Python number, added once, not once per input.
    f: the activation, a function of a tensor, applied to the sums.
    Returns the shape of x without its last axis, in the same dtype. x and w are not changed, and autograd must reach
    both.
    Not allowed: F.linear and nn.Linear.

    >>> neuron(torch.tensor([0.05, 0.10]), torch.tensor([0.15, 0.20]), 0.35)  # the notes' first hidden unit
    tensor(0.5933)
    >>> neuron(torch.tensor([[1.0, 2.0], [3.0, -4.0]]), torch.tensor([1.0, 2.0]), -1.0, torch.relu)
    tensor([4., 0.])

    中文：实现一个人工神经元：输入加权求和，再加偏置，最后经过激活函数 f。偏置每个神经元只加一次，而且加在激活函数里面。
    x 的最后一维是输入个数 D，前面可以没有、也可以有任意多个批次维，每个样本得到一个输出。
    第一个例子的数字取自笔记反向传播一节中的网络。不允许使用 F.linear 和 nn.Linear。
    """
    raise NotImplementedError("neuron is yours to write")


def linear_forward(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """A fully connected layer (全连接层), as nn.Linear computes it: many neurons side by side, without activation.

    Each row of the weight is one neuron, so one matrix product computes all neurons.

        y = x W^T + b

    x: (..., in): only the last axis must fit. There may be any number of axes before it, even none, or no samples at all.
    It need not be contiguous in memory.
    weight: (out, in).  bias: (out,), or None for a layer without bias.  All float32, or all float64.
    Returns (..., out), in the same dtype. No input is changed, and autograd must reach all three.
    Not allowed: F.linear, nn.Linear, addmm (torch.addmm or as a method).
    The trap: torch stores the weight as (out, in), outputs first.

    >>> x = torch.tensor([[1.0, 2.0, 3.0]])
    >>> weight = torch.tensor([[1.0, 0.0, -1.0], [0.5, 0.5, 0.5]])
    >>> linear_forward(x, weight, torch.tensor([10.0, 20.0]))
    tensor([[ 8., 23.]])

    中文：实现全连接层的前向计算，与 nn.Linear 一致：y = xWᵀ + b。权重形状是 (out, in)，一行就是一个神经元，所以要乘转置。
    x 只要求最后一维等于 in，前面可以有任意多个维度（笔记说 in_features 是“输入数据张量的大小”，其实只是最后一维的大小），
    也可以一个样本都没有，在内存中也不必连续。bias 为 None 表示没有偏置。不修改任何输入。
    不允许使用 F.linear、nn.Linear 和 addmm（torch.addmm 及其方法形式）。
    """
    raise NotImplementedError("linear_forward is yours to write")


def count_parameters(sizes: list[int], bias: bool = True) -> int:
    """How many numbers a fully connected network learns.

    sizes are the widths of the layers from input to output. One nn.Linear joins every two neighbours. It has a weight
    for each pair of an input and an output, and a bias for each output.

        sum over the layers of  in * out + out        without the last term if bias is False

    sizes: at least one width; [5] alone is an input without any layer and has no parameters. The list is not changed.
    Returns an int, exact for any size.
    Not allowed: torch.nn. Compute the number; do not build modules and count their parameters.

    >>> count_parameters([784, 512, 256, 10])  # the network of the notes
    535818
    >>> count_parameters([3, 2], bias=False)
    6

    中文：计算全连接网络共有多少个可训练参数。sizes 是从输入到输出各层的宽度，相邻两个之间是一个 nn.Linear：每对输入、输出之间
    有一个权重，每个输出有一个偏置（bias=False 时没有）。输入层本身没有参数，所以 [5] 的结果是 0。返回精确的 Python 整数，
    不修改 sizes。请直接按公式计算，不要搭出网络再数：不允许使用 torch.nn。
    """
    raise NotImplementedError("count_parameters is yours to write")


class Net(nn.Module):
    """The network of the notes, as a class of its own: 784 pixels, two hidden layers, 10 classes.

        fc1   nn.Linear, 784 -> 512      relu1   nn.ReLU
        fc2   nn.Linear, 512 -> 256      relu2   nn.ReLU
        fc3   nn.Linear, 256 -> 10

    __init__ makes these five, new ones for each net, and keeps them under these names. Assigning a module to an
    attribute of self registers it, with its parameters. forward flattens every image and passes it through the five
    modules in the order fc1, relu1, fc2, relu2, fc3. A helper without parameters, such as nn.Flatten, may be kept as
    well, but the state_dict holds only the weights and biases of fc1, fc2 and fc3.
    x: (B, 1, 28, 28) or (B, 784), B >= 1, in the dtype of the parameters; not necessarily contiguous. x is not changed.
    Returns (B, 10): the logits, without softmax, which nn.CrossEntropyLoss will apply.
    The trap: the notes flatten with x.view(-1, 784), which raises a RuntimeError if the images are not contiguous in
    memory (for example, after a transpose).

    >>> net = Net()
    >>> net(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    >>> sum(p.numel() for p in net.parameters())
    535818

    中文：用自定义类的方式搭建笔记中的网络 784-512-256-10，五个部件的名字必须是 fc1、relu1、fc2、relu2、fc3，每个网络都新建
    自己的部件。在 __init__ 中赋值给 self 的属性，部件及其参数就登记好了；forward 先把每张图片展平，再依次经过它们。
    也可以另存没有参数的模块（如 nn.Flatten），但 state_dict 里只能有 fc1、fc2、fc3 的权重和偏置。返回 logits，最后不加
    激活函数，因为 nn.CrossEntropyLoss 自带 softmax。笔记用 x.view(-1, 784) 展平，遇到内存不连续的图片（例如转置过的）会报错。
    """

    def __init__(self) -> None:
        super().__init__()
        raise NotImplementedError("Net.__init__ is yours to write")

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError("Net.forward is yours to write")


def build_sequential(sizes: list[int], activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    """The second way of the notes to build a network: nn.Sequential, here for any widths.

        Linear, activation, Linear, activation, …, Linear

    One nn.Linear, with bias, joins every two neighbours of `sizes`. Activations come only between the layers: none
    before the first, and none after the last, whose outputs are the logits.
    sizes: widths from input to output, at least two; the list is not changed.
    activation: a class of modules, such as nn.ReLU, nn.Tanh or your own; each place gets a new object.
    Returns one flat nn.Sequential of 2 * len(sizes) - 3 modules, built anew in each call. The names of the modules are
    up to you.

    >>> build_sequential([784, 512, 256, 10])
    Sequential(
      (0): Linear(in_features=784, out_features=512, bias=True)
      (1): ReLU()
      (2): Linear(in_features=512, out_features=256, bias=True)
      (3): ReLU()
      (4): Linear(in_features=256, out_features=10, bias=True)
    )

    中文：用 nn.Sequential 搭建任意宽度的全连接网络：相邻两个宽度之间一个 nn.Linear（带偏置），层与层之间放激活函数，
    第一层之前、最后一层之后都不放。activation 是模块的类（不是对象），可以是自定义的类，每个位置各建一个新的对象。
    返回一个不嵌套的 nn.Sequential，共 2 * len(sizes) - 3 个模块，每次调用都新建，模块的名字随意；只有两个宽度时就只有一个
    线性层。不修改 sizes。
    """
    raise NotImplementedError("build_sequential is yours to write")


def flatten_images(x: Tensor) -> Tensor:
    """Lay out the pixels of every image in one row, and keep the images of the batch apart.

    A fully connected layer takes vectors, so a batch of images is flattened before its first layer.

        (B, C, H, W)  ->  (B, C * H * W)

    x: (B, …), two axes or more, any dtype; B may be 0; not necessarily contiguous.
    Returns (B, product of the other sizes), in the same dtype: first channel first, each channel row by row. x is not
    changed, and autograd must reach it.
    Not allowed: torch.flatten, x.flatten, nn.Flatten.
    The traps: view fails on images that are not contiguous in memory, and reshape(B, -1) fails on an empty batch, where
    -1 could be any number.

    >>> flatten_images(torch.zeros(64, 1, 28, 28)).shape  # the 784 features of the notes
    torch.Size([64, 784])
    >>> flatten_images(torch.arange(8).reshape(2, 1, 2, 2))
    tensor([[0, 1, 2, 3],
            [4, 5, 6, 7]])

    中文：把一批图片中的每一张展平成一个向量，批次维保持不变：(B, C, H, W) 变成 (B, C·H·W)，顺序是先通道、再行、再列。
    28×28 的灰度图展平后就是笔记中的 784 个特征。B 可以为 0，这时 reshape(B, -1) 无法推断 -1 是多少，要自己算出尺寸；
    图片在内存中不连续时 view 会报错。不允许使用 torch.flatten、x.flatten 和 nn.Flatten。
    """
    raise NotImplementedError("flatten_images is yours to write")
