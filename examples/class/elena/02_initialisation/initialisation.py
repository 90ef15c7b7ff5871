import math
import torch
from torch import nn


def xavier_uniform_limit(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    if fan_in + fan_out <= 0:
        raise ValueError("fan_in + fan_out must be positive")
    variance = 2.0 / (fan_in + fan_out)
    return gain * math.sqrt(variance)
