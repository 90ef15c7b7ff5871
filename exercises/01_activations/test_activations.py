"""Visible checks of the activations. 激活函数的公开检查。"""

import torch

from autograder.checks import ELEMENTWISE, assert_close, check


@check("sigmoid_grad")
def test_sigmoid_grad_worked_example(student):
    """At 0 the slope is 0.25, at 2 about 0.105. 在 0 处斜率为 0.25，在 2 处约为 0.105。"""
    assert_close(student.sigmoid_grad(torch.tensor([0.0, 2.0])), torch.tensor([0.25, 0.10499359]), ELEMENTWISE)


@check("sigmoid_grad")
def test_sigmoid_grad_agrees_with_autograd(student):
    """Agrees with autograd for x in [-6, 6]. 在 [-6, 6] 上与自动求导一致。"""
    x = torch.linspace(-6, 6, 25, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(x).sum().backward()
    assert_close(student.sigmoid_grad(x.detach()), x.grad, ELEMENTWISE)


@check("sigmoid_grad")
def test_sigmoid_grad_of_one_number(student):
    """A tensor without dimensions stays one. 零维张量的结果仍是零维。"""
    assert_close(student.sigmoid_grad(torch.tensor(0.0)), torch.tensor(0.25), ELEMENTWISE)
