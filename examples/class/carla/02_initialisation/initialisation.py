import math


def xavier_uniform_limit(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    if fan_in + fan_out <= 0:
        raise ValueError("fans!")
    return gain * math.sqrt(6 / (fan_in + fan_out))
