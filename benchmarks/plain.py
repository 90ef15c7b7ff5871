"""The student's functions called directly: what the benchmarks compare the sandbox with.

Nothing is copied, watched or kept apart. A check gets a `PlainStudent`, calls the student's functions through it and
compares as it always does. It knows as much of the proxy as the checks of benchmarks/seven.py use.
"""

import math
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autograder.checks.failures import Crashed
from autograder.checks.student import Function, RecordedCall, Student
from autograder.sandbox.worker.protocol import CallFunction, Raised, Reply

# A conftest.py that gives checks a PlainStudent of the file in the folder STUDENT, without any plugin of ours.
CONFTEST = f"""
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, {str(Path(__file__).parent)!r})
from plain import PlainStudent, load


@pytest.fixture(scope="module")
def module(request):
    topic = request.path.parent.name
    (file,) = Path(os.environ["STUDENT"], topic).glob("*.py")
    return load(file)


@pytest.fixture
def student(module):
    return PlainStudent(module)
"""


def load(file: Path) -> types.ModuleType:
    """Run a student's file as a module."""
    module = types.ModuleType(file.stem)
    exec(compile(file.read_bytes(), file, "exec"), vars(module))  # noqa: S102  the benchmark wrote the file
    return module


class PlainStudent(Student):
    """A proxy that calls the functions of a module in this process."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module
        self.calls: list[RecordedCall] = []

    def build(self, expression: str, **names: Any) -> Any:
        """Evaluate an expression of a check's author."""
        return eval(expression, {"torch": torch, "np": np, "math": math, **names})  # noqa: S307  from our own checks

    evaluate = build

    def _call(
        self,
        function: Function,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        inputs_back: bool = False,
        wrt: Sequence[int | str] = (),
        cotangent: torch.Tensor | None = None,
    ) -> Any:
        assert function.name is not None
        called = getattr(self._module, function.name)
        inputs = {**dict(enumerate(args)), **kwargs}
        if inputs_back:
            inputs = {name: _copied(value) for name, value in inputs.items()}
        for name in wrt:
            inputs[name] = inputs[name].clone().requires_grad_()
        positional = [inputs[number] for number in range(len(args))]
        try:
            value = called(*positional, **{name: inputs[name] for name in kwargs})
        except Exception as error:
            kinds = [kind.__name__ for kind in type(error).__mro__]
            raise Crashed(function.label, Raised(kinds[0], kinds, str(error), [])) from error
        if wrt:
            return torch.autograd.grad(value, [inputs[name] for name in wrt], _seed(value, cotangent))
        if not inputs_back:
            return value
        self.calls.append(RecordedCall(label=function.label, request=CallFunction(), value=value))
        return Reply(value=value, inputs=[positional, {name: inputs[name] for name in kwargs}])


def _seed(value: torch.Tensor, cotangent: torch.Tensor | None) -> torch.Tensor:
    return torch.ones_like(value) if cotangent is None else cotangent


def _copied(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.clone()
    return list(value) if isinstance(value, list) else value
