"""Visible checks of the optimisers. 优化算法的公开检查。"""

import torch

from autograder.checks import ITERATED, assert_close, check


@check("adam_step")
def test_adam_step_worked_example(student):
    """Whatever the gradient, the first step has size lr. 无论梯度多大，第一步的大小都是 lr。"""
    w, g, zeros = torch.tensor([1.0, 2.0]), torch.tensor([0.2, -3.0]), torch.zeros(2)
    expected = torch.tensor([0.9, 2.1]), torch.tensor([0.02, -0.3]), torch.tensor([4e-5, 9e-3])
    assert_close(student.adam_step(w, g, zeros, zeros, t=1, lr=0.1), expected, ITERATED)


@check("adam_step")
def test_adam_step_follows_torch_for_three_steps(student):
    """Three steps in a row agree with torch.optim.Adam. 连续三步与 torch.optim.Adam 一致。"""
    start = torch.tensor([0.3, -0.2, 0.1], dtype=torch.float64)
    gradients = torch.tensor([[1.0, -2.0, 0.5], [0.5, 1.0, 0.0], [-4.0, 0.1, 0.2]], dtype=torch.float64)
    parameter = start.clone().requires_grad_()
    optimiser = torch.optim.Adam([parameter], lr=0.1)
    w, m, v = start, torch.zeros_like(start), torch.zeros_like(start)
    for t, g in enumerate(gradients, start=1):
        parameter.grad = g.clone()
        optimiser.step()
        w, m, v = student.adam_step(w, g, m, v, t, lr=0.1)
    assert_close(w, parameter, ITERATED)


@check("adam_step")
def test_adam_step_without_a_gradient(student):
    """With gradient 0 from the start nothing moves, and nothing is NaN. 一开始梯度就是 0：原地不动，也没有 NaN。"""
    w, zero = torch.tensor([1.5]), torch.zeros(1)
    assert_close(student.adam_step(w, zero, zero, zero, t=1), (w, zero, zero), ITERATED)
