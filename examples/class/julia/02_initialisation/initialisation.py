import math


def xavier_uniform_limit(fan_in, fan_out, gain=1.0):
    if not fan_in + fan_out > 0:
        raise ValueError("sum of fans")
    return math.sqrt(6 * gain * gain / (fan_in + fan_out))
