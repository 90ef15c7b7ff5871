"""crashed|failed: returns arrays of objects, records, bytes of the other order, masks, matrices and memmaps."""

import numpy as np

calls = [0]


def double(x):
    class Bomb:
        def __eq__(self, other):
            raise SystemExit

        __hash__ = None

    ways = (
        lambda: np.array([Bomb(), Bomb()], dtype=object),
        lambda: np.zeros(2, dtype=[("a", "f4"), ("b", "O")]),
        lambda: np.ones(2, dtype=">f4"),
        lambda: np.ma.masked_all(2),
        lambda: np.matrix([[2.0, 2.0]]),
        lambda: np.memmap("mapped", dtype="f4", mode="w+", shape=(2,)),
        lambda: np.lib.stride_tricks.as_strided(np.ones(2), (1 << 40,), (0,)),
        lambda: np.array("2", dtype="U1000000"),
    )
    calls[0] += 1
    return ways[calls[0] % len(ways)]()
