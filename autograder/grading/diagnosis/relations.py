"""Relations between a student's answer and the right one: opposite sign, another shape, rounded, and such.

Each takes a pair of replies and returns True if its relation holds.
"""

import math

import msgspec
import numpy as np
import torch

from ...checks.student import RecordedCall
from ...sandbox.worker.protocol import CallFunction, Reply
from .replies import is_close, is_equal

SAME = 1e-5  # relative difference up to which two numbers count as the same
FLOAT32_ERROR = (1e-10, 1e-6)  # relative error of what was computed in float32
MAX_DECIMALS = 6  # of a rounded answer
LARGEST = 1e300  # whole number that becomes a float
SIZES, LEAST_SIZE = 16, 1000  # an answer may be so many times as large as the right one, or as this
ENOUGH_DIGITS = 10  # the largest answer, written without its decimal point: 0.5 may be right in another way


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """The first call of a failed check that the student answers otherwise than the reference."""

    check: str
    call: RecordedCall
    right: Reply
    answer: Reply


def is_small(pair: Pair) -> bool:
    """Return True if the answer is not much larger than the right one: it costs little to compare."""
    return _size(pair.answer.value) <= SIZES * max(_size(pair.right.value), LEAST_SIZE)


def _size(value: object) -> int:
    """Return how many numbers and items a value holds, and characters."""
    if isinstance(value, torch.Tensor):
        return value.numel()
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, list | tuple):
        return len(value) + sum(_size(item) for item in value)
    return 1


# Numbers in answers


def _numbers(value: object) -> torch.Tensor | None:
    """Return a tensor, array or number as a float64 tensor; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and abs(value) > LARGEST:
        return None
    if isinstance(value, int | float):
        return torch.tensor(value, dtype=torch.float64)
    if isinstance(value, np.ndarray):
        value = torch.from_numpy(value.copy())
    if isinstance(value, torch.Tensor) and value.dtype is not torch.bool:
        return value.detach().to(torch.float64)
    return None


def _differing(answer: object, right: object) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return the tensors and numbers in which two answers differ, as pairs of one shape; none if they do not pair up."""
    if isinstance(right, list | tuple):
        if not isinstance(answer, list | tuple) or len(answer) != len(right):
            return []
        pairs = []
        for answer_item, right_item in zip(answer, right, strict=True):
            if is_equal(answer_item, right_item):
                continue
            inner = _differing(answer_item, right_item)
            if not inner:
                return []
            pairs += inner
        return pairs
    numbers, right_numbers = _numbers(answer), _numbers(right)
    if numbers is None or right_numbers is None or numbers.shape != right_numbers.shape:
        return []
    return [(numbers, right_numbers)]


def _joined(pair: Pair) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Return all differing numbers of a pair as two long tensors; None if there are none."""
    differing = _differing(pair.answer.value, pair.right.value)
    if not differing:
        return None
    answer = torch.cat([numbers.flatten() for numbers, _ in differing])
    right = torch.cat([numbers.flatten() for _, numbers in differing])
    return answer, right


def _same_numbers(a: torch.Tensor | None, b: torch.Tensor | None) -> bool:
    """Return True if two tensors hold the same numbers, up to the precision of float32."""
    if a is None or b is None or a.shape != b.shape:
        return False
    if not b.numel():
        return True
    largest = b[b.isfinite()].abs().max().item() if bool(b.isfinite().any()) else 0.0
    return torch.allclose(a, b, rtol=SAME, atol=SAME * largest, equal_nan=True)


# Relations


def is_none(pair: Pair) -> bool:
    """Return True for None where a value is asked for."""
    return pair.answer.error is None and pair.answer.value is None and pair.right.value is not None


def accepts(pair: Pair) -> bool:
    """Return True where the reference raises and the student does not."""
    return pair.right.error is not None and pair.answer.error is None


def raises_another(pair: Pair) -> bool:
    """Return True where the student raises another exception than the reference."""
    right, answer = pair.right.error, pair.answer.error
    return right is not None and answer is not None and right.type not in answer.bases


def changes_input(pair: Pair) -> bool:
    """Return True for the right result beside a changed input, and where autograd refuses such a change."""
    if pair.answer.error is not None:
        return pair.right.error is None and "in-place operation" in pair.answer.error.message
    is_right = is_equal(pair.answer.value, pair.right.value)
    return is_right and not is_equal(pair.answer.inputs, pair.right.inputs)


def cuts_gradient(pair: Pair) -> bool:
    """Return True where no gradient comes back, and the reference has one."""
    request = pair.call.request
    if not isinstance(request, CallFunction) or not request.wrt:
        return False
    if pair.answer.error is not None or pair.right.error is not None:
        return False
    return isinstance(_first(pair.answer.value), str) and isinstance(_first(pair.right.value), torch.Tensor)


def _first(value: object) -> object:
    """Return the first item of a list or tuple; None for anything else."""
    return value[0] if isinstance(value, list | tuple) and value else None


def other_type(pair: Pair) -> bool:
    """Return True for the right numbers in a list, array or tensor of another type."""
    answer, right = pair.answer.value, pair.right.value
    return _has_other_type(answer, right) and _same_numbers(_from_any(answer), _from_any(right))


def _has_other_type(answer: object, right: object) -> bool:
    """Return True if two answers, or two of their items, differ in type. A list may stand for a tuple."""
    if isinstance(right, list | tuple) and isinstance(answer, list | tuple):
        return len(answer) == len(right) and any(map(_has_other_type, answer, right))
    return type(answer) is not type(right)


def _from_any(value: object) -> torch.Tensor | None:
    """Return the numbers of a tensor, array, number, or of lists and tuples of them."""
    if not isinstance(value, list | tuple):
        return _numbers(value)
    if not value:
        return torch.empty(0, dtype=torch.float64)
    tensors = []
    for item in value:
        numbers = _from_any(item)
        if numbers is None:
            return None
        tensors.append(numbers)
    return torch.stack(tensors)


def other_dtype(pair: Pair) -> bool:
    """Return True for the right numbers in another dtype. Of several tensors, only those that differ must be so."""
    has_other_dtype = False
    for answer, right in _tensors(pair):
        if answer.shape != right.shape or not _same_numbers(_numbers(answer), _numbers(right)):
            return False
        has_other_dtype = has_other_dtype or answer.dtype != right.dtype
    return has_other_dtype


def other_shape(pair: Pair) -> bool:
    """Return True for the right numbers in another shape."""
    has_other_shape = False
    for answer, right in _tensors(pair):
        numbers, right_numbers = _numbers(answer), _numbers(right)
        if numbers is None or right_numbers is None:
            return False
        if not _same_numbers(numbers.flatten(), right_numbers.flatten()):
            return False
        has_other_shape = has_other_shape or answer.shape != right.shape
    return has_other_shape


def _tensors(pair: Pair) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return the tensors of two answers side by side; none if the answers hold anything else."""
    answer, right = pair.answer.value, pair.right.value
    answers = answer if isinstance(answer, list | tuple) else [answer]
    rights = right if isinstance(right, list | tuple) else [right]
    if len(answers) != len(rights):
        return []
    tensors = []
    for one, other in zip(answers, rights, strict=True):
        if not isinstance(one, torch.Tensor) or not isinstance(other, torch.Tensor):
            return []
        tensors.append((one, other))
    return tensors


def is_transposed(pair: Pair) -> bool:
    """Return True for the transpose of the right matrix."""
    answer, right = pair.answer.value, pair.right.value
    if not isinstance(answer, torch.Tensor) or not isinstance(right, torch.Tensor):
        return False
    if answer.dim() != 2 or right.dim() != 2 or 1 in right.shape:
        return False
    return _same_numbers(_numbers(answer.T), _numbers(right)) and not _same_numbers(_numbers(answer), _numbers(right))


def other_order(pair: Pair) -> bool:
    """Return True for the right results in another order: a tuple of two or three, told apart by their values."""
    answer, right = pair.answer.value, pair.right.value
    if not isinstance(right, tuple) or not isinstance(answer, tuple | list) or len(answer) != len(right):
        return False
    return len(right) > 1 and is_equal(list(answer), list(reversed(right)))


def is_reversed(pair: Pair) -> bool:
    """Return True for the right items, last one first."""
    answer, right = _from_any(pair.answer.value), _from_any(pair.right.value)
    if answer is None or right is None or right.dim() == 0 or isinstance(pair.right.value, tuple):
        return False
    return _same_numbers(answer, right.flip(0)) and not _same_numbers(answer, right)


def opposite_sign(pair: Pair) -> bool:
    """Return True for the right numbers with the opposite sign."""
    joined = _joined(pair)
    return joined is not None and _same_numbers(-joined[0], joined[1])


def is_float32(pair: Pair) -> bool:
    """Return True for float64 answers that are right to 7 digits, and are numbers of float32."""
    return _has_seven_digits(pair, in_float32=True)


def has_seven_digits(pair: Pair) -> bool:
    """Return True for float64 answers that are right to about 7 digits, nearly everywhere not to more."""
    return _has_seven_digits(pair, in_float32=False)


def _has_seven_digits(pair: Pair, *, in_float32: bool) -> bool:
    joined = _joined(pair)
    if joined is None or not _is_double(pair.answer.value):
        return False
    answer, right = joined
    if in_float32 and not torch.equal(answer.float().double(), answer):
        return False
    error = ((answer - right) / right)[right != 0].abs()
    if not error.numel():
        return False
    least, largest = FLOAT32_ERROR
    return bool(error.max() <= largest and error.median() >= least)


def _is_double(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(_is_double(item) for item in value)
    return isinstance(value, torch.Tensor) and value.dtype is torch.float64


def is_rounded(pair: Pair) -> bool:
    """Return True for answers that are the right ones, rounded to a few decimals."""
    joined = _joined(pair)
    if joined is None:
        return False
    answer, right = joined
    if _same_numbers(answer, right):
        return False
    for decimals in range(1, MAX_DECIMALS + 1):
        has_enough_digits = float(answer.abs().max()) * 10**decimals >= ENOUGH_DIGITS
        if has_enough_digits and torch.allclose(answer, torch.round(right, decimals=decimals), rtol=0, atol=1e-9):
            return True
    return False


def is_wrong_only_where_not_finite(pair: Pair) -> bool:
    """Return True for answers that are right but for NaN and infinities."""
    joined = _joined(pair)
    if joined is None:
        return False
    answer, right = joined
    finite = answer.isfinite()
    if bool(finite.all()) or not bool(right.isfinite().any()):
        return False
    return not bool(finite.any()) or is_close(answer[finite], right[finite])


def sums_for_mean(pair: Pair) -> bool:
    """Return True for answers that are n times too large."""
    return _ratio_is_a_size(pair, is_sum=True)


def means_for_sum(pair: Pair) -> bool:
    """Return True for answers that are n times too small."""
    return _ratio_is_a_size(pair, is_sum=False)


def _ratio_is_a_size(pair: Pair, *, is_sum: bool) -> bool:
    """Return True if the answer is n times the right one, or its n-th part; n is a size of the first input."""
    joined = _joined(pair)
    inputs = [value for value in pair.call.args if isinstance(value, torch.Tensor)]
    if joined is None or not inputs:
        return False
    answer, right = joined if is_sum else reversed(joined)
    sizes = {inputs[0].numel(), *inputs[0].shape} - {0, 1}
    return any(_same_numbers(answer, right * size) for size in sizes)


def one_too_large(pair: Pair) -> bool:
    """Return True for a whole number that is too large by 1."""
    return _differs_by(pair, 1)


def one_too_small(pair: Pair) -> bool:
    """Return True for a whole number that is too small by 1."""
    return _differs_by(pair, -1)


def _differs_by(pair: Pair, difference: int) -> bool:
    """Return True for whole numbers that all differ by this."""
    answer, right = pair.answer.value, pair.right.value
    if type(answer) is not int or type(right) is not int:
        return False
    return answer - right == difference


def lacks_last(pair: Pair) -> bool:
    """Return True for the right list without its last item."""
    answer, right = pair.answer.value, pair.right.value
    return isinstance(answer, list) and isinstance(right, list) and len(right) > 1 and is_equal(answer, right[:-1])


def lacks_first(pair: Pair) -> bool:
    """Return True for the right list without its first item."""
    answer, right = pair.answer.value, pair.right.value
    return isinstance(answer, list) and isinstance(right, list) and len(right) > 1 and is_equal(answer, right[1:])


def one_too_many(pair: Pair) -> bool:
    """Return True for the right list with one more item at its end."""
    answer, right = pair.answer.value, pair.right.value
    return isinstance(answer, list) and isinstance(right, list) and len(right) > 0 and is_equal(answer[:-1], right)


# A constant factor


def factor_between(pair: Pair) -> float | None:
    """Return c if the answer is c times the right one in every number; None if there is no such c."""
    joined = _joined(pair)
    if joined is None:
        return None
    answer, right = joined
    if not bool(answer.isfinite().all()) or not bool(right.any()):
        return None
    largest = int(right.abs().argmax())
    factor = float(answer[largest] / right[largest])
    is_one = math.isclose(factor, 1.0, rel_tol=100 * SAME)
    if factor == 0.0 or is_one or not _same_numbers(answer, right * factor):
        return None
    return factor


def right_numbers(pair: Pair) -> list[float]:
    """Return the right numbers of the places where the answer differs."""
    joined = _joined(pair)
    return [] if joined is None else [float(number) for number in joined[1].tolist()]
