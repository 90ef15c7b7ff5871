"""Visible checks of the activations. 激活函数的公开检查。"""

import torch
import torch.nn.functional as F

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    REDUCTION,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    check,
    gradient,
    randn,
)

# sigmoid


@check("sigmoid")
def test_sigmoid_worked_example(student):
    """The docstring's example: 0 becomes 0.5, -10000 becomes 0. 文档示例：0 得 0.5，-10000 得 0。"""
    answer = student.sigmoid(torch.tensor([-10000.0, -2.0, 0.0, 2.0]))
    assert_close(answer, torch.tensor([0.0, 0.11920292, 0.5, 0.88079708]), ELEMENTWISE)


@check("sigmoid")
def test_sigmoid_on_the_range_of_the_notes(student):
    """Agrees with torch on the notes' linspace(-20, 20, 1000). 在笔记的 linspace(-20, 20, 1000) 上与 torch 一致。"""
    x = torch.linspace(-20, 20, 1000)
    assert_close(student.sigmoid(x), torch.sigmoid(x), ELEMENTWISE)


@check("sigmoid")
def test_sigmoid_is_one_far_to_the_right(student):
    """At 100 and 10000 it is 1, not NaN. 在 100 和 10000 处为 1，而不是 NaN。"""
    assert_close(student.sigmoid(torch.tensor([100.0, 10000.0])), torch.tensor([1.0, 1.0]), ELEMENTWISE)


@check("sigmoid")
def test_sigmoid_keeps_float64(student):
    """A float64 input gives a float64 result and is not changed. 输入是 float64，结果也是 float64，输入不被修改。"""
    x = torch.tensor([-1.0, 0.0, 3.0], dtype=torch.float64)
    assert_close(assert_inputs_unchanged(student.sigmoid, x), torch.sigmoid(x), ELEMENTWISE)


@check("sigmoid")
def test_sigmoid_can_be_differentiated(student):
    """Autograd computes the slopes 0.105, 0.25 and 0.197. 对它自动求导得到斜率 0.105、0.25 和 0.197。"""
    slope = gradient(student.sigmoid, torch.tensor([-2.0, 0.0, 1.0]))
    assert_close(slope, torch.tensor([0.10499359, 0.25, 0.19661193]), ELEMENTWISE)


# sigmoid_grad


@check("sigmoid_grad")
def test_sigmoid_grad_worked_example(student):
    """At 0 the slope is 0.25, at 2 about 0.105. 在 0 处斜率为 0.25，在 2 处约为 0.105。"""
    assert_close(student.sigmoid_grad(torch.tensor([0.0, 2.0])), torch.tensor([0.25, 0.10499359]), ELEMENTWISE)


@check("sigmoid_grad")
def test_sigmoid_grad_agrees_with_autograd(student):
    """Agrees with autograd for x in [-6, 6], and x is not changed. 在 [-6, 6] 上与自动求导一致，且不修改 x。"""
    x = torch.linspace(-6, 6, 25, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(x).sum().backward()
    assert_close(assert_inputs_unchanged(student.sigmoid_grad, x.detach()), x.grad, ELEMENTWISE)


@check("sigmoid_grad")
def test_sigmoid_grad_of_one_number(student):
    """For a 0-d tensor, the result is a 0-d tensor. 零维张量的结果仍是零维。"""
    assert_close(student.sigmoid_grad(torch.tensor(0.0)), torch.tensor(0.25), ELEMENTWISE)


# tanh_and_grad


@check("tanh_and_grad")
def test_tanh_and_grad_worked_example(student):
    """The docstring's example: at 0 the slope is 1, at -1000 it is 0. 文档示例：在 0 处斜率为 1，在 -1000 处为 0。"""
    expected = torch.tensor([-1.0, 0.0, 0.46211716]), torch.tensor([0.0, 1.0, 0.78644773])
    assert_close(student.tanh_and_grad(torch.tensor([-1000.0, 0.0, 0.5])), expected, ELEMENTWISE)


@check("tanh_and_grad")
def test_tanh_and_grad_on_the_range_of_the_notes(student):
    """Agrees with torch from -20 to 20 in float64, and x is not changed. 从 -20 到 20 与 torch 一致（float64），且不修改 x。"""
    x = torch.linspace(-20, 20, 41, dtype=torch.float64, requires_grad=True)
    y = torch.tanh(x)
    y.sum().backward()
    assert_close(assert_inputs_unchanged(student.tanh_and_grad, x.detach()), (y, x.grad), ELEMENTWISE)


@check("tanh_and_grad")
def test_tanh_and_grad_of_one_number(student):
    """For a 0-d tensor, both results are 0-d tensors. 输入零维张量，返回两个零维张量。"""
    expected = torch.tensor(0.76159416), torch.tensor(0.41997434)
    assert_close(student.tanh_and_grad(torch.tensor(1.0)), expected, ELEMENTWISE)


# relu_and_grad


@check("relu_and_grad")
def test_relu_and_grad_worked_example(student):
    """The docstring's example: at 0 the derivative is 0. 文档示例：在 0 处导数为 0。"""
    expected = torch.tensor([0.0, 0.0, 3.0]), torch.tensor([0.0, 0.0, 1.0])
    assert_close(student.relu_and_grad(torch.tensor([-2.0, 0.0, 3.0])), expected, EXACT)


@check("relu_and_grad")
def test_relu_and_grad_of_a_matrix(student):
    """Agrees with torch on a float64 matrix, which is not changed. 对 float64 矩阵与 torch 一致，且不修改输入。"""
    x = randn(3, 4, seed=1, dtype=torch.float64).requires_grad_()
    y = torch.relu(x)
    y.sum().backward()
    assert_close(assert_inputs_unchanged(student.relu_and_grad, x.detach()), (y, x.grad), EXACT)


@check("relu_and_grad")
def test_relu_and_grad_at_infinity(student):
    """At -inf both are 0, not NaN. 在 -inf 处两者都是 0，而不是 NaN。"""
    x = torch.tensor([-float("inf"), 1.0, 3e38])
    assert_close(student.relu_and_grad(x), (torch.tensor([0.0, 1.0, 3e38]), torch.tensor([0.0, 1.0, 1.0])), EXACT)


# leaky_relu_and_grad


@check("leaky_relu_and_grad")
def test_leaky_relu_and_grad_worked_example(student):
    """The docstring's example: at -2 and at 0 the slope is 0.1. 文档示例：在 -2 和 0 处斜率都是 0.1。"""
    expected = torch.tensor([-0.2, 0.0, 3.0]), torch.tensor([0.1, 0.1, 1.0])
    assert_close(student.leaky_relu_and_grad(torch.tensor([-2.0, 0.0, 3.0]), negative_slope=0.1), expected, ELEMENTWISE)


@check("leaky_relu_and_grad")
def test_leaky_relu_and_grad_has_a_default(student):
    """The slope is 0.01 by default, and x is not changed. 斜率默认为 0.01，且不修改 x。"""
    x = torch.tensor([[-5.0, 4.0], [0.5, -0.25]], dtype=torch.float64)
    expected = F.leaky_relu(x), torch.tensor([[0.01, 1.0], [1.0, 0.01]], dtype=torch.float64)
    assert_close(assert_inputs_unchanged(student.leaky_relu_and_grad, x), expected, ELEMENTWISE)


@check("leaky_relu_and_grad")
def test_leaky_relu_and_grad_with_a_steep_slope(student):
    """A slope of 1.5 is allowed: -1 becomes -1.5. 斜率可以是 1.5：-1 变为 -1.5。"""
    expected = torch.tensor([-1.5, 1.0]), torch.tensor([1.5, 1.0])
    assert_close(student.leaky_relu_and_grad(torch.tensor([-1.0, 1.0]), 1.5), expected, ELEMENTWISE)


# softmax


@check("softmax")
def test_softmax_of_the_notes(student):
    """The notes' nine scores: the last class gets 0.7545. 笔记中的九个得分：最后一类的概率是 0.7545。"""
    scores = torch.tensor([0.2, 0.02, 0.15, 1.3, 0.5, 0.06, 1.1, 0.05, 3.75])
    expected = [
        0.02167152,
        0.01810158,
        0.02061459,
        0.06510484,
        0.02925349,
        0.01884031,
        0.05330333,
        0.01865285,
        0.7544575,
    ]
    assert_close(student.softmax(scores, dim=0), torch.tensor(expected), ELEMENTWISE)


@check("softmax")
def test_softmax_of_each_row(student):
    """By default each row adds up to 1, and x is not changed. 默认每一行之和为 1，且不修改 x。"""
    x = torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
    assert_close(assert_inputs_unchanged(student.softmax, x), torch.softmax(x, dim=-1), ELEMENTWISE)


@check("softmax")
def test_softmax_of_each_column(student):
    """dim=0 works along the columns. dim=0 沿列计算。"""
    x = randn(4, 3, seed=2)
    assert_close(student.softmax(x, dim=0), torch.softmax(x, dim=0), ELEMENTWISE)


@check("softmax")
def test_softmax_of_huge_scores(student):
    """Scores of ±10000 give 1 and 0, not NaN. 得分为 ±10000 时得到 1 和 0，而不是 NaN。"""
    assert_close(student.softmax(torch.tensor([10000.0, 0.0, -10000.0])), torch.tensor([1.0, 0.0, 0.0]), ELEMENTWISE)


@check("softmax")
def test_softmax_can_be_differentiated(student):
    """Autograd can compute its gradient. 可以对它自动求导。"""
    x, cotangent = torch.tensor([0.0, 1.0], dtype=torch.float64), torch.tensor([1.0, 0.0], dtype=torch.float64)
    expected = torch.tensor([0.19661193324148185, -0.19661193324148185], dtype=torch.float64)
    assert_close(gradient(student.softmax, x, cotangent=cotangent), expected, ELEMENTWISE)


# collapse_linear

LAYERS = (
    torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]]),
    torch.tensor([1.0, 1.0, 0.0]),
    torch.tensor([[1.0, 2.0, 1.0]]),
    torch.tensor([0.5]),
)


@check("collapse_linear")
def test_collapse_linear_worked_example(student):
    """The docstring's example: 2 inputs, 3 hidden units, 1 output. 文档示例：2 个输入，3 个隐藏单元，1 个输出。"""
    assert_close(student.collapse_linear(*LAYERS), (torch.tensor([[3.0, 4.0]]), torch.tensor([3.5])), REDUCTION)


@check("collapse_linear")
def test_collapse_linear_does_what_both_layers_do(student):
    """For the zero vector and the unit vectors, one layer gives the same as two. 单层与两层对零向量和各单位向量的输出相同。"""
    W1, b1, W2, b2 = randn(4, 3, seed=3), randn(4, seed=4), randn(2, 4, seed=5), randn(2, seed=6)
    of_zero = F.linear(F.linear(torch.zeros(3), W1, b1), W2, b2)
    of_units = F.linear(F.linear(torch.eye(3), W1, b1), W2, b2)
    assert_close(student.collapse_linear(W1, b1, W2, b2), ((of_units - of_zero).T, of_zero), REDUCTION)


@check("collapse_linear")
def test_collapse_linear_without_biases(student):
    """If both biases are 0, the new bias is 0. 两个偏置都为 0 时，合并后的偏置也是 0。"""
    W1, _, W2, _ = LAYERS
    expected = torch.tensor([[3.0, 4.0]]), torch.zeros(1)
    assert_close(student.collapse_linear(W1, torch.zeros(3), W2, torch.zeros(1)), expected, REDUCTION)


@check("collapse_linear")
def test_collapse_linear_leaves_the_layers_alone(student):
    """None of the four tensors is changed. 四个张量都不会被修改。"""
    expected = torch.tensor([[3.0, 4.0]]), torch.tensor([3.5])
    assert_close(assert_inputs_unchanged(student.collapse_linear, *LAYERS), expected, REDUCTION)


# dead_units


@check("dead_units")
def test_dead_units_worked_example(student):
    """The docstring's example: units 0 and 2 are dead. 文档示例：第 0 和第 2 个神经元死亡。"""
    pre = torch.tensor([[-1.0, 2.0, 0.0], [-3.0, -1.0, 0.0], [-0.5, -2.0, -1.0]])
    assert_equal(student.dead_units(pre), torch.tensor([0, 2]))


@check("dead_units")
def test_dead_units_where_none_is_dead(student):
    """If no unit is dead, the result is an empty int64 tensor. 没有死亡的神经元时返回空的 int64 张量。"""
    assert_equal(student.dead_units(torch.ones(3, 2)), torch.empty(0, dtype=torch.int64))


@check("dead_units")
def test_dead_units_of_one_sample(student):
    """A batch of one sample works, and is not changed. 批次里只有一个样本也可以，且不修改输入。"""
    pre = torch.tensor([[0.5, -0.5, -2.0, 3.0]])
    assert_equal(assert_inputs_unchanged(student.dead_units, pre), torch.tensor([1, 2]))
