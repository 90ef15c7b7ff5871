"""Initialisation: where a network's weights start. 参数初始化：网络的权重从哪里出发。"""

import math

import torch
from torch import Tensor, nn


def fan_in_fan_out(shape: tuple[int, ...]) -> tuple[int, int]:
    """Count the inputs of one unit of a layer (fan_in), and the units that one input goes to (fan_out).

    Every rule for the size of the first weights needs these two numbers, and the shape of the weight contains them. The
    weight of a fully connected layer is (out, in). The weight of a convolution is (out, in, kernel height, kernel
    width): one of its units looks at every pixel under the kernel, in every channel.

        fan_in  = shape[1] * kernel        fan_out = shape[0] * kernel        kernel: product of shape[2:], or 1

    shape: a tuple of two ints (nn.Linear) or more (nn.Conv1d, nn.Conv2d, nn.Conv3d), each 1 or more.
    Returns (fan_in, fan_out), two ints.  Raises ValueError for fewer than two axes: a bias has no fans.
    Not allowed: torch.nn.init.
    The trap: you write nn.Linear(5, 3) as (in, out), but its weight has the shape (3, 5), which is (out, in).

    >>> fan_in_fan_out((3, 5))  # the weight of nn.Linear(5, 3)
    (5, 3)
    >>> fan_in_fan_out((16, 3, 5, 5))  # nn.Conv2d(3, 16, kernel_size=5): 3 channels of 25 pixels
    (75, 400)

    中文：fan_in 是一个神经元接收多少个输入，fan_out 是一个输入送往多少个神经元，各种初始化公式都要用到它们。
    全连接层的权重形状是 (out, in)，卷积层是 (out, in, 核高, 核宽)：卷积的一个输出要看所有通道中核所覆盖的每个像素，
    所以两个数都要再乘上核的大小。返回两个整数；少于两维（例如偏置）时抛出 ValueError。
    注意 nn.Linear(5, 3) 的权重形状是 (3, 5)。不允许使用 torch.nn.init。
    """
    raise NotImplementedError("fan_in_fan_out is yours to write")


def default_uniform_limit(fan_in: int) -> float:
    """The limit of the "standard" uniform initialisation. nn.Linear uses it by default.

    The more inputs a unit adds up, the smaller each weight must be. Here weights are drawn from U(-a, a) with

        a = 1 / sqrt(fan_in)

    fan_in: the number of inputs of one unit, called d in the notes.
    Returns a Python float.  Raises ValueError if fan_in is 0 or less.
    The trap: the notes call nn.init.uniform_(linear.weight) without limits. This draws from U(0, 1), so every weight is
    positive. You have to pass the limits yourself.

    >>> round(default_uniform_limit(5), 4)  # nn.Linear(5, 3)
    0.4472

    中文：“标准”均匀分布初始化的上界，也就是 nn.Linear 默认的做法：权重取自 (-1/√d, 1/√d)，d 是每个神经元的输入个数。
    输入越多，每个权重就应越小。返回 Python 的 float；fan_in 不大于 0 时抛出 ValueError。注意：笔记里的
    nn.init.uniform_(linear.weight) 没有给出上下界，实际取自 (0, 1)，权重全是正的。
    """
    raise NotImplementedError("default_uniform_limit is yours to write")


def xavier_uniform_limit(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """The limit a of the Xavier (Glorot) uniform distribution: weights are drawn from U(-a, a).

    To keep the size of the signals on the way forward, a weight needs the variance 1 / fan_in. To keep the size of the
    gradients on the way back, it needs 1 / fan_out. Xavier takes a variance between the two,
    gain² * 2 / (fan_in + fan_out). Since U(-a, a) has the variance a² / 3, this means

        a = gain * sqrt(6 / (fan_in + fan_out))

    fan_in, fan_out: how many inputs and outputs the layer has. One of them may be 0.
    gain: a factor for the activation after the layer, 1 for none and 5/3 for tanh.
    Returns a Python float.  Raises ValueError if fan_in + fan_out is 0 or less.
    Not allowed: torch.nn.init and uniform_.
    The trap: sqrt(2 / (fan_in + fan_out)) is the standard deviation of the *normal* variant, not this limit.

    >>> round(xavier_uniform_limit(5, 3), 4)
    0.866

    中文：求 Xavier 均匀分布 U(-a, a) 的上界 a。前向要求权重方差为 1/fan_in，反向要求 1/fan_out，Xavier 折中取
    2/(fan_in + fan_out)；而 U(-a, a) 的方差是 a²/3，所以根号里是 6 而不是 2。gain 是与激活函数有关的系数，乘在根号外。
    返回 Python 的 float；两个 fan 之和不大于 0 时抛出 ValueError，其中一个为 0 是允许的。不允许使用 torch.nn.init 和 uniform_。
    """
    raise NotImplementedError("xavier_uniform_limit is yours to write")


def xavier_normal_std(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """The standard deviation of Xavier's normal variant, which draws the weights from a normal distribution.

    The variance is the same as in the uniform variant; only the shape of the distribution is different.

        std = gain * sqrt(2 / (fan_in + fan_out))

    fan_in, fan_out: how many inputs and outputs the layer has. One of them may be 0, but their sum is 1 or more.
    gain: a factor for the activation after the layer, 1 for none and 5/3 for tanh.
    Returns a Python float.
    Not allowed: torch.nn.init and normal_.
    The trap: the notes call this the "standard normal" variant. It is normal, but not standard: a standard normal
    distribution has the standard deviation 1.

    >>> xavier_normal_std(5, 3)
    0.5

    中文：Xavier 的正态版：权重取自均值为 0 的正态分布，这里求它的标准差。方差与均匀版相同，都是 2/(fan_in + fan_out)，
    只是分布换了形状；标准差是方差的平方根，gain 是与激活函数有关的系数，乘在根号外。返回 Python 的 float；
    两个 fan 中可以有一个为 0，但和不小于 1。笔记称之为“标准正态分布的 Xavier 初始化”，其实它是正态分布，
    但不是标准正态分布（标准正态分布的标准差是 1）。不允许使用 torch.nn.init 和 normal_。
    """
    raise NotImplementedError("xavier_normal_std is yours to write")


def kaiming_limits(fan: int, a: float = 0.0) -> tuple[float, float]:
    """He (Kaiming) initialisation: the standard deviation of the normal variant and the limit of the uniform variant.

    ReLU sets about half of its inputs to 0. This halves the mean square of the signal in each layer. He makes up for it
    with a variance of 2 / fan. A leaky ReLU with slope a keeps a part of the negative half, so it needs less.

        gain = sqrt(2 / (1 + a²))        std = gain / sqrt(fan)        limit = sqrt(3) * std

    fan: 1 or more. Pass fan_in to keep the size of the signals (torch's default), fan_out for the gradients.
    a: the slope of the leaky ReLU for negative inputs, any number; 0 is ReLU.
    Returns (std, limit), two Python floats.
    Not allowed: torch.nn.init, normal_ and uniform_.
    Try it: for a = sqrt(5), the value that nn.Linear passes here, the limit is 1 / sqrt(fan).

    >>> std, limit = kaiming_limits(5)
    >>> round(std, 4), round(limit, 4)
    (0.6325, 1.0954)

    中文：He（Kaiming）初始化，返回（正态版的标准差，均匀版的上界）。ReLU 把大约一半的输入置 0，信号的均方逐层减半，
    所以方差取 2/fan 来补偿；Leaky ReLU 的负半轴斜率为 a，还有一部分信号通过，补偿就少一些：2/(1 + a²)。
    U(-l, l) 的方差是 l²/3，所以上界是标准差的 √3 倍。取 a = √5 时上界恰好是 1/√fan，这就是 nn.Linear 的默认初始化。
    返回两个 Python 的 float。不允许使用 torch.nn.init、normal_ 和 uniform_。
    """
    raise NotImplementedError("kaiming_limits is yours to write")


def init_linear(layer: nn.Linear, kind: str, generator: torch.Generator) -> nn.Linear:
    """Initialise the weights of a layer in one of the ways of the notes, and set its bias to 0.

        kind                weights
        "zeros", "ones"     all 0, all 1
        "normal"            N(0, 1)
        "uniform"           U(-1/sqrt(d), 1/sqrt(d)), d = layer.in_features
        "xavier_uniform"    Xavier's uniform variant, gain 1
        "kaiming_normal"    He's normal variant for ReLU, with fan_in

    layer: float32 or float64, with or without a bias (nn.Linear(5, 3, bias=False) has the bias None).
    Change weight and bias in place: an optimiser that already holds them must see the new values. Keep both
    nn.Parameters, their dtype and their requires_grad.
    generator: draw all weights from it in one call and in the dtype of the weight, as torch.nn.init does. Draw nothing
    else from it.
    Returns the same layer.  Raises ValueError for any other kind.
    Allowed: all of torch.nn.init. Most of its functions take generator=.

    >>> layer = init_linear(nn.Linear(5, 3), "ones", torch.Generator())
    >>> layer.weight[0].tolist(), layer.bias.tolist()
    ([1.0, 1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0])
    >>> layer = init_linear(nn.Linear(5, 3), "uniform", torch.Generator().manual_seed(0))
    >>> bool(layer.weight.min() < 0), bool(layer.weight.abs().max() < 0.4473)
    (True, True)

    中文：按 kind 给一个线性层的权重赋初值，并把偏置置 0（nn.Linear 自己不会把偏置置 0）。要原地修改：优化器可能已经拿着
    layer.weight 和 layer.bias，所以不能换成新的 Parameter，dtype 和 requires_grad 也要保持不变。随机数一律取自传入的 generator，
    按权重的 dtype 在一次调用中全部取出，此外不再从中取别的数。"uniform" 指 (-1/√d, 1/√d)，不是 nn.init.uniform_ 默认的 (0, 1)。
    bias=False 的层没有偏置（为 None）。返回传入的那个层；kind 是其他值时抛出 ValueError。可以使用 torch.nn.init。
    """
    raise NotImplementedError("init_linear is yours to write")


def distinct_units(weight: Tensor) -> int:
    """Count the different hidden units that a weight matrix describes: the number of its distinct rows.

    Two units with equal weights give equal outputs and get equal gradients, so they stay equal for ever. A layer whose
    weights all start with the same number works like a layer with a single unit. That is why weights start at random.

    weight: (out, in), float32 or float64, without NaN; in is 1 or more. One row is one unit. Do not change it.
    Returns an int. Rows count once if they are equal in every number, wherever they are in the matrix; 0.0 equals -0.0,
    and inf equals inf. A matrix without rows gives 0.
    Not allowed: unique and unique_consecutive of torch, and np.unique.
    The trap: a set of tensors does not compare their numbers, so every row counts as a new one.

    >>> distinct_units(torch.tensor([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0], [2.0, 3.0]]))
    3
    >>> distinct_units(nn.init.constant_(nn.Linear(5, 3).weight, 5))  # as in the notes
    1

    中文：数一数权重矩阵中有几种不同的行，也就是真正不同的隐藏单元有几个。权重相同的两个单元输出相同、梯度也相同，
    训练多久都一样，所以常数初始化的一层只相当于一个单元，这就是权重要随机初始化的原因。形状为 (out, in)，一行是一个单元；
    每个数都相等的行才算相同（0.0 与 -0.0 相等，inf 与 inf 相等），相同的行不必相邻；没有行时返回 0。返回整数，不要修改 weight。
    注意：张量放进 set 时比较的不是数值。不允许使用 torch 的 unique、unique_consecutive 和 np.unique。
    """
    raise NotImplementedError("distinct_units is yours to write")
