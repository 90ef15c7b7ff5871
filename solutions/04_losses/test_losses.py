"""Hidden checks of the losses. 损失函数的隐藏检查。"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks import (
    ELEMENTWISE,
    REDUCTION,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    check,
    gradient,
    randn,
)

DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
REDUCTIONS = pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
NAN, INF = float("nan"), float("inf")


def classes(*shape: int, below: int, seed: int) -> Tensor:
    """Random class indices, the same on every run."""
    return torch.randint(below, shape, generator=torch.Generator().manual_seed(seed))


def slope(oracle: Callable[..., Tensor], x: Tensor, *others: Any) -> Tensor:
    """d(oracle)/d(its first input), by autograd."""
    leaf = x.clone().requires_grad_()
    return torch.autograd.grad(oracle(leaf, *others), leaf)[0]


def distributions(*shape: int, seed: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Random rows of probabilities, none of them 0."""
    return randn(*shape, seed=seed, dtype=dtype).softmax(dim=-1)


def chances(*shape: int, seed: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Random numbers between 0 and 1."""
    return (2 * randn(*shape, seed=seed, dtype=dtype)).sigmoid()


def answers(*shape: int, seed: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Random zeros and ones."""
    return classes(*shape, below=2, seed=seed).to(dtype)


def nearest_slopes(slopes: Tensor, pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The slopes of L1 that are nearest to `slopes`: where the error is 0, any slope from -1 to 1 is right."""
    signs = slope(partial(F.l1_loss, reduction=reduction), pred, target)
    largest = 1 / pred.numel() if reduction == "mean" else 1.0
    at_zero = slopes.nan_to_num().clamp(-largest, largest)
    return torch.where(pred == target, at_zero, signs)


# l1_loss


@check("l1_loss", weight=2)
@DTYPES
@REDUCTIONS
def test_l1_loss_on_random_inputs(student, dtype, reduction):
    """Agrees with F.l1_loss, and the dtype stays the same. 与 F.l1_loss 一致，且保持 dtype。"""
    pred, target = 3 * randn(3, 4, seed=81, dtype=dtype), randn(3, 4, seed=82, dtype=dtype)
    expected = F.l1_loss(pred, target, reduction=reduction)
    assert_close(student.l1_loss(pred, target, reduction), expected, REDUCTION)


@check("l1_loss")
def test_l1_loss_averages_by_default(student):
    """Without a reduction it is the mean over all entries. 不给 reduction 时对所有元素求平均。"""
    pred, target = randn(2, 3, 2, seed=83), randn(2, 3, 2, seed=84)
    assert_close(student.l1_loss(pred, target), F.l1_loss(pred, target), REDUCTION)


@check("l1_loss")
@REDUCTIONS
def test_l1_loss_of_a_perfect_prediction(student, reduction):
    """No error costs exactly 0. 没有误差时损失恰好为 0。"""
    pred = randn(4, seed=85)
    assert_close(student.l1_loss(pred, pred.clone(), reduction), F.l1_loss(pred, pred, reduction=reduction), REDUCTION)


@check("l1_loss", weight=2)
@pytest.mark.parametrize(
    ("shape", "other"),
    [((3,), (3, 1)), ((2, 3), (3,)), ((1,), ()), ((2, 3), (3, 2)), ((4, 1), (1, 4)), ((2,), (3,))],
    ids=["column", "row", "no-dimensions", "transposed", "column-row", "length"],
)
def test_l1_loss_insists_on_equal_shapes(student, shape, other):
    """Different shapes raise ValueError, even those that torch could broadcast. 形状不同就抛出 ValueError，能广播的也不例外。"""
    assert_raises(ValueError, student.l1_loss, torch.ones(shape), torch.zeros(other))


@check("l1_loss")
@REDUCTIONS
@pytest.mark.parametrize(
    ("pred", "target"),
    [
        (torch.tensor(-2.0), torch.tensor(1.5)),
        (torch.tensor([[7.0]]), torch.tensor([[9.0]])),
        (randn(3, 2, seed=86).T, randn(2, 6, seed=87)[:, ::2]),
    ],
    ids=["no-dimensions", "one-entry", "not-contiguous"],
)
def test_l1_loss_of_special_shapes(student, pred, target, reduction):
    """One number, one entry, strided tensors. 零维张量、单个元素、非连续张量。"""
    expected = F.l1_loss(pred, target, reduction=reduction)
    assert_close(student.l1_loss(pred, target, reduction), expected, REDUCTION)


@check("l1_loss")
@REDUCTIONS
def test_l1_loss_of_nothing(student, reduction):
    """Without entries there are no losses: their sum is 0, their mean NaN. 没有元素就没有损失：总和为 0，平均值为 NaN。"""
    pred, target = torch.empty(0, 3), torch.empty(0, 3)
    expected = F.l1_loss(pred, target, reduction=reduction)
    assert_close(student.l1_loss(pred, target, reduction), expected, REDUCTION, equal_nan=reduction == "mean")


@check("l1_loss")
def test_l1_loss_is_symmetric(student):
    """Exchanging prediction and target does not change the loss. 预测与真实值互换，损失不变。"""
    pred, target = randn(5, seed=88, dtype=torch.float64), randn(5, seed=89, dtype=torch.float64)
    assert_close(student.l1_loss(target, pred), F.l1_loss(pred, target), REDUCTION)


@check("l1_loss")
def test_l1_loss_grows_with_an_outlier_linearly(student):
    """An error of 10000 costs 10000, not its square. 误差 10000 就计 10000，不是平方。"""
    pred, target = torch.tensor([1e4, 1.0]), torch.tensor([0.0, 0.5])
    assert_close(student.l1_loss(pred, target, reduction="sum"), torch.tensor(10000.5), REDUCTION)


@check("l1_loss")
@REDUCTIONS
def test_l1_loss_has_the_right_gradient(student, reduction):
    """Its gradient is the sign of the error, divided by n for the mean. 梯度是误差的符号，求平均时再除以 n。"""
    pred, target = randn(3, 2, seed=90, dtype=torch.float64), randn(3, 2, seed=91, dtype=torch.float64)
    expected = slope(partial(F.l1_loss, reduction="mean" if reduction == "mean" else "sum"), pred, target)
    assert_close(gradient(student.l1_loss, pred, target, reduction=reduction), expected, REDUCTION)


@check("l1_loss")
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_l1_loss_has_a_slope_at_an_error_of_zero(student, reduction):
    """At an error of 0 the slope lies between -1 and 1 (over n for the mean); it is not NaN. 误差为 0 处的斜率在 -1 与 1 之间（求平均时除以 n），不是 NaN。"""
    pred, target = randn(2, 3, seed=94, dtype=torch.float64), randn(2, 3, seed=95, dtype=torch.float64)
    target[0, 1], target[1] = pred[0, 1], pred[1]
    slopes = gradient(student.l1_loss, pred, target, reduction=reduction)
    assert_close(slopes, nearest_slopes(slopes, pred, target, reduction), REDUCTION)


@check("l1_loss")
def test_l1_loss_leaves_its_inputs_alone(student):
    """Neither pred nor target is changed. 不修改 pred，也不修改 target。"""
    pred, target = randn(3, 2, seed=92), randn(3, 2, seed=93)
    loss = assert_inputs_unchanged(student.l1_loss, pred, target)
    assert_close(loss, F.l1_loss(pred, target), REDUCTION)


# mse_and_grad


def mse_in_torch(pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The oracle: torch's loss, and autograd's gradient."""
    return F.mse_loss(pred, target), slope(F.mse_loss, pred, target)


@check("mse_and_grad", weight=2)
@DTYPES
def test_mse_and_grad_on_random_inputs(student, dtype):
    """Loss and gradient are right, and the dtype stays the same. 损失和梯度都正确，且保持 dtype。"""
    pred, target = 2 * randn(3, 4, seed=101, dtype=dtype), randn(3, 4, seed=102, dtype=dtype)
    assert_close(student.mse_and_grad(pred, target), mse_in_torch(pred, target), REDUCTION)


@check("mse_and_grad", weight=2)
@pytest.mark.parametrize("shape", [(5,), (1, 6), (4, 1), (2, 3, 2)], ids=str)
def test_mse_and_grad_counts_every_entry(student, shape):
    """The mean runs over all entries, in the gradient as well. 平均是对所有元素求的，梯度也一样。"""
    pred, target = randn(*shape, seed=103, dtype=torch.float64), randn(*shape, seed=104, dtype=torch.float64)
    assert_close(student.mse_and_grad(pred, target), mse_in_torch(pred, target), REDUCTION)


@check("mse_and_grad")
def test_mse_and_grad_of_a_distance(student):
    """The loss is half of the squared distance of (3, 4) from 0: 12.5. 损失是 (3, 4) 到原点距离的平方除以 2：12.5。"""
    loss, _ = student.mse_and_grad(torch.tensor([3.0, 4.0]), torch.zeros(2))
    assert_close(loss, torch.tensor(12.5), REDUCTION)


@check("mse_and_grad")
@pytest.mark.parametrize("shape", [(), (1,), (2, 2)], ids=["no-dimensions", "one-entry", "matrix"])
def test_mse_and_grad_of_a_perfect_prediction(student, shape):
    """No error: both are 0, and keep their shapes. 没有误差：两者都是 0，形状不变。"""
    pred = torch.full(shape, 2.5)
    assert_close(student.mse_and_grad(pred, pred.clone()), (torch.tensor(0.0), torch.zeros(shape)), REDUCTION)


@check("mse_and_grad")
@pytest.mark.parametrize(
    ("pred", "target"),
    [
        (torch.tensor(3.0), torch.tensor(1.0)),
        (torch.tensor([-1.0]), torch.tensor([2.0])),
        (randn(3, 5, seed=106).T, randn(5, 6, seed=107)[:, ::2]),
    ],
    ids=["no-dimensions", "one-entry", "not-contiguous"],
)
def test_mse_and_grad_of_special_shapes(student, pred, target):
    """One number, one entry, strided tensors. 零维张量、单个元素、非连续张量。"""
    assert_close(student.mse_and_grad(pred, target), mse_in_torch(pred, target), REDUCTION)


@check("mse_and_grad")
def test_mse_and_grad_points_away_from_the_target(student):
    """Exchange pred and target: the same loss, the opposite gradient. 预测与真实值互换：损失不变，梯度变号。"""
    pred, target = randn(4, 2, seed=108, dtype=torch.float64), randn(4, 2, seed=109, dtype=torch.float64)
    loss, grad = mse_in_torch(pred, target)
    assert_close(student.mse_and_grad(target, pred), (loss, -grad), REDUCTION)


@check("mse_and_grad")
def test_mse_and_grad_leads_downhill(student):
    """A step of n/2 against the gradient lands on the target. 沿负梯度走 n/2，恰好到达真实值。"""
    pred, target = randn(2, 3, seed=110, dtype=torch.float64), randn(2, 3, seed=111, dtype=torch.float64)
    _, grad = student.mse_and_grad(pred, target)
    assert_close(pred - 3 * grad, target, REDUCTION)


@check("mse_and_grad")
@pytest.mark.parametrize("level", [1e4, -3e5], ids=["10000", "-300000"])
def test_mse_and_grad_of_large_numbers(student, level):
    """Large predictions with small errors keep their digits. 预测值很大而误差很小时，结果仍然准确。"""
    error = torch.tensor([1.0, -2.0, 0.5, 0.0])
    pred, target = error + level, torch.full((4,), level)
    assert_close(student.mse_and_grad(pred, target), mse_in_torch(pred, target), REDUCTION)


@check("mse_and_grad")
def test_mse_and_grad_leaves_its_inputs_alone(student):
    """Neither pred nor target is changed. 不修改 pred，也不修改 target。"""
    pred, target = randn(3, 2, seed=112), randn(3, 2, seed=113)
    answer = assert_inputs_unchanged(student.mse_and_grad, pred, target)
    assert_close(answer, mse_in_torch(pred, target), REDUCTION)


# smooth_l1_loss


@check("smooth_l1_loss", weight=2)
@DTYPES
def test_smooth_l1_loss_on_random_inputs(student, dtype):
    """Agrees with F.smooth_l1_loss, and the dtype stays the same. 与 F.smooth_l1_loss 一致，且保持 dtype。"""
    pred, target = 2 * randn(4, 3, seed=121, dtype=dtype), randn(4, 3, seed=122, dtype=dtype)
    assert_close(student.smooth_l1_loss(pred, target), F.smooth_l1_loss(pred, target), REDUCTION)


@check("smooth_l1_loss", weight=2)
@pytest.mark.parametrize("beta", [0.05, 0.3, 2.0, 50.0], ids=str)
def test_smooth_l1_loss_with_another_beta(student, beta):
    """beta sets where the pieces meet, and scales the parabola. beta 决定两段在哪里相接，也决定抛物线的系数。"""
    pred, target = 2 * randn(3, 4, seed=123, dtype=torch.float64), randn(3, 4, seed=124, dtype=torch.float64)
    expected = F.smooth_l1_loss(pred, target, beta=beta)
    assert_close(student.smooth_l1_loss(pred, target, beta), expected, REDUCTION)


@check("smooth_l1_loss")
@pytest.mark.parametrize("x", [-3.0, -0.5, 0.0, 0.5, 3.0], ids=str)
def test_smooth_l1_loss_depends_on_the_size_of_the_error(student, x):
    """Positive and negative errors, on both pieces. 正负误差，两段之内和之外。"""
    pred, target = torch.tensor([x]), torch.zeros(1)
    assert_close(student.smooth_l1_loss(pred, target), F.smooth_l1_loss(pred, target), REDUCTION)


@check("smooth_l1_loss")
@pytest.mark.parametrize("beta", [0.5, 1.0, 4.0], ids=str)
def test_smooth_l1_loss_where_the_pieces_meet(student, beta):
    """At |x| = beta the loss is beta / 2, and the slope ±1. |x| = beta 处损失为 beta/2，斜率为 ±1。"""
    pred, target = torch.tensor([beta, -beta], dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
    expected = torch.tensor(beta / 2, dtype=torch.float64)
    assert_close(student.smooth_l1_loss(pred, target, beta), expected, REDUCTION)
    slopes = torch.tensor([0.5, -0.5], dtype=torch.float64)
    assert_close(gradient(student.smooth_l1_loss, pred, target, beta), slopes, REDUCTION)


@check("smooth_l1_loss")
def test_smooth_l1_loss_without_a_parabola_is_l1(student):
    """beta = 0 gives the L1 loss, also if an error is 0. beta = 0 就是 L1 损失，误差为 0 处也一样。"""
    pred, target = torch.tensor([1.0, -2.0, 0.0, 1e-3]), torch.zeros(4)
    assert_close(student.smooth_l1_loss(pred, target, 0.0), F.l1_loss(pred, target), REDUCTION)


@check("smooth_l1_loss")
def test_smooth_l1_loss_without_a_parabola_has_the_slope_of_l1(student):
    """With beta = 0 the gradient is that of the L1 loss, not NaN. beta = 0 时梯度与 L1 损失相同，不是 NaN。"""
    pred, target = randn(4, seed=125, dtype=torch.float64), randn(4, seed=126, dtype=torch.float64)
    expected = slope(F.l1_loss, pred, target)
    assert_close(gradient(student.smooth_l1_loss, pred, target, 0.0), expected, REDUCTION)


@check("smooth_l1_loss")
@pytest.mark.parametrize("beta", [0.5, 1.0, 3.0], ids=str)
def test_smooth_l1_loss_has_the_right_gradient(student, beta):
    """The gradient is x / beta on the parabola and ±1 on the lines, divided by n. 梯度在内侧是 x/beta，外侧是 ±1，再除以 n。"""
    pred, target = 2 * randn(3, 4, seed=127, dtype=torch.float64), randn(3, 4, seed=128, dtype=torch.float64)
    expected = slope(partial(F.smooth_l1_loss, beta=beta), pred, target)
    assert_close(gradient(student.smooth_l1_loss, pred, target, beta), expected, REDUCTION)


@check("smooth_l1_loss")
@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0], ids=str)
def test_smooth_l1_loss_has_a_slope_at_an_error_of_zero(student, beta):
    """At an error of 0 the slope is 0 (with beta = 0, any slope from -1 to 1, over n), not NaN. 误差为 0 处斜率为 0；beta = 0 时可以是 L1 在该处的任一斜率，但不是 NaN。"""
    pred, target = randn(5, seed=133, dtype=torch.float64), randn(5, seed=134, dtype=torch.float64)
    target[1], target[3] = pred[1], pred[3]
    slopes = gradient(student.smooth_l1_loss, pred, target, beta)
    if beta == 0:
        expected = nearest_slopes(slopes, pred, target)
    else:
        expected = slope(partial(F.smooth_l1_loss, beta=beta), pred, target)
    assert_close(slopes, expected, REDUCTION)


@check("smooth_l1_loss")
def test_smooth_l1_loss_of_outliers(student):
    """Errors of ±10000 count linearly. ±10000 的离群误差按线性计算。"""
    pred, target = torch.tensor([1e4, -1e4, 0.1]), torch.zeros(3)
    assert_close(student.smooth_l1_loss(pred, target), F.smooth_l1_loss(pred, target), REDUCTION)


@check("smooth_l1_loss")
@pytest.mark.parametrize(
    ("pred", "target"),
    [
        (torch.tensor(0.4), torch.tensor(0.0)),
        (torch.tensor([[9.0]]), torch.tensor([[7.0]])),
        (randn(3, 5, seed=129).T, randn(5, 6, seed=130)[:, ::2]),
    ],
    ids=["no-dimensions", "one-entry", "not-contiguous"],
)
def test_smooth_l1_loss_of_special_shapes(student, pred, target):
    """One number, one entry, strided tensors. 零维张量、单个元素、非连续张量。"""
    assert_close(student.smooth_l1_loss(pred, target), F.smooth_l1_loss(pred, target), REDUCTION)


@check("smooth_l1_loss")
def test_smooth_l1_loss_leaves_its_inputs_alone(student):
    """Neither pred nor target is changed. 不修改 pred，也不修改 target。"""
    pred, target = 2 * randn(3, 2, seed=131), randn(3, 2, seed=132)
    loss = assert_inputs_unchanged(student.smooth_l1_loss, pred, target)
    assert_close(loss, F.smooth_l1_loss(pred, target), REDUCTION)


# nll_from_probs


def nll(probs: Tensor, target: Tensor, eps: float = 0.0) -> Tensor:
    """The oracle."""
    return F.nll_loss(probs.clamp_min(eps).log(), target)


@check("nll_from_probs", weight=2)
@DTYPES
def test_nll_from_probs_on_random_probabilities(student, dtype):
    """Random probabilities are right, and the dtype stays the same. 对随机的概率正确，且保持 dtype。"""
    probs, target = distributions(7, 4, seed=31, dtype=dtype), classes(7, below=4, seed=31)
    assert_close(student.nll_from_probs(probs, target), nll(probs, target), REDUCTION)


@check("nll_from_probs")
def test_nll_from_probs_of_certainty(student):
    """Probability 1 for every true class costs nothing. 真实类别的概率都是 1 时，损失为 0。"""
    assert_close(student.nll_from_probs(torch.eye(3), torch.arange(3)), torch.tensor(0.0), REDUCTION)


@check("nll_from_probs")
def test_nll_from_probs_does_not_look_at_other_classes(student):
    """The other classes may have probability 0. 其他类别的概率为 0 没有影响。"""
    probs = torch.tensor([[0.0, 0.25, 0.75], [0.5, 0.5, 0.0]])
    assert_close(student.nll_from_probs(probs, torch.tensor([2, 0])), torch.tensor(0.4904146), REDUCTION)


@check("nll_from_probs")
def test_nll_from_probs_without_a_floor(student):
    """One impossible class among three: the mean is inf. 三个样本中有一个真实类别的概率为 0：平均是 inf。"""
    probs = torch.tensor([[0.5, 0.5], [0.0, 1.0], [0.1, 0.9]])
    assert_close(student.nll_from_probs(probs, torch.tensor([0, 0, 1])), torch.tensor(math.inf), REDUCTION)


@check("nll_from_probs", weight=2)
@pytest.mark.parametrize("eps", [1e-12, 0.05, 0.3], ids=str)
def test_nll_from_probs_with_a_floor(student, eps):
    """eps replaces smaller probabilities and nothing else. eps 只替换比它小的概率，其余不变。"""
    probs = torch.tensor([[0.0, 1.0], [0.9, 0.1], [0.35, 0.65]], dtype=torch.float64)
    target = torch.tensor([0, 1, 0])
    assert_close(student.nll_from_probs(probs, target, eps), nll(probs, target, eps), REDUCTION)


@check("nll_from_probs")
@pytest.mark.parametrize("eps", [1e-4, 0.05, 0.3], ids=str)
def test_nll_from_probs_has_no_ceiling(student, eps):
    """eps is only a floor: probabilities near 1 or equal to 1 do not change. eps 只是下限：接近 1 或等于 1 的概率不变。"""
    probs = torch.tensor([[0.99999, 1e-5], [0.0, 1.0], [0.8, 0.2]], dtype=torch.float64)
    target = torch.tensor([0, 1, 0])
    assert_close(student.nll_from_probs(probs, target, eps=eps), nll(probs, target, eps), REDUCTION)


@check("nll_from_probs")
def test_nll_from_probs_takes_the_rows_as_they_are(student):
    """Rows that do not add up to 1 are not renormalised. 各行之和不是 1 时不重新归一化。"""
    probs, target = torch.tensor([[0.05, 0.9, 0.05], [0.05, 0.05, 0.8]]), torch.tensor([1, 2])
    assert_close(student.nll_from_probs(probs, target), nll(probs, target), REDUCTION)


@check("nll_from_probs")
@pytest.mark.parametrize(
    ("probs", "target"),
    [
        (distributions(1, 4, seed=32), torch.tensor([3])),
        (distributions(4, 4, seed=33), torch.tensor([1, 1, 0, 1])),
        (distributions(4, 6, seed=34).T, classes(12, below=4, seed=34)[::2]),
    ],
    ids=["one-sample", "square", "not-contiguous"],
)
def test_nll_from_probs_of_special_batches(student, probs, target):
    """One sample, as many samples as classes, strided tensors. 单个样本、样本数等于类别数、非连续张量。"""
    assert_close(student.nll_from_probs(probs, target), nll(probs, target), REDUCTION)


@check("nll_from_probs")
@pytest.mark.parametrize("eps", [0.0, 0.2], ids=str)
def test_nll_from_probs_has_the_right_gradient(student, eps):
    """The gradient for probs is right, and 0 below the floor. 对 probs 的梯度正确，低于下限处为 0。"""
    probs = torch.tensor([[0.1, 0.9], [0.6, 0.4], [0.7, 0.3]], dtype=torch.float64)
    target = torch.tensor([0, 0, 1])
    assert_close(gradient(student.nll_from_probs, probs, target, eps=eps), slope(nll, probs, target, eps), REDUCTION)


@check("nll_from_probs")
def test_nll_from_probs_has_a_gradient_at_probability_zero(student):
    """With a floor, a probability of 0 has the gradient 0, not NaN. 有下限时，概率为 0 处的梯度是 0，不是 NaN。"""
    probs = torch.tensor([[0.0, 1.0], [0.6, 0.4], [1.0, 0.0]], dtype=torch.float64)
    target = torch.tensor([0, 0, 1])
    assert_close(gradient(student.nll_from_probs, probs, target, eps=0.1), slope(nll, probs, target, 0.1), REDUCTION)


@check("nll_from_probs")
def test_nll_from_probs_leaves_its_inputs_alone(student):
    """Neither probs nor target is changed. 不修改 probs，也不修改 target。"""
    probs, target = torch.tensor([[0.0, 1.0], [0.5, 0.5]]), torch.tensor([0, 1])
    loss = assert_inputs_unchanged(student.nll_from_probs, probs, target, 0.1)
    assert_close(loss, nll(probs, target, 0.1), REDUCTION)


# binary_cross_entropy


@check("binary_cross_entropy", weight=2)
@DTYPES
def test_binary_cross_entropy_on_random_inputs(student, dtype):
    """Agrees with F.binary_cross_entropy on random inputs, and the dtype stays the same. 对随机输入与 F.binary_cross_entropy 一致，且保持 dtype。"""
    p, y = chances(8, seed=41, dtype=dtype), answers(8, seed=42, dtype=dtype)
    assert_close(student.binary_cross_entropy(p, y), F.binary_cross_entropy(p, y), REDUCTION)


@check("binary_cross_entropy", weight=2)
@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 2)], ids=str)
def test_binary_cross_entropy_of_several_labels(student, shape):
    """Averages over all entries, whatever the shape. 无论形状如何，都对所有元素求平均。"""
    p, y = chances(*shape, seed=43), answers(*shape, seed=44)
    assert_close(student.binary_cross_entropy(p, y), F.binary_cross_entropy(p, y), REDUCTION)


@check("binary_cross_entropy")
def test_binary_cross_entropy_of_soft_labels(student):
    """y may lie between 0 and 1. y 可以取 0 与 1 之间的值。"""
    p, y = chances(3, 4, seed=45, dtype=torch.float64), chances(3, 4, seed=46, dtype=torch.float64)
    assert_close(student.binary_cross_entropy(p, y), F.binary_cross_entropy(p, y), REDUCTION)


@check("binary_cross_entropy", weight=2)
@pytest.mark.parametrize(
    ("p", "y", "cost"),
    [(1.0, 1.0, 0.0), (0.0, 0.0, 0.0), (0.0, 1.0, 100.0), (1.0, 0.0, 100.0), (0.0, 0.25, 25.0), (1.0, 0.25, 75.0)],
    ids=["right-1", "right-0", "wrong-0", "wrong-1", "soft-0", "soft-1"],
)
def test_binary_cross_entropy_of_certainty(student, p, y, cost):
    """p is exactly 0 or 1: a right answer costs 0, a wrong one 100, never NaN. p 恰为 0 或 1：答对为 0，答错为 100，不会是 NaN。"""
    loss = student.binary_cross_entropy(torch.tensor([p, 0.5]), torch.tensor([y, 1.0]))
    assert_close(loss, torch.tensor((cost + math.log(2)) / 2), REDUCTION)


@check("binary_cross_entropy")
@pytest.mark.parametrize("p", [1e-60, 1e-40, 1e-9], ids=str)
def test_binary_cross_entropy_clamps_the_log(student, p):
    """A log below -100 counts as -100; a log above it does not change. 小于 -100 的对数按 -100 计算，大于 -100 的不变。"""
    p, y = torch.tensor([p], dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    assert_close(student.binary_cross_entropy(p, y), F.binary_cross_entropy(p, y), REDUCTION)


@check("binary_cross_entropy")
def test_binary_cross_entropy_treats_yes_and_no_alike(student):
    """If 1 - p and 1 - y replace p and y, the loss is the same. 问题与答案同时取反，损失不变。"""
    p, y = chances(6, seed=47, dtype=torch.float64), chances(6, seed=48, dtype=torch.float64)
    assert_close(student.binary_cross_entropy(1 - p, 1 - y), F.binary_cross_entropy(p, y), REDUCTION)


@check("binary_cross_entropy")
@pytest.mark.parametrize(
    ("p", "y"),
    [
        (torch.tensor(0.3), torch.tensor(1.0)),
        (torch.tensor([[0.8]]), torch.tensor([[0.0]])),
        (chances(3, 5, seed=49).T, answers(5, 6, seed=50)[:, ::2]),
    ],
    ids=["no-dimensions", "one-entry", "not-contiguous"],
)
def test_binary_cross_entropy_of_special_shapes(student, p, y):
    """One number, one entry, strided tensors. 零维张量、单个元素、非连续张量。"""
    assert_close(student.binary_cross_entropy(p, y), F.binary_cross_entropy(p, y), REDUCTION)


@check("binary_cross_entropy")
def test_binary_cross_entropy_has_the_right_gradient(student):
    """For 0 < p < 1, the gradient for p agrees with torch. 0 < p < 1 时，对 p 的梯度与 torch 一致。"""
    p, y = chances(3, 4, seed=51, dtype=torch.float64), chances(3, 4, seed=52, dtype=torch.float64)
    expected = slope(F.binary_cross_entropy, p, y)
    assert_close(gradient(student.binary_cross_entropy, p, y), expected, REDUCTION)


@check("binary_cross_entropy")
def test_binary_cross_entropy_leaves_its_inputs_alone(student):
    """Neither p nor y is changed. 不修改 p，也不修改 y。"""
    p, y = torch.tensor([0.0, 1.0, 0.3]), torch.tensor([1.0, 1.0, 0.0])
    loss = assert_inputs_unchanged(student.binary_cross_entropy, p, y)
    assert_close(loss, F.binary_cross_entropy(p, y), REDUCTION)


# soft_cross_entropy


@check("soft_cross_entropy", weight=2)
@DTYPES
def test_soft_cross_entropy_on_random_inputs(student, dtype):
    """Agrees with F.cross_entropy on random distributions, and the dtype stays the same. 对随机分布与 F.cross_entropy 一致，且保持 dtype。"""
    logits, target_probs = 3 * randn(6, 4, seed=11, dtype=dtype), distributions(6, 4, seed=12, dtype=dtype)
    assert_close(student.soft_cross_entropy(logits, target_probs), F.cross_entropy(logits, target_probs), REDUCTION)


@check("soft_cross_entropy")
def test_soft_cross_entropy_of_one_hot_targets(student):
    """One-hot rows cost the same as class indices. one-hot 真实值的损失与类别下标的损失相同。"""
    logits, target = 2 * randn(5, 3, seed=13), classes(5, below=3, seed=13)
    one_hot = F.one_hot(target, 3).float()
    assert_close(student.soft_cross_entropy(logits, one_hot), F.cross_entropy(logits, target), REDUCTION)


@check("soft_cross_entropy")
def test_soft_cross_entropy_of_uniform_targets(student):
    """Equal logits against uniform targets cost log C. 相等的 logits 对均匀分布：损失是 log C。"""
    logits, target_probs = torch.full((2, 5), 7.0), torch.full((2, 5), 0.2)
    assert_close(student.soft_cross_entropy(logits, target_probs), torch.tensor(math.log(5)), REDUCTION)


@check("soft_cross_entropy")
def test_soft_cross_entropy_of_itself_is_the_entropy(student):
    """If the targets are the network's own probabilities, the loss is their entropy. 以网络自己的概率为真实值，得到的是熵。"""
    logits = 2 * randn(4, 6, seed=14, dtype=torch.float64)
    entropy = torch.distributions.Categorical(logits=logits).entropy().mean()
    assert_close(student.soft_cross_entropy(logits, logits.softmax(dim=1)), entropy, REDUCTION)


@check("soft_cross_entropy")
def test_soft_cross_entropy_takes_targets_as_they_are(student):
    """Rows that add up to 2, 0.5 or 0 are not renormalised. 各行之和为 2、0.5 或 0 时不重新归一化。"""
    logits = 2 * randn(3, 4, seed=15, dtype=torch.float64)
    weights = torch.tensor([[2.0], [0.5], [0.0]], dtype=torch.float64)
    target_probs = weights * distributions(3, 4, seed=16, dtype=torch.float64)
    assert_close(student.soft_cross_entropy(logits, target_probs), F.cross_entropy(logits, target_probs), REDUCTION)


@check("soft_cross_entropy")
@pytest.mark.parametrize("size", [200.0, 1e4], ids=["200", "10000"])
def test_soft_cross_entropy_survives_huge_logits(student, size):
    """Logits of ±200 and ±10000 never give inf or NaN. logits 为 ±200 或 ±10000 时不会得到 inf 或 NaN。"""
    logits = torch.tensor([[size, 0.0, -size], [-size, size, 0.0]])
    target_probs = torch.tensor([[0.0, 0.5, 0.5], [0.0, 1.0, 0.0]])
    assert_close(student.soft_cross_entropy(logits, target_probs), F.cross_entropy(logits, target_probs), REDUCTION)


@check("soft_cross_entropy")
@pytest.mark.parametrize(
    ("logits", "target_probs"),
    [
        (randn(1, 3, seed=17), distributions(1, 3, seed=18)),
        (torch.tensor([[5.0], [-2.0]]), torch.ones(2, 1)),
        (randn(4, 4, seed=17), distributions(4, 4, seed=18)),
        (randn(3, 5, seed=17).T, distributions(5, 6, seed=18)[:, ::2]),
    ],
    ids=["one-sample", "one-class", "square", "not-contiguous"],
)
def test_soft_cross_entropy_of_special_batches(student, logits, target_probs):
    """One sample, one class, as many samples as classes, strided tensors. 单个样本、单个类别、样本数等于类别数、非连续张量。"""
    assert_close(student.soft_cross_entropy(logits, target_probs), F.cross_entropy(logits, target_probs), REDUCTION)


@check("soft_cross_entropy")
def test_soft_cross_entropy_ignores_a_shift(student):
    """Adding a constant to each row of logits changes nothing. logits 的每一行各加一个常数，损失不变。"""
    logits, target_probs = randn(3, 4, seed=19, dtype=torch.float64), distributions(3, 4, seed=20, dtype=torch.float64)
    shift = torch.tensor([[1000.0], [-1000.0], [0.5]], dtype=torch.float64)
    expected = F.cross_entropy(logits, target_probs)
    assert_close(student.soft_cross_entropy(logits + shift, target_probs), expected, REDUCTION)


@check("soft_cross_entropy")
def test_soft_cross_entropy_of_rows_far_apart(student):
    """One batch has rows around 10000 and around -10000: each row is computed by itself. 同一批里，一行在 10000 附近，一行在 -10000 附近：各行单独计算。"""
    level = torch.tensor([[1e4], [-1e4], [0.0]], dtype=torch.float64)
    logits = level + torch.tensor([[0.0, 1.0, 3.0]])
    target_probs = distributions(3, 3, seed=25, dtype=torch.float64)
    assert_close(student.soft_cross_entropy(logits, target_probs), F.cross_entropy(logits, target_probs), REDUCTION)


@check("soft_cross_entropy")
def test_soft_cross_entropy_has_the_right_gradient(student):
    """The gradient for the logits agrees with torch. 对 logits 的梯度与 torch 一致。"""
    logits, target_probs = randn(4, 3, seed=21, dtype=torch.float64), distributions(4, 3, seed=22, dtype=torch.float64)
    expected = slope(F.cross_entropy, logits, target_probs)
    assert_close(gradient(student.soft_cross_entropy, logits, target_probs), expected, REDUCTION)


@check("soft_cross_entropy")
def test_soft_cross_entropy_leaves_its_inputs_alone(student):
    """Neither logits nor targets is changed. 不修改 logits，也不修改真实概率。"""
    logits, target_probs = randn(3, 4, seed=23), distributions(3, 4, seed=24)
    loss = assert_inputs_unchanged(student.soft_cross_entropy, logits, target_probs)
    assert_close(loss, F.cross_entropy(logits, target_probs), REDUCTION)


# softmax_cross_entropy


def loss_in_torch(logits: Tensor, target: Tensor, ignore_index: int = -100, reduction: str = "mean") -> Tensor:
    """The oracle. Adding 0 turns its -0.0 into 0.0, which reads better in a message."""
    return F.cross_entropy(logits, target, ignore_index=ignore_index, reduction=reduction) + 0.0


@check("softmax_cross_entropy", weight=2)
@DTYPES
def test_softmax_cross_entropy_on_random_logits(student, dtype):
    """Agrees with F.cross_entropy on random logits, and the dtype stays the same. 对随机 logits 与 F.cross_entropy 一致，且保持 dtype。"""
    logits, target = 3 * randn(6, 5, seed=1, dtype=dtype), classes(6, below=5, seed=1)
    assert_close(student.softmax_cross_entropy(logits, target), loss_in_torch(logits, target), REDUCTION)


@check("softmax_cross_entropy")
@REDUCTIONS
def test_softmax_cross_entropy_with_each_reduction(student, reduction):
    """Every reduction, with two samples ignored. 三种 reduction，其中两个样本被忽略。"""
    logits, target = 2 * randn(5, 4, seed=2), torch.tensor([0, -100, 3, -100, 1])
    loss = student.softmax_cross_entropy(logits, target=target, ignore_index=-100, reduction=reduction)
    assert_close(loss, loss_in_torch(logits, target, reduction=reduction), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_with_another_ignore_index(student):
    """ignore_index may be -1, any class, 0 included, or larger than all classes. ignore_index 可以是 -1、任一类别（包括 0），或比所有类别都大。"""
    logits = 2 * randn(5, 4, seed=3, dtype=torch.float64)
    for ignored in (-1, 0, 1, 255):
        target = torch.tensor([ignored, 2, ignored, 0, 3])
        for reduction in ("mean", "sum"):
            loss = student.softmax_cross_entropy(logits, target, ignored, reduction)
            assert_close(loss, loss_in_torch(logits, target, ignored, reduction), REDUCTION)


@check("softmax_cross_entropy", weight=2)
@pytest.mark.parametrize("size", [200.0, 1e4], ids=["200", "10000"])
def test_softmax_cross_entropy_survives_huge_logits(student, size):
    """Logits of ±200 and ±10000 never give inf or NaN. logits 为 ±200 或 ±10000 时不会得到 inf 或 NaN。"""
    logits = torch.tensor([[size, 0.0, -size], [size, 0.0, -size], [1.0, 2.0, 0.0]])
    target = torch.tensor([1, 0, 2])
    loss = student.softmax_cross_entropy(logits, target, reduction="none")
    assert_close(loss, loss_in_torch(logits, target, reduction="none"), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_ignores_a_shift(student):
    """Adding a constant to each row changes nothing. 每一行各加一个常数，损失不变。"""
    logits, target = randn(4, 3, seed=4, dtype=torch.float64), classes(4, below=3, seed=4)
    shift = torch.tensor([[1000.0], [-1000.0], [0.5], [-3.0]], dtype=torch.float64)
    assert_close(student.softmax_cross_entropy(logits + shift, target), loss_in_torch(logits, target), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_of_log_probabilities(student):
    """Log-probabilities as logits: the notes' probabilities cost 0.1054. 以对数概率为 logits：笔记中的概率损失为 0.1054。"""
    probabilities = torch.tensor([[0.05, 0.9, 0.05], [0.05, 0.05, 0.9]])
    loss = student.softmax_cross_entropy(probabilities.log(), torch.tensor([1, 2]))
    assert_close(loss, torch.tensor(0.10536052), REDUCTION)


@check("softmax_cross_entropy")
@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_softmax_cross_entropy_with_nothing_kept(student, reduction):
    """All ignored: every loss is 0, and so is the sum. 全部被忽略：每个损失和总和都是 0。"""
    logits, target = randn(2, 3, seed=5), torch.tensor([-100, -100])
    loss = student.softmax_cross_entropy(logits, target, reduction=reduction)
    assert_close(loss, loss_in_torch(logits, target, reduction=reduction), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_has_no_mean_of_nothing(student):
    """The mean of two kept samples is a number; the mean of none is NaN. 保留两个样本时有平均值，一个都不保留时为 NaN。"""
    logits = randn(3, 3, seed=5)
    for target in (torch.tensor([2, -100, 0]), torch.tensor([-100, -100, -100])):
        loss = student.softmax_cross_entropy(logits, target)
        assert_close(loss, loss_in_torch(logits, target), REDUCTION, equal_nan=True)


@check("softmax_cross_entropy")
@pytest.mark.parametrize(
    "row",
    [[-INF, 1.0, 2.0], [-INF, -INF, -INF], [NAN, NAN, NAN]],
    ids=["one-minus-inf", "all-minus-inf", "nan"],
)
def test_softmax_cross_entropy_never_looks_at_ignored_logits(student, row):
    """An ignored row may hold -inf or NaN. 被忽略的行里有 -inf 或 NaN 也没有影响。"""
    logits, target = torch.tensor([row, [0.0, 1.0, 2.0]]), torch.tensor([-100, 1])
    for reduction in ("mean", "none"):
        loss = student.softmax_cross_entropy(logits, target, reduction=reduction)
        assert_close(loss, loss_in_torch(logits, target, reduction=reduction), REDUCTION)


@check("softmax_cross_entropy")
@pytest.mark.parametrize(
    ("logits", "target"),
    [
        (randn(1, 4, seed=6), torch.tensor([2])),
        (torch.tensor([[7.0], [-2.0], [1.0]]), torch.tensor([0, -100, 0])),
        (torch.tensor([[3.0, 3.0, 1.0], [-2.0, -2.0, -2.0]]), torch.tensor([1, 0])),
        (randn(4, 6, seed=7).T, classes(12, below=4, seed=7)[::2]),
    ],
    ids=["one-sample", "one-class", "ties", "not-contiguous"],
)
def test_softmax_cross_entropy_of_special_batches(student, logits, target):
    """One sample, one class, equal maxima, strided tensors. 单个样本、单个类别、并列最大值、非连续张量。"""
    loss = student.softmax_cross_entropy(logits, target, reduction="none")
    assert_close(loss, loss_in_torch(logits, target, reduction="none"), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_does_not_care_which_class_is_first(student):
    """Classes and samples in another order give the same losses. 类别和样本换个顺序，各自的损失不变。"""
    logits, target = 2 * randn(5, 4, seed=8), torch.tensor([3, 0, 0, 2, 1])
    new_place = torch.tensor([2, 0, 3, 1])
    order = torch.tensor([4, 2, 0, 1, 3])
    renamed = logits[:, new_place.argsort()][order]
    loss = student.softmax_cross_entropy(renamed, new_place[target][order], reduction="none")
    assert_close(loss, loss_in_torch(logits, target, reduction="none")[order], REDUCTION)


@check("softmax_cross_entropy")
@REDUCTIONS
def test_softmax_cross_entropy_has_the_right_gradient(student, reduction):
    """The gradient for the logits agrees with torch, and is 0 for ignored samples. 对 logits 的梯度与 torch 一致，被忽略的行为 0。"""
    logits, target = randn(5, 3, seed=9, dtype=torch.float64), torch.tensor([2, -100, 0, 1, 1])
    z = logits.clone().requires_grad_()
    (expected,) = torch.autograd.grad(loss_in_torch(z, target, reduction=reduction).sum(), z)
    assert_close(gradient(student.softmax_cross_entropy, logits, target, reduction=reduction), expected, REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_leaves_its_inputs_alone(student):
    """Neither logits nor target is changed. 不修改 logits，也不修改 target。"""
    logits, target = torch.tensor([[2.0, 1.0, 4.0], [0.0, 1.0, 3.0]]), torch.tensor([-100, 1])
    assert_inputs_unchanged(student.softmax_cross_entropy, logits, target)


# bce_with_logits


def bce_in_torch(z: Tensor, y: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    """The oracle."""
    return F.binary_cross_entropy_with_logits(z, y, pos_weight=pos_weight)


@check("bce_with_logits", weight=2)
@DTYPES
def test_bce_with_logits_on_random_inputs(student, dtype):
    """Random logits and labels are right, and the dtype stays the same. 对随机的 logits 和标签正确，且保持 dtype。"""
    z, y = 3 * randn(3, 4, seed=61, dtype=dtype), answers(3, 4, seed=62, dtype=dtype)
    assert_close(student.bce_with_logits(z, y), bce_in_torch(z, y), REDUCTION)


@check("bce_with_logits")
def test_bce_with_logits_of_soft_labels(student):
    """y may lie between 0 and 1. y 可以取 0 与 1 之间的值。"""
    z, y = 3 * randn(2, 5, seed=63, dtype=torch.float64), chances(2, 5, seed=64, dtype=torch.float64)
    assert_close(student.bce_with_logits(z, y), bce_in_torch(z, y), REDUCTION)


@check("bce_with_logits")
def test_bce_with_logits_of_zero(student):
    """A logit of 0 costs log 2, whatever the answer. logit 为 0 时，无论答案是什么，损失都是 log 2。"""
    z, y = torch.zeros(3), torch.tensor([0.0, 1.0, 0.3])
    assert_close(student.bce_with_logits(z, y), torch.tensor(math.log(2)), REDUCTION)


@check("bce_with_logits", weight=2)
@pytest.mark.parametrize("size", [30.0, 200.0, 1e4], ids=["30", "200", "10000"])
@pytest.mark.parametrize("y", [[1.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], ids=["yes", "no", "right", "wrong"])
def test_bce_with_logits_survives_huge_logits(student, size, y):
    """Logits of ±30, ±200 and ±10000 give finite, right losses. logits 为 ±30、±200、±10000 时损失有限且正确。"""
    z, y = torch.tensor([size, -size]), torch.tensor(y)
    assert_close(student.bce_with_logits(z, y), bce_in_torch(z, y), REDUCTION)


@check("bce_with_logits")
def test_bce_with_logits_of_confident_answers(student):
    """A nearly sure answer costs slightly more than 0, also in double precision. 几乎确信也有一点损失，双精度下同样准确。"""
    z, y = torch.tensor([18.0, -20.0], dtype=torch.float64), torch.tensor([1.0, 0.0], dtype=torch.float64)
    assert_close(student.bce_with_logits(z, y), bce_in_torch(z, y), REDUCTION)


@check("bce_with_logits", weight=2)
@DTYPES
def test_bce_with_logits_weighs_each_class(student, dtype):
    """pos_weight of shape (C,): one weight per class, for the positives. pos_weight 形状为 (C,)：每个类别的正样本各有权重。"""
    z, y = 2 * randn(4, 3, seed=65, dtype=dtype), chances(4, 3, seed=66, dtype=dtype)
    pos_weight = torch.tensor([1.0, 4.0, 0.5], dtype=dtype)
    assert_close(student.bce_with_logits(z, y, pos_weight), bce_in_torch(z, y, pos_weight), REDUCTION)


@check("bce_with_logits")
@pytest.mark.parametrize("weight", [0.0, 1.0, 2.5], ids=str)
def test_bce_with_logits_with_one_weight(student, weight):
    """A pos_weight of one entry holds for all; 0 and 1 are weights as well. 只有一个元素的 pos_weight 用于全部；0 和 1 也是权重。"""
    z, y, pos_weight = 2 * randn(3, 3, seed=67), answers(3, 3, seed=68), torch.tensor([weight])
    assert_close(student.bce_with_logits(z, y, pos_weight), bce_in_torch(z, y, pos_weight), REDUCTION)


@check("bce_with_logits")
def test_bce_with_logits_weighs_huge_logits(student):
    """With weights, logits of ±10000 also give finite losses. 加权后，logits 为 ±10000 的损失同样有限。"""
    z, y = torch.tensor([[1e4, -1e4], [1e4, 1e4]]), torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    pos_weight = torch.tensor([2.0, 5.0])
    assert_close(student.bce_with_logits(z, y, pos_weight), bce_in_torch(z, y, pos_weight), REDUCTION)


@check("bce_with_logits")
@pytest.mark.parametrize(
    ("z", "y"),
    [
        (torch.tensor(-0.7), torch.tensor(1.0)),
        (torch.tensor([[3.0]]), torch.tensor([[0.0]])),
        (randn(3, 5, seed=69).T, answers(5, 6, seed=70)[:, ::2]),
        (randn(2, 3, 2, seed=69), answers(2, 3, 2, seed=70)),
    ],
    ids=["no-dimensions", "one-entry", "not-contiguous", "three-axes"],
)
def test_bce_with_logits_of_special_shapes(student, z, y):
    """One number, one entry, strided tensors, three axes. 零维张量、单个元素、非连续张量、三维张量。"""
    assert_close(student.bce_with_logits(z, y), bce_in_torch(z, y), REDUCTION)


@check("bce_with_logits")
@pytest.mark.parametrize("pos_weight", [None, torch.tensor([3.0, 0.5, 1.0]).double()], ids=["plain", "weighted"])
def test_bce_with_logits_has_the_right_gradient(student, pos_weight):
    """The gradient for the logits agrees with torch. 对 logits 的梯度与 torch 一致。"""
    z, y = 3 * randn(4, 3, seed=71, dtype=torch.float64), chances(4, 3, seed=72, dtype=torch.float64)
    assert_close(gradient(student.bce_with_logits, z, y, pos_weight), slope(bce_in_torch, z, y, pos_weight), REDUCTION)


@check("bce_with_logits")
def test_bce_with_logits_has_a_gradient_far_out(student):
    """At z = ±200 and ±10000 the gradient is 0 for right answers and ±1/n for wrong ones. z 为 ±200、±10000 时，答对梯度为 0，答错为 ±1/n。"""
    z = torch.tensor([200.0, 200.0, -200.0, -200.0, 1e4, 1e4, -1e4, -1e4])
    y = torch.tensor([1.0, 0.0] * 4)
    assert_close(gradient(student.bce_with_logits, z, y), slope(bce_in_torch, z, y), REDUCTION)


@check("bce_with_logits")
@pytest.mark.parametrize("pos_weight", [None, torch.tensor([3.0, 0.5, 1.0])], ids=["plain", "weighted"])
def test_bce_with_logits_has_a_gradient_at_zero(student, pos_weight):
    """Where z is 0, the gradient of one entry is s(0) - y: ±1/2, before the mean. z = 0 处单个元素的梯度是 s(0) - y，即 ±1/2（再取平均）。"""
    z, y = torch.zeros(2, 3), torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    assert_close(gradient(student.bce_with_logits, z, y, pos_weight), slope(bce_in_torch, z, y, pos_weight), REDUCTION)


@check("bce_with_logits")
def test_bce_with_logits_leaves_its_inputs_alone(student):
    """z, y and pos_weight are not changed. 不修改 z、y 和 pos_weight。"""
    z, y, pos_weight = 2 * randn(4, 3, seed=73), answers(4, 3, seed=74), torch.tensor([1.0, 2.0, 3.0])
    loss = assert_inputs_unchanged(student.bce_with_logits, z, y, pos_weight)
    assert_close(loss, bce_in_torch(z, y, pos_weight), REDUCTION)


# softmax_ce_grad


@check("softmax_ce_grad", weight=2)
@DTYPES
def test_softmax_ce_grad_on_random_logits(student, dtype):
    """Agrees with autograd through F.cross_entropy, and the dtype stays the same. 与 F.cross_entropy 的自动求导一致，且保持 dtype。"""
    logits, target = 2 * randn(6, 4, seed=141, dtype=dtype), classes(6, below=4, seed=141)
    assert_close(student.softmax_ce_grad(logits, target), slope(F.cross_entropy, logits, target), ELEMENTWISE)


@check("softmax_ce_grad")
def test_softmax_ce_grad_of_repeated_classes(student):
    """Several samples of one class do not disturb each other. 多个样本属于同一类别时互不影响。"""
    logits, target = randn(4, 5, seed=142, dtype=torch.float64), torch.tensor([4, 0, 0, 4])
    assert_close(student.softmax_ce_grad(logits, target), slope(F.cross_entropy, logits, target), ELEMENTWISE)


@check("softmax_ce_grad")
def test_softmax_ce_grad_rows_add_up_to_nothing(student):
    """Each row adds up to 0, and only the entry of the true class is negative. 每一行之和为 0，只有真实类别的梯度为负。"""
    logits, target = 2 * randn(5, 3, seed=143, dtype=torch.float64), classes(5, below=3, seed=143)
    grad = student.softmax_ce_grad(logits, target)
    assert_close(grad.sum(dim=1), torch.zeros(5, dtype=torch.float64), ELEMENTWISE)
    assert_equal(grad < 0, F.one_hot(target, 3).bool())


@check("softmax_ce_grad")
@pytest.mark.parametrize("size", [200.0, 1e4], ids=["200", "10000"])
def test_softmax_ce_grad_of_confident_logits(student, size):
    """Logits of ±200 and ±10000 give a gradient of 0, or ±1/N for wrong answers. logits 为 ±200 或 ±10000：梯度为 0，答错处为 ±1/N。"""
    logits = torch.tensor([[size, 0.0, -size], [size, 0.0, -size], [0.0, size, size], [-size, -size, -size]])
    target = torch.tensor([0, 2, 1, 0])
    assert_close(student.softmax_ce_grad(logits, target), slope(F.cross_entropy, logits, target), ELEMENTWISE)


@check("softmax_ce_grad")
def test_softmax_ce_grad_ignores_a_shift(student):
    """Adding a constant to each row changes nothing. 每一行各加一个常数，梯度不变。"""
    logits, target = randn(3, 4, seed=144, dtype=torch.float64), classes(3, below=4, seed=144)
    shift = torch.tensor([[1024.0], [-2048.0], [0.5]], dtype=torch.float64)
    expected = slope(F.cross_entropy, logits, target)
    assert_close(student.softmax_ce_grad(logits + shift, target), expected, ELEMENTWISE)


@check("softmax_ce_grad")
@pytest.mark.parametrize(
    ("logits", "target"),
    [
        (randn(1, 4, seed=145), torch.tensor([2])),
        (torch.tensor([[7.0], [-2.0]]), torch.tensor([0, 0])),
        (randn(4, 4, seed=146), torch.tensor([1, 1, 3, 0])),
        (randn(3, 5, seed=147).T, classes(10, below=3, seed=147)[::2]),
    ],
    ids=["one-sample", "one-class", "square", "not-contiguous"],
)
def test_softmax_ce_grad_of_special_batches(student, logits, target):
    """One sample, one class, as many samples as classes, strided tensors. 单个样本、单个类别、样本数等于类别数、非连续张量。"""
    assert_close(student.softmax_ce_grad(logits, target), slope(F.cross_entropy, logits, target), ELEMENTWISE)


@check("softmax_ce_grad")
def test_softmax_ce_grad_of_a_sample_ignores_the_others(student):
    """The gradient of a sample depends on the other samples only through N. 一个样本的梯度只通过 N 与其他样本有关。"""
    logits, target = randn(4, 3, seed=148, dtype=torch.float64), classes(4, below=3, seed=148)
    expected = 2 * slope(F.cross_entropy, logits, target)[:2]
    assert_close(student.softmax_ce_grad(logits[:2], target[:2]), expected, ELEMENTWISE)


@check("softmax_ce_grad")
def test_softmax_ce_grad_leaves_its_inputs_alone(student):
    """Neither logits nor target is changed. 不修改 logits，也不修改 target。"""
    logits, target = randn(3, 4, seed=149), torch.tensor([3, 0, 0])
    grad = assert_inputs_unchanged(student.softmax_ce_grad, logits, target)
    assert_close(grad, slope(F.cross_entropy, logits, target), ELEMENTWISE)
