"""crashed|failed|timed_out: runs code of its own at every garbage collection, and collects all the time."""

import gc

import torch

gc.set_threshold(50)
gc.callbacks.append(lambda phase, info: [t for t in gc.get_objects()[:500] if isinstance(t, torch.Tensor)])
gc.unfreeze()


def double(x):
    return x
