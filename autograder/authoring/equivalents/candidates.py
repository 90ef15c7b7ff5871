"""The functions, methods and modules of torch that are tried. Listing them calls none of them."""

import inspect
from collections.abc import Iterator
from types import ModuleType

import torch

MODULES = (torch, torch.nn.functional, torch.special, torch.linalg)
# They change the state of the process, write files, take seconds, or do nothing that could be an answer.
LEFT_OUT_PREFIXES = ("_", "set_", "use_", "init_", "import_", "register_", "autocast_", "clear_", "cudnn_", "retain_")
LEFT_OUT = frozenset({"backward", "compile", "fork", "load", "manual_seed", "save", "seed", "wait", "Transformer"})


def list_candidates() -> list[str]:
    """Return the dotted names of all candidates: torch.add, Tensor.add, torch.nn.ReLU."""
    names = []
    for module in MODULES:
        names += [f"{module.__name__}.{name}" for name in _functions(module)]
    names += [f"Tensor.{name}" for name in dir(torch.Tensor) if _is_tried(name)]
    names += [f"torch.nn.{name}" for name in _module_classes()]
    return names


def _functions(module: ModuleType) -> Iterator[str]:
    """Yield the names of a module's public functions."""
    for name, value in sorted(vars(module).items()):
        is_function = callable(value) and not inspect.isclass(value)
        if is_function and _is_tried(name) and _is_of_torch(value):
            yield name


def _is_of_torch(function: object) -> bool:
    """Return whether a function is torch's own, not one of typing or of the import system."""
    module = getattr(function, "__module__", None) or "torch"
    return module.split(".")[0] == "torch"


def _module_classes() -> Iterator[str]:
    """Yield the names of torch.nn's layers."""
    for name, value in sorted(vars(torch.nn).items()):
        if inspect.isclass(value) and issubclass(value, torch.nn.Module) and _is_tried(name):
            yield name


def _is_tried(name: str) -> bool:
    return name not in LEFT_OUT and not name.startswith(LEFT_OUT_PREFIXES)
