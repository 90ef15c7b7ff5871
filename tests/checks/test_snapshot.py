"""A snapshot equals a later message only where both are encoded alike."""

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch

from autograder.checks.snapshot import equals, snapshot
from autograder.sandbox.channel import encode
from autograder.sandbox.worker.wire import Handle

VALUES: list[Any] = [
    *(None, True, False, 1, 2, "2", 1.0, 0.0, -0.0, "1", b"1", torch.float32, Handle(1, "Linear")),
    *([1, 2], (1, 2), [1, 2, 3], {"a": 1, "b": 2}, {"b": 2, "a": 1}, {1: "a"}, {True: "a"}, {1.0: "a"}),
    torch.zeros(3),
    -torch.zeros(3),
    torch.zeros(3, dtype=torch.float64),
    torch.zeros(3, 1),
    torch.zeros(3, requires_grad=True),
    torch.zeros(2, 3),
    torch.zeros(3, 2).t(),
    torch.tensor([math.nan]),
    torch.tensor([1 + 2j]),
    torch.tensor([1 - 2j]).conj(),
    np.zeros(3),
    np.zeros(3, dtype=np.float32),
    np.zeros((3, 1)),
]


@pytest.mark.parametrize("left", VALUES, ids=repr)
def test_what_equals_is_encoded_alike(left: Any) -> None:
    for right in VALUES:
        if equals(snapshot({"value": left}), {"value": right}):
            assert encode({"value": left}) == encode({"value": right})


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_copy_equals_its_snapshot(value: Any) -> None:
    assert equals(snapshot([value]), [copy.deepcopy(value)])


def test_a_change_in_place_is_seen() -> None:
    tensor, array, inner = torch.zeros(2), np.zeros(2), [1]
    then = snapshot([tensor, array, inner])
    tensor[0] = 1
    assert not equals(then, [tensor, array, inner])
    tensor[0] = 0
    array[0] = 1
    assert not equals(then, [tensor, array, inner])
    array[0] = 0
    inner.append(2)
    assert not equals(then, [tensor, array, inner])


def test_what_cannot_be_seen_easily_equals_nothing() -> None:
    for value in (torch.zeros(2, dtype=torch.bfloat16), torch.nn.Parameter(torch.zeros(2)), math.nan, 1j):
        assert not equals(snapshot([value]), [value])
