"""Hidden checks of learning-rate annealing. 学习率退火的隐藏检查。"""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.optim.lr_scheduler import ExponentialLR, LambdaLR, LRScheduler, MultiStepLR, StepLR

from autograder.checks import (
    EXACT,
    PYTHON_FLOAT,
    Tolerance,
    assert_close,
    assert_inputs_unchanged,
    assert_raises,
    check,
    expect,
)


def scheduled(make: Callable[..., LRScheduler], lr0: float, calls: int, floor: float = 0.0) -> list[float]:
    """The oracle: the rate at the start, then after each epoch of a loop that steps torch's scheduler above `floor`."""
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=lr0)
    scheduler = make(optimiser)
    rates = [lr0]
    for _ in range(calls):
        optimiser.step()
        if rates[-1] > floor:
            scheduler.step()
        rates.append(optimiser.param_groups[0]["lr"])
    return rates


def drawn(count: int, seed: int) -> list[float]:
    """Numbers between 0 and 1 that are the same on every run."""
    return torch.rand(count, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).tolist()


# For very small rates: PYTHON_FLOAT would accept 0 in the place of 1e-10.
FIVE_DIGITS = Tolerance(1e-5, 0, 1e-5, 0)


# piecewise_constant

BOUNDARIES = [3, 7, 12]
RATES = [0.3, 0.2, 0.05, 0.02]


@check("piecewise_constant", weight=2)
def test_piecewise_constant_step_by_step(student):
    """Intervals of 3, 4 and 5 steps and the steps after them each have their own rate. 长 3、4、5 步的三个区间以及之后的各步，分别使用各自的学习率。"""
    expected = [0.3] * 3 + [0.2] * 4 + [0.05] * 5 + [0.02] * 4
    answer = [student.piecewise_constant(step, BOUNDARIES, RATES) for step in range(16)]
    assert_close(answer, expected, PYTHON_FLOAT)


@check("piecewise_constant")
@pytest.mark.parametrize(("step", "rate"), [(3, 0.2), (7, 0.05), (12, 0.02)], ids=["first", "middle", "last"])
def test_piecewise_constant_at_a_boundary(student, step, rate):
    """A step that equals a boundary takes the new rate. 恰好在边界上的一步用新的学习率。"""
    assert_close(student.piecewise_constant(step, BOUNDARIES, RATES), rate, PYTHON_FLOAT)


@check("piecewise_constant")
@pytest.mark.parametrize(("step", "rate"), [(2, 0.3), (6, 0.2), (11, 0.05)], ids=["first", "middle", "last"])
def test_piecewise_constant_just_before_a_boundary(student, step, rate):
    """The step before a boundary keeps the old rate. 边界前的一步仍用旧的学习率。"""
    assert_close(student.piecewise_constant(step, BOUNDARIES, RATES), rate, PYTHON_FLOAT)


@check("piecewise_constant")
@pytest.mark.parametrize(("step", "rate"), [(0, 0.3), (13, 0.02), (1_000_000, 0.02)], ids=["start", "after", "far"])
def test_piecewise_constant_at_both_ends(student, step, rate):
    """The first rate holds before the first boundary, the last rate after the last boundary. 第一个边界之前用第一个值，最后一个边界之后用最后一个值。"""
    assert_close(student.piecewise_constant(step, BOUNDARIES, RATES), rate, PYTHON_FLOAT)


@check("piecewise_constant")
@pytest.mark.parametrize("step", [0, 1, 500], ids=str)
def test_piecewise_constant_without_boundaries(student, step):
    """Without boundaries the only rate is used in every step. 没有边界时，唯一的学习率用于所有步。"""
    assert_close(student.piecewise_constant(step, [], [0.25]), 0.25, PYTHON_FLOAT)


@check("piecewise_constant")
def test_piecewise_constant_of_a_boundary_at_the_start(student):
    """A boundary at step 0 is reached at the start. 位于第 0 步的边界一开始就已到达。"""
    assert_close(student.piecewise_constant(0, [0, 4], [9.0, 0.4, 0.1]), 0.4, PYTHON_FLOAT)


@check("piecewise_constant")
def test_piecewise_constant_follows_torch(student):
    """Rates that fall to a fifth at each boundary agree with MultiStepLR. 每到边界降为五分之一时，与 MultiStepLR 一致。"""
    milestones, gamma, values = [2, 3, 6], 0.2, [0.5, 0.1, 0.02, 0.004]
    expected = scheduled(lambda optimiser: MultiStepLR(optimiser, milestones, gamma), 0.5, 8)
    answer = [student.piecewise_constant(step, milestones, values) for step in range(9)]
    assert_close(answer, expected, PYTHON_FLOAT)


@check("piecewise_constant")
def test_piecewise_constant_takes_the_rates_as_given(student):
    """The rates may rise and fall, as in a warm-up. 学习率可以先升后降，例如预热。"""
    values = [0.001, 0.1, 0.05, 0.0]
    answer = [student.piecewise_constant(step, [1, 2, 5], values) for step in range(6)]
    assert_close(answer, [0.001, 0.1, 0.05, 0.05, 0.05, 0.0], PYTHON_FLOAT)


@check("piecewise_constant")
def test_piecewise_constant_with_a_rate_that_comes_back(student):
    """A rate may occur in several intervals. 同一个学习率可以出现在几个区间里。"""
    values = [0.1, 0.01, 0.1, 0.01, 0.1]
    answer = [student.piecewise_constant(step, [1, 2, 3, 5], values) for step in range(7)]
    assert_close(answer, [0.1, 0.01, 0.1, 0.01, 0.01, 0.1, 0.1], PYTHON_FLOAT)


@check("piecewise_constant")
@pytest.mark.parametrize("rate", [2.5e-7, 1e-9, 3e-12], ids=str)
def test_piecewise_constant_of_small_rates(student, rate):
    """A very small rate comes back with all its digits. 很小的学习率也原样返回。"""
    assert_close(student.piecewise_constant(4, [4], [0.1, rate]), rate, FIVE_DIGITS)


@check("piecewise_constant")
def test_piecewise_constant_of_many_intervals(student):
    """Twenty random boundaries are tested from both sides. 随机取 20 个边界，两侧都试。"""
    boundaries = sorted({int(1000 * number) + 1 for number in drawn(20, seed=1)})
    values = drawn(len(boundaries) + 1, seed=2)
    for step in [boundary - shift for boundary in boundaries for shift in (1, 0)]:
        expected = values[int(np.searchsorted(boundaries, step, side="right"))]
        assert_close(student.piecewise_constant(step, boundaries, values), expected, PYTHON_FLOAT)


@check("piecewise_constant", weight=2)
@pytest.mark.parametrize(
    ("boundaries", "values"),
    [([10, 20], [0.1, 0.01]), ([10, 20], [0.1]), ([10], [0.3, 0.2, 0.1]), ([], []), ([], [0.2, 0.1])],
    ids=["as_many", "too_few", "too_many", "nothing", "no_boundary"],
)
def test_piecewise_constant_refuses_lengths_that_do_not_fit(student, boundaries, values):
    """Whatever the step, the wrong number of values raises ValueError. 无论 step 是多少，values 的个数不对就抛出 ValueError。"""
    assert_raises(ValueError, student.piecewise_constant, 1000, [10], [0.1])
    for step in (1000, 0):
        assert_raises(ValueError, student.piecewise_constant, step, boundaries, values)


@check("piecewise_constant")
def test_piecewise_constant_leaves_its_lists_alone(student):
    """Neither list is changed. 只读取 boundaries 和 values，不作修改。"""
    rate = assert_inputs_unchanged(student.piecewise_constant, 8, BOUNDARIES, RATES)
    assert_close(rate, 0.05, PYTHON_FLOAT)


# exponential_decay


@check("exponential_decay", weight=2)
@pytest.mark.parametrize(("lr0", "k"), [(0.1, 0.1), (0.5, 0.03), (4.0, 1.5)], ids=["slow", "slower", "fast"])
def test_exponential_decay_follows_torch(student, lr0, k):
    """Eight steps agree with ExponentialLR, whose gamma is exp(-k). 前八步与 gamma = exp(-k) 的 ExponentialLR 一致。"""
    expected = scheduled(lambda optimiser: ExponentialLR(optimiser, gamma=math.exp(-k)), lr0, 8)
    assert_close([student.exponential_decay(lr0, k, t) for t in range(9)], expected, PYTHON_FLOAT)


@check("exponential_decay")
@pytest.mark.parametrize(("lr0", "k"), [(0.1, 0.1), (1.0, 5.0), (3.0, 0.0)], ids=["small", "large", "none"])
def test_exponential_decay_starts_at_lr0(student, lr0, k):
    """At t = 0 the rate is lr0, whatever k is. 无论 k 是多少，t = 0 时学习率都是 lr0。"""
    assert_close(student.exponential_decay(lr0, k, 0), lr0, PYTHON_FLOAT)


@check("exponential_decay")
@pytest.mark.parametrize("t", [1, 3, 100_000], ids=str)
def test_exponential_decay_without_k(student, t):
    """With k = 0 the rate never changes. k = 0 时学习率始终不变。"""
    assert_close(student.exponential_decay(0.5, 0.0, t), 0.5, PYTHON_FLOAT)


@check("exponential_decay")
def test_exponential_decay_halves_in_equal_times(student):
    """With k = ln 2 / 5 the rate halves every five steps. k = ln 2 / 5 时，每五步减半。"""
    answer = [student.exponential_decay(0.8, math.log(2) / 5, t) for t in (5, 10, 15, 20)]
    assert_close(answer, [0.4, 0.2, 0.1, 0.05], PYTHON_FLOAT)


@check("exponential_decay", weight=2)
@pytest.mark.parametrize(
    ("k", "t"), [(0.1, 10_000), (1.0, 720), (5.0, 1_000_000)], ids=["ten_thousand", "just_too_large", "million"]
)
def test_exponential_decay_dies_out_quietly(student, k, t):
    """If k t is very large, the rate is 0, without an overflow. k t 极大时学习率为 0，而不是溢出。"""
    assert_close(student.exponential_decay(0.1, k, t), 0.0, PYTHON_FLOAT)


@check("exponential_decay", weight=2)
@pytest.mark.parametrize(
    ("lr0", "k", "t"),
    [(1.0, 1.0, 25), (0.1, 0.1, 1000), (3e-9, 0.5, 2), (1.0, 0.7, 900)],
    ids=["25", "100", "lr0", "630"],
)
def test_exponential_decay_of_small_rates(student, lr0, k, t):
    """A rate of 1e-11 is small, but not 0, and it is not rounded. 学习率为 1e-11 时虽小却不是 0，也不作舍入。"""
    assert_close(student.exponential_decay(lr0, k, t), lr0 * math.exp(-k * t), FIVE_DIGITS)


@check("exponential_decay")
def test_exponential_decay_over_many_slow_steps(student):
    """20000 steps with k = 0.0001 leave lr0 / e^2. k = 0.0001 时，20000 步之后剩下 lr0 / e^2。"""
    assert_close(student.exponential_decay(5.0, 1e-4, 20_000), 5 / math.e**2, PYTHON_FLOAT)


@check("exponential_decay")
def test_exponential_decay_can_be_interrupted(student):
    """Three steps and then four more equal seven steps. 先走三步，再从那里走四步，等于走七步。"""
    half_way = student.exponential_decay(0.9, 0.2, 3)
    assert_close(student.exponential_decay(half_way, 0.2, 4), 0.9 * math.exp(-1.4), PYTHON_FLOAT)


@check("exponential_decay")
def test_exponential_decay_on_random_numbers(student):
    """Correct for random lr0, k and t. 对随机抽取的 lr0、k、t 正确。"""
    for lr0, k, t in zip(drawn(8, seed=11), drawn(8, seed=12), [1, 2, 3, 4, 5, 6, 7, 8], strict=True):
        expected = float(lr0 * np.power(np.exp(-1.0), k * t))
        assert_close(student.exponential_decay(lr0, k, t), expected, PYTHON_FLOAT)


# inverse_time_decay


@check("inverse_time_decay", weight=2)
@pytest.mark.parametrize(("lr0", "k"), [(0.1, 0.5), (2.0, 0.03), (0.5, 3.0)], ids=["half", "slow", "fast"])
def test_inverse_time_decay_follows_torch(student, lr0, k):
    """Eight steps agree with torch's LambdaLR. 前八步与 torch 的 LambdaLR 一致。"""
    expected = scheduled(lambda optimiser: LambdaLR(optimiser, lambda t: (1 + k * t) ** -1), lr0, 8)
    assert_close([student.inverse_time_decay(lr0, k, t) for t in range(9)], expected, PYTHON_FLOAT)


@check("inverse_time_decay")
@pytest.mark.parametrize(("lr0", "k"), [(0.1, 0.5), (3.0, 10.0), (0.7, 0.0)], ids=["small", "large", "none"])
def test_inverse_time_decay_starts_at_lr0(student, lr0, k):
    """At t = 0 the rate is lr0: nothing is divided by zero. t = 0 时学习率就是 lr0，不会除以零。"""
    assert_close(student.inverse_time_decay(lr0, k, 0), lr0, PYTHON_FLOAT)


@check("inverse_time_decay")
@pytest.mark.parametrize("t", [1, 5, 100_000], ids=str)
def test_inverse_time_decay_without_k(student, t):
    """With k = 0 the rate never changes. k = 0 时学习率始终不变。"""
    assert_close(student.inverse_time_decay(0.3, 0.0, t), 0.3, PYTHON_FLOAT)


@check("inverse_time_decay")
@pytest.mark.parametrize(("k", "t"), [(0.25, 4), (0.01, 100), (1.0, 1)], ids=["4", "100", "1"])
def test_inverse_time_decay_halves_at_one_over_k(student, k, t):
    """At t = 1/k the rate is half of lr0. t = 1/k 时剩下 lr0 的一半。"""
    assert_close(student.inverse_time_decay(0.6, k, t), 0.3, PYTHON_FLOAT)


@check("inverse_time_decay")
def test_inverse_time_decay_long_after(student):
    """After a million steps it is nearly lr0 / (k t), and not 0. 一百万步之后约为 lr0 / (k t)，并不是 0。"""
    assert_close(student.inverse_time_decay(10.0, 0.001, 1_000_000), 10 / 1001, PYTHON_FLOAT)


@check("inverse_time_decay", weight=2)
@pytest.mark.parametrize(
    ("lr0", "k", "t"), [(0.1, 0.5, 10**9), (3.7e-9, 0.3, 7), (0.001, 2.0, 10**6)], ids=["late", "lr0", "million"]
)
def test_inverse_time_decay_of_small_rates(student, lr0, k, t):
    """A rate of 1e-10 is neither rounded nor held up by a floor. 学习率为 1e-10 时不作舍入，也没有下限。"""
    assert_close(student.inverse_time_decay(lr0, k, t), 1 / (1 / lr0 + k / lr0 * t), FIVE_DIGITS)


@check("inverse_time_decay")
def test_inverse_time_decay_between_the_halvings(student):
    """k t need not be a whole number. k t 不必是整数。"""
    answer = [student.inverse_time_decay(1.0, 0.25, t) for t in (1, 2, 3, 5)]
    assert_close(answer, [0.8, 2 / 3, 4 / 7, 4 / 9], PYTHON_FLOAT)


@check("inverse_time_decay")
def test_inverse_time_decay_has_a_straight_reciprocal(student):
    """1 / rate grows by k / lr0 in every step. 学习率的倒数每一步增加 k / lr0。"""
    rates = [student.inverse_time_decay(0.2, 0.3, t) for t in range(6)]
    growth = [1 / later - 1 / earlier for earlier, later in pairwise(rates)]
    expect(
        all(math.isclose(step, 0.3 / 0.2, rel_tol=1e-4) for step in growth),
        "1 / rate does not grow by k / lr0 = 1.5 in every step.",
        "学习率的倒数不是每一步增加 k / lr0 = 1.5。",
        answer=rates,
    )


@check("inverse_time_decay")
def test_inverse_time_decay_on_random_numbers(student):
    """Correct for random lr0, k and t. 对随机抽取的 lr0、k、t 正确。"""
    for lr0, k, t in zip(drawn(8, seed=21), drawn(8, seed=22), [1, 2, 3, 5, 8, 13, 21, 34], strict=True):
        expected = 1 / (1 / lr0 + k / lr0 * t)
        assert_close(student.inverse_time_decay(lr0, k, t), expected, PYTHON_FLOAT)


# step_lr


@check("step_lr", weight=2)
@pytest.mark.parametrize(
    ("lr0", "step_size", "gamma"),
    [(0.001, 2, 0.9), (0.1, 5, 0.1), (0.8, 3, 0.5)],
    ids=["notes", "tenth", "half"],
)
def test_step_lr_follows_torch(student, lr0, step_size, gamma):
    """Fifteen epochs agree with torch's StepLR. 前十五个 epoch 与 torch 的 StepLR 一致。"""
    expected = scheduled(lambda optimiser: StepLR(optimiser, step_size, gamma), lr0, 15)
    assert_close([student.step_lr(lr0, step_size, gamma, epoch) for epoch in range(16)], expected, PYTHON_FLOAT)


@check("step_lr")
@pytest.mark.parametrize("step_size", [1, 2, 10], ids=str)
def test_step_lr_starts_at_lr0(student, step_size):
    """Epoch 0 has the rate lr0. 第 0 个 epoch 的学习率就是 lr0。"""
    assert_close(student.step_lr(0.7, step_size, 0.3, 0), 0.7, PYTHON_FLOAT)


@check("step_lr")
@pytest.mark.parametrize(
    ("epoch", "rate"), [(29, 0.4), (30, 0.1), (59, 0.1), (60, 0.025)], ids=["before", "drop", "before_2", "drop_2"]
)
def test_step_lr_drops_where_an_interval_begins(student, epoch, rate):
    """The rate drops at epoch step_size, not one earlier or later. 恰好在 epoch = step_size 时下降，不早也不晚。"""
    assert_close(student.step_lr(0.4, 30, 0.25, epoch), rate, PYTHON_FLOAT)


@check("step_lr")
def test_step_lr_in_steps_of_one(student):
    """With step_size = 1 every epoch multiplies by gamma. step_size = 1 时，每个 epoch 都乘一次 gamma。"""
    answer = [student.step_lr(2.0, 1, 0.5, epoch) for epoch in range(5)]
    assert_close(answer, [2.0, 1.0, 0.5, 0.25, 0.125], PYTHON_FLOAT)


@check("step_lr")
@pytest.mark.parametrize("epoch", [1, 4, 37], ids=str)
def test_step_lr_with_gamma_one(student, epoch):
    """With gamma = 1 the rate never changes. gamma = 1 时学习率始终不变。"""
    assert_close(student.step_lr(0.2, 3, 1.0, epoch), 0.2, PYTHON_FLOAT)


@check("step_lr")
def test_step_lr_of_a_long_first_interval(student):
    """In the first step_size epochs the rate does not change. 前 step_size 个 epoch 中学习率不变。"""
    assert_close(student.step_lr(0.6, 1000, 0.1, 999), 0.6, PYTHON_FLOAT)


@check("step_lr")
def test_step_lr_late_in_the_loop_of_the_notes(student):
    """Epoch 98 with the numbers of the notes: 49 drops. 用笔记中的数，epoch 98 时已下降 49 次。"""
    assert_close(student.step_lr(0.001, 2, 0.9, 98), 0.001 * 0.9**49, PYTHON_FLOAT)


@check("step_lr")
@pytest.mark.parametrize(
    ("lr0", "gamma", "drops"), [(0.1, 0.1, 10), (1.0, 0.5, 60), (2e-9, 0.9, 3)], ids=["tenth", "half", "lr0"]
)
def test_step_lr_of_small_rates(student, lr0, gamma, drops):
    """A rate of 1e-11 is neither rounded nor held up by a floor. 学习率为 1e-11 时不作舍入，也没有下限。"""
    answer = student.step_lr(lr0, 3, gamma, 3 * drops + 2)
    assert_close(answer, lr0 * math.prod([gamma] * drops), FIVE_DIGITS)


@check("step_lr")
def test_step_lr_can_be_interrupted(student):
    """After whole intervals you can start again from the rate reached. 走完整数个区间后，可以从当前学习率重新开始。"""
    reached = student.step_lr(0.9, 4, 0.7, 8)
    assert_close(student.step_lr(reached, 4, 0.7, 5), 0.9 * 0.7**3, PYTHON_FLOAT)


@check("step_lr")
def test_step_lr_on_random_numbers(student):
    """Correct for random lr0 and gamma. 对随机抽取的 lr0、gamma 正确。"""
    for lr0, gamma, step_size in zip(drawn(6, seed=31), drawn(6, seed=32), [1, 2, 3, 4, 5, 6], strict=True):
        expected = lr0 * math.prod([gamma] * (11 // step_size))
        assert_close(student.step_lr(lr0, step_size, gamma, 11), expected, PYTHON_FLOAT)


# steplr_with_floor


def with_floor(lr0: float, step_size: int, gamma: float, floor: float, epochs: int) -> list[float]:
    """The oracle: the loop of the notes, with torch's StepLR."""
    return scheduled(lambda optimiser: StepLR(optimiser, step_size, gamma), lr0, epochs, floor)[1:]


@check("steplr_with_floor", weight=2)
def test_steplr_with_floor_follows_the_notes(student):
    """All 99 rates of the loop in the notes. 笔记中循环的全部 99 个学习率。"""
    plan = 0.001, 2, 0.9, 0.00001, 99
    assert_close(student.steplr_with_floor(*plan), with_floor(*plan), PYTHON_FLOAT)


@check("steplr_with_floor", weight=2)
@pytest.mark.parametrize(
    "plan",
    [(0.1, 1, 0.5, 0.03, 6), (0.5, 3, 0.1, 0.01, 14), (1.0, 4, 0.7, 0.3, 25)],
    ids=["every_epoch", "every_third", "every_fourth"],
)
def test_steplr_with_floor_follows_torch(student, plan):
    """Other settings agree with the same loop around torch's StepLR. 其他设置也与套上同样循环的 StepLR 一致。"""
    assert_close(student.steplr_with_floor(*plan), with_floor(*plan), PYTHON_FLOAT)


@check("steplr_with_floor")
@pytest.mark.parametrize("step_size", [1, 2], ids=str)
def test_steplr_with_floor_that_is_met_exactly(student, step_size):
    """A rate that equals the floor does not drop again. 恰好等于下限的学习率不再下降。"""
    rates = student.steplr_with_floor(1.0, step_size, 0.5, 0.25, 8)
    expected = [0.5, *[0.25] * 7] if step_size == 1 else [1.0, 0.5, 0.5, *[0.25] * 5]
    assert_close(rates, expected, PYTHON_FLOAT)


@check("steplr_with_floor")
@pytest.mark.parametrize("floor", [0.2, 0.125], ids=["above", "equal"])
def test_steplr_with_floor_above_the_start(student, floor):
    """If the floor is at or above lr0, the rate never changes. 下限不低于 lr0 时完全不变，既不降也不升。"""
    assert_close(student.steplr_with_floor(0.125, 1, 0.5, floor, 3), [0.125] * 3, PYTHON_FLOAT)


@check("steplr_with_floor")
@pytest.mark.parametrize("floor", [1e-5, 1.0], ids=["below", "above"])
def test_steplr_with_floor_of_no_epochs(student, floor):
    """No epochs give an empty list. 没有 epoch 时返回空列表。"""
    assert_close(student.steplr_with_floor(0.1, 2, 0.9, floor, 0), [], EXACT)


@check("steplr_with_floor")
@pytest.mark.parametrize("step_size", [1, 3], ids=str)
def test_steplr_with_floor_after_one_epoch(student, step_size):
    """The first rate is the rate after the first epoch: it has dropped only if step_size = 1. 第一个值是第一个 epoch 之后的：只有 step_size = 1 时才已下降。"""
    expected = [0.02] if step_size == 1 else [0.1]
    assert_close(student.steplr_with_floor(0.1, step_size, 0.2, 0.001, 1), expected, PYTHON_FLOAT)


@check("steplr_with_floor")
def test_steplr_with_floor_never_reached(student):
    """While the rate is far above the floor, it follows StepLR. 离下限还远时，就是普通的 StepLR。"""
    assert_close(student.steplr_with_floor(8.0, 2, 0.5, 0.0, 6), [8.0, 4.0, 4.0, 2.0, 2.0, 1.0], PYTHON_FLOAT)


@check("steplr_with_floor")
@pytest.mark.parametrize("floor", [0.0, 1e-30], ids=["zero", "tiny"])
def test_steplr_with_floor_of_small_rates(student, floor):
    """With a floor of 0 the rate falls in all 50 epochs and is not rounded. 下限为 0 时，50 个 epoch 里学习率一直下降，且不作舍入。"""
    rates = student.steplr_with_floor(0.01, 1, 0.5, floor, 50)
    assert_close(rates, with_floor(0.01, 1, 0.5, floor, 50), FIVE_DIGITS)


@check("steplr_with_floor")
def test_steplr_with_floor_ends_at_most_one_drop_below(student):
    """The last rate is at or below the floor, but above gamma times the floor. 最后的学习率不高于下限，且低不到 gamma 倍。"""
    for lr0, gamma, step_size in [(0.3, 0.8, 1), (0.7, 0.6, 2), (0.9, 0.3, 4)]:
        rates = student.steplr_with_floor(lr0, step_size, gamma, 0.1, 50)
        assert_close(rates, with_floor(lr0, step_size, gamma, 0.1, 50), PYTHON_FLOAT)
        expect(
            gamma * 0.1 < rates[-1] <= 0.1,
            f"floor 0.1, gamma {gamma}: the last rate is {rates[-1]:.6g}.",
            f"下限 0.1，gamma {gamma}：最后的学习率是 {rates[-1]:.6g}。",
            answer=rates,
        )


@check("steplr_with_floor")
def test_steplr_with_floor_of_fewer_epochs(student):
    """With fewer epochs the list is the beginning of the longer list. epoch 少一些，得到的是同一列表的开头。"""
    whole = with_floor(0.4, 2, 0.6, 0.1, 12)
    for epochs in (1, 2, 5, 9):
        assert_close(student.steplr_with_floor(0.4, 2, 0.6, 0.1, epochs), whole[:epochs], PYTHON_FLOAT)


@check("steplr_with_floor")
def test_steplr_with_floor_on_random_numbers(student):
    """Correct for random lr0, gamma and floor. 对随机抽取的 lr0、gamma、floor 正确。"""
    for lr0, gamma, floor, step_size in zip(
        drawn(6, seed=41), drawn(6, seed=42), drawn(6, seed=43), [1, 2, 3, 1, 2, 3], strict=True
    ):
        plan = 1 + lr0, step_size, gamma, floor / 10, 20
        assert_close(student.steplr_with_floor(*plan), with_floor(*plan), PYTHON_FLOAT)
