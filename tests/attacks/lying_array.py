"""crashed|failed: returns an array subclass and an object with __array__ that answer for themselves."""

import numpy as np


class Liar(np.ndarray):
    dtype = property(lambda self: np.dtype("f4"))
    size = property(lambda self: 1 << 40)

    def __array__(self, *args, **kwargs):
        raise SystemExit

    def __array_ufunc__(self, *args, **kwargs):
        return True

    def __array_finalize__(self, other):
        raise SystemExit if other is not None else None


def double(x):
    return np.ndarray.__new__(Liar, (2,))
