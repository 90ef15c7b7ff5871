"""Everything that student code may use, imported and touched once, so that no worker pays for it."""

import logging
import tempfile

import jieba
import numpy as np
import torch

from . import life  # noqa: F401  the worker's own code, too
from .operators import OperatorWatch


def warm_up() -> None:
    """Touch what torch, numpy and jieba load lazily."""
    torch.set_num_threads(1)
    _load_jieba()
    layer = torch.nn.Linear(4, 4)
    optimiser = torch.optim.SGD(layer.parameters(), lr=0.1)  # imports torch._dynamo: 2 s
    layer(torch.ones(2, 4)).sum().backward()
    optimiser.step()
    torch.nn.LSTM(4, 4)(torch.ones(2, 1, 4))
    torch.nn.Conv2d(1, 1, 3)(torch.ones(1, 1, 8, 8))
    torch.nn.BatchNorm2d(1)(torch.ones(1, 1, 2, 2))
    torch.linalg.svd(torch.rand(3, 3))
    repr(torch.rand(2))
    np.random.default_rng(0).random(3)
    np.linalg.svd(np.ones((3, 3)))
    with OperatorWatch((), frozenset()):
        torch.ones(1) + 1


def _load_jieba() -> None:
    """The dictionary from jieba's own text: a cache in the shared temporary folder may be anybody's."""
    jieba.setLogLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as private:
        jieba.dt.tmp_dir = private
        jieba.initialize()
