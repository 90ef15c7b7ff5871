"""General slips: relations between a student's answers and the right ones, such as "right, but for the sign".

A slip needs no misconception of the course. It is named where its relation holds in most of the failed checks, so what
its sentence says is always true of the answers.
"""

import math
from collections.abc import Callable, Sequence, Set

import msgspec

from ...results.model import Diagnosis
from ...text import Text
from . import relations
from .relations import Pair

LEAST_SHARE = 0.5  # of the failed checks; a slip must hold in more
ENOUGH_NUMBERS = 4  # different numbers that a constant factor must hold for


class Slip(msgspec.Struct, frozen=True):
    """A relation that an answer may have to the right one, and the sentence for it."""

    name: str
    sentence: Text
    holds: Callable[[Pair], bool]
    least: int = 1  # checks that it must hold in; more where a relation may hold by chance


def find_slip(pairs: Sequence[Pair], failed: Set[str]) -> Diagnosis | None:
    """Return the slip that holds in most of the failed checks, if in more than half; the first of equals."""
    pairs = [pair for pair in pairs if relations.is_small(pair)]
    best: Slip | None = None
    most = LEAST_SHARE * len(failed)
    for slip in SLIPS:
        holding = [pair for pair in pairs if _holds(slip, pair)]
        if len(holding) > most and len(holding) >= slip.least:
            best, most = slip, len(holding)
    if best is not None:
        return Diagnosis(name=best.name, sentence=best.sentence)
    return _constant_factor(pairs, failed)


def _holds(slip: Slip, pair: Pair) -> bool:
    try:
        return slip.holds(pair)
    except (RuntimeError, TypeError, ValueError, OverflowError):  # values that do not compare have no relation
        return False


def _constant_factor(pairs: Sequence[Pair], failed: Set[str]) -> Diagnosis | None:
    """Return the slip of a factor that is the same in more than half of the failed checks, for enough numbers."""
    factors = []
    for pair in pairs:
        factor = relations.factor_between(pair)
        if factor is not None:
            factors.append((factor, pair))
    for factor, _ in factors:
        numbers: set[float] = set()
        checks = 0
        for other, pair in factors:
            if math.isclose(other, factor, rel_tol=1e-4):
                numbers.update(relations.right_numbers(pair))
                checks += 1
        if checks > LEAST_SHARE * len(failed) and checks > 1 and len(numbers) >= ENOUGH_NUMBERS:
            return Diagnosis(name="constant_factor", sentence=CONSTANT_FACTOR.filled(factor=f"{factor:.4g}"))
    return None


CONSTANT_FACTOR = Text(
    "Your results are {factor} times the right ones: a factor is missing, or there is one too many.",
    "你的结果总是正确值的 {factor} 倍：少乘了或多乘了一个系数。",
)

SLIPS = (
    Slip(
        "returns_none",
        Text(
            "Your function returns None. Is `return` missing, perhaps in one branch only?",
            "你的函数返回了 None：是不是漏写了 return，或者只有一部分分支写了 return？",
        ),
        relations.is_none,
    ),
    Slip(
        "changes_its_input",
        Text(
            "Your result is right, but you change an input in place. Work on a copy, or write x = x + 1 in place of x += 1.",
            "结果正确，但你原地修改了输入。请在副本上计算，或者用 x = x + 1 代替 x += 1。",
        ),
        relations.changes_input,
    ),
    Slip(
        "cuts_the_gradient",
        Text(
            "No gradient gets back to the input: don't use .item(), .detach(), .data, numpy or torch.tensor(…) on the way.",
            "梯度传不回输入：计算过程中不要用 .item()、.detach()、.data、numpy 或 torch.tensor(…)。",
        ),
        relations.cuts_gradient,
    ),
    Slip(
        "other_dtype",
        Text(
            "Your values are right, but their dtype is not the one that the docstring asks for.",
            "数值正确，但 dtype 不是题目要求的。",
        ),
        relations.other_dtype,
    ),
    Slip(
        "other_type",
        Text(
            "Your values are right, but their type is not: the docstring says if it asks for a tensor, a number, a list or a tuple.",
            "数值正确，但类型不对：请看题目要求返回张量、数、列表还是元组。",
        ),
        relations.other_type,
    ),
    Slip(
        "transposed",
        Text("Your result is the transpose of the right one.", "你的结果是正确结果的转置。"),
        relations.is_transposed,
        least=2,
    ),
    Slip(
        "other_shape",
        Text(
            "Your values are right, but their shape is not: look at squeeze, unsqueeze, reshape and keepdim.",
            "数值正确，但形状不对：检查 squeeze、unsqueeze、reshape 和 keepdim。",
        ),
        relations.other_shape,
    ),
    Slip(
        "other_order_of_results",
        Text("You return the right results in the wrong order.", "返回的几个结果都对，但顺序反了。"),
        relations.other_order,
    ),
    Slip(
        "reversed",
        Text("Your result is right, but back to front.", "结果正确，但顺序是倒过来的。"),
        relations.is_reversed,
        least=2,
    ),
    Slip(
        "opposite_sign",
        Text("Your results are right, but for the sign.", "你的结果与正确结果只差一个负号。"),
        relations.opposite_sign,
        least=2,
    ),
    Slip(
        "computed_in_float32",
        Text(
            "Your results are right to about 7 digits only: somewhere you compute in float32 where the input is float64.",
            "你的结果只有约 7 位有效数字：输入是 float64，而你在某处用 float32 计算。",
        ),
        relations.is_float32,
    ),
    Slip(
        "seven_digits",
        Text(
            "Your results are right to about 7 digits only: look for a constant in float32, an epsilon, or a rounded number.",
            "你的结果只有约 7 位有效数字：检查是否用了 float32 的常数、多余的 epsilon 或四舍五入过的数。",
        ),
        relations.has_seven_digits,
        least=2,
    ),
    Slip(
        "rounded",
        Text("You round the result: return it with all its digits.", "你对结果做了四舍五入：请返回全部有效数字。"),
        relations.is_rounded,
        least=2,
    ),
    Slip(
        "not_finite",
        Text(
            "Your results are right except where NaN or inf comes out: something overflows, or you divide by 0.",
            "除了得到 NaN 或 inf 的地方，你的结果都对：那里发生了溢出，或除以了 0。",
        ),
        relations.is_wrong_only_where_not_finite,
    ),
    Slip(
        "sum_for_mean",
        Text(
            "Your results are n times too large, and n is a size of the input: you take a sum where the mean is asked for.",
            "你的结果是正确值的 n 倍，n 恰好是输入的大小：题目要求平均值，你求的是总和。",
        ),
        relations.sums_for_mean,
        least=2,
    ),
    Slip(
        "mean_for_sum",
        Text(
            "Your results are n times too small, and n is a size of the input: you take a mean, or divide once too often.",
            "你的结果是正确值的 n 分之一，n 恰好是输入的大小：你多求了一次平均，或多除了一次。",
        ),
        relations.means_for_sum,
        least=2,
    ),
    Slip(
        "one_too_large",
        Text("Your results are all too large by 1.", "你的结果都多了 1。"),
        relations.one_too_large,
        least=2,
    ),
    Slip(
        "one_too_small",
        Text("Your results are all too small by 1.", "你的结果都少了 1。"),
        relations.one_too_small,
        least=2,
    ),
    Slip(
        "last_is_missing",
        Text("The last item is missing from your list.", "你的列表少了最后一项。"),
        relations.lacks_last,
        least=2,
    ),
    Slip(
        "first_is_missing",
        Text("The first item is missing from your list.", "你的列表少了第一项。"),
        relations.lacks_first,
        least=2,
    ),
    Slip(
        "one_item_too_many",
        Text("Your list has one item too many at its end.", "你的列表末尾多了一项。"),
        relations.one_too_many,
        least=2,
    ),
    Slip(
        "accepts_everything",
        Text(
            "You accept arguments that the docstring asks you to refuse: check them, and raise the exception that it names.",
            "题目要求拒绝的参数，你也接受了：请检查参数，并抛出题目指定的异常。",
        ),
        relations.accepts,
    ),
    Slip(
        "raises_another_exception",
        Text(
            "You do raise an exception where one is asked for, but not the one that the docstring names.",
            "该抛出异常的地方你抛出了异常，但不是题目指定的那一种。",
        ),
        relations.raises_another,
    ),
)
