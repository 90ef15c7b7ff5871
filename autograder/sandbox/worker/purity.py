"""Notices if a student's file has changed state that other files of the submission share.

A note of the functions and settings that everybody uses is taken in the warm server; a worker compares. It is no
protection: code that hides its changes only harms its own author.
"""

import sys
import warnings
from typing import Any

import jieba
import numpy as np
import numpy.random
import torch

MODULES = (
    *("builtins", "math", "random", "itertools", "functools", "collections", "operator", "copy", "re", "os", "json"),
    *("numpy", "numpy.linalg", "numpy.random", "jieba"),
    *("torch", "torch.linalg", "torch.autograd", "torch.optim", "torch.nn", "torch.nn.functional", "torch.nn.init"),
)
CLASSES = (torch.Tensor, torch.nn.Module, torch.nn.Linear, torch.nn.Parameter, torch.optim.Optimizer, np.ndarray)

_namespaces: list[tuple[dict[str, Any], dict[str, Any]]] = []  # each beside a copy of it
_settings: list[tuple[Any, ...]] = []


def take_note() -> None:
    """Note the state that all exercises share. Called in the server, once everything is imported."""
    _namespaces[:] = [(vars(sys.modules[name]), dict(vars(sys.modules[name]))) for name in MODULES]
    _settings[:] = [settings()]


def settings() -> tuple[Any, ...]:
    """Return the settings of the whole process."""
    return (
        *(dict(vars(kind)) for kind in CLASSES),
        list(warnings.filters),
        np.geterr(),
        torch.is_anomaly_enabled(),
        torch.are_deterministic_algorithms_enabled(),
        torch.get_default_device(),
        sys.getrecursionlimit(),
        jieba.dt.total,
        len(jieba.dt.FREQ),
    )


def is_changed() -> bool:
    """Return True if any noted state has changed. New names are ignored."""
    return _settings != [settings()] or any(
        now.get(name) is not value for now, before in _namespaces for name, value in before.items()
    )
