"""refused: reaches a banned operator by a name that cannot be read in the source."""

import torch


def double(x):
    getattr(torch, "".join(map(chr, (99, 111, 115, 104))))(x)
    return x + x
