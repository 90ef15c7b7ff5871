"""Initialisation: where a network's weights start. 参数初始化：网络的权重从哪里出发。"""

import math


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
    raise NotImplementedError("xavier_uniform_limit is yours to write")
