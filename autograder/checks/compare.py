"""Assertions on plain data. They run in the trusted process, on tensors rebuilt from bytes.

Type, shape and dtype are compared before values, so nothing matches by broadcasting; NaN equals NaN only where
a check asks for it.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch

from ..text import Text
from .failures import Crashed, Mismatch, Unloaded, WrongElements
from .student import Function, RemoteObject, function_of


class Tolerance(NamedTuple):
    """|actual - expected| <= atol + rtol * |expected|, by the precision of the expected value."""

    rtol32: float
    atol32: float
    rtol64: float
    atol64: float

    def bounds(self, dtype: torch.dtype) -> tuple[float, float]:
        """Return (rtol, atol) for values of `dtype`."""
        if dtype in (torch.float64, torch.complex128):
            return self.rtol64, self.atol64
        return self.rtol32, self.atol32


EXACT = Tolerance(0, 0, 0, 0)  # integers, strings, shapes, copies: no rounding happens
ELEMENTWISE = Tolerance(1e-5, 1e-6, 1e-10, 1e-12)  # element-wise formulas: a few ulp between equal expressions
REDUCTION = Tolerance(1e-4, 1e-5, 1e-9, 1e-10)  # sums, products, convolutions: the order of summation differs
ITERATED = Tolerance(1e-4, 1e-6, 1e-9, 1e-11)  # several updates: rounding adds up, each step is right to 1e-6
PYTHON_FLOAT = Tolerance(1e-6, 1e-9, 1e-6, 1e-9)  # Python floats, perhaps rounded once through float32
FINITE_DIFFERENCE = Tolerance(1e-2, 1e-3, 1e-5, 1e-7)  # truncation O(eps^2) and cancellation; float64 only


def assert_close(answer: Any, expected: Any, tolerance: Tolerance, *, equal_nan: bool = False) -> None:
    """Fail unless `answer` has the type, shape, dtype and, within `tolerance`, the values of `expected`.

    Works through tuples, lists and dicts, whose keys must come in the same order. A list is accepted for a tuple,
    an int for a float.
    equal_nan: NaN is expected where `expected` has it; otherwise a NaN in `expected` raises ValueError.
    """
    _compare(answer, answer, expected, "", None, equal_nan)
    _compare(answer, answer, expected, "", tolerance, equal_nan)


def assert_equal(answer: Any, expected: Any) -> None:
    """Fail unless `answer` equals `expected` exactly, type, shape and dtype included."""
    assert_close(answer, expected, EXACT)


def assert_raises(kind: type[BaseException], function: Function | RemoteObject, *args: Any, **kwargs: Any) -> None:
    """Fail unless the call raises `kind` or a subclass of it."""
    try:
        answer = function(*args, **kwargs)
    except Crashed as crash:
        if not isinstance(crash, Unloaded) and crash.raised is not None and kind.__name__ in crash.raised.bases:
            return
        crash.instead_of = kind.__name__
        raise
    raise Mismatch("exception", answer, actual=answer, expected=kind.__name__)


def assert_inputs_unchanged(function: Function | RemoteObject, *args: Any, **kwargs: Any) -> Any:
    """Fail unless the call leaves its tensors, arrays, lists and dicts as they were.

    Return the answer, to be compared in turn: a function that does nothing leaves its inputs alone, too.
    """
    target = function_of(function)
    reply = target.student._call(target, args, kwargs, inputs_back=True)
    after_args, after_kwargs = reply.inputs
    names: list[int | str] = [*range(len(args)), *kwargs]
    after = [*after_args, *(after_kwargs[name] for name in kwargs)]
    for name, old, new in zip(names, [*args, *kwargs.values()], after, strict=True):
        if isinstance(old, RemoteObject):  # it stays there: read it, before and after
            continue
        try:
            _compare(new, new, old, "", EXACT, equal_nan=True)
        except Mismatch as change:
            raise Mismatch(
                "changed",
                reply.value,
                path=str(name),
                inner=change.path,
                actual=change.actual,
                expected=change.expected,
                elements=change.elements,
            ) from None
    return target.student.calls[-1].value


def gradient(
    function: Function | RemoteObject,
    *args: Any,
    wrt: int | str = 0,
    cotangent: torch.Tensor | None = None,
    **kwargs: Any,
) -> torch.Tensor:
    """Return d(sum of the result)/d(one input), by autograd through the student's code.

    wrt: position or name of a floating-point input.
    cotangent: multiplies the result before it is summed; same shape as the result.
    Fails the check where the result does not depend on the input through autograd.
    """
    target = function_of(function)
    (result,) = target.student._call(target, args, kwargs, wrt=[wrt], cotangent=cotangent)
    if not isinstance(result, torch.Tensor):
        raise Mismatch("gradient", result, path=str(wrt), actual=result)
    return result


def expect(condition: bool, en: str, zh: str, *, answer: Any = None) -> None:
    """Fail unless a law holds that any right answer obeys; `en` and `zh` say what was found instead."""
    if not condition:
        raise Mismatch("law", answer, law=Text(en, zh))


def randn(*shape: int, seed: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Return standard normal values that are the same on every run, whatever was drawn before."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


# How values are compared


def _compare(root: Any, actual: Any, expected: Any, path: str, tolerance: Tolerance | None, equal_nan: bool) -> None:
    """Raise Mismatch for the first difference. `actual` is what the student's answer `root` holds at `path`.

    tolerance: None to compare types, numbers of items, keys, shapes and dtypes only.
    """

    def mismatch(kind: Any, **details: Any) -> Mismatch:
        return Mismatch(kind, root, path=path, **{"actual": actual, "expected": expected, **details})

    match expected:
        case torch.Tensor():
            if not isinstance(actual, torch.Tensor):
                raise mismatch("type")
            _compare_tensors(mismatch, actual.detach(), expected.detach(), tolerance, equal_nan)
        case np.ndarray():
            _compare_arrays(mismatch, actual, expected, tolerance, equal_nan)
        case Mapping():
            if not isinstance(actual, dict):
                raise mismatch("type")
            if list(actual) != list(expected):
                raise mismatch("keys")
            for key in expected:
                _compare(root, actual[key], expected[key], f"{path}[{key!r}]", tolerance, equal_nan)
        case list() | tuple():
            if not _is_sequence_like(actual, expected):
                raise mismatch("type")
            if len(actual) != len(expected):
                raise mismatch("length")
            for index, (actual_item, expected_item) in enumerate(zip(actual, expected, strict=True)):
                _compare(root, actual_item, expected_item, f"{path}[{index}]", tolerance, equal_nan)
        case _:
            _compare_scalars(mismatch, actual, expected, tolerance, equal_nan)


def _is_sequence_like(actual: Any, expected: list[Any] | tuple[Any, ...]) -> bool:
    """Return True if `actual` is a list, or a tuple where a tuple is expected."""
    if isinstance(expected, list):
        return isinstance(actual, list)
    return isinstance(actual, list | tuple)


def _compare_scalars(mismatch: Any, actual: Any, expected: Any, tolerance: Tolerance | None, equal_nan: bool) -> None:
    """Raise Mismatch unless `actual` is close to an expected float, or has the type and value of anything else."""
    if isinstance(actual, np.generic):
        actual = actual.item()
    if type(expected) is float:
        _compare_floats(mismatch, actual, expected, tolerance, equal_nan)
    elif type(actual) is not type(expected):
        raise mismatch("type")
    elif tolerance is not None and actual != expected:
        raise mismatch("values")


def _compare_floats(mismatch: Any, actual: Any, expected: float, tolerance: Tolerance | None, equal_nan: bool) -> None:
    """Raise Mismatch unless `actual` is a number within `tolerance` of `expected`."""
    if type(actual) not in (float, int):
        raise mismatch("type")
    if tolerance is None:
        return
    if math.isnan(expected):
        _reject_nan(True, equal_nan)
        if not math.isnan(actual):
            raise mismatch("values")
        return
    if math.isnan(actual):
        raise mismatch("nan")
    if actual == expected:  # infinities: their distance is NaN
        return
    rtol, atol = tolerance.bounds(torch.float64)
    if not math.isclose(actual, expected, rel_tol=0, abs_tol=atol + rtol * abs(expected)):
        raise mismatch("values")


def _compare_arrays(
    mismatch: Any, actual: Any, expected: np.ndarray[Any, Any], tolerance: Tolerance | None, equal_nan: bool
) -> None:
    """Raise Mismatch unless `actual` is an array of the same dtype and shape, with close values."""
    if not isinstance(actual, np.ndarray):
        raise mismatch("type")
    if str(actual.dtype) != str(expected.dtype):
        raise mismatch("dtype")
    _compare_tensors(
        mismatch,
        torch.from_numpy(actual.copy()),
        torch.from_numpy(expected.copy()),
        tolerance,
        equal_nan,
    )


def _compare_tensors(
    mismatch: Any, actual: torch.Tensor, expected: torch.Tensor, tolerance: Tolerance | None, equal_nan: bool
) -> None:
    """Raise Mismatch unless shapes and dtypes are the same and the values close."""
    if actual.shape != expected.shape:
        raise mismatch("shape")
    if actual.dtype != expected.dtype:
        raise mismatch("dtype")
    if tolerance is None:
        return
    if expected.is_floating_point() or expected.is_complex():
        _reject_nan(bool(expected.isnan().any()), equal_nan)
        rtol, atol = tolerance.bounds(expected.dtype)
        wrong = ~torch.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan)
        has_nan = bool((actual.isnan() & ~expected.isnan()).any())
    else:
        wrong = actual != expected
        has_nan = False
    if wrong.any():
        first = tuple(int(i) for i in wrong.nonzero()[0])
        raise mismatch(
            "nan" if has_nan else "values",
            actual=actual,
            expected=expected,
            elements=WrongElements(first, wrong=int(wrong.sum()), total=wrong.numel()),
        )


def _reject_nan(has_nan: bool, equal_nan: bool) -> None:
    """Raise ValueError for an expected NaN that the check did not ask for."""
    if has_nan and not equal_nan:
        raise ValueError("the expected value holds NaN: say equal_nan=True where that is right")
