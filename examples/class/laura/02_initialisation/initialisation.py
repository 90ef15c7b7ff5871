import math


def xavier_uniform_limit(fan_in, fan_out, gain=1.0):
    if fan_in + fan_out <= 0:
        raise ValueError("?")
    return gain * math.sqrt(6 / (fan_in + fan_out))
