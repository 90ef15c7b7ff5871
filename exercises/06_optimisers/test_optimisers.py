"""Visible checks of the optimisers. 优化算法的公开检查。"""

import torch
from torch import nn

from autograder.checks import (
    ELEMENTWISE,
    ITERATED,
    REDUCTION,
    RemoteObject,
    assert_close,
    assert_inputs_unchanged,
    assert_raises,
    check,
    expect,
    randn,
)

W, G = torch.tensor([1.0, 2.0]), torch.tensor([0.2, -3.0])

# Three steps, the same for every optimiser
START = torch.tensor([0.3, -0.2, 0.1])
GRADIENTS = torch.tensor([[1.0, -2.0, 0.5], [0.5, 1.0, 0.0], [-4.0, 0.1, 0.2]])


def walked(optimiser: type[torch.optim.Optimizer], **options) -> torch.Tensor:
    """Return the parameter after the three steps of a torch optimiser."""
    parameter = START.clone().requires_grad_()
    oracle = optimiser([parameter], **options)
    for g in GRADIENTS:
        parameter.grad = g.clone()
        oracle.step()
    return parameter.detach()


# ewma


@check("ewma")
def test_ewma_worked_example(student):
    """The docstring's example: 1, 2, 3 with beta 0.5. 文档示例：1、2、3，beta 为 0.5。"""
    answer = assert_inputs_unchanged(student.ewma, torch.tensor([1.0, 2.0, 3.0]), beta=0.5)
    assert_close(answer, torch.tensor([1.0, 1.5, 2.25]), ITERATED)


@check("ewma")
def test_ewma_of_the_notes(student):
    """The thirty days of the notes: the averages of days 1, 2, 3 and 30. 笔记中的 30 天气温：第 1、2、3、30 天的平均值。"""
    temperature = randn(30, seed=0) * 10  # what torch.manual_seed(0); torch.randn(size=[30]) * 10 gives
    expected = torch.tensor([-11.25840, -11.28492, -10.40701, 0.85031])
    assert_close(student.ewma(temperature)[[0, 1, 2, 29]], expected, REDUCTION)


@check("ewma")
def test_ewma_of_one_day(student):
    """The average of a single day is that day. 只有一天时，平均值就是这一天的值。"""
    assert_close(student.ewma(torch.tensor([4.0])), torch.tensor([4.0]), ITERATED)


# ewma_weights


@check("ewma_weights")
def test_ewma_weights_worked_example(student):
    """The docstring's example: four days, beta 0.5. 文档示例：四天，beta 为 0.5。"""
    expected = torch.tensor([0.125, 0.125, 0.25, 0.5], dtype=torch.float64)
    assert_close(student.ewma_weights(4, 0.5), expected, REDUCTION)


@check("ewma_weights")
def test_ewma_weights_of_the_notes(student):
    """Five days with the beta 0.9 of the notes: the oldest weighs 0.9^4, the newest 0.1. 笔记中 beta = 0.9，五天：最早一天的权重为 0.9^4，最近一天为 0.1。"""
    expected = torch.tensor([0.6561, 0.0729, 0.081, 0.09, 0.1], dtype=torch.float64)
    assert_close(student.ewma_weights(5, 0.9), expected, REDUCTION)


@check("ewma_weights")
def test_ewma_weights_of_one_day(student):
    """A single day has the weight 1. 只有一天时，它的权重是 1。"""
    assert_close(student.ewma_weights(1, 0.9), torch.ones(1, dtype=torch.float64), REDUCTION)


# momentum_ewa_step


@check("momentum_ewa_step")
def test_momentum_ewa_step_worked_example(student):
    """The docstring's example: update the average first, then move w along it. 文档示例：先更新平均值，再沿它更新 w。"""
    g, s = torch.tensor([0.2, -1.0]), torch.tensor([0.5, 0.0])
    expected = torch.tensor([0.953, 2.01]), torch.tensor([0.47, -0.1])
    assert_close(assert_inputs_unchanged(student.momentum_ewa_step, W, g, s, 0.1), expected, ITERATED)


@check("momentum_ewa_step")
def test_momentum_ewa_step_for_three_steps(student):
    """Three steps in a row, from s = 0. 从 s = 0 出发连续走三步。"""
    w, s = START, torch.zeros_like(START)
    for g in GRADIENTS:
        w, s = student.momentum_ewa_step(w, g, s, 0.5, 0.8)
    assert_close(w, walked(torch.optim.SGD, lr=0.5 * (1 - 0.8), momentum=0.8), ITERATED)


@check("momentum_ewa_step")
def test_momentum_ewa_step_crosses_a_saddle(student):
    """At a saddle, where the gradient is 0, w still moves. 鞍点处梯度为 0，w 仍能继续前进。"""
    answer = student.momentum_ewa_step(torch.tensor([1.0]), torch.tensor([0.0]), torch.tensor([2.0]), 0.1)
    assert_close(answer, (torch.tensor([0.82]), torch.tensor([1.8])), ITERATED)


# sgd_momentum_step


@check("sgd_momentum_step")
def test_sgd_momentum_step_worked_example(student):
    """The docstring's example: with a constant gradient of 1, the velocity is 1, 1.9, 2.71. 文档示例：梯度恒为 1 时，速度依次为 1、1.9、2.71。"""
    w, v, g = torch.tensor([1.0]), None, torch.tensor([1.0])
    for expected_w, expected_v in ((0.9, 1.0), (0.71, 1.9), (0.439, 2.71)):
        w, v = assert_inputs_unchanged(student.sgd_momentum_step, w, g, v, lr=0.1)
        assert_close((w, v), (torch.tensor([expected_w]), torch.tensor([expected_v])), ITERATED)


@check("sgd_momentum_step")
def test_sgd_momentum_step_with_dampening(student):
    """dampening applies from the second step on. dampening 从第二步起才起作用。"""
    w, v = START, None
    for g in GRADIENTS:
        w, v = student.sgd_momentum_step(w, g, v, 0.1, dampening=0.5)
    assert_close(w, walked(torch.optim.SGD, lr=0.1, momentum=0.9, dampening=0.5), ITERATED)


@check("sgd_momentum_step")
def test_sgd_momentum_step_with_nesterov(student):
    """With nesterov, three steps agree with torch.optim.SGD. nesterov=True 时，连续三步与 torch.optim.SGD 一致。"""
    w, v = START, None
    for g in GRADIENTS:
        w, v = student.sgd_momentum_step(w, g, v, 0.1, nesterov=True)
    assert_close(w, walked(torch.optim.SGD, lr=0.1, momentum=0.9, nesterov=True), ITERATED)


# adagrad_step


@check("adagrad_step")
def test_adagrad_step_worked_example(student):
    """The docstring's example: the second step is shorter by sqrt(2). 文档示例：第二步缩短为 1/sqrt(2)。"""
    w, s = assert_inputs_unchanged(student.adagrad_step, W, G, torch.zeros(2), lr=0.1)
    assert_close((w, s), (torch.tensor([0.9, 2.1]), torch.tensor([0.04, 9.0])), ITERATED)
    expected = torch.tensor([0.8292893, 2.1707107]), torch.tensor([0.08, 18.0])
    assert_close(student.adagrad_step(w, G, s, lr=0.1), expected, ITERATED)


@check("adagrad_step")
def test_adagrad_step_follows_torch_for_three_steps(student):
    """Three steps in a row agree with torch.optim.Adagrad. 连续三步与 torch.optim.Adagrad 一致。"""
    w, s = START, torch.zeros_like(START)
    for g in GRADIENTS:
        w, s = student.adagrad_step(w, g, s, 0.1)
    assert_close(w, walked(torch.optim.Adagrad, lr=0.1), ITERATED)


@check("adagrad_step")
def test_adagrad_step_without_a_gradient(student):
    """If the gradient is 0 from the start, nothing changes, and there is no NaN. 梯度从一开始就是 0：什么都不变，也没有 NaN。"""
    w, zero = torch.tensor([1.5]), torch.zeros(1)
    assert_close(student.adagrad_step(w, zero, zero, 0.1), (w, zero), ITERATED)


# rmsprop_step


@check("rmsprop_step")
def test_rmsprop_step_worked_example(student):
    """The docstring's examples: a step of lr for a constant gradient, of 10 lr at the very start. 文档示例：梯度不变时步长为 lr，最开始的一步为 10 倍的 lr。"""
    steady = torch.tensor([0.04, 9.0])
    assert_close(student.rmsprop_step(W, G, steady, 0.1), (torch.tensor([0.9, 2.1]), steady), ITERATED)
    expected = torch.tensor([0.9, 2.1]), torch.tensor([4e-4, 0.09])
    answer = assert_inputs_unchanged(student.rmsprop_step, W, G, torch.zeros(2), 0.01)
    assert_close(answer, expected, ITERATED)


@check("rmsprop_step")
def test_rmsprop_step_follows_torch_for_three_steps(student):
    """Three steps in a row agree with torch.optim.RMSprop. 连续三步与 torch.optim.RMSprop 一致。"""
    w, s = START, torch.zeros_like(START)
    for g in GRADIENTS:
        w, s = student.rmsprop_step(w, g, s, 0.1, alpha=0.9)
    assert_close(w, walked(torch.optim.RMSprop, lr=0.1, alpha=0.9), ITERATED)


@check("rmsprop_step")
def test_rmsprop_step_without_a_gradient(student):
    """If the gradient is 0 from the start, nothing changes, and there is no NaN. 梯度从一开始就是 0：什么都不变，也没有 NaN。"""
    w, zero = torch.tensor([1.5]), torch.zeros(1)
    assert_close(student.rmsprop_step(w, zero, zero, 0.1), (w, zero), ITERATED)


# adam_step


@check("adam_step")
def test_adam_step_worked_example(student):
    """Whatever the gradient, the first step has size lr. 无论梯度多大，第一步的大小都是 lr。"""
    zeros = torch.zeros(2)
    expected = torch.tensor([0.9, 2.1]), torch.tensor([0.02, -0.3]), torch.tensor([4e-5, 9e-3])
    answer = assert_inputs_unchanged(student.adam_step, W, G, zeros, zeros, t=1, lr=0.1)
    assert_close(answer, expected, ITERATED)


@check("adam_step")
def test_adam_step_follows_torch_for_three_steps(student):
    """Three steps in a row agree with torch.optim.Adam. 连续三步与 torch.optim.Adam 一致。"""
    w, m, v = START, torch.zeros_like(START), torch.zeros_like(START)
    for t, g in enumerate(GRADIENTS, start=1):
        w, m, v = student.adam_step(w, g, m, v, t, lr=0.1)
    assert_close(w, walked(torch.optim.Adam, lr=0.1), ITERATED)


@check("adam_step")
def test_adam_step_without_a_gradient(student):
    """If the gradient is 0 from the start, nothing changes, and there is no NaN. 梯度从一开始就是 0：什么都不变，也没有 NaN。"""
    w, zero = torch.tensor([1.5]), torch.zeros(1)
    assert_close(student.adam_step(w, zero, zero, zero, t=1), (w, zero, zero), ITERATED)


# bias_correction


@check("bias_correction")
def test_bias_correction_worked_example(student):
    """The docstring's examples: after one step, and after two. 文档示例：第一步之后与第二步之后。"""
    answer = assert_inputs_unchanged(student.bias_correction, torch.tensor([0.1, 0.2]), 0.9, 1)
    assert_close(answer, torch.tensor([1.0, 2.0]), ELEMENTWISE)
    assert_close(student.bias_correction(torch.tensor([0.19]), 0.9, 2), torch.tensor([1.0]), ELEMENTWISE)


@check("bias_correction")
def test_bias_correction_of_a_long_average(student):
    """After a thousand steps the correction changes nothing. 一千步之后，修正不再起作用。"""
    m = torch.tensor([0.5, -2.0])
    assert_close(student.bias_correction(m, 0.9, 1000), m, ELEMENTWISE)


@check("bias_correction")
def test_bias_correction_before_the_first_step(student):
    """t = 0 raises ValueError. t = 0 时抛出 ValueError。"""
    assert_raises(ValueError, student.bias_correction, torch.tensor([1.0]), 0.9, 0)


# SGD


def assert_now(what: str, now: torch.Tensor, expected: torch.Tensor, optimiser: RemoteObject) -> None:
    """Fail unless a parameter or a gradient has the expected value. The message names the optimiser."""
    is_right = now.shape == expected.shape and torch.allclose(now, expected, rtol=1e-4, atol=1e-6)
    found, right = numbers_of(now), numbers_of(expected)
    expect(is_right, f"{what} is {found}, expected {right}.", f"{what} 是 {found}，应为 {right}。", answer=optimiser)


def numbers_of(tensor: torch.Tensor) -> str:
    """Return the elements of a tensor as text, rounded: 0.46, or [1, 2.5]."""
    numbers = [f"{number:.6g}" for number in tensor.flatten().tolist()]
    return numbers[0] if len(numbers) == 1 else f"[{', '.join(numbers)}]"


@check("SGD")
def test_SGD_worked_example(student):
    """The docstring's example: two steps on w^2 from w = 1 give 0.8 and 0.46. 文档示例：从 w = 1 出发，对 w^2 下降两步，得到 0.8、0.46。"""
    w = student.build("nn.Parameter(torch.tensor([1.0]))")
    optimiser = student.SGD([w], lr=0.1, momentum=0.9)
    for expected in (0.8, 0.46):
        optimiser.zero_grad()
        student.evaluate("w.square().sum().backward()", w=w)
        optimiser.step()
        assert_now("w", student.evaluate("w.detach()", w=w), torch.tensor([expected]), optimiser)


@check("SGD")
def test_SGD_trains_a_layer(student):
    """Three steps of an nn.Linear, with weight decay, agree with torch.optim.SGD. 带权重衰减训练 nn.Linear 三步，与 torch.optim.SGD 一致。"""
    x, oracle = randn(4, 3, seed=1), nn.Linear(3, 2)
    nn.init.constant_(oracle.weight, 0.5)
    nn.init.constant_(oracle.bias, -1.0)
    layer = student.build("nn.Linear(3, 2)")
    student.evaluate("layer.load_state_dict(state)", layer=layer, state=dict(oracle.state_dict()))
    options = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}
    mine = student.SGD(student.build("layer.parameters()", layer=layer), **options)
    theirs = torch.optim.SGD(oracle.parameters(), **options)
    for _ in range(3):
        mine.zero_grad()
        theirs.zero_grad()
        student.evaluate("layer(x).square().mean().backward()", layer=layer, x=x)
        oracle(x).square().mean().backward()
        mine.step()
        theirs.step()
    weight, bias = student.evaluate("[layer.weight.detach(), layer.bias.detach()]", layer=layer)
    assert_now("layer.weight", weight, oracle.weight, mine)
    assert_now("layer.bias", bias, oracle.bias, mine)


@check("SGD")
def test_SGD_leaves_out_what_has_no_gradient(student):
    """A parameter whose grad is None stays as it is. grad 为 None 的参数保持不变。"""
    w = student.build("nn.Parameter(torch.ones(2))")
    optimiser = student.SGD([w], lr=0.1, weight_decay=0.5)
    optimiser.step()
    assert_now("w", student.evaluate("w.detach()", w=w), torch.ones(2), optimiser)


@check("SGD")
def test_SGD_only_reads_the_gradient(student):
    """step changes the parameter, not its gradient. step 更新参数，但不修改它的梯度。"""
    w = student.build("nn.Parameter(torch.tensor([1.0, 2.0]))")
    optimiser = student.SGD([w], lr=0.1, weight_decay=0.5)
    w.grad = torch.tensor([2.0, -1.0])
    optimiser.step()
    assert_now("w", student.evaluate("w.detach()", w=w), torch.tensor([0.75, 2.0]), optimiser)
    gradient = w.grad
    expect(gradient is not None, "step() set w.grad to None.", "step() 把 w.grad 设成了 None。", answer=optimiser)
    assert_now("w.grad", gradient, torch.tensor([2.0, -1.0]), optimiser)
