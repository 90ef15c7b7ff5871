"""failed: is a partial object around an object around a lambda."""

import functools


class Callable:
    def __call__(self, factor, x):
        return factor * x


double = functools.partial(Callable(), 1)
