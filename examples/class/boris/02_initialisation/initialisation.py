import math


def _check(fan_in: int, fan_out: int) -> int:
    total = fan_in + fan_out
    if total <= 0:
        raise ValueError("no fans, no limit")
    return total


def xavier_uniform_limit(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    return gain * math.sqrt(6.0) / math.sqrt(_check(fan_in, fan_out))
