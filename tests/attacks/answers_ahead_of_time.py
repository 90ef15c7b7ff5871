"""crashed|failed: sends forty replies at once, hoping that they count for requests to come."""

import sys

import torch


def double(x):
    worker_main, wire = sys.modules["worker.worker_main"], sys.modules["worker.wire"]
    frame = sys._getframe()
    while frame.f_code.co_name != "answer_frame":
        frame = frame.f_back
    for number in range(frame.f_locals["number"], frame.f_locals["number"] + 40):
        worker_main._write(b"".join(wire.pack({"value": torch.full_like(x, 2.0).reshape(-1)[:2]}, number=number)))
    return x
