"""Assertions: type, shape, dtype and NaN come before values, and nothing of the student's is asked to compare itself."""

import math

import numpy as np
import pytest
import torch
from small_course import local_student

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    ITERATED,
    PYTHON_FLOAT,
    REDUCTION,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    gradient,
    randn,
)
from autograder.checks.failures import Crashed, Mismatch, WrongElements


def kind_of(answer, expected, tolerance=EXACT, **options) -> str:
    with pytest.raises(Mismatch) as failure:
        assert_close(answer, expected, tolerance, **options)
    return failure.value.kind


def test_a_shape_that_only_matches_by_broadcasting_fails() -> None:
    assert kind_of(torch.ones(1), torch.ones(3), ELEMENTWISE) == "shape"
    assert kind_of(torch.ones(3, 1), torch.ones(3), ELEMENTWISE) == "shape"
    assert kind_of(torch.tensor(1.0), torch.ones(3), ELEMENTWISE) == "shape"
    assert kind_of(np.ones(1), np.ones(3), ELEMENTWISE) == "shape"


def test_kinds_of_mismatch() -> None:
    assert kind_of([1.0, 1.0], torch.ones(2)) == "type"
    assert kind_of(torch.ones(2, dtype=torch.float64), torch.ones(2)) == "dtype"
    assert kind_of(torch.tensor([1.0, math.nan]), torch.ones(2)) == "nan"
    assert kind_of(torch.tensor([1.0, 2.0]), torch.ones(2)) == "values"
    assert kind_of((1, 2), (1, 2, 3)) == "length"
    assert kind_of({"a": 1}, {"b": 1}) == "keys"
    assert kind_of(112.0, 112) == "type"
    assert kind_of(True, 1) == "type"
    assert kind_of(1, True) == "type"
    assert kind_of((1,), [1]) == "type"
    assert kind_of(math.nan, 1.0, PYTHON_FLOAT) == "nan"
    assert kind_of(math.inf, 1e308, PYTHON_FLOAT) == "values"
    assert kind_of(torch.tensor(1.0), 1.0, PYTHON_FLOAT) == "type"
    assert kind_of(None, 1.0, PYTHON_FLOAT) == "type"
    assert kind_of(np.ones(2, np.float32), np.ones(2)) == "dtype"


def test_what_is_as_good_is_accepted() -> None:
    assert_close([1, 2], (1, 2), EXACT)
    assert_close(1, 1.0, PYTHON_FLOAT)
    assert_close(np.float64(0.5), 0.5, PYTHON_FLOAT)
    assert_close(np.int64(3), 3, EXACT)
    assert_close(math.inf, math.inf, PYTHON_FLOAT)
    assert_close(torch.tensor([math.inf]), torch.tensor([math.inf]), ELEMENTWISE)


def test_order_of_keys_matters() -> None:
    assert kind_of({"b": 1, "a": 2}, {"a": 2, "b": 1}) == "keys"


def test_nan_is_equal_only_where_asked() -> None:
    nan = torch.tensor([math.nan, 1.0])
    assert_close(nan, nan.clone(), EXACT, equal_nan=True)
    with pytest.raises(ValueError, match="equal_nan"):
        assert_close(nan, nan.clone(), EXACT)
    with pytest.raises(ValueError, match="equal_nan"):
        assert_close(math.nan, math.nan, PYTHON_FLOAT)
    assert kind_of(torch.tensor([math.nan, math.nan]), nan, EXACT, equal_nan=True) == "nan"
    assert kind_of(torch.ones(2), nan, EXACT, equal_nan=True) == "values"


@pytest.mark.parametrize("tolerance", [ELEMENTWISE, REDUCTION, ITERATED], ids=["elementwise", "reduction", "iterated"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_tolerances_have_two_sides(tolerance, dtype) -> None:
    expected = torch.full((3,), 10.0, dtype=dtype)
    rtol, atol = tolerance.bounds(dtype)
    assert_close(expected + 0.5 * (atol + rtol * 10), expected, tolerance)
    assert kind_of(expected + 3 * (atol + rtol * 10), expected, tolerance) == "values"


def test_a_mismatch_knows_where_and_how_many() -> None:
    answer, expected = torch.zeros(2, 3), torch.zeros(2, 3)
    answer[0, 2] = answer[1, 1] = 1
    with pytest.raises(Mismatch) as failure:
        assert_close((1, answer), (1, expected), EXACT)
    assert failure.value.path == "[1]"
    assert failure.value.elements == WrongElements(first=(0, 2), wrong=2, total=6)


LIAR = """
import torch

class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return True if func is torch.allclose else super().__torch_function__(func, types, args, kwargs or {})
    def __eq__(self, other):
        return True

class Same:
    def __eq__(self, other):
        return True
    def __len__(self):
        return 2

class Number(float):
    def __sub__(self, other):
        return 0.0
    __rsub__ = __sub__
    def __eq__(self, other):
        return True

def double(x):
    return {"tensor": x.as_subclass(Liar), "same": Same(), "number": Number(7.0)}[KIND]
"""


@pytest.mark.parametrize(
    ("kind", "expected", "verdict"),
    [("tensor", torch.full((2,), 2.0), "values"), ("same", torch.ones(2), "type"), ("number", 2.0, "values")],
)
def test_an_object_with_its_own_eq_gains_nothing(kind, expected, verdict) -> None:
    student = local_student(f"KIND = {kind!r}\n{LIAR}")
    assert kind_of(student.double(torch.ones(2)), expected, ELEMENTWISE) == verdict


def test_assert_raises() -> None:
    student = local_student(
        """
        class Mine(ValueError):
            pass

        def double(x):
            if x == 0:
                raise Mine("zero")
            if x == 1:
                raise KeyError("one")
            return x
        """
    )
    assert_raises(ValueError, student.double, 0)
    with pytest.raises(Crashed):
        assert_raises(ValueError, student.double, 1)
    with pytest.raises(Mismatch) as failure:
        assert_raises(ValueError, student.double, 2)
    assert failure.value.kind == "exception"


@pytest.mark.parametrize(
    "change",
    ["x += 1", "x[0] = 7", "x.zero_()", "x.resize_(5)"],
)
def test_a_change_in_place_is_seen(change) -> None:
    student = local_student(f"def double(x, y=None):\n    {change}\n    return x * 2\n")
    with pytest.raises(Mismatch) as failure:
        assert_inputs_unchanged(student.double, torch.ones(3))
    assert (failure.value.kind, failure.value.path) == ("changed", "0")
    honest = local_student("def double(x, y=None):\n    x = x + 1\n    return x\n")
    assert_inputs_unchanged(honest.double, torch.ones(3), y=[1, 2])


def test_a_changed_list_is_seen() -> None:
    student = local_student("def double(x, words):\n    words.append(1)\n    return x\n")
    with pytest.raises(Mismatch) as failure:
        assert_inputs_unchanged(student.double, 1, words=[])
    assert failure.value.path == "words"


def test_gradient() -> None:
    student = local_student("def double(x, y):\n    return (x * y, x.detach())\n")
    x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    assert_equal(gradient(student.double, x, y), y)
    assert_equal(gradient(student.double, x, y, wrt=1, cotangent=torch.tensor([1.0, 10.0])), torch.tensor([1.0, 20.0]))
    assert_equal(gradient(student.double, x, y=y, wrt="y"), x)
    cut = local_student("def double(x, y):\n    return x.detach() * y.detach()\n")
    with pytest.raises(Mismatch) as failure:
        gradient(cut.double, x, y)
    assert failure.value.kind == "gradient"


def test_random_numbers_have_any_shape_and_no_memory() -> None:
    assert randn(seed=1).shape == ()
    assert torch.equal(randn(2, 3, seed=4), randn(2, 3, seed=4))
    assert not torch.equal(randn(2, 3, seed=4), randn(2, 3, seed=5))


def test_an_input_that_stays_with_the_student_is_no_changed_input() -> None:
    student = local_student("def double(f, x):\n    return f(x)\n")
    twice = student.build("lambda x: 2 * x")
    assert assert_inputs_unchanged(student.double, twice, torch.ones(2)).tolist() == [2, 2]
