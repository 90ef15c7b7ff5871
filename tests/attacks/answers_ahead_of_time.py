"""crashed|failed: sends forty replies at once, hoping that they count for requests to come."""

import sys

import torch


def double(x):
    server, wire = sys.modules["worker.server"], sys.modules["worker.wire"]
    for _ in range(40):
        server._write(wire.pack({"value": torch.full_like(x, 2.0).reshape(-1)[:2]}))
    return x
