"""crashed|failed: returns an object that shows another __class__ each time it is asked."""

import itertools

import numpy as np
import torch

faces = itertools.cycle([torch.Tensor, np.ndarray, np.generic, dict, tuple, list, str, float, int])


class Chameleon:
    __class__ = property(lambda self: next(faces))

    def __getattribute__(self, name):
        return next(faces) if name == "__class__" else object.__getattribute__(self, name)

    def __bool__(self):
        raise SystemExit

    def __del__(self):
        raise SystemExit


def double(x):
    return [Chameleon() for _ in range(9)]
