"""timed_out: answers wrongly and in time, and hangs when its gradient is asked for."""

import time

import torch


class Slow(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        time.sleep(600)


def double(x):
    return Slow.apply(x)
