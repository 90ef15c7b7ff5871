"""Hidden checks of the activations. 激活函数的隐藏检查。"""

import pytest
import torch

from autograder.checks import ELEMENTWISE, EXACT, assert_close, assert_inputs_unchanged, check, expect, randn


def sigmoid_slope(x: torch.Tensor) -> torch.Tensor:
    """The oracle: autograd through torch.sigmoid."""
    x = x.detach().requires_grad_()
    torch.sigmoid(x).sum().backward()
    assert x.grad is not None
    return x.grad


@check("sigmoid_grad", weight=2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_sigmoid_grad_on_random_inputs(student, dtype):
    """Right on random inputs, in the dtype that came in. 对随机输入正确，且保持输入的 dtype。"""
    x = 3 * randn(4, 5, seed=1, dtype=dtype)
    assert_close(student.sigmoid_grad(x), sigmoid_slope(x), ELEMENTWISE)


@check("sigmoid_grad")
def test_sigmoid_grad_is_a_quarter_at_zero(student):
    """Exactly 0.25 at x = 0, and below 0.0025 from x = 6 on. 在 x = 0 处恰为 0.25，x ≥ 6 时小于 0.0025。"""
    slope = student.sigmoid_grad(torch.tensor([0.0, 6.0, 8.0]))
    assert_close(slope[0], torch.tensor(0.25), EXACT)
    expect(bool((slope[1:] < 0.0025).all()), "the slope beyond 6 is too large.", "x ≥ 6 处的斜率过大。", answer=slope)


@check("sigmoid_grad")
def test_sigmoid_grad_survives_huge_inputs(student):
    """At ±100 and ±10000 it is 0, not NaN. 在 ±100 和 ±10000 处为 0，而不是 NaN。"""
    x = torch.tensor([-1e4, -100.0, 100.0, 1e4])
    assert_close(student.sigmoid_grad(x), sigmoid_slope(x), ELEMENTWISE)


@check("sigmoid_grad")
def test_sigmoid_grad_is_even(student):
    """The slope at -x equals the slope at x. 在 -x 与 x 处斜率相等。"""
    x = torch.linspace(0, 5, 11, dtype=torch.float64)
    assert_close(student.sigmoid_grad(-x), sigmoid_slope(x), ELEMENTWISE)


@check("sigmoid_grad")
@pytest.mark.parametrize(
    "x", [torch.empty(0), randn(3, 4, seed=2).T, torch.tensor([[1.5]])], ids=["empty", "transposed", "one"]
)
def test_sigmoid_grad_of_any_shape(student, x):
    """Empty, transposed and one-element tensors work. 空张量、转置张量和单元素张量都可以。"""
    assert_close(student.sigmoid_grad(x), sigmoid_slope(x), ELEMENTWISE)


@check("sigmoid_grad")
def test_sigmoid_grad_leaves_its_input_alone(student):
    """The input is not changed. 不修改输入。"""
    x = torch.tensor([-1.0, 0.0, 2.0])
    assert_close(assert_inputs_unchanged(student.sigmoid_grad, x), sigmoid_slope(x), ELEMENTWISE)
