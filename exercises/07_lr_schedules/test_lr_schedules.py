"""Visible checks of learning-rate annealing. 学习率退火的公开检查。"""

import pytest

from autograder.checks import EXACT, PYTHON_FLOAT, assert_close, assert_inputs_unchanged, assert_raises, check


@check("piecewise_constant")
@pytest.mark.parametrize(
    ("step", "rate"), [(0, 0.1), (9, 0.1), (10, 0.01), (25, 0.001)], ids=["first", "before", "boundary", "last"]
)
def test_piecewise_constant_worked_example(student, step, rate):
    """The docstring's example: boundaries 10 and 20. 文档示例：边界为 10 和 20。"""
    assert_close(student.piecewise_constant(step, [10, 20], [0.1, 0.01, 0.001]), rate, PYTHON_FLOAT)


@check("piecewise_constant")
def test_piecewise_constant_without_boundaries(student):
    """Without boundaries all steps have the same learning rate. 没有边界时，所有步都用同一个学习率。"""
    assert_close(student.piecewise_constant(7, [], [0.5]), 0.5, PYTHON_FLOAT)


@check("piecewise_constant")
def test_piecewise_constant_refuses_a_missing_value(student):
    """One boundary and one value: ValueError. 一个边界却只有一个值：抛出 ValueError。"""
    assert_raises(ValueError, student.piecewise_constant, 1, [5], [0.1])


@check("piecewise_constant")
def test_piecewise_constant_refuses_a_surplus_value(student):
    """One boundary and three values: ValueError as well. 一个边界却有三个值：同样抛出 ValueError。"""
    assert_raises(ValueError, student.piecewise_constant, 1, [5], [0.1, 0.01, 0.001])


@check("piecewise_constant")
def test_piecewise_constant_keeps_its_lists(student):
    """Neither list is changed. 不修改这两个列表。"""
    rate = assert_inputs_unchanged(student.piecewise_constant, 6, [2, 5], [0.4, 0.2, 0.1])
    assert_close(rate, 0.1, PYTHON_FLOAT)


@check("exponential_decay")
def test_exponential_decay_worked_example(student):
    """The docstring's example: 0.1 with k = 0.1, after 7 steps. 文档示例：lr0 = 0.1，k = 0.1，7 步之后。"""
    assert_close(student.exponential_decay(0.1, 0.1, 7), 0.0496585304, PYTHON_FLOAT)


@check("exponential_decay")
def test_exponential_decay_starts_at_lr0(student):
    """At t = 0 the rate is still lr0. t = 0 时还没有衰减。"""
    assert_close(student.exponential_decay(0.3, 2.0, 0), 0.3, PYTHON_FLOAT)


@check("exponential_decay")
def test_exponential_decay_after_very_many_steps(student):
    """After 10000 steps the rate is 0, and no error is raised. 10000 步之后学习率为 0，且不报错。"""
    assert_close(student.exponential_decay(0.1, 0.1, 10_000), 0.0, PYTHON_FLOAT)


@check("exponential_decay")
def test_exponential_decay_without_k(student):
    """With k = 0 the rate stays the same. k = 0 时学习率不变。"""
    assert_close(student.exponential_decay(0.2, 0.0, 9), 0.2, PYTHON_FLOAT)


@check("inverse_time_decay")
@pytest.mark.parametrize(("t", "rate"), [(0, 0.1), (2, 0.05), (4, 0.1 / 3)], ids=["start", "halved", "third"])
def test_inverse_time_decay_worked_example(student, t, rate):
    """The docstring's example: 0.1 with k = 0.5. 文档示例：lr0 = 0.1，k = 0.5。"""
    assert_close(student.inverse_time_decay(0.1, 0.5, t), rate, PYTHON_FLOAT)


@check("inverse_time_decay")
def test_inverse_time_decay_without_k(student):
    """With k = 0 the rate stays the same. k = 0 时学习率不变。"""
    assert_close(student.inverse_time_decay(0.2, 0.0, 9), 0.2, PYTHON_FLOAT)


@check("step_lr")
@pytest.mark.parametrize(
    ("epoch", "rate"), [(0, 0.001), (1, 0.001), (2, 0.0009), (3, 0.0009), (4, 0.00081), (5, 0.00081)], ids=str
)
def test_step_lr_worked_example(student, epoch, rate):
    """The docstring's example, with the numbers of the notes: 0.001, 2, 0.9. 文档示例，用笔记中的数：0.001、2、0.9。"""
    assert_close(student.step_lr(0.001, 2, 0.9, epoch), rate, PYTHON_FLOAT)


@check("step_lr")
def test_step_lr_of_long_intervals(student):
    """Epoch 59 is the last one of the second interval of 30. step_size=30 时，epoch 59 是第二个区间的最后一个。"""
    assert_close(student.step_lr(0.1, 30, 0.1, 59), 0.01, PYTHON_FLOAT)


@check("steplr_with_floor")
def test_steplr_with_floor_worked_example(student):
    """The loop of the notes: 99 epochs, 0.0009 after the second, 9.6977e-06 at the end. 笔记的循环：99 个 epoch，第 2 个之后为 0.0009，最后为 9.6977e-06。"""
    rates = student.steplr_with_floor(0.001, 2, 0.9, 0.00001, len(range(1, 100)))
    assert_close(len(rates), 99, EXACT)
    assert_close([rates[0], rates[1], rates[-1]], [0.001, 0.0009, 9.6977373e-06], PYTHON_FLOAT)


@check("steplr_with_floor")
def test_steplr_with_floor_last_change(student):
    """In the loop of the notes the 88th epoch is the last to change the rate. 在笔记的循环里，第 88 个 epoch 是最后一次改变。"""
    rates = student.steplr_with_floor(0.001, 2, 0.9, 0.00001, 99)
    assert_close(rates[86:89], [1.0775264e-05, 9.6977373e-06, 9.6977373e-06], PYTHON_FLOAT)


@check("steplr_with_floor")
def test_steplr_with_floor_in_few_epochs(student):
    """The rate halves in each epoch while it is above 0.03; the last drop ends below. 大于 0.03 时每个 epoch 减半：最后一次降到下限以下。"""
    rates = student.steplr_with_floor(0.1, 1, 0.5, 0.03, 4)
    assert_close(rates, [0.05, 0.025, 0.025, 0.025], PYTHON_FLOAT)


@check("steplr_with_floor")
def test_steplr_with_floor_of_no_epochs(student):
    """No epochs: an empty list. 没有 epoch 时返回空列表。"""
    assert_close(student.steplr_with_floor(0.1, 1, 0.5, 0.03, 0), [], EXACT)
