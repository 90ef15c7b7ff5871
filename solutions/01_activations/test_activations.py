"""Hidden checks of the activations. 激活函数的隐藏检查。"""

from collections.abc import Callable

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
    check,
    expect,
    gradient,
    randn,
)

INF = float("inf")
DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
ANY_SHAPE = pytest.mark.parametrize(
    "x",
    [
        torch.empty(0),
        torch.empty(0, 3, dtype=torch.float64),
        randn(3, 4, seed=2).T,
        randn(6, 4, 3, seed=3)[::2, :, ::2],
        torch.tensor([[1.5]]),
        torch.tensor(-0.7, dtype=torch.float64),
    ],
    ids=["empty", "empty_rows", "transposed", "strided", "one", "zero_dimensional"],
)


def slope(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The oracle of the derivatives: autograd through torch's own function."""
    leaf = x.detach().clone().requires_grad_()
    return torch.autograd.grad(function(leaf).sum(), leaf)[0]


def value_and_slope(function: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    """The oracle of the pairs."""
    return function(x), slope(function, x)


# sigmoid


@check("sigmoid", weight=2)
@DTYPES
def test_sigmoid_on_random_inputs(student, dtype):
    """Right on random inputs, and has the dtype of x. 对随机输入正确，dtype 与 x 相同。"""
    x = 3 * randn(4, 5, seed=1, dtype=dtype)
    assert_close(student.sigmoid(x), torch.sigmoid(x), ELEMENTWISE)


@check("sigmoid")
@DTYPES
def test_sigmoid_on_a_wide_range(student, dtype):
    """Right for 1000 values from -20 to 20, including both ends. 在 -20 到 20 的 1000 个点上都正确，包括两端。"""
    x = torch.linspace(-20, 20, 1000, dtype=dtype)
    assert_close(student.sigmoid(x), torch.sigmoid(x), ELEMENTWISE)


@check("sigmoid")
@DTYPES
def test_sigmoid_survives_huge_inputs(student, dtype):
    """At ±89, ±1000 and ±10000 it is 0 or 1, not NaN. 在 ±89、±1000 和 ±10000 处为 0 或 1，而不是 NaN。"""
    x = torch.tensor([-1e4, -1e3, -89.0, 0.0, 89.0, 1e3, 1e4], dtype=dtype)
    assert_close(student.sigmoid(x), torch.sigmoid(x), ELEMENTWISE)


@check("sigmoid")
@DTYPES
def test_sigmoid_reaches_its_limits(student, dtype):
    """At -10000 it is exactly 0, at 10000 exactly 1. 在 -10000 处恰为 0，在 10000 处恰为 1。"""
    x = torch.tensor([-1e4, 1e4], dtype=dtype)
    assert_close(student.sigmoid(x), torch.tensor([0.0, 1.0], dtype=dtype), EXACT)


@check("sigmoid")
def test_sigmoid_of_both_signs_adds_up_to_one(student):
    """s(x) + s(-x) = 1, and s(0) = 0.5. s(x) + s(-x) = 1，且 s(0) = 0.5。"""
    x = torch.linspace(0, 8, 17, dtype=torch.float64)
    assert_close(student.sigmoid(-x), 1 - torch.sigmoid(x), ELEMENTWISE)


@check("sigmoid")
@ANY_SHAPE
def test_sigmoid_of_any_shape(student, x):
    """Empty, strided, one-element and 0-d tensors work. 空张量、非连续张量、单元素张量和零维张量都可以。"""
    assert_close(student.sigmoid(x), torch.sigmoid(x), ELEMENTWISE)


@check("sigmoid", weight=2)
def test_sigmoid_gradient(student):
    """Its gradient agrees with torch's from -30 to 30. 从 -30 到 30，对它自动求导的结果与 torch 一致。"""
    x = torch.tensor([-30.0, -6.0, -1.0, -1e-3, 1e-3, 0.5, 2.0, 6.0, 30.0], dtype=torch.float64)
    assert_close(gradient(student.sigmoid, x), slope(torch.sigmoid, x), ELEMENTWISE)


@check("sigmoid")
@DTYPES
def test_sigmoid_has_no_kink_at_zero(student, dtype):
    """Autograd computes the slope 0.25 at exactly 0. 恰在 0 处自动求导得到斜率 0.25。"""
    x = torch.tensor([0.0, -0.0], dtype=dtype)
    assert_close(gradient(student.sigmoid, x), torch.full_like(x, 0.25), ELEMENTWISE)


@check("sigmoid")
def test_sigmoid_leaves_its_input_alone(student):
    """The input is not changed. 不修改输入。"""
    x = torch.tensor([-1.0, 0.0, 2.0])
    assert_close(assert_inputs_unchanged(student.sigmoid, x), torch.sigmoid(x), ELEMENTWISE)


# sigmoid_grad


@check("sigmoid_grad", weight=2)
@DTYPES
def test_sigmoid_grad_on_random_inputs(student, dtype):
    """Right on random inputs, and has the dtype of x. 对随机输入正确，dtype 与 x 相同。"""
    x = 3 * randn(4, 5, seed=1, dtype=dtype)
    assert_close(student.sigmoid_grad(x), slope(torch.sigmoid, x), ELEMENTWISE)


@check("sigmoid_grad")
def test_sigmoid_grad_is_a_quarter_at_zero(student):
    """Exactly 0.25 at x = 0, and below 0.0025 from x = 6 on. 在 x = 0 处恰为 0.25，x ≥ 6 时小于 0.0025。"""
    answer = student.sigmoid_grad(torch.tensor([0.0, 6.0, 8.0]))
    assert_close(answer[0], torch.tensor(0.25), EXACT)
    expect(bool((answer[1:] < 0.0025).all()), "the slope beyond 6 is too large.", "x ≥ 6 处的斜率过大。", answer=answer)


@check("sigmoid_grad")
@DTYPES
def test_sigmoid_grad_survives_huge_inputs(student, dtype):
    """At ±100, ±1000 and ±10000 it is 0, not NaN. 在 ±100、±1000 和 ±10000 处为 0，而不是 NaN。"""
    x = torch.tensor([-1e4, -1e3, -100.0, 100.0, 1e3, 1e4], dtype=dtype)
    assert_close(student.sigmoid_grad(x), slope(torch.sigmoid, x), ELEMENTWISE)


@check("sigmoid_grad")
def test_sigmoid_grad_is_even(student):
    """The slope at -x equals the slope at x. 在 -x 与 x 处斜率相等。"""
    x = torch.linspace(0, 5, 11, dtype=torch.float64)
    assert_close(student.sigmoid_grad(-x), slope(torch.sigmoid, x), ELEMENTWISE)


@check("sigmoid_grad")
@ANY_SHAPE
def test_sigmoid_grad_of_any_shape(student, x):
    """Empty, strided, one-element and 0-d tensors work. 空张量、非连续张量、单元素张量和零维张量都可以。"""
    assert_close(student.sigmoid_grad(x), slope(torch.sigmoid, x), ELEMENTWISE)


@check("sigmoid_grad")
def test_sigmoid_grad_leaves_its_input_alone(student):
    """The input is not changed. 不修改输入。"""
    x = torch.tensor([-1.0, 0.0, 2.0])
    assert_close(assert_inputs_unchanged(student.sigmoid_grad, x), slope(torch.sigmoid, x), ELEMENTWISE)


# tanh_and_grad


@check("tanh_and_grad", weight=2)
@DTYPES
def test_tanh_and_grad_on_random_inputs(student, dtype):
    """Both are right on random inputs, and have the dtype of x. 对随机输入两者都正确，dtype 与 x 相同。"""
    x = 2 * randn(4, 5, seed=11, dtype=dtype)
    assert_close(student.tanh_and_grad(x), value_and_slope(torch.tanh, x), ELEMENTWISE)


@check("tanh_and_grad")
@pytest.mark.parametrize("size", [100.0, 1e3, 1e4], ids=["100", "1000", "10000"])
def test_tanh_and_grad_survives_huge_inputs(student, size):
    """For large |x| tanh is ±1 and its slope 0, not NaN. |x| 很大时 tanh 为 ±1，斜率为 0，而不是 NaN。"""
    x = torch.tensor([-size, -1.0, 1.0, size])
    assert_close(student.tanh_and_grad(x), value_and_slope(torch.tanh, x), ELEMENTWISE)


@check("tanh_and_grad")
def test_tanh_and_grad_survives_huge_inputs_in_float64(student):
    """No NaN in float64 either, where exp gives inf from 710 on. float64 下也没有 NaN：exp 从 710 起得到 inf。"""
    x = torch.tensor([-1e4, -711.0, 711.0, 1e4], dtype=torch.float64)
    assert_close(student.tanh_and_grad(x), value_and_slope(torch.tanh, x), ELEMENTWISE)


@check("tanh_and_grad")
def test_tanh_and_grad_at_zero(student):
    """At 0 the value is 0 and the slope 1. 在 0 处函数值为 0，斜率为 1。"""
    expected = torch.tensor([0.0, 0.0]), torch.tensor([1.0, 1.0])
    assert_close(student.tanh_and_grad(torch.tensor([0.0, -0.0])), expected, ELEMENTWISE)


@check("tanh_and_grad")
def test_tanh_and_grad_is_symmetric(student):
    """tanh(-x) = -tanh(x), and the slope at -x is that at x. tanh(-x) = -tanh(x)，在 -x 与 x 处斜率相等。"""
    x = torch.linspace(0.25, 5, 20, dtype=torch.float64)
    y, dy = value_and_slope(torch.tanh, x)
    assert_close(student.tanh_and_grad(-x), (-y, dy), ELEMENTWISE)


@check("tanh_and_grad")
@ANY_SHAPE
def test_tanh_and_grad_of_any_shape(student, x):
    """Empty, strided, one-element and 0-d tensors work. 空张量、非连续张量、单元素张量和零维张量都可以。"""
    assert_close(student.tanh_and_grad(x), value_and_slope(torch.tanh, x), ELEMENTWISE)


@check("tanh_and_grad")
def test_tanh_and_grad_leaves_its_input_alone(student):
    """The input is not changed. 不修改输入。"""
    x = torch.tensor([-1.0, 0.0, 2.0])
    assert_close(assert_inputs_unchanged(student.tanh_and_grad, x), value_and_slope(torch.tanh, x), ELEMENTWISE)


# relu_and_grad


@check("relu_and_grad", weight=2)
@DTYPES
def test_relu_and_grad_on_random_inputs(student, dtype):
    """Both are right on random inputs, and have the dtype of x. 对随机输入两者都正确，dtype 与 x 相同。"""
    x = 2 * randn(5, 3, seed=21, dtype=dtype)
    assert_close(student.relu_and_grad(x), value_and_slope(torch.relu, x), EXACT)


@check("relu_and_grad")
@DTYPES
def test_relu_and_grad_at_zero(student, dtype):
    """At 0 and -0 both value and derivative are 0. 在 0 和 -0 处，函数值和导数都是 0。"""
    x = torch.tensor([0.0, -0.0], dtype=dtype)
    assert_close(student.relu_and_grad(x), (torch.zeros_like(x), torch.zeros_like(x)), EXACT)


@check("relu_and_grad")
def test_relu_and_grad_of_tiny_inputs(student):
    """Every x > 0 stays as it is, however small, and the derivative is 1. 只要 x > 0，再小也原样通过，导数为 1。"""
    x = torch.tensor([1e-30, -1e-30, 1e-6, -1e-6, 2.0])
    y, dy = student.relu_and_grad(x)
    assert_close(1e30 * y, torch.tensor([1.0, 0.0, 1e24, 0.0, 2e30]), ELEMENTWISE)
    assert_close(dy, torch.tensor([1.0, 0.0, 1.0, 0.0, 1.0]), EXACT)


@check("relu_and_grad")
@DTYPES
def test_relu_and_grad_at_infinity(student, dtype):
    """At -inf both are 0; at inf they are inf and 1. 在 -inf 处两者都是 0；在 inf 处是 inf 和 1。"""
    x = torch.tensor([-INF, 1.0, INF, torch.finfo(dtype).max], dtype=dtype)
    assert_close(student.relu_and_grad(x), value_and_slope(torch.relu, x), EXACT)


@check("relu_and_grad")
def test_relu_and_grad_does_not_saturate(student):
    """1000 and 3e38 stay as they are, and the derivative is 1. 1000 和 3e38 原样通过，导数仍为 1。"""
    x = torch.tensor([-3e38, -1e3, 1e3, 3e38])
    assert_close(student.relu_and_grad(x), value_and_slope(torch.relu, x), EXACT)


@check("relu_and_grad")
def test_relu_and_grad_splits_a_number(student):
    """relu(x) - relu(-x) = x, and exactly one of the two slopes is 1. relu(x) - relu(-x) = x，两处的斜率恰有一个为 1。"""
    x = randn(7, seed=22, dtype=torch.float64)
    y, dy = value_and_slope(torch.relu, x)
    assert_close(student.relu_and_grad(-x), (y - x, 1 - dy), EXACT)


@check("relu_and_grad")
@ANY_SHAPE
def test_relu_and_grad_of_any_shape(student, x):
    """Empty, strided, one-element and 0-d tensors work. 空张量、非连续张量、单元素张量和零维张量都可以。"""
    assert_close(student.relu_and_grad(x), value_and_slope(torch.relu, x), EXACT)


@check("relu_and_grad")
def test_relu_and_grad_leaves_its_input_alone(student):
    """The input is not changed. 不修改输入。"""
    x = torch.tensor([-1.0, 0.0, 2.0])
    assert_close(assert_inputs_unchanged(student.relu_and_grad, x), value_and_slope(torch.relu, x), EXACT)


# leaky_relu_and_grad


def leaky(x: Tensor, negative_slope: float = 0.01) -> tuple[Tensor, Tensor]:
    """The oracle: torch's leaky ReLU and autograd through it."""
    return value_and_slope(lambda z: F.leaky_relu(z, negative_slope), x)


@check("leaky_relu_and_grad", weight=2)
@DTYPES
def test_leaky_relu_and_grad_on_random_inputs(student, dtype):
    """Both are right on random inputs, and have the dtype of x. 对随机输入两者都正确，dtype 与 x 相同。"""
    x = 2 * randn(5, 3, seed=31, dtype=dtype)
    assert_close(student.leaky_relu_and_grad(x, 0.2), leaky(x, 0.2), ELEMENTWISE)


@check("leaky_relu_and_grad")
@DTYPES
def test_leaky_relu_and_grad_has_a_default(student, dtype):
    """Without a slope given it is 0.01. 不给斜率时取 0.01。"""
    x = 10 * randn(6, seed=32, dtype=dtype)
    assert_close(student.leaky_relu_and_grad(x), leaky(x), ELEMENTWISE)


@check("leaky_relu_and_grad")
@pytest.mark.parametrize("negative_slope", [0.0, 1.0, 1.5, 4.0], ids=["relu", "identity", "steep", "steeper"])
def test_leaky_relu_and_grad_with_any_slope(student, negative_slope):
    """Slopes of 0, 1 and more than 1 work. 斜率为 0、1 或大于 1 时也正确。"""
    x = torch.tensor([-2.5, -0.5, 0.5, 3.0], dtype=torch.float64)
    assert_close(student.leaky_relu_and_grad(x, negative_slope=negative_slope), leaky(x, negative_slope), ELEMENTWISE)


@check("leaky_relu_and_grad")
def test_leaky_relu_and_grad_with_an_integer_slope(student):
    """A slope given as an integer works as well: 3, 1 and 0. 斜率写成整数 3、1、0 也可以。"""
    x = torch.tensor([-2.5, -0.5, 0.0, 3.0])
    for negative_slope in (3, 1, 0):
        assert_close(student.leaky_relu_and_grad(x, negative_slope), leaky(x, negative_slope), ELEMENTWISE)


@check("leaky_relu_and_grad")
@pytest.mark.parametrize("negative_slope", [0.01, 0.3, 2.0], ids=str)
def test_leaky_relu_and_grad_at_zero(student, negative_slope):
    """At 0 and -0 the derivative is that of the negative side. 在 0 和 -0 处取负半轴的导数。"""
    x = torch.tensor([0.0, -0.0, 1.0], dtype=torch.float64)
    assert_close(student.leaky_relu_and_grad(x, negative_slope), leaky(x, negative_slope), ELEMENTWISE)


@check("leaky_relu_and_grad")
def test_leaky_relu_and_grad_of_small_and_large_inputs(student):
    """On each side of 0 it is one straight line, near 0 and far away. 0 两侧各是一条直线，近处远处都一样。"""
    x = torch.tensor([-1e4, -1.0, -1e-3, 1e-3, 1.0, 1e4], dtype=torch.float64)
    assert_close(student.leaky_relu_and_grad(x, 0.25), leaky(x, 0.25), ELEMENTWISE)


@check("leaky_relu_and_grad")
@ANY_SHAPE
def test_leaky_relu_and_grad_of_any_shape(student, x):
    """Empty, strided, one-element and 0-d tensors work. 空张量、非连续张量、单元素张量和零维张量都可以。"""
    assert_close(student.leaky_relu_and_grad(x, 0.2), leaky(x, 0.2), ELEMENTWISE)


@check("leaky_relu_and_grad")
def test_leaky_relu_and_grad_leaves_its_input_alone(student):
    """The input is not changed. 不修改输入。"""
    x = torch.tensor([-1.0, 0.0, 2.0])
    assert_close(assert_inputs_unchanged(student.leaky_relu_and_grad, x), leaky(x), ELEMENTWISE)


# softmax


@check("softmax", weight=2)
@DTYPES
def test_softmax_on_random_scores(student, dtype):
    """Right on random rows, and has the dtype of x. 对随机的各行正确，dtype 与 x 相同。"""
    x = 3 * randn(5, 4, seed=41, dtype=dtype)
    assert_close(student.softmax(x), torch.softmax(x, dim=-1), ELEMENTWISE)


@check("softmax", weight=2)
@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2, -3], ids=str)
def test_softmax_along_any_axis(student, dim):
    """Right along every axis, counted from either end. 沿任意一维都正确，从前数或从后数都可以。"""
    x = 2 * randn(2, 3, 4, seed=42)
    assert_close(student.softmax(x, dim=dim), torch.softmax(x, dim=dim), ELEMENTWISE)


@check("softmax")
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4)], ids=["one_axis", "three_axes"])
def test_softmax_takes_the_last_axis_by_default(student, shape):
    """Without dim it works along the last axis, whatever the number of axes. 不给 dim 时沿最后一维计算，无论有几维。"""
    x = 2 * randn(*shape, seed=52)
    assert_close(student.softmax(x), torch.softmax(x, dim=-1), ELEMENTWISE)


@check("softmax")
@pytest.mark.parametrize("dim", [0, 1], ids=str)
def test_softmax_of_a_square(student, dim):
    """In a square matrix, it works along dim and not along the other axis. 方阵也只沿 dim 计算，不会弄混。"""
    x = randn(3, 3, seed=43, dtype=torch.float64)
    assert_close(student.softmax(x, dim), torch.softmax(x, dim), ELEMENTWISE)


@check("softmax", weight=2)
@DTYPES
def test_softmax_survives_huge_scores(student, dtype):
    """Scores of ±1000 and ±10000 never give inf or NaN. 得分为 ±1000 或 ±10000 时不会得到 inf 或 NaN。"""
    x = torch.tensor([[1e4, 0.0, -1e4], [1e3, 1e3 - 1, 0.0], [-1e4, -1e4, -1e4 - 2], [1.0, 2.0, 3.0]], dtype=dtype)
    assert_close(student.softmax(x), torch.softmax(x, dim=-1), ELEMENTWISE)


@check("softmax")
def test_softmax_ignores_a_shift(student):
    """Adding a constant to all scores of a row changes nothing. 每一行各加一个常数，结果不变。"""
    x = randn(4, 3, seed=44, dtype=torch.float64)
    shift = torch.tensor([[512.0], [-1024.0], [0.5], [-4.0]], dtype=torch.float64)
    assert_close(student.softmax(x + shift), torch.softmax(x, dim=-1), ELEMENTWISE)


@check("softmax")
def test_softmax_of_ties(student):
    """Equal scores get equal probabilities. 得分相同，概率也相同。"""
    x = torch.tensor([[2.0, 2.0, 2.0, 2.0], [5.0, 5.0, -1e4, -1e4]])
    expected = torch.tensor([[0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 0.0, 0.0]])
    assert_close(student.softmax(x), expected, ELEMENTWISE)


@check("softmax")
def test_softmax_of_minus_infinity(student):
    """A score of -inf gets the probability 0, the others share the rest. 得分为 -inf 时概率为 0，其余平分。"""
    x = torch.tensor([-INF, 1.0, -INF, 1.0])
    answer = student.softmax(x, dim=0)
    assert_close(answer, torch.tensor([0.0, 0.5, 0.0, 0.5]), ELEMENTWISE)
    assert_close(answer[::2], torch.zeros(2), EXACT)


@check("softmax")
@DTYPES
def test_softmax_of_unlikely_classes(student, dtype):
    """Small probabilities such as exp(-18) and exp(-40) are not rounded to 0. exp(-18)、exp(-40) 这样小的概率也不会变成 0。"""
    x = torch.tensor([[0.0, -18.0, -40.0], [25.0, 0.0, -3.0]], dtype=dtype)
    ones = torch.ones(2, 3, dtype=dtype)
    assert_close(student.softmax(x) / torch.softmax(x, dim=-1), ones, REDUCTION)  # the relative error


@check("softmax")
def test_softmax_of_one_score(student):
    """An axis of length 1 gives 1.0 for any score. 长度为 1 的维得到 1.0，与数值无关。"""
    x = torch.tensor([[3.0], [-7.0], [1e4]])
    assert_close(student.softmax(x, dim=1), torch.ones(3, 1), ELEMENTWISE)


@check("softmax")
def test_softmax_sums_to_one(student):
    """The probabilities add up to 1 along dim. 概率沿 dim 之和为 1。"""
    answer = student.softmax(5 * randn(3, 6, seed=45, dtype=torch.float64), dim=1)
    assert_close(answer.sum(dim=1), torch.ones(3, dtype=torch.float64), ELEMENTWISE)


@check("softmax")
def test_softmax_does_not_care_which_class_is_first(student):
    """If the classes change places, so do the probabilities. 类别换个顺序，概率跟着换顺序。"""
    x, order = 2 * randn(2, 5, seed=46), torch.tensor([3, 0, 4, 1, 2])
    assert_close(student.softmax(x[:, order]), torch.softmax(x, dim=1)[:, order], ELEMENTWISE)


@check("softmax")
@pytest.mark.parametrize(
    ("x", "dim"),
    [
        (randn(3, 4, seed=47, dtype=torch.float64).T, 0),
        (randn(6, 5, seed=48)[::2, 1:], -1),
        (torch.empty(0, 3), 1),
        (randn(5, seed=49), -1),
    ],
    ids=["transposed", "strided", "no_rows", "one_axis"],
)
def test_softmax_of_any_layout(student, x, dim):
    """Strided tensors, one axis and a batch of no rows work. 非连续张量、一维张量和没有样本的批次都可以。"""
    assert_close(student.softmax(x, dim=dim), torch.softmax(x, dim=dim), ELEMENTWISE)


@check("softmax")
def test_softmax_gradient(student):
    """Its gradient agrees with torch's, also for equal and huge scores. 自动求导与 torch 一致，有并列或极大的得分时也是。"""
    x = torch.cat([randn(3, 4, seed=50), torch.tensor([[1.0, 1.0, 0.0, 1.0], [1e4, 1e4 - 1, 0.0, -1e4]])]).double()
    cotangent = randn(5, 4, seed=51, dtype=torch.float64)
    expected = slope(lambda z: torch.softmax(z, dim=1) * cotangent, x)
    assert_close(gradient(student.softmax, x, cotangent=cotangent), expected, ELEMENTWISE)


@check("softmax")
def test_softmax_leaves_its_input_alone(student):
    """The input is not changed. 不修改输入。"""
    x = torch.tensor([[2.0, 1.0, 4.0], [0.0, -1.0, 3.0]])
    assert_close(assert_inputs_unchanged(student.softmax, x), torch.softmax(x, dim=-1), ELEMENTWISE)


# collapse_linear


def two_layers(inputs: int, hidden: int, outputs: int, seed: int, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    """Random W1, b1, W2 and b2."""
    shapes = [(hidden, inputs), (hidden,), (outputs, hidden), (outputs,)]
    return [randn(*shape, seed=seed + place, dtype=dtype) for place, shape in enumerate(shapes)]


def collapsed(W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
    """The oracle, by what the two layers make of the unit vectors and of 0, in double precision."""
    W1, b1, W2, b2 = W1.double(), b1.double(), W2.double(), b2.double()
    b = F.linear(b1, W2, b2)
    W = F.linear(F.linear(torch.eye(W1.shape[1], dtype=torch.float64), W1), W2).T
    return W, b


@check("collapse_linear", weight=2)
@DTYPES
def test_collapse_linear_on_random_layers(student, dtype):
    """Right for 3 inputs, 4 hidden units and 2 outputs, in the dtype of the layers. 3 输入、4 隐藏、2 输出时正确，且保持 dtype。"""
    layers = two_layers(3, 4, 2, seed=60, dtype=dtype)
    expected = tuple(tensor.to(dtype) for tensor in collapsed(*layers))
    assert_close(student.collapse_linear(*layers), expected, REDUCTION)


@check("collapse_linear", weight=2)
def test_collapse_linear_gives_the_same_outputs(student):
    """For random inputs, the one layer gives the same outputs as the two. 对随机输入，单层的输出与两层相同。"""
    W1, b1, W2, b2 = two_layers(3, 5, 4, seed=64, dtype=torch.float64)
    x = randn(6, 3, seed=70, dtype=torch.float64)
    W, b = student.collapse_linear(W1, b1, W2, b2)
    assert_close(F.linear(x, W, b), F.linear(F.linear(x, W1, b1), W2, b2), REDUCTION)


@check("collapse_linear")
@pytest.mark.parametrize(
    "sizes",
    [(3, 4, 1), (3, 1, 2), (1, 4, 2), (1, 1, 1), (2, 3, 6)],
    ids=["one_output", "one_hidden", "one_input", "all_one", "growing"],
)
def test_collapse_linear_of_any_size(student, sizes):
    """One input, one hidden unit or one output works as well. 输入、隐藏单元或输出只有一个时也正确。"""
    layers = two_layers(*sizes, seed=71)
    expected = tuple(tensor.float() for tensor in collapsed(*layers))
    assert_close(student.collapse_linear(*layers), expected, REDUCTION)


@check("collapse_linear")
def test_collapse_linear_of_squares(student):
    """Square matrices are multiplied in the right order. 方阵怎样相乘形状都合适，但顺序要正确。"""
    layers = two_layers(3, 3, 3, seed=75, dtype=torch.float64)
    assert_close(student.collapse_linear(*layers), collapsed(*layers), REDUCTION)


@check("collapse_linear")
@pytest.mark.parametrize("kept", [1, 3], ids=["first", "second"])
def test_collapse_linear_with_one_bias(student, kept):
    """With one of the biases 0, the other still counts. 其中一个偏置为 0 时，另一个照样起作用。"""
    layers = two_layers(2, 3, 3, seed=80)
    layers[4 - kept] = torch.zeros(3)
    expected = tuple(tensor.float() for tensor in collapsed(*layers))
    assert_close(student.collapse_linear(*layers), expected, REDUCTION)


@check("collapse_linear")
def test_collapse_linear_with_large_biases(student):
    """The weights are exact even if the biases are about a million. 偏置大到一百万，权重也要准确。"""
    layers = two_layers(3, 4, 2, seed=82)
    layers[1] = 1e6 * layers[1]
    layers[3] = 1e6 * layers[3]
    expected = tuple(tensor.float() for tensor in collapsed(*layers))
    assert_close(student.collapse_linear(*layers), expected, REDUCTION)


@check("collapse_linear")
@pytest.mark.parametrize("place", [0, 1], ids=["first", "second"])
def test_collapse_linear_with_an_identity(student, place):
    """If one layer is the identity, the result is the other layer. 其中一层是恒等映射时，结果就是另一层。"""
    identity, other = [torch.eye(3), torch.zeros(3)], [randn(3, 3, seed=84), randn(3, seed=85)]
    layers = identity + other if place == 0 else other + identity
    assert_close(student.collapse_linear(*layers), tuple(other), REDUCTION)


@check("collapse_linear")
def test_collapse_linear_of_strided_weights(student):
    """Transposed and strided weights work. 转置和带步长的权重都可以。"""
    layers = [randn(3, 4, seed=86).T, randn(8, seed=87)[::2], randn(4, 8, seed=88)[::2, ::2], randn(2, seed=89)]
    expected = tuple(tensor.float() for tensor in collapsed(*layers))
    assert_close(student.collapse_linear(*layers), expected, REDUCTION)


@check("collapse_linear")
def test_collapse_linear_leaves_its_inputs_alone(student):
    """None of the four tensors is changed. 四个张量都不会被修改。"""
    layers = two_layers(2, 3, 3, seed=90)
    expected = tuple(tensor.float() for tensor in collapsed(*layers))
    assert_close(assert_inputs_unchanged(student.collapse_linear, *layers), expected, REDUCTION)


# dead_units


def without_gradient(pre: Tensor) -> Tensor:
    """The oracle: the columns to which autograd through torch's ReLU brings no gradient at all."""
    return slope(torch.relu, pre).sum(dim=0).eq(0).nonzero().flatten()


@check("dead_units", weight=2)
@DTYPES
def test_dead_units_on_random_batches(student, dtype):
    """Finds the units that get no gradient, on random batches. 对随机批次，找出得不到梯度的神经元。"""
    pre = randn(4, 12, seed=101, dtype=dtype) - 1
    assert_equal(student.dead_units(pre), without_gradient(pre))


@check("dead_units")
def test_dead_units_needs_all_samples(student):
    """One positive number keeps a unit alive, however small it is. 只要有一个正数，再小也不算死亡。"""
    pre = torch.tensor([[1e-30, -1.0, -9.0, -1.0], [-5.0, -1.0, -9.0, -2.0], [-5.0, -1.0, 0.5, -3.0]])
    assert_equal(student.dead_units(pre), torch.tensor([1, 3]))


@check("dead_units")
@DTYPES
def test_dead_units_counts_zero_as_dead(student, dtype):
    """Exactly 0 and -0 pass no gradient, so they count as dead. 恰为 0 或 -0 时没有梯度，也算死亡。"""
    pre = torch.tensor([[0.0, -0.0, 0.0, -1.0], [0.0, -2.0, 1.0, 0.0]], dtype=dtype)
    assert_equal(student.dead_units(pre), torch.tensor([0, 1, 3]))


@check("dead_units")
@pytest.mark.parametrize(
    "shape", [(1, 6), (6, 1), (1, 1), (4, 4)], ids=["one_sample", "one_unit", "one_each", "square"]
)
def test_dead_units_of_any_size(student, shape):
    """One sample, one unit and square batches work. 单个样本、单个神经元和方形批次都可以。"""
    pre = randn(*shape, seed=102)
    pre[:, 0] = -pre[:, 0].abs()
    assert_equal(student.dead_units(pre), without_gradient(pre))


@check("dead_units")
@pytest.mark.parametrize("shape", [(3, 2), (2, 1), (1, 3)], ids=["matrix", "one_unit", "one_sample"])
def test_dead_units_where_none_is_dead(student, shape):
    """If no unit is dead, the result is an empty int64 tensor. 没有死亡的神经元时返回空的 int64 张量。"""
    assert_equal(student.dead_units(torch.full(shape, 0.5)), torch.empty(0, dtype=torch.int64))


@check("dead_units")
@pytest.mark.parametrize("value", [-1.0, -1e4, -INF, 0.0], ids=["minus_one", "huge", "minus_inf", "zero"])
def test_dead_units_where_all_are_dead(student, value):
    """If all units are dead, all indices come in ascending order. 全部死亡时按从小到大返回所有下标。"""
    assert_equal(student.dead_units(torch.full((2, 5), value)), torch.arange(5))


@check("dead_units")
def test_dead_units_ignores_the_order_of_samples(student):
    """The order of the samples does not matter, nor do repeated samples. 样本换个顺序或重复出现，结果不变。"""
    pre = randn(5, 8, seed=103) - 0.8
    shuffled = torch.cat([pre, pre])[torch.tensor([7, 2, 9, 0, 5, 3, 1, 8, 6, 4])]
    assert_equal(student.dead_units(shuffled), without_gradient(pre))


@check("dead_units")
@pytest.mark.parametrize(
    "pre", [randn(7, 3, seed=104).T - 0.5, randn(6, 14, seed=105)[::3, ::2] - 0.5], ids=["transposed", "strided"]
)
def test_dead_units_of_any_layout(student, pre):
    """Transposed and strided batches work. 转置和带步长的批次都可以。"""
    assert_equal(student.dead_units(pre), without_gradient(pre))


@check("dead_units")
def test_dead_units_leaves_its_input_alone(student):
    """The batch is not changed. 不修改输入的批次。"""
    pre = torch.tensor([[-1.0, 2.0, 0.0], [-3.0, -1.0, 0.0]])
    assert_equal(assert_inputs_unchanged(student.dead_units, pre), torch.tensor([0, 2]))
