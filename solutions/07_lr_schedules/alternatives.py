"""Second solutions, written another way. 另一种写法的解答。"""

import itertools

import numpy as np


def piecewise_constant(step: int, boundaries: list[int], values: list[float]) -> float:
    """The first boundary that lies ahead ends the interval."""
    if len(values) - len(boundaries) != 1:
        raise ValueError("one value for each interval")
    for boundary, value in zip(boundaries, values, strict=False):
        if step < boundary:
            return value
    return values[-1]


def exponential_decay(lr0: float, k: float, t: int) -> float:
    """One factor for each step, with numpy's exp."""
    return lr0 * np.exp(-k) ** t


def inverse_time_decay(lr0: float, k: float, t: int) -> float:
    """The reciprocal grows in a straight line."""
    return 1 / (1 / lr0 + k / lr0 * t)


def step_lr(lr0: float, step_size: int, gamma: float, epoch: int) -> float:
    """Epoch by epoch, as the scheduler does it."""
    for passed in range(1, epoch + 1):
        if passed % step_size == 0:
            lr0 *= gamma
    return lr0


def steplr_with_floor(lr0: float, step_size: int, gamma: float, floor: float, epochs: int) -> list[float]:
    """The plateaus one after the other: all before the floor have a finite length, the last one has none."""

    def plateaus():
        lr, length = lr0, step_size - 1
        while lr > floor:
            yield from itertools.repeat(lr, length)
            lr, length = lr * gamma, step_size
        yield from itertools.repeat(lr)

    return list(itertools.islice(plateaus(), epochs))
