"""Visible checks of regularisation. 正则化的公开检查。"""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    REDUCTION,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    check,
    expect,
    randn,
)

# apply_dropout_mask


@check("apply_dropout_mask")
def test_apply_dropout_mask_worked_example(student):
    """The notes' example: with p = 0.8 the scale is 5, and 5 becomes 25. 笔记的例子：p = 0.8 时缩放因子是 5，元素 5 变成 25。"""
    answer = student.apply_dropout_mask(torch.tensor([5.0, 3.0, 1.0]), torch.tensor([True, False, True]), 0.8)
    assert_close(answer, torch.tensor([25.0, 0.0, 5.0]), ELEMENTWISE)


@check("apply_dropout_mask")
def test_apply_dropout_mask_of_a_matrix(student):
    """The mask applies element by element; float64 stays float64. 掩码与各元素一一对应；float64 输入返回 float64。"""
    x = torch.tensor([[1.0, -2.0], [3.0, 4.0]], dtype=torch.float64)
    keep = torch.tensor([[True, True], [False, True]])
    expected = torch.tensor([[2.0, -4.0], [0.0, 8.0]], dtype=torch.float64)
    assert_close(student.apply_dropout_mask(x, keep, 0.5), expected, ELEMENTWISE)


@check("apply_dropout_mask")
def test_apply_dropout_mask_drops_everything(student):
    """With p = 1 nothing stays: zeros, not NaN. p = 1 时全部丢弃：结果是 0，而不是 NaN。"""
    answer = student.apply_dropout_mask(torch.ones(2), torch.tensor([False, False]), 1.0)
    assert_close(answer, torch.zeros(2), ELEMENTWISE)


@check("apply_dropout_mask")
def test_apply_dropout_mask_keeps_its_inputs(student):
    """Neither x nor keep is changed. 不修改 x，也不修改 keep。"""
    x, keep = torch.tensor([4.0, -6.0, 2.0]), torch.tensor([False, True, True])
    answer = assert_inputs_unchanged(student.apply_dropout_mask, x, keep, 0.5)
    assert_close(answer, torch.tensor([0.0, -12.0, 4.0]), ELEMENTWISE)


# dropout


@check("dropout")
def test_dropout_worked_example(student):
    """The docstring's example: six ones, three of them kept. 文档示例：六个 1，保留三个。"""
    generator = student.build("torch.Generator().manual_seed(seed)", seed=7)
    answer = student.dropout(torch.ones(6), 0.5, True, generator)
    assert_close(answer, torch.tensor([2.0, 0.0, 2.0, 2.0, 0.0, 0.0]), ELEMENTWISE)


@check("dropout")
def test_dropout_of_a_matrix(student):
    """Each element is dropped where its own random number is below 0.8. 每个元素各自的随机数小于 0.8 时丢弃。"""
    x = torch.arange(1.0, 41.0).reshape(5, 8)
    u = torch.rand(5, 8, generator=torch.Generator().manual_seed(5))
    generator = student.build("torch.Generator().manual_seed(seed)", seed=5)
    assert_close(student.dropout(x, 0.8, True, generator), torch.where(u >= 0.8, x / 0.2, 0.0), ELEMENTWISE)


@check("dropout")
def test_dropout_in_evaluation(student):
    """In evaluation x is returned unchanged. 评估时原样返回 x。"""
    x = torch.tensor([1.0, -2.0, 3.0, 4.0])
    generator = student.build("torch.Generator().manual_seed(seed)", seed=7)
    assert_close(student.dropout(x, 0.5, False, generator), x, EXACT)


@check("dropout")
def test_dropout_again_and_again(student):
    """Each further call with the same generator draws a new mask. 用同一个 generator 再次调用，每次都会抽到新的掩码。"""
    oracle = torch.Generator().manual_seed(9)
    generator = student.build("torch.Generator().manual_seed(seed)", seed=9)
    for size in [8, 8, 4]:
        u = torch.rand(size, generator=oracle)
        answer = student.dropout(torch.ones(size), 0.5, True, generator)
        assert_close(answer, torch.where(u >= 0.5, 2.0, 0.0), ELEMENTWISE)


@check("dropout")
def test_dropout_keeps_x(student):
    """x is not changed. 不修改 x。"""
    x = torch.tensor([1.0, 2.0, 3.0, 4.0])
    u = torch.rand(4, generator=torch.Generator().manual_seed(11))
    generator = student.build("torch.Generator().manual_seed(seed)", seed=11)
    answer = assert_inputs_unchanged(student.dropout, x, 0.5, True, generator)
    assert_close(answer, torch.where(u >= 0.5, 2 * x, 0.0), ELEMENTWISE)


@check("dropout")
def test_dropout_refuses_what_is_no_probability(student):
    """p = 1.5 raises ValueError. p = 1.5 时抛出 ValueError。"""
    generator = student.build("torch.Generator().manual_seed(seed)", seed=7)
    assert_raises(ValueError, student.dropout, torch.ones(3), 1.5, True, generator)


# dropout_weight_grad


def digits(*rows: str) -> Tensor:
    """One row of a matrix for each string, one number for each digit."""
    return torch.tensor([[float(digit) for digit in row] for row in rows])


# What the notes' program draws with torch.manual_seed(0): x, and the mask of nn.Dropout(p=0.8).
NOTES_X = digits("305529188369173", "521093110366796", "345082827500819", "610294393939853", "285665725665408")
NOTES_KEEP = digits("000001000010000", "000010001100001", "000000011011010", "000000001000010", "000001111100000") == 1


@check("dropout_weight_grad")
def test_dropout_weight_grad_worked_example(student):
    """The docstring's example: three weights, one of them with the gradient 0. 文档示例：三个权重，其中一个梯度为 0。"""
    x = torch.tensor([[2.0, 3.0, 1.0], [4.0, 5.0, 6.0]])
    keep = torch.tensor([[True, False, False], [True, True, False]])
    answer = student.dropout_weight_grad(x, keep, 0.5)
    assert_close(answer, torch.tensor([[12.0], [10.0], [0.0]]), ELEMENTWISE)


@check("dropout_weight_grad")
@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (0.0, [19, 15, 16, 13, 34, 23, 20, 22, 23, 26, 21, 29, 28, 22, 29]),
        (0.8, [0, 0, 0, 0, 45, 70, 35, 20, 75, 45, 30, 0, 0, 30, 30]),
    ],
    ids=["without", "with"],
)
def test_dropout_weight_grad_in_the_notes(student, p, expected):
    """The 15 gradients of the notes' program, without and with dropout. 笔记程序中的 15 个梯度：不用和使用 dropout。"""
    keep = NOTES_KEEP if p else torch.ones_like(NOTES_KEEP)
    answer = student.dropout_weight_grad(NOTES_X, keep, p)
    assert_close(answer, torch.tensor(expected, dtype=torch.float32)[:, None], ELEMENTWISE)


@check("dropout_weight_grad")
def test_dropout_weight_grad_keeps_its_inputs(student):
    """Neither x nor keep is changed. 不修改 x，也不修改 keep。"""
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    keep = torch.tensor([[True, False], [True, True]])
    answer = assert_inputs_unchanged(student.dropout_weight_grad, x, keep, 0.75)
    assert_close(answer, torch.tensor([[16.0], [16.0]]), ELEMENTWISE)


# l2_penalty


@check("l2_penalty")
def test_l2_penalty_worked_example(student):
    """The docstring's example: half of 0.1 times 29 is 1.45. 文档示例：0.1 乘 29 的一半是 1.45。"""
    params = [torch.ones(2, 2), torch.tensor([3.0, -4.0])]
    assert_close(student.l2_penalty(params, 0.1), torch.tensor(1.45), REDUCTION)


@check("l2_penalty")
def test_l2_penalty_in_double_precision(student):
    """float64 stays float64. float64 的参数返回 float64。"""
    params = [torch.tensor([[1.0], [2.0]], dtype=torch.float64), torch.tensor(3.0, dtype=torch.float64)]
    assert_close(student.l2_penalty(params, 0.5), torch.tensor(3.5, dtype=torch.float64), REDUCTION)


@check("l2_penalty")
def test_l2_penalty_of_an_empty_list(student):
    """No parameters: a tensor of 0. 没有参数：值为 0 的张量。"""
    assert_close(student.l2_penalty([], 0.1), torch.tensor(0.0), REDUCTION)


@check("l2_penalty")
def test_l2_penalty_keeps_its_inputs(student):
    """Neither the list nor its tensors are changed. 不修改列表，也不修改其中的张量。"""
    params = [torch.tensor([1.0, 2.0]), torch.tensor([[2.0], [4.0]])]
    assert_close(assert_inputs_unchanged(student.l2_penalty, params, 0.2), torch.tensor(2.5), REDUCTION)


# l1_penalty_and_grad


@check("l1_penalty_and_grad")
def test_l1_penalty_and_grad_worked_example(student):
    """The docstring's example: a positive weight, a negative one and 0. 文档示例：一个正权重、一个负权重和 0。"""
    answer = student.l1_penalty_and_grad(torch.tensor([3.0, -4.0, 0.0]), 0.1)
    assert_close(answer, (torch.tensor(0.7), torch.tensor([0.1, -0.1, 0.0])), REDUCTION)


@check("l1_penalty_and_grad")
def test_l1_penalty_and_grad_agrees_with_autograd(student):
    """The gradient is the one that autograd finds. 梯度与自动求导的结果一致。"""
    w = randn(3, 4, seed=1, dtype=torch.float64).requires_grad_()
    penalty = 0.5 * w.abs().sum()
    penalty.backward()
    assert_close(student.l1_penalty_and_grad(w.detach(), 0.5), (penalty, w.grad), REDUCTION)


@check("l1_penalty_and_grad")
def test_l1_penalty_and_grad_keeps_w(student):
    """w is not changed. 不修改 w。"""
    answer = assert_inputs_unchanged(student.l1_penalty_and_grad, torch.tensor([-2.0, 1.0]), 0.5)
    assert_close(answer, (torch.tensor(1.5), torch.tensor([-0.5, 0.5])), REDUCTION)


# sgd_weight_decay_step


@check("sgd_weight_decay_step")
def test_sgd_weight_decay_step_worked_example(student):
    """The docstring's example: the gradient of one weight is 0. 文档示例：其中一个权重的梯度为 0。"""
    answer = student.sgd_weight_decay_step(torch.tensor([1.0, -2.0]), torch.tensor([0.5, 0.0]), 0.1, 0.01)
    assert_close(answer, torch.tensor([0.949, -1.998]), ELEMENTWISE)


@check("sgd_weight_decay_step")
def test_sgd_weight_decay_step_agrees_with_torch(student):
    """One step of torch.optim.SGD leads to the same weights. 与 torch.optim.SGD 走一步的结果一致。"""
    w, g = randn(2, 4, seed=2, dtype=torch.float64)
    parameter = w.clone().requires_grad_()
    parameter.grad = g.clone()
    torch.optim.SGD([parameter], lr=0.5, weight_decay=0.2).step()
    assert_close(student.sgd_weight_decay_step(w, g, 0.5, 0.2), parameter, ELEMENTWISE)


@check("sgd_weight_decay_step")
def test_sgd_weight_decay_step_without_a_gradient(student):
    """If the gradient is 0, w shrinks by the factor 1 - lr weight_decay. 梯度为 0 时，w 乘以 1 - lr * weight_decay。"""
    w = torch.tensor([4.0, -8.0])
    answer = student.sgd_weight_decay_step(w, torch.zeros(2), 0.5, 0.5)
    assert_close(answer, torch.tensor([3.0, -6.0]), ELEMENTWISE)


@check("sgd_weight_decay_step")
def test_sgd_weight_decay_step_keeps_its_inputs(student):
    """Neither w nor g is changed. 不修改 w，也不修改 g。"""
    w, g = torch.tensor([2.0, -4.0]), torch.tensor([1.0, 2.0])
    answer = assert_inputs_unchanged(student.sgd_weight_decay_step, w, g, 0.5, 0.25)
    assert_close(answer, torch.tensor([1.25, -4.5]), ELEMENTWISE)


# soft_threshold


@check("soft_threshold")
def test_soft_threshold_worked_example(student):
    """The docstring's example: two weights shrink, two become 0. 文档示例：两个权重缩小，两个变为 0。"""
    answer = student.soft_threshold(torch.tensor([-2.0, 0.25, 0.5, 1.5]), 0.5)
    assert_close(answer, torch.tensor([-1.5, 0.0, 0.0, 1.0]), ELEMENTWISE)


@check("soft_threshold")
def test_soft_threshold_agrees_with_torch(student):
    """The same as F.softshrink. 与 F.softshrink 一致。"""
    w = randn(3, 4, seed=3, dtype=torch.float64)
    assert_close(student.soft_threshold(w, 0.4), F.softshrink(w, 0.4), ELEMENTWISE)


@check("soft_threshold")
def test_soft_threshold_of_zero(student):
    """t = 0 leaves every weight as it is. t = 0 时所有权重不变。"""
    w = torch.tensor([-2.0, 0.0, 0.25])
    assert_close(student.soft_threshold(w, 0.0), w, ELEMENTWISE)


@check("soft_threshold")
def test_soft_threshold_keeps_w(student):
    """w is not changed. 不修改 w。"""
    answer = assert_inputs_unchanged(student.soft_threshold, torch.tensor([2.0, -0.5, -3.0]), 1.0)
    assert_close(answer, torch.tensor([1.0, 0.0, -2.0]), ELEMENTWISE)


# EarlyStopping


def assert_state(stopper, best: float, best_epoch: int, bad_epochs: int) -> None:
    """Compare the three attributes one by one, so that a message names the wrong one."""
    assert_equal(stopper.best, best)
    assert_equal(stopper.best_epoch, best_epoch)
    assert_equal(stopper.bad_epochs, bad_epochs)


def assert_steps(stopper, losses: list[float], stops: list[bool]) -> None:
    """Take all steps, then compare: a message names the first step with a wrong answer."""
    answers = [stopper.step(loss) for loss in losses]
    for epoch, (answer, stop) in enumerate(zip(answers, stops, strict=True)):
        expect(
            answer is stop,
            f"step({losses[epoch]}) in epoch {epoch} returned {answer!r}, expected {stop}. The losses are {losses}.",
            f"第 {epoch} 轮的 step({losses[epoch]}) 返回 {answer!r}，应为 {stop}。各轮损失是 {losses}。",
        )


@check("EarlyStopping")
def test_EarlyStopping_worked_example(student):
    """The docstring's example: two bad epochs in a row after epoch 3. 文档示例：第 3 轮之后连续两轮没有改善。"""
    stopper = student.EarlyStopping(2)
    assert_steps(stopper, [1.0, 0.8, 0.9, 0.7, 0.75, 0.71], [False, False, False, False, False, True])
    assert_state(stopper, best=0.7, best_epoch=3, bad_epochs=2)


@check("EarlyStopping")
def test_EarlyStopping_before_the_first_epoch(student):
    """A new object has best = infinity, best_epoch = -1, bad_epochs = 0. 新建的对象：best 为正无穷，best_epoch 为 -1，bad_epochs 为 0。"""
    assert_state(student.EarlyStopping(3), best=math.inf, best_epoch=-1, bad_epochs=0)


@check("EarlyStopping")
def test_EarlyStopping_with_min_delta(student):
    """With min_delta=0.5, gains of 0.25 are no improvement. 要求改善超过 0.5 时，每次只降 0.25 不算改善。"""
    stopper = student.EarlyStopping(2, min_delta=0.5)
    assert_steps(stopper, [3.0, 2.75, 2.5], [False, False, True])
    assert_state(stopper, best=3.0, best_epoch=0, bad_epochs=2)


@check("EarlyStopping")
def test_EarlyStopping_by_default(student):
    """If min_delta is not given, even a very small gain counts. 不传 min_delta 时，再小的下降也算改善。"""
    stopper = student.EarlyStopping(2)
    assert_steps(stopper, [0.5, 0.625, 0.4995, 0.49949, 0.499489], [False, False, False, False, False])
    assert_state(stopper, best=0.499489, best_epoch=4, bad_epochs=0)


@check("EarlyStopping")
def test_EarlyStopping_with_nan(student):
    """NaN is no improvement, from the first epoch on. NaN 不算改善，第一轮也不算。"""
    stopper = student.EarlyStopping(2)
    assert_steps(stopper, [math.nan, 1.0, math.nan, math.nan], [False, False, False, True])
    assert_state(stopper, best=1.0, best_epoch=1, bad_epochs=2)
