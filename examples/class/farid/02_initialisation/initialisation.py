import numpy as np


def xavier_uniform_limit(fan_in, fan_out, gain=1.0):
    # what if both are 0??
    return float(gain * np.sqrt(6 / (fan_in + fan_out)))
