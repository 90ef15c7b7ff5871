"""Trivial answers: zeros, the argument itself, None and such. Checks that one of them passes prove little alone.

The trivial answers are made of the reference: it is asked on copies of the arguments, so that an answer of zeros has
the right shape and dtype.
"""

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import torch

from ..checks.collect import Check
from ..checks.local import LocalTransport
from ..checks.run import passes
from ..course.limits import Limits
from ..course.model import Exercise, Topic
from .misconceptions import read_reference
from .prefetch.script import student_for

TRIVIAL_LIMITS = Limits(call_seconds=5.0)  # only so that a check cannot wait for a trivial answer without end

Answer = Callable[[Any, tuple[Any, ...]], Any]  # (the reference's answer, the arguments) -> the trivial answer


def find_trivial(topic: Topic, exercise: Exercise, checks: Iterable[Check]) -> frozenset[str]:
    """Return the ids of the checks that a trivial answer passes."""
    transport = LocalTransport(read_reference(topic))
    module = transport.session.module
    right = getattr(module, exercise.name)
    passed: set[str] = set()
    remaining = list(checks)
    for trivial in _trivial_definitions(right):
        setattr(module, exercise.name, trivial)
        for check in remaining:
            if passes(check, student_for(transport, topic, exercise, check, TRIVIAL_LIMITS)):
                passed.add(check.id)
        remaining = [check for check in remaining if check.id not in passed]
    return frozenset(passed)


def _trivial_definitions(right: Any) -> Iterator[Callable[..., Any]]:
    """Yield the trivial answers to an exercise, as functions; as a class if the exercise is one."""
    if isinstance(right, type):
        yield _trivial_class(right)
        return
    for answer in ANSWERS:
        yield _trivial_function(right, answer)


def _trivial_function(right: Callable[..., Any], answer: Answer) -> Callable[..., Any]:
    """Return a function that gives the trivial answer to whatever it is asked, and raises nothing."""

    def trivial(*args: Any, **kwargs: Any) -> Any:
        try:
            expected = right(*_copied(args), **_copied(kwargs))
        except Exception:
            expected = None
        return answer(expected, (*args, *kwargs.values()))

    return trivial


def _trivial_class(right: type) -> type:
    """Return a class whose methods return their first argument. It is a module if the reference is one."""

    class Echo(torch.nn.Module if issubclass(right, torch.nn.Module) else object):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__()

        def forward(self, *args: Any, **kwargs: Any) -> Any:
            return args[0] if args else None

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__") or not callable(getattr(right, name, None)):
                raise AttributeError(name)
            return self.forward

    return Echo


def _copied(value: Any) -> Any:
    """Return a copy of arguments, so that the reference changes nothing that the check looks at."""
    match value:
        case torch.Tensor():
            return value.detach().clone().requires_grad_(value.requires_grad)
        case dict():
            return {key: _copied(item) for key, item in value.items()}
        case list() | tuple():
            return type(value)(_copied(item) for item in value)
        case torch.Generator():
            return value.clone_state()
    return copy.deepcopy(value)


# The answers. Tuples and lists are answered item by item.


def _zeros(expected: Any, arguments: tuple[Any, ...]) -> Any:
    return _filled(expected, 0)


def _ones(expected: Any, arguments: tuple[Any, ...]) -> Any:
    return _filled(expected, 1)


def _nans(expected: Any, arguments: tuple[Any, ...]) -> Any:
    return _filled(expected, float("nan"))


def _filled(expected: Any, number: float) -> Any:
    """Return the expected answer with each number replaced."""
    match expected:
        case list() | tuple():
            return type(expected)(_filled(item, number) for item in expected)
        case torch.Tensor() if number == number or expected.is_floating_point():
            return torch.full_like(expected.detach(), number)
        case np.ndarray() if number == number or expected.dtype.kind == "f":
            return np.full_like(expected, number)
        case float():
            return number
        case bool() | int() if number == number:
            return type(expected)(number)
    return None


def _first_argument(expected: Any, arguments: tuple[Any, ...]) -> Any:
    """Return the first tensor or module among the arguments; the first argument if there is none."""
    first = arguments[0] if arguments else None
    for argument in arguments:
        if isinstance(argument, torch.Tensor | torch.nn.Module):
            first = argument
            break
    if isinstance(expected, list | tuple):
        return type(expected)(first for _ in expected)
    return first


def _empty(expected: Any, arguments: tuple[Any, ...]) -> Any:
    """Return the empty string, dict or list in the place of a full one."""
    match expected:
        case str() | dict() | list():
            return type(expected)()
        case tuple():
            return tuple(_empty(item, arguments) for item in expected)
    return None


def _none(expected: Any, arguments: tuple[Any, ...]) -> None:
    return None


ANSWERS: tuple[Answer, ...] = (_zeros, _ones, _nans, _first_argument, _empty, _none)
