"""Initialisation: where a network's weights start. 参数初始化：网络的权重从哪里出发。"""

import math

import torch
from torch import Tensor, nn


def fan_in_fan_out(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many inputs one unit of a layer has (fan_in), and how many units one of its inputs goes to (fan_out).

    Every rule for the size of the first weights asks for these two numbers, and torch reads them off the weight's
    shape. A fully connected weight is (out, in). A convolution's is (out, in, kernel height, kernel width): a unit
    there looks at every pixel under the kernel, in every channel.

        fan_in  = shape[1] * kernel        fan_out = shape[0] * kernel        kernel: product of shape[2:], or 1

    shape: two axes (nn.Linear) or more (nn.Conv1d, nn.Conv2d, nn.Conv3d), all of size 1 or more.
    Returns (fan_in, fan_out), two ints.  Raises ValueError for fewer than two axes: a bias has no fans.
    Not allowed: torch.nn.init.
    The trap: nn.Linear(5, 3) is written (in, out), but its weight has the shape (3, 5).

    >>> fan_in_fan_out((3, 5))  # the weight of nn.Linear(5, 3)
    (5, 3)
    >>> fan_in_fan_out((16, 3, 5, 5))  # nn.Conv2d(3, 16, kernel_size=5): 3 channels of 25 pixels
    (75, 400)

    中文：fan_in 是一个神经元接收多少个输入，fan_out 是一个输入送往多少个神经元，各种初始化公式都要用到它们。
    全连接层的权重形状是 (out, in)，卷积层是 (out, in, 核高, 核宽)：卷积的一个输出要看所有通道中核所覆盖的每个像素，
    所以两个数都要再乘上核的面积。少于两维（例如偏置）时抛出 ValueError。注意 nn.Linear(5, 3) 的权重形状是 (3, 5)。
    """
    ### BEGIN SOLUTION
    if len(shape) < 2:
        raise ValueError("a weight has at least two axes: out and in")
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel
    ### END SOLUTION


def default_uniform_limit(fan_in: int) -> float:
    """The limit of the "standard" uniform initialisation, which is also what nn.Linear does by itself.

    The more inputs a unit adds up, the smaller each weight must be. Here weights are drawn from U(-a, a) with

        a = 1 / sqrt(fan_in)

    fan_in: the number of inputs of one unit, d in the notes.
    Returns a Python float.  Raises ValueError where fan_in is 0 or less.
    The trap: nn.init.uniform_(linear.weight), as the notes call it, draws from U(0, 1): every weight is positive.
    The limits have to be given.

    >>> round(default_uniform_limit(5), 4)  # nn.Linear(5, 3)
    0.4472

    中文：“标准”均匀分布初始化的上界，也就是 nn.Linear 默认的做法：权重取自 (-1/√d, 1/√d)，d 是每个神经元的输入个数。
    输入越多，每个权重就应越小。fan_in 不大于 0 时抛出 ValueError。注意：笔记里的 nn.init.uniform_(linear.weight)
    没有给出上下界，实际取自 (0, 1)，权重全是正的。
    """
    ### BEGIN SOLUTION
    if fan_in <= 0:
        raise ValueError("a unit without inputs has no limit")
    return 1 / math.sqrt(fan_in)
    ### END SOLUTION


def xavier_uniform_limit(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """The limit a of the Xavier (Glorot) uniform distribution: weights are drawn from U(-a, a).

    To keep the size of the signals on the way forward, a weight should have variance 1 / fan_in; to keep the size
    of the gradients on the way back, 1 / fan_out. Xavier takes one variance between the two,
    gain² * 2 / (fan_in + fan_out). As U(-a, a) has variance a² / 3, this means

        a = gain * sqrt(6 / (fan_in + fan_out))

    fan_in, fan_out: how many inputs and outputs the layer has.
    gain: makes up for the activation that follows: 1 for none, 5/3 for tanh.
    Returns a Python float.  Raises ValueError where fan_in + fan_out is 0 or less; one fan alone may be 0.
    Not allowed: torch.nn.init.

    A trap: sqrt(2 / (fan_in + fan_out)) is the standard deviation of the *normal* variant, not this limit.

    >>> round(xavier_uniform_limit(5, 3), 4)
    0.866

    中文：求 Xavier 均匀分布 U(-a, a) 的上界 a。前向要求权重方差为 1/fan_in，反向要求 1/fan_out，Xavier 折中取
    2/(fan_in + fan_out)；而 U(-a, a) 的方差是 a²/3，所以根号里是 6 而不是 2。gain 乘在根号外。
    返回 Python 的 float；两个 fan 之和不大于 0 时抛出 ValueError，其中一个为 0 是允许的。不允许使用 torch.nn.init。
    """
    ### BEGIN SOLUTION
    if fan_in + fan_out <= 0:
        raise ValueError("a layer without inputs and outputs has no limit")
    return gain * math.sqrt(6 / (fan_in + fan_out))
    ### END SOLUTION


def xavier_normal_std(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """The standard deviation of Xavier's other variant, which draws the weights from a normal distribution.

    The variance wanted is the one of the uniform variant; only the shape of the distribution is another.

        std = gain * sqrt(2 / (fan_in + fan_out))

    fan_in, fan_out: how many inputs and outputs the layer has; their sum is 1 or more.
    gain: as above.  Returns a Python float.
    Not allowed: torch.nn.init.
    The trap: the notes call this the "standard normal" variant. It is normal, but not standard: a standard normal
    distribution has standard deviation 1.

    >>> xavier_normal_std(5, 3)
    0.5

    中文：Xavier 的正态版：权重取自均值为 0 的正态分布，这里求它的标准差。要达到的方差与均匀版相同，都是 2/(fan_in + fan_out)，
    只是分布换了形状；标准差是方差的平方根，gain 乘在根号外。笔记称之为“标准正态分布的 Xavier 初始化”，其实它是正态分布，
    但不是标准正态分布（标准正态分布的标准差是 1）。
    """
    ### BEGIN SOLUTION
    return gain * math.sqrt(2 / (fan_in + fan_out))
    ### END SOLUTION


def kaiming_limits(fan: int, a: float = 0.0) -> tuple[float, float]:
    """He (Kaiming) initialisation: the standard deviation of the normal variant and the limit of the uniform one.

    ReLU sets about half of its inputs to 0, which halves their mean square from layer to layer. He makes up for it
    with a variance of 2 / fan. A leaky ReLU lets the negative half through with slope a, so it needs less.

        gain = sqrt(2 / (1 + a²))        std = gain / sqrt(fan)        limit = sqrt(3) * std

    fan: 1 or more; fan_in to keep the size of the signals (torch's default), fan_out for the gradients.
    a: the slope of the leaky ReLU for negative inputs, 0 for ReLU.
    Returns (std, limit), two Python floats.
    Not allowed: torch.nn.init.
    Worth a thought: with a = sqrt(5), which is what nn.Linear puts here, the limit is 1 / sqrt(fan).

    >>> std, limit = kaiming_limits(5)
    >>> round(std, 4), round(limit, 4)
    (0.6325, 1.0954)

    中文：He（Kaiming）初始化，返回（正态版的标准差，均匀版的上界）。ReLU 把大约一半的输入置 0，信号的均方逐层减半，
    所以方差取 2/fan 来补偿；Leaky ReLU 的负半轴斜率为 a，还有一部分信号通过，补偿就少一些：2/(1 + a²)。
    U(-l, l) 的方差是 l²/3，所以上界是标准差的 √3 倍。取 a = √5 时上界恰好是 1/√fan，这就是 nn.Linear 的默认初始化。
    """
    ### BEGIN SOLUTION
    gain = math.sqrt(2 / (1 + a**2))
    std = gain / math.sqrt(fan)
    return std, math.sqrt(3) * std
    ### END SOLUTION


def init_linear(layer: nn.Linear, kind: str, generator: torch.Generator) -> nn.Linear:
    """Give a layer its first weights, in one of the ways of the notes, and set its bias to 0.

        kind                weights
        "zeros", "ones"     all 0, all 1
        "normal"            N(0, 1)
        "uniform"           U(-1/sqrt(d), 1/sqrt(d)), d = layer.in_features
        "xavier_uniform"    Xavier's uniform variant, gain 1
        "kaiming_normal"    He's normal variant for ReLU, with fan_in

    The weights are changed in place: an optimiser that holds layer.weight already must see the new ones. It stays
    the same nn.Parameter, requires_grad as it was.
    layer: in float32 or float64, with or without a bias (nn.Linear(5, 3, bias=False) has the bias None).
    generator: where the random numbers come from; all weights are drawn from it in one go and in their own dtype, as
    torch.nn.init does, and nothing else is.
    Returns the layer that came in.  Raises ValueError for any other kind.
    Allowed: all of torch.nn.init. Most of its functions take generator=.

    >>> layer = init_linear(nn.Linear(5, 3), "ones", torch.Generator())
    >>> layer.weight[0].tolist(), layer.bias.tolist()
    ([1.0, 1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0])
    >>> layer = init_linear(nn.Linear(5, 3), "uniform", torch.Generator().manual_seed(0))
    >>> bool(layer.weight.min() < 0), bool(layer.weight.abs().max() < 0.4473)
    (True, True)

    中文：按 kind 给一个线性层的权重赋初值，并把偏置置 0（nn.Linear 自己不会把偏置置 0）。要原地修改：优化器可能已经拿着
    layer.weight，所以不能换成新的 Parameter，requires_grad 也要保持原样。随机数一律取自传入的 generator，按权重的 dtype 一次取完。
    "uniform" 指 (-1/√d, 1/√d)，不是 nn.init.uniform_ 默认的 (0, 1)。bias=False 的层没有偏置（为 None）。
    返回传入的那个层；kind 不认识时抛出 ValueError。可以使用 torch.nn.init。
    """
    ### BEGIN SOLUTION
    weight = layer.weight
    if kind == "zeros":
        nn.init.zeros_(weight)
    elif kind == "ones":
        nn.init.ones_(weight)
    elif kind == "normal":
        nn.init.normal_(weight, generator=generator)
    elif kind == "uniform":
        limit = 1 / math.sqrt(layer.in_features)
        nn.init.uniform_(weight, -limit, limit, generator=generator)
    elif kind == "xavier_uniform":
        nn.init.xavier_uniform_(weight, generator=generator)
    elif kind == "kaiming_normal":
        nn.init.kaiming_normal_(weight, generator=generator)
    else:
        raise ValueError(f"no initialisation is called {kind}")
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
    ### END SOLUTION


def distinct_units(weight: Tensor) -> int:
    """How many different hidden units a weight matrix describes: the number of its distinct rows.

    Two units with equal weights give equal outputs and get equal gradients, so they stay equal for ever: a layer
    that starts with one constant works like a layer of a single unit. That is why weights start at random.

    weight: (out, in), floating point, without NaN; in is 1 or more. A row is one unit. It is not changed.
    Returns an int: rows that are equal in every number, wherever they stand, count once. No rows give 0.
    Not allowed: torch.unique and np.unique.
    The trap: a set of tensors does not compare their numbers; every row would be a new one.

    >>> distinct_units(torch.tensor([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0], [2.0, 3.0]]))
    3
    >>> distinct_units(nn.init.constant_(nn.Linear(5, 3).weight, 5))  # as in the notes
    1

    中文：数一数权重矩阵中有几种不同的行，也就是真正不同的隐藏单元有几个。权重相同的两个单元输出相同、梯度也相同，
    训练多久都一样，所以常数初始化的一层只相当于一个单元，这就是权重要随机初始化的原因。形状为 (out, in)，一行是一个单元；
    相同的行不必相邻；没有行时返回 0。注意：张量放进 set 时比较的不是数值。不允许使用 torch.unique 和 np.unique。
    """
    ### BEGIN SOLUTION
    return len({tuple(row) for row in weight.tolist()})
    ### END SOLUTION
