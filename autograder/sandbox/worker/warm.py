"""Everything that student code may use, imported and touched once, so that no worker pays for it."""

import logging
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

import jieba
import numpy as np
import torch

from . import purity, wire
from .operators import OperatorWatch
from .protocol import CallFunction, LoadModule, plain
from .session import Session, answer_frame


def warm_up(preload: Collection[str]) -> None:
    """Touch what torch, numpy and jieba load lazily.

    preload: keys of server.SLOW. What is left out is loaded by the first call that needs it, in each worker anew.
    """
    torch.set_num_threads(1)
    if "jieba" in preload:
        _load_jieba()
    if "torch.optim" in preload:
        _take_a_step()
    if "backward with a gradient" in preload:
        torch.ones(2, requires_grad=True).sqrt().backward(torch.ones(2))  # type: ignore[no-untyped-call]  # imports sympy
    _touch_layers()
    _touch_operations()
    with OperatorWatch(("aten::none",), frozenset()):  # each operator's first time under a watch is slow
        _touch_operations()
    _answer_requests()
    np.random.default_rng(0).random(3)
    np.linalg.svd(np.ones((3, 3)))
    purity.take_note()


def _take_a_step() -> None:
    layer = torch.nn.Linear(4, 4)
    optimiser = torch.optim.SGD(layer.parameters(), lr=0.1)  # imports torch._dynamo
    layer(torch.ones(2, 4)).sum().backward()
    optimiser.step()


def _touch_layers() -> None:
    torch.nn.Linear(4, 4)(torch.ones(2, 4)).sum().backward()
    torch.nn.LSTM(4, 4)(torch.ones(2, 1, 4))
    torch.nn.Conv2d(1, 1, 3)(torch.ones(1, 1, 8, 8))
    torch.nn.BatchNorm2d(1)(torch.ones(1, 1, 2, 2))
    torch.linalg.svd(torch.rand(3, 3))
    repr(torch.rand(2))


def _touch_operations() -> None:
    """Run the operations that formulas use, forward and backward."""
    for dtype in (torch.float32, torch.float64):
        x = torch.rand(3, 4, dtype=dtype, requires_grad=True)
        index = torch.tensor([0, 1, 2])
        shifted = x - x.max(dim=1, keepdim=True).values
        scaled = (shifted.exp() / shifted.exp().sum(dim=1, keepdim=True)).clamp(min=1e-9).log()
        picked = scaled.gather(1, index.unsqueeze(1)).squeeze(1) + scaled[index, index]
        spread = (x.mean(0) ** 2 + x.var(0, unbiased=False) + x.std(0) + x.amax(0)).sqrt()
        product = x @ x.T + torch.eye(3, dtype=dtype) * x.sigmoid().sum() - x.tanh().mean() * x.relu().abs().sum()
        chosen = torch.where(x > 0.5, x, -x).reshape(-1).cumsum(0)
        joined = torch.cat([chosen, torch.stack([picked, picked]).flatten(), spread])
        total = joined.mean() + product.sum() + torch.zeros(2, dtype=dtype).uniform_().sum()
        torch.autograd.grad(total, [x])
        with torch.no_grad():
            x.mul_(0.9).add_(0.1).div_(2).sub_(0.1)
            torch.nn.functional.one_hot(index, 4)


def _answer_requests() -> None:
    """Take the worker's own way from a request to a reply."""
    session = Session(Path("/"))
    load = LoadModule(module="warm", chunks=(("warm.py", "def f(x):\n return x"),))
    call = CallFunction(name="f", args=[torch.ones(2, 2)], inputs_back=True)
    gradient = CallFunction(name="f", args=[torch.ones(2, 2)], inputs_back=True, wrt=[0])
    missing = CallFunction(name="g", args=[torch.ones(2, 2)])
    for request in (load, call, gradient, missing):
        _, header, *buffers = wire.pack(plain(request), strides=True)
        answer_frame(session, 0, bytes(header), bytearray().join(buffers))
    del sys.modules["warm"]


def _load_jieba() -> None:
    """The dictionary from jieba's own text: a cache in the shared temporary folder may be anybody's."""
    jieba.setLogLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as private:
        jieba.dt.tmp_dir = private
        jieba.initialize()
