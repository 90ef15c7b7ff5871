"""crashed|failed: asks for a terabyte in every way there is."""

import mmap

import numpy as np
import torch


def double(x):
    for take in (torch.ones, np.ones, bytearray, lambda size: mmap.mmap(-1, size), lambda size: "x" * size):
        try:
            take(1 << 40)
        except (MemoryError, RuntimeError, OSError, ValueError):
            pass
    return x
