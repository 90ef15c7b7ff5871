"""failed: answers wrongly, and ends its process when its gradient is asked for."""

import os

import torch


def double(x):
    if x.requires_grad:
        x.register_hook(lambda gradient: os._exit(0))
    return x * 1
