"""Initialisation: where a network's weights start. 参数初始化：网络的权重从哪里出发。"""

import math


def xavier_uniform_limit(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    if fan_in + fan_out <= 0:
        raise ValueError("两个 fan 之和必须大于 0")
    a = gain * math.sqrt(6 / (fan_in + fan_out))
    return a
