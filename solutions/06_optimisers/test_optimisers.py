"""Hidden checks of the optimisers. 优化算法的隐藏检查。"""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    ITERATED,
    REDUCTION,
    RemoteObject,
    Student,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    check,
    expect,
    randn,
)


def on_the_way(*shape: int, seed: int, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return random (w, g, m, v), as in the middle of training."""
    w, g, m, v = randn(4, *shape, seed=seed, dtype=dtype)
    return w, g, m, v**2


DEFAULTS = pytest.mark.parametrize(  # eps shows only against tiny gradients
    ("scale", "dtype"), [(1.0, torch.float32), (1e-8, torch.float64)], ids=["without_eps", "eps"]
)
SCALES = pytest.mark.parametrize("scale", [1000.0, 1e-9], ids=["larger", "smaller"])
DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
SHAPES = pytest.mark.parametrize(
    "state",
    [on_the_way(seed=9), on_the_way(0, seed=9), tuple(x.T for x in on_the_way(3, 2, seed=9))],
    ids=["one number", "empty", "transposed"],
)

TINY = 1e-15  # an eps that makes no difference, inside or outside the root: for the checks that are not about eps


def after_one_step(
    optimiser: type[torch.optim.Optimizer], w: Tensor, g: Tensor, state: dict[str, Tensor], **options: Any
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the weights and the state after one step of a torch optimiser that starts with `state`."""
    parameter = w.clone().requires_grad_()
    oracle = optimiser([parameter], **options)
    oracle.state[parameter] = {name: tensor.clone() for name, tensor in state.items()}
    parameter.grad = g.clone()
    oracle.step()
    return parameter.detach(), oracle.state[parameter]


def sgd(w, g, v, lr, momentum=0.9, dampening=0.0, nesterov=False) -> tuple[Tensor, Tensor]:
    """Return (w, v) after one step of torch.optim.SGD."""
    options = {"lr": lr, "momentum": momentum, "dampening": dampening, "nesterov": nesterov}
    w, state = after_one_step(torch.optim.SGD, w, g, {} if v is None else {"momentum_buffer": v}, **options)
    return w, state["momentum_buffer"]


def adagrad(w, g, s, lr, eps=1e-10) -> tuple[Tensor, Tensor]:
    """Return (w, s) after one step of torch.optim.Adagrad."""
    w, state = after_one_step(torch.optim.Adagrad, w, g, {"step": torch.tensor(0.0), "sum": s}, lr=lr, eps=eps)
    return w, state["sum"]


def rmsprop(w, g, s, lr, alpha=0.99, eps=1e-8) -> tuple[Tensor, Tensor]:
    """Return (w, s) after one step of torch.optim.RMSprop."""
    before = {"step": torch.tensor(0.0), "square_avg": s}
    w, state = after_one_step(torch.optim.RMSprop, w, g, before, lr=lr, alpha=alpha, eps=eps)
    return w, state["square_avg"]


def adam(w, g, m, v, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8) -> tuple[Tensor, Tensor, Tensor]:
    """Return (w, m, v) after step t of torch.optim.Adam."""
    before = {"step": torch.tensor(t - 1.0), "exp_avg": m, "exp_avg_sq": v}
    w, state = after_one_step(torch.optim.Adam, w, g, before, lr=lr, betas=betas, eps=eps)
    return w, state["exp_avg"], state["exp_avg_sq"]


# ewma


def written_out(y: Tensor, beta: float = 0.9) -> Tensor:
    """Return the averages without a recurrence: each is a weighted sum of the values so far, in float64."""
    day = torch.arange(len(y), dtype=torch.float64)
    age = day[:, None] - day
    weights = torch.where(age >= 0, beta ** age.clamp(min=0), 0.0)
    weights[:, 1:] *= 1 - beta
    return (weights @ y.double()).to(y.dtype)


@check("ewma", weight=2)
@DTYPES
@pytest.mark.parametrize("beta", [0.3, 0.9], ids=str)
def test_ewma_on_random_series(student, dtype, beta):
    """Every average is right and keeps the dtype. 每个平均值都正确，且保持 dtype。"""
    y = randn(12, seed=101, dtype=dtype) + 1
    assert_close(student.ewma(y, beta), written_out(y, beta), ITERATED)


@check("ewma")
def test_ewma_of_thirty_days(student):
    """All thirty averages of the temperatures in the notes; beta is 0.9 by default. 笔记中 30 天气温的全部平均值，beta 默认为 0.9。"""
    temperature = randn(30, seed=0) * 10
    assert_close(student.ewma(temperature), written_out(temperature), REDUCTION)


@check("ewma")
def test_ewma_starts_with_the_first_value(student):
    """The first average is the first value. 平均值从第一个数据开始。"""
    y = torch.tensor([-7.0, 1.0], dtype=torch.float64)
    assert_close(student.ewma(y, beta=0.99), torch.tensor([-7.0, -6.92], dtype=torch.float64), ITERATED)


@check("ewma")
@pytest.mark.parametrize("length", [0, 1], ids=["no_days", "one_day"])
@DTYPES
def test_ewma_of_almost_nothing(student, length, dtype):
    """A series of one value, and an empty one. 只有一个数据的序列和空序列。"""
    y = randn(length, seed=102, dtype=dtype)
    assert_close(student.ewma(y), y, ITERATED)


@check("ewma")
def test_ewma_without_memory(student):
    """With beta 0 the average is the series itself. beta = 0 时，平均值就是序列本身。"""
    y = randn(8, seed=103)
    assert_close(student.ewma(y, 0.0), y, ITERATED)


@check("ewma")
def test_ewma_that_learns_nothing(student):
    """With beta 1 the average stays at the first value. beta = 1 时，平均值始终是第一个数据。"""
    y = randn(8, seed=104)
    assert_close(student.ewma(y, 1.0), y[:1].expand(8), ITERATED)


@check("ewma")
def test_ewma_of_a_constant_series(student):
    """The average of a constant series is this constant. 恒定序列的平均值就是这个常数。"""
    y = torch.full((20,), -3.5, dtype=torch.float64)
    assert_close(student.ewma(y, 0.7), y, ITERATED)


@check("ewma")
def test_ewma_in_fahrenheit(student):
    """Other units do not change the curve: the average of 1.8 y + 32 is 1.8 S + 32. 换个单位，曲线形状不变：1.8 y + 32 的平均是 1.8 S + 32。"""
    y = randn(10, seed=105, dtype=torch.float64)
    assert_close(student.ewma(1.8 * y + 32, 0.8), 1.8 * written_out(y, 0.8) + 32, ITERATED)


@check("ewma")
def test_ewma_does_not_see_the_future(student):
    """Later values do not change earlier averages. 后面的数据不影响前面的平均值。"""
    y = randn(9, seed=106, dtype=torch.float64)
    expected = written_out(y)[:5]
    y[5:] = 1e6
    assert_close(student.ewma(y)[:5], expected, ITERATED)


@check("ewma")
def test_ewma_of_every_second_day(student):
    """A strided series works. 步长不为 1 的（非连续）序列也可以。"""
    y = randn(14, seed=107)[::2]
    assert_close(student.ewma(y, 0.6), written_out(y, 0.6), ITERATED)


@check("ewma")
def test_ewma_passes_through_zero(student):
    """An average of 0 does not restart the series. 平均值为 0 并不表示序列重新开始。"""
    y = torch.tensor([0.0, 4.0, -4.0, 1.0, 3.0])
    assert_close(student.ewma(y, beta=0.5), torch.tensor([0.0, 2.0, -1.0, 0.0, 1.5]), ITERATED)


@check("ewma")
def test_ewma_leaves_its_input_alone(student):
    """y is not changed. 不修改 y。"""
    y = randn(6, seed=108)
    assert_close(assert_inputs_unchanged(student.ewma, y), written_out(y), ITERATED)


# ewma_weights


@check("ewma_weights", weight=2)
@pytest.mark.parametrize(("t", "beta"), [(2, 0.9), (5, 0.9), (7, 0.35), (100, 0.9)], ids=str)
def test_ewma_weights_are_the_responses_to_single_values(student, t, beta):
    """Weight i is the last average of a series that is 1 on day i and 0 on all other days. 权重 i 等于仅第 i 天为 1 的序列的最后一个平均值。"""
    series = torch.eye(t, dtype=torch.float64)
    average = series[0]
    for day in series[1:]:
        average = beta * average + (1 - beta) * day
    assert_close(student.ewma_weights(t, beta), average, REDUCTION)


@check("ewma_weights")
@pytest.mark.parametrize("beta", [0.9, 0.0, 1.0], ids=str)
def test_ewma_weights_of_a_single_value(student, beta):
    """One value has the weight 1, whatever beta is. 只有一个数据时权重为 1，与 beta 无关。"""
    assert_close(student.ewma_weights(1, beta), torch.ones(1, dtype=torch.float64), REDUCTION)


@check("ewma_weights")
@pytest.mark.parametrize(("t", "beta"), [(3, 0.99), (30, 0.9), (50, 0.2)], ids=str)
def test_ewma_weights_add_up_to_one(student, t, beta):
    """The weights add up to 1. 权重之和为 1。"""
    weights = student.ewma_weights(t, beta)
    total = float(weights.sum())
    expect(
        weights.shape == (t,) and abs(total - 1) < 1e-9,
        f"There are {weights.numel()} weights, and they add up to {total:.6g}.",
        f"共有 {weights.numel()} 个权重，它们的和是 {total:.6g}。",
        answer=weights,
    )


@check("ewma_weights")
def test_ewma_weights_without_memory(student):
    """With beta 0 only the newest value counts. beta = 0 时只有最新的数据起作用。"""
    assert_close(student.ewma_weights(4, 0.0), torch.tensor([0.0, 0, 0, 1], dtype=torch.float64), REDUCTION)


@check("ewma_weights")
def test_ewma_weights_of_the_first_value_alone(student):
    """With beta 1 only the oldest value counts. beta = 1 时只有最早的数据起作用。"""
    assert_close(student.ewma_weights(4, 1.0), torch.tensor([1.0, 0, 0, 0], dtype=torch.float64), REDUCTION)


@check("ewma_weights")
def test_ewma_weights_fade_by_beta(student):
    """Each day further back, the weight is multiplied by beta. 每往前一天，权重乘以 beta。"""
    weights = student.ewma_weights(8, 0.75)
    assert_close(weights[1:-1], 0.75 * weights[2:], REDUCTION)
    assert_close(weights[-1], torch.tensor(0.25, dtype=torch.float64), REDUCTION)


@check("ewma_weights")
def test_ewma_weights_give_the_thirtieth_day(student):
    """The weighted sum of the temperatures in the notes is 0.8503, the average of day 30. 对笔记的 30 天气温加权求和，得到第 30 天的 0.8503。"""
    temperature = (randn(30, seed=0) * 10).double()
    weights = student.ewma_weights(30, 0.9)
    assert_equal(tuple(weights.shape), (30,))
    assert_close((weights * temperature).sum(), written_out(temperature)[-1], REDUCTION)


# momentum_ewa_step


def average_step(w, g, s, lr, beta=0.9) -> tuple[Tensor, Tensor]:
    """Return the right (w, s): the average is a point between the gradient and the old average."""
    s = torch.lerp(g, s, beta)
    return w - lr * s, s


@check("momentum_ewa_step", weight=2)
@DTYPES
def test_momentum_ewa_step_on_random_inputs(student, dtype):
    """Right for a random old average, and the dtype is kept. 从随机的平均值出发：结果正确且保持 dtype。"""
    w, g, s, _ = on_the_way(3, 4, seed=21, dtype=dtype)
    assert_close(student.momentum_ewa_step(w, g, s, 0.5, 0.7), average_step(w, g, s, 0.5, 0.7), ITERATED)


@check("momentum_ewa_step")
def test_momentum_ewa_step_for_the_first_time(student):
    """From s = 0, with the default beta 0.9, the first step is a tenth of a step of plain descent. s = 0、beta 默认 0.9 时，第一步是普通梯度下降的十分之一。"""
    w, g, _, _ = on_the_way(4, seed=22)
    assert_close(student.momentum_ewa_step(w, g, torch.zeros_like(w), 0.5), (w - 0.05 * g, 0.1 * g), ITERATED)


@check("momentum_ewa_step")
def test_momentum_ewa_step_coasts_over_a_saddle(student):
    """In three steps with gradient 0, w moves on and s fades. 梯度为 0 的三步：w 继续前进，s 逐渐衰减。"""
    w, g, s, _ = on_the_way(3, seed=23)
    right_w, right_s = w, s
    for _ in range(3):
        right_w, right_s = average_step(right_w, torch.zeros_like(g), right_s, 0.3)
        w, s = student.momentum_ewa_step(w, torch.zeros_like(g), s, 0.3)
    assert_close((w, s), (right_w, right_s), ITERATED)


@check("momentum_ewa_step", weight=2)
def test_momentum_ewa_step_five_steps_downhill(student):
    """Five steps in a row agree with torch.optim.SGD with the learning rate lr (1 - beta). 沿碗形曲面走五步，与学习率为 lr (1 - beta) 的 torch.optim.SGD 一致。"""
    target = randn(4, seed=24, dtype=torch.float64)
    w = s = right = torch.zeros_like(target)
    velocity = None
    for _ in range(5):
        right, velocity = sgd(right, 2 * (right - target), velocity, lr=0.4 * (1 - 0.8), momentum=0.8)
        w, s = student.momentum_ewa_step(w, 2 * (w - target), s, 0.4, 0.8)
    assert_close(w, right, ITERATED)


@check("momentum_ewa_step")
def test_momentum_ewa_step_keeps_a_steady_gradient(student):
    """If the gradient equals the average, the average does not change. 梯度等于平均值时，平均值不变。"""
    w, g, _, _ = on_the_way(4, seed=25)
    assert_close(student.momentum_ewa_step(w, g, g, 0.3, 0.6), (w - 0.3 * g, g), ITERATED)


@check("momentum_ewa_step")
def test_momentum_ewa_step_without_memory(student):
    """With beta 0 it is plain gradient descent. beta = 0 时就是普通的梯度下降。"""
    w, g, s, _ = on_the_way(4, seed=26)
    assert_close(student.momentum_ewa_step(w, g, s, 0.2, 0.0), (w - 0.2 * g, g), ITERATED)


@check("momentum_ewa_step")
@SHAPES
def test_momentum_ewa_step_of_any_shape(student, state):
    """One number, empty and transposed tensors work. 零维、空张量和转置张量都可以。"""
    w, g, s, _ = state
    assert_close(student.momentum_ewa_step(w, g, s, 0.1), average_step(w, g, s, 0.1), ITERATED)


@check("momentum_ewa_step")
def test_momentum_ewa_step_leaves_its_inputs_alone(student):
    """w, g and s are not changed. 不修改传入的 w、g、s。"""
    w, g, s, _ = on_the_way(3, seed=27)
    answer = assert_inputs_unchanged(student.momentum_ewa_step, w, g, s, 0.1)
    assert_close(answer, average_step(w, g, s, 0.1), ITERATED)


# sgd_momentum_step

VARIANTS = pytest.mark.parametrize(
    "options",
    [{}, {"momentum": 0.5}, {"dampening": 0.3}, {"nesterov": True}, {"momentum": 0.6, "nesterov": True}],
    ids=["default", "half", "dampened", "nesterov", "nesterov_0.6"],
)


@check("sgd_momentum_step", weight=2)
@VARIANTS
@DTYPES
def test_sgd_momentum_step_on_random_inputs(student, options, dtype):
    """Right for a random old velocity, and the dtype is kept. 从随机的速度出发：结果正确且保持 dtype。"""
    w, g, v, _ = on_the_way(3, 4, seed=31, dtype=dtype)
    assert_close(student.sgd_momentum_step(w, g, v, 0.5, **options), sgd(w, g, v, 0.5, **options), ITERATED)


@check("sgd_momentum_step")
@VARIANTS
def test_sgd_momentum_step_for_the_first_time(student, options):
    """The first velocity is the whole gradient. 第一步的速度就是完整的梯度。"""
    w, g, _, _ = on_the_way(4, seed=32)
    assert_close(student.sgd_momentum_step(w, g, None, 0.5, **options), sgd(w, g, None, 0.5, **options), ITERATED)


@check("sgd_momentum_step", weight=2)
@VARIANTS
def test_sgd_momentum_step_five_steps_downhill(student, options):
    """Five steps in a row, each starting from the results of the last one. 沿碗形曲面连走五步，每步从上一步的返回值出发。"""
    target = randn(4, seed=33, dtype=torch.float64)
    w = right = torch.zeros_like(target)
    v = velocity = None
    for _ in range(5):
        right, velocity = sgd(right, 2 * (right - target), velocity, 1e-2, **options)
        w, v = student.sgd_momentum_step(w, 2 * (w - target), v, 1e-2, **options)
    assert_close((w, v), (right, velocity), ITERATED)


@check("sgd_momentum_step")
def test_sgd_momentum_step_without_momentum(student):
    """With momentum 0 it is plain gradient descent. momentum = 0 时就是普通的梯度下降。"""
    w, g, v, _ = on_the_way(4, seed=34)
    assert_close(student.sgd_momentum_step(w, g, v, 0.2, momentum=0.0), (w - 0.2 * g, g), ITERATED)


@check("sgd_momentum_step")
def test_sgd_momentum_step_coasts_over_a_saddle(student):
    """If the gradient is 0, w moves on with 0.9 of the velocity. 梯度为 0 时，w 以 0.9 倍的速度继续前进。"""
    w, g, v, _ = on_the_way(4, seed=35)
    answer = student.sgd_momentum_step(w, torch.zeros_like(g), v, 0.2)
    assert_close(answer, (w - 0.18 * v, 0.9 * v), ITERATED)


@check("sgd_momentum_step")
def test_sgd_momentum_step_follows_a_new_learning_rate(student):
    """With a different lr in each step, the velocity does not depend on lr. 每步换一个 lr：速度与 lr 无关。"""
    w, g, _, _ = on_the_way(4, seed=36)
    right, v, velocity = w, None, None
    for lr in (0.5, 0.05, 0.2):
        right, velocity = sgd(right, g, velocity, lr)
        w, v = student.sgd_momentum_step(w, g, v, lr)
    assert_close((w, v), (right, velocity), ITERATED)


@check("sgd_momentum_step", weight=2)
@pytest.mark.parametrize("nesterov", [False, True], ids=["plain", "nesterov"])
def test_sgd_momentum_step_from_rest(student, nesterov):
    """A velocity of 0 is not the first step: dampening applies. 速度为 0 不等于第一步：dampening 仍起作用。"""
    w, g, _, _ = on_the_way(4, seed=39)
    options = {"lr": 0.5, "dampening": 0.4, "nesterov": nesterov}
    first = student.sgd_momentum_step(w, g, torch.zeros_like(g), **options)
    second = student.sgd_momentum_step(w, g, 0.6 * g, **options)  # the velocity after the first
    for answer, velocity in ((first, 0.6 * g), (second, 0.9 * 0.6 * g + 0.6 * g)):
        direction = g + 0.9 * velocity if nesterov else velocity
        assert_close(answer, (w - 0.5 * direction, velocity), ITERATED)


@check("sgd_momentum_step", weight=3)
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "later"])
def test_sgd_momentum_step_with_nesterov_and_dampening(student, is_first):
    """nesterov and dampening together follow the formula. nesterov 与 dampening 同时使用时，按公式计算。"""
    w, g, v, _ = on_the_way(4, seed=40)  # torch.optim.SGD refuses this combination
    old_v = None if is_first else v
    new_v = g if is_first else 0.8 * v + 0.7 * g
    plain = student.sgd_momentum_step(w, g, old_v, 0.5, 0.8, 0.3, False)
    ahead = student.sgd_momentum_step(w, g, old_v, 0.5, 0.8, 0.3, True)
    assert_close(plain, (w - 0.5 * new_v, new_v), ITERATED)
    assert_close(ahead, (w - 0.5 * (g + 0.8 * new_v), new_v), ITERATED)


@check("sgd_momentum_step")
def test_sgd_momentum_step_with_full_dampening(student):
    """With dampening 1, later gradients have no effect. dampening = 1 时，之后的梯度不再起作用。"""
    w, g, v, _ = on_the_way(4, seed=37)
    answer = student.sgd_momentum_step(w, g, v, 0.2, 0.5, 1.0)
    assert_close(answer, (w - 0.1 * v, 0.5 * v), ITERATED)


@check("sgd_momentum_step")
@SHAPES
def test_sgd_momentum_step_of_any_shape(student, state):
    """One number, empty and transposed tensors work. 零维、空张量和转置张量都可以。"""
    w, g, v, _ = state
    assert_close(student.sgd_momentum_step(w, g, v, 0.1), sgd(w, g, v, 0.1), ITERATED)


@check("sgd_momentum_step")
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("nesterov", [False, True], ids=["plain", "nesterov"])
def test_sgd_momentum_step_leaves_its_inputs_alone(student, is_first, nesterov):
    """w, g and v are not changed. 不修改传入的 w、g、v。"""
    w, g, v, _ = on_the_way(3, seed=38)
    inputs = w, g, None if is_first else v, 0.1
    answer = assert_inputs_unchanged(student.sgd_momentum_step, *inputs, nesterov=nesterov)
    assert_close(answer, sgd(*inputs, nesterov=nesterov), ITERATED)


# adagrad_step


@check("adagrad_step", weight=2)
@DTYPES
def test_adagrad_step_on_random_inputs(student, dtype):
    """Right for a random old sum, and the dtype is kept. 从随机的累积量出发：结果正确且保持 dtype。"""
    w, g, _, s = on_the_way(3, 4, seed=41, dtype=dtype)
    assert_close(student.adagrad_step(w, g, s, 0.5, TINY), adagrad(w, g, s, 0.5, TINY), ITERATED)


@check("adagrad_step", weight=2)
def test_adagrad_step_five_steps_downhill(student):
    """Five steps in a row, each starting from the results of the last one. 沿碗形曲面连走五步，每步从上一步的返回值出发。"""
    target = randn(4, seed=42, dtype=torch.float64)
    w = s = right = right_s = torch.zeros_like(target)
    for _ in range(5):
        right, right_s = adagrad(right, 2 * (right - target), right_s, 0.3, TINY)
        w, s = student.adagrad_step(w, 2 * (w - target), s, 0.3, TINY)
    assert_close((w, s), (right, right_s), ITERATED)


@check("adagrad_step")
def test_adagrad_step_gets_shorter(student):
    """With a constant gradient, step t has size lr / sqrt(t). 梯度不变时，第 t 步的大小是 lr / sqrt(t)。"""
    g = torch.tensor([20.0, -7.0], dtype=torch.float64)
    w = s = torch.zeros_like(g)
    lengths = []
    for _ in range(4):
        before = w
        w, s = student.adagrad_step(w, g, s, 0.5, TINY)
        lengths.append((w - before).abs())
    expected = 0.5 / torch.arange(1, 5, dtype=torch.float64).sqrt()
    assert_close(torch.stack(lengths), expected[:, None].expand(4, 2), REDUCTION)


@check("adagrad_step")
def test_adagrad_step_where_the_gradient_is_zero(student):
    """Elements with gradient 0 keep w and s, without NaN. 梯度为 0 的分量：w 和 s 不变，也没有 NaN。"""
    w, g, s = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.0, 0.0, 0.5]), torch.tensor([0.0, 4.0, 0.0])
    assert_close(student.adagrad_step(w, g, s, 0.1), adagrad(w, g, s, 0.1), ITERATED)


@check("adagrad_step", weight=2)
@pytest.mark.parametrize(("eps", "scale"), [(1e-6, 1e-5), (0.5, 1.0)], ids=["notes", "large"])
def test_adagrad_step_adds_eps_after_the_root(student, eps, scale):
    """eps is added after the root: seen with tiny gradients and eps = 1e-6, and with a large eps. eps 加在开方之后：用很小的梯度配合 eps = 1e-6，以及很大的 eps 来检查。"""
    w, g, _, s = on_the_way(4, seed=43)
    g[0] = s[0] = 0  # eps alone is the divisor
    inputs = w, scale * g, scale**2 * s, 0.5, eps
    assert_close(student.adagrad_step(*inputs), adagrad(*inputs), ITERATED)


@check("adagrad_step")
def test_adagrad_step_default_eps(student):
    """The default eps is 1e-10, as in torch. 不给 eps 时，默认值与 torch 相同，为 1e-10。"""
    w, g, _, s = on_the_way(4, seed=44)
    inputs = w, 1e-10 * g, 1e-20 * s, 0.5
    assert_close(student.adagrad_step(*inputs), adagrad(*inputs), ITERATED)


@check("adagrad_step")
@SCALES
def test_adagrad_step_ignores_the_scale(student, scale):
    """With eps = 0, scaling all gradients does not change the path. eps = 0 时，把梯度放大或缩小很多倍，路径不变。"""
    w = right = s = right_s = torch.zeros(3, dtype=torch.float64)
    for g in randn(4, 3, seed=45, dtype=torch.float64):
        right, right_s = adagrad(right, g, right_s, 0.2, 0.0)
        w, s = student.adagrad_step(w, scale * g, s, 0.2, 0.0)
    assert_close(w, right, ITERATED)


@check("adagrad_step")
def test_adagrad_step_keeps_the_weights_apart(student):
    """The step of one weight does not depend on the other weights. 一个分量的步长与其他分量无关。"""
    w, g, _, s = on_the_way(4, seed=46)
    expected = adagrad(w[:2], g[:2], s[:2], 0.3, TINY)
    g[2:] *= 1e4
    new_w, new_s = student.adagrad_step(w, g, s, 0.3, TINY)
    assert_close((new_w[:2], new_s[:2]), expected, ITERATED)


@check("adagrad_step")
@SHAPES
def test_adagrad_step_of_any_shape(student, state):
    """One number, empty and transposed tensors work. 零维、空张量和转置张量都可以。"""
    w, g, _, s = state
    assert_close(student.adagrad_step(w, g, s, 0.1, TINY), adagrad(w, g, s, 0.1, TINY), ITERATED)


@check("adagrad_step")
def test_adagrad_step_leaves_its_inputs_alone(student):
    """w, g and s are not changed. 不修改传入的 w、g、s。"""
    w, g, _, s = on_the_way(3, seed=47)
    answer = assert_inputs_unchanged(student.adagrad_step, w, g, s, 0.1, TINY)
    assert_close(answer, adagrad(w, g, s, 0.1, TINY), ITERATED)


# rmsprop_step


@check("rmsprop_step", weight=2)
@DTYPES
def test_rmsprop_step_on_random_inputs(student, dtype):
    """Right for a random old average, and the dtype is kept. 从随机的平均值出发：结果正确且保持 dtype。"""
    w, g, _, s = on_the_way(3, 4, seed=51, dtype=dtype)
    assert_close(student.rmsprop_step(w, g, s, 0.5, 0.7, TINY), rmsprop(w, g, s, 0.5, 0.7, TINY), ITERATED)


@check("rmsprop_step", weight=2)
@pytest.mark.parametrize("alpha", [0.99, 0.6], ids=str)
def test_rmsprop_step_five_steps_downhill(student, alpha):
    """Five steps in a row, each starting from the results of the last one. 沿碗形曲面连走五步，每步从上一步的返回值出发。"""
    target = randn(4, seed=52, dtype=torch.float64)
    w = s = right = right_s = torch.zeros_like(target)
    for _ in range(5):
        right, right_s = rmsprop(right, 2 * (right - target), right_s, 0.03, alpha, TINY)
        w, s = student.rmsprop_step(w, 2 * (w - target), s, 0.03, alpha, TINY)
    assert_close((w, s), (right, right_s), ITERATED)


@check("rmsprop_step")
def test_rmsprop_step_recovers(student):
    """After one huge gradient, the steps grow again. 出现一次极大的梯度之后，步长会逐渐恢复。"""
    gradients = torch.tensor([[1.0], [100.0], [1.0], [1.0], [1.0], [1.0]], dtype=torch.float64)
    w = s = right = right_s = torch.zeros(1, dtype=torch.float64)
    lengths, expected = [], []
    for g in gradients:
        before, right_before = w, right
        right, right_s = rmsprop(right, g, right_s, 0.1, 0.5, TINY)
        w, s = student.rmsprop_step(w, g, s, 0.1, 0.5, TINY)
        lengths.append(w - before)
        expected.append(right - right_before)
    assert_close(torch.stack(lengths), torch.stack(expected), REDUCTION)


@check("rmsprop_step")
def test_rmsprop_step_where_the_gradient_is_zero(student):
    """Elements with gradient 0 keep w, their s fades, and there is no NaN. 梯度为 0 的分量：w 不变，s 衰减，没有 NaN。"""
    w, g, s = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.0, 0.0, 0.5]), torch.tensor([0.0, 4.0, 0.0])
    assert_close(student.rmsprop_step(w, g, s, 0.1, 0.8), rmsprop(w, g, s, 0.1, 0.8), ITERATED)


@check("rmsprop_step")
@DTYPES
def test_rmsprop_step_without_any_gradient(student, dtype):
    """If the whole gradient is 0, w does not change, but s still fades. 所有梯度都为 0 时，w 不变，但 s 仍会衰减。"""
    w, g, _, s = on_the_way(4, seed=58, dtype=dtype)
    resting = student.rmsprop_step(w, torch.zeros_like(g), s, 0.1, 0.8, TINY)
    moving = student.rmsprop_step(w, g, 0.8 * s, 0.1, 0.8, TINY)
    assert_close(resting, (w, 0.8 * s), ITERATED)
    assert_close(moving, rmsprop(w, g, 0.8 * s, 0.1, 0.8, TINY), ITERATED)


@check("rmsprop_step")
def test_rmsprop_step_without_memory(student):
    """With alpha 0, every step has size lr. alpha = 0 时，每一步的大小都是 lr。"""
    w, g, _, s = on_the_way(4, seed=53)
    assert_close(student.rmsprop_step(w, g, s, 0.5, 0.0, TINY), (w - 0.5 * g.sign(), g**2), ITERATED)


@check("rmsprop_step", weight=2)
@pytest.mark.parametrize(("eps", "scale"), [(1e-6, 1e-5), (0.5, 1.0)], ids=["notes", "large"])
def test_rmsprop_step_adds_eps_after_the_root(student, eps, scale):
    """eps is added after the root: seen with tiny gradients and eps = 1e-6, and with a large eps. eps 加在开方之后：用很小的梯度配合 eps = 1e-6，以及很大的 eps 来检查。"""
    w, g, _, s = on_the_way(4, seed=54)
    g[0] = s[0] = 0  # eps alone is the divisor
    inputs = w, scale * g, scale**2 * s, 0.5, 0.9, eps
    assert_close(student.rmsprop_step(*inputs), rmsprop(*inputs), ITERATED)


@check("rmsprop_step")
@DEFAULTS
def test_rmsprop_step_defaults(student, scale, dtype):
    """The defaults of alpha and eps are those of torch. 不给 alpha、eps 时，默认值与 torch 相同。"""
    w, g, _, s = on_the_way(4, seed=55, dtype=dtype)
    inputs = w, scale * g, scale**2 * s, 0.5
    assert_close(student.rmsprop_step(*inputs), rmsprop(*inputs), ITERATED)


@check("rmsprop_step")
@SCALES
def test_rmsprop_step_ignores_the_scale(student, scale):
    """With eps = 0, scaling all gradients does not change the path. eps = 0 时，把梯度放大或缩小很多倍，路径不变。"""
    w = right = s = right_s = torch.zeros(3, dtype=torch.float64)
    for g in randn(4, 3, seed=56, dtype=torch.float64):
        right, right_s = rmsprop(right, g, right_s, 0.2, 0.9, 0.0)
        w, s = student.rmsprop_step(w, scale * g, s, 0.2, 0.9, 0.0)
    assert_close(w, right, ITERATED)


@check("rmsprop_step")
@SHAPES
def test_rmsprop_step_of_any_shape(student, state):
    """One number, empty and transposed tensors work. 零维、空张量和转置张量都可以。"""
    w, g, _, s = state
    assert_close(student.rmsprop_step(w, g, s, 0.1, eps=TINY), rmsprop(w, g, s, 0.1, eps=TINY), ITERATED)


@check("rmsprop_step")
def test_rmsprop_step_leaves_its_inputs_alone(student):
    """w, g and s are not changed. 不修改传入的 w、g、s。"""
    w, g, _, s = on_the_way(3, seed=57)
    answer = assert_inputs_unchanged(student.rmsprop_step, w, g, s, 0.1, eps=TINY)
    assert_close(answer, rmsprop(w, g, s, 0.1, eps=TINY), ITERATED)


# adam_step


@check("adam_step", weight=2)
@DTYPES
def test_adam_step_on_random_inputs(student, dtype):
    """Step 5 is right for random m and v, and the dtype is kept. 从随机的 m、v 走第 5 步：结果正确且保持 dtype。"""
    state = on_the_way(3, 4, seed=1, dtype=dtype)
    settings = {"lr": 0.1, "betas": (0.8, 0.9), "eps": TINY}
    assert_close(student.adam_step(*state, 5, **settings), adam(*state, 5, **settings), ITERATED)


@check("adam_step")
def test_adam_step_first_step_ignores_the_scale(student):
    """At t = 1, gradients of 0.001 and 500 give steps of the same size. t = 1 时，梯度 0.001 与 500 走得一样远。"""
    w, g, zeros = torch.zeros(3), torch.tensor([0.001, -3.0, 500.0]), torch.zeros(3)
    settings = {"lr": 0.5, "eps": TINY}
    assert_close(
        student.adam_step(w, g, zeros, zeros, 1, **settings), adam(w, g, zeros, zeros, 1, **settings), ITERATED
    )


@check("adam_step", weight=2)
def test_adam_step_five_steps_downhill(student):
    """Five steps in a row, each starting from the results of the last one. 沿碗形曲面连走五步，每步从上一步的返回值出发。"""
    target = randn(4, seed=2, dtype=torch.float64)
    w = m = v = torch.zeros_like(target)
    right = w, m, v
    for t in range(1, 6):
        right = adam(right[0], 2 * (right[0] - target), *right[1:], t, lr=0.3, eps=TINY)
        w, m, v = student.adam_step(w, 2 * (w - target), m, v, t, lr=0.3, eps=TINY)
    assert_close(w, right[0], ITERATED)


@check("adam_step")
def test_adam_step_late_in_training(student):
    """At t = 1000, v still needs its correction, but m no longer does. t = 1000 时 v 仍需修正，m 已不需要。"""
    state = on_the_way(5, seed=3)
    settings = {"lr": 0.1, "eps": TINY}
    for t in (5, 1000):
        assert_close(student.adam_step(*state, t, **settings), adam(*state, t, **settings), ITERATED)


@check("adam_step")
def test_adam_step_coasts_on_its_momentum(student):
    """If the gradient is 0, w still moves on, and m and v fade. 梯度为 0 时 w 凭动量继续移动，m、v 逐渐衰减。"""
    w, _, m, v = on_the_way(3, seed=4)
    g = torch.zeros_like(w)
    settings = {"lr": 0.1, "eps": TINY}
    assert_close(student.adam_step(w, g, m, v, 3, **settings), adam(w, g, m, v, 3, **settings), ITERATED)


@check("adam_step")
@DTYPES
def test_adam_step_of_dead_weights(student, dtype):
    """If gradient, m and v are all 0, w does not change, and there is no NaN. 梯度和 m、v 全为 0：w 不变，且没有 NaN。"""
    w, zeros = randn(4, seed=5, dtype=dtype), torch.zeros(4, dtype=dtype)
    assert_close(student.adam_step(w, zeros, zeros, zeros, 1), (w, zeros, zeros), ITERATED)


@check("adam_step", weight=2)
def test_adam_step_adds_eps_after_the_root(student):
    """eps is added after the root: seen with small gradients and a large eps. eps 加在开方之后：用很小的梯度和较大的 eps 来检查。"""
    w, g, m, v = (scale * x for scale, x in zip((1, 1e-3, 1e-3, 1e-6), on_the_way(4, seed=6), strict=True))
    settings = {"lr": 0.5, "eps": 1e-2}
    assert_close(student.adam_step(w, g, m, v, 2, **settings), adam(w, g, m, v, 2, **settings), ITERATED)


@check("adam_step")
@DEFAULTS
def test_adam_step_defaults(student, scale, dtype):
    """The defaults of lr, betas and eps are those of torch. 不给 lr、betas、eps 时，默认值与 torch 相同。"""
    w, g, m, v = on_the_way(4, seed=7, dtype=dtype)
    inputs = 0.01 * w, scale * g, scale * m, scale**2 * v, 4  # small weights: the step is 1e-3
    assert_close(student.adam_step(*inputs), adam(*inputs), ITERATED)


@check("adam_step")
@DTYPES
def test_adam_step_without_memory(student, dtype):
    """With both betas 0, every step has size lr. 两个 beta 都为 0 时，每一步的大小都是 lr。"""
    w, g, m, v = on_the_way(4, seed=11, dtype=dtype)
    answer = student.adam_step(w, g, m, v, 3, 0.5, (0.0, 0.0), TINY)
    assert_close(answer, (w - 0.5 * g.sign(), g, g**2), ITERATED)


@check("adam_step")
@SCALES
def test_adam_step_without_eps_ignores_the_scale(student, scale):
    """With eps = 0, scaling all gradients does not change the path. eps = 0 时，把梯度放大或缩小很多倍，路径不变。"""
    gradients = randn(4, 3, seed=8, dtype=torch.float64)
    w = right = m = v = zeros = torch.zeros(3, dtype=torch.float64)
    right_m = right_v = zeros
    for t, g in enumerate(gradients, start=1):
        right, right_m, right_v = adam(right, g, right_m, right_v, t, lr=0.2, eps=0.0)
        w, m, v = student.adam_step(w, scale * g, m, v, t, lr=0.2, eps=0.0)
    assert_close(w, right, ITERATED)


@check("adam_step")
@SHAPES
def test_adam_step_of_any_shape(student, state):
    """One number, empty and transposed tensors work. 零维、空张量和转置张量都可以。"""
    settings = {"lr": 0.1, "eps": TINY}
    assert_close(student.adam_step(*state, 2, **settings), adam(*state, 2, **settings), ITERATED)


@check("adam_step")
def test_adam_step_leaves_its_inputs_alone(student):
    """w, g, m and v are not changed. 不修改传入的 w、g、m、v。"""
    state, settings = on_the_way(3, seed=10), {"lr": 0.1, "eps": TINY}
    answer = assert_inputs_unchanged(student.adam_step, *state, 2, **settings)
    assert_close(answer, adam(*state, 2, **settings), ITERATED)


# bias_correction


@check("bias_correction", weight=2)
@pytest.mark.parametrize("beta", [0.9, 0.5], ids=str)
@DTYPES
def test_bias_correction_of_a_constant_series(student, beta, dtype):
    """The corrected average of a constant c is c after every step. 从 0 开始对常数 c 求平均，每一步修正后都等于 c。"""
    c = 3 * randn(2, 3, seed=71, dtype=dtype)
    m = torch.zeros_like(c)
    for t in range(1, 7):
        m = beta * m + (1 - beta) * c
        assert_close(student.bias_correction(m, beta, t), c, ITERATED)


@check("bias_correction", weight=2)
@pytest.mark.parametrize(("beta", "t"), [(0.9, 1), (0.9, 7), (0.99, 3), (0.999, 1000), (0.9999, 2)], ids=str)
def test_bias_correction_divides_by_the_sum_of_the_weights(student, beta, t):
    """m is divided by the sum of the weights of its t values. m 除以其中 t 个数据的权重之和。"""
    m = randn(5, seed=72, dtype=torch.float64)
    weights = (1 - beta) * beta ** torch.arange(t, dtype=torch.float64)
    assert_close(student.bias_correction(m, beta, t), m / weights.sum(), REDUCTION)


@check("bias_correction")
@DTYPES
def test_bias_correction_fades(student, dtype):
    """If t is large, the correction changes nothing. t 很大时修正不起作用。"""
    m = randn(4, seed=73, dtype=dtype)
    assert_close(student.bias_correction(m, 0.9, 2000), m, ELEMENTWISE)


@check("bias_correction")
def test_bias_correction_without_memory(student):
    """With beta 0, there is no bias to correct. beta = 0 时没有偏差。"""
    m = randn(4, seed=74)
    for t in (2, 1):
        assert_close(student.bias_correction(m, 0.0, t), m, ELEMENTWISE)


@check("bias_correction")
@pytest.mark.parametrize("t", [0, -1, -5], ids=str)
def test_bias_correction_refuses_steps_before_the_first(student, t):
    """t less than 1 raises ValueError. t 小于 1 时抛出 ValueError。"""
    assert_raises(ValueError, student.bias_correction, torch.ones(2), 0.9, 0)
    assert_raises(ValueError, student.bias_correction, torch.ones(2), 0.9, t)


@check("bias_correction")
@pytest.mark.parametrize(
    "m",
    [torch.tensor(0.3), torch.empty(0, 2), randn(3, 2, seed=75).T],
    ids=["one number", "empty", "transposed"],
)
def test_bias_correction_of_any_shape(student, m):
    """One number, empty and transposed tensors work. 零维、空张量和转置张量都可以。"""
    assert_close(student.bias_correction(m, 0.8, 2), m / 0.36, ELEMENTWISE)


@check("bias_correction")
def test_bias_correction_leaves_its_input_alone(student):
    """m is not changed. 不修改 m。"""
    m = randn(4, seed=76)
    assert_close(assert_inputs_unchanged(student.bias_correction, m, 0.5, 2), m / 0.75, ELEMENTWISE)


# SGD

PARAMETERS = [randn(3, 2, seed=81), randn(2, seed=82), randn(1, seed=83)[0]]
GRADIENTS = [  # five steps of them
    [randn(5, p.numel(), seed=90 + i)[step].reshape(p.shape) for i, p in enumerate(PARAMETERS)] for step in range(5)
]
OPTIONS = pytest.mark.parametrize(
    "options",
    [{}, {"momentum": 0.9}, {"weight_decay": 0.1}, {"momentum": 0.9, "weight_decay": 0.1}],
    ids=["plain", "momentum", "decay", "both"],
)
PLAIN_AND_BOTH = pytest.mark.parametrize("options", [{}, {"momentum": 0.9, "weight_decay": 0.5}], ids=["plain", "both"])


def parameters_of(student: Student, values: list[Tensor] = PARAMETERS) -> RemoteObject:
    """Return a list of parameters in the student's process."""
    return student.build("[nn.Parameter(p.clone()) for p in values]", values=values)


def partly_frozen(student: Student) -> RemoteObject:
    """Return the same parameters, the second one frozen."""
    expression = "[nn.Parameter(p.clone(), requires_grad=number != 1) for number, p in enumerate(values)]"
    return student.build(expression, values=PARAMETERS)


def give(student: Student, parameters: RemoteObject, gradients: list[Tensor | None]) -> None:
    """Put a gradient into each parameter, as backward() would."""
    student.evaluate("[setattr(p, 'grad', g) for p, g in zip(ps, gs)]", ps=parameters, gs=gradients)


def values_of(student: Student, parameters: RemoteObject) -> list[Tensor]:
    """Return the present values of the parameters."""
    values: list[Tensor] = student.evaluate("[p.detach().clone() for p in ps]", ps=parameters)
    return values


def trained(
    student: Student, parameters: RemoteObject, steps: list[list[Tensor | None]], **options: float
) -> list[Tensor]:
    """Return the parameters after steps of the student's SGD with these gradients."""
    step = student.SGD(parameters, **options).step
    for gradients in steps:
        give(student, parameters, gradients)
        step()
    return values_of(student, parameters)


def trained_by_torch(
    steps: list[list[Tensor | None]], values: list[Tensor] = PARAMETERS, **options: float
) -> list[Tensor]:
    """Return the parameters after steps of torch.optim.SGD with these gradients."""
    parameters = [nn.Parameter(p.clone()) for p in values]
    oracle = torch.optim.SGD(parameters, **options)
    for gradients in steps:
        for p, g in zip(parameters, gradients, strict=True):
            p.grad = None if g is None else g.clone()
        oracle.step()
    return [p.detach() for p in parameters]


@check("SGD", weight=2)
@OPTIONS
def test_SGD_takes_five_steps(student, options):
    """Five steps of three parameters agree with torch.optim.SGD. 三个参数走五步，与 torch.optim.SGD 一致。"""
    answer = trained(student, parameters_of(student), GRADIENTS, lr=0.1, **options)
    assert_close(answer, trained_by_torch(GRADIENTS, lr=0.1, **options), ITERATED)


@check("SGD", weight=2)
@PLAIN_AND_BOTH
def test_SGD_trains_a_network(student, options):
    """Five steps of training a small network, with back propagation. 连同反向传播，训练小网络五步。"""
    x, target = randn(6, 3, seed=84), randn(6, 2, seed=85)
    layers = "nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))"
    oracle, network = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), student.build(layers)
    with torch.no_grad():
        for i, p in enumerate(oracle.parameters()):
            p.copy_(randn(*p.shape, seed=200 + i))
    student.evaluate("net.load_state_dict(state)", net=network, state=dict(oracle.state_dict()))
    mine = student.SGD(student.build("net.parameters()", net=network), lr=0.05, **options)
    theirs = torch.optim.SGD(oracle.parameters(), lr=0.05, **options)
    zero_grad, step = mine.zero_grad, mine.step
    for _ in range(5):
        zero_grad()
        theirs.zero_grad()
        student.evaluate("F.mse_loss(net(x), target).backward()", net=network, x=x, target=target)
        nn.functional.mse_loss(oracle(x), target).backward()
        step()
        theirs.step()
    answer = student.evaluate("[p.detach() for p in net.parameters()]", net=network)
    assert_close(answer, [p.detach() for p in oracle.parameters()], ITERATED)


@check("SGD")
@PLAIN_AND_BOTH
def test_SGD_leaves_out_a_frozen_parameter(student, options):
    """A parameter without a gradient does not change, even with weight decay; the others do. 没有梯度的参数不变（权重衰减也不作用于它），其余照常更新。"""
    steps = [[gradients[0], None, gradients[2]] for gradients in GRADIENTS[:3]]
    answer = trained(student, parameters_of(student), steps, lr=0.1, **options)
    assert_close(answer[1], PARAMETERS[1], EXACT)
    assert_close(answer, trained_by_torch(steps, lr=0.1, **options), ITERATED)


@check("SGD")
def test_SGD_takes_up_a_parameter_later(student):
    """In a step without a gradient, the velocity of the parameter does not change. 某一步没有梯度时，该参数的速度保持不变。"""
    steps = [[None if (step + i) % 2 else g for i, g in enumerate(row)] for step, row in enumerate(GRADIENTS)]
    answer = trained(student, parameters_of(student), steps, lr=0.1, momentum=0.9)
    assert_close(answer, trained_by_torch(steps, lr=0.1, momentum=0.9), ITERATED)


@check("SGD")
@pytest.mark.parametrize("kind", ["iter(ps)", "(p for p in ps)", "tuple(ps)"], ids=["iterator", "generator", "tuple"])
def test_SGD_goes_through_its_parameters_once(student, kind):
    """Parameters from a generator are updated in every step, and their gradients are cleared. 生成器给出的参数每一步都会更新，梯度也会清空。"""
    parameters = parameters_of(student)
    optimiser = student.SGD(student.build(kind, ps=parameters), 0.1, momentum=0.5)
    for gradients in GRADIENTS[:3]:
        optimiser.zero_grad()
        assert_equal(student.evaluate("[p.grad for p in ps]", ps=parameters), [None] * 3)
        give(student, parameters, gradients)
        optimiser.step()
    assert_close(values_of(student, parameters), trained_by_torch(GRADIENTS[:3], lr=0.1, momentum=0.5), ITERATED)


@check("SGD")
def test_SGD_sets_gradients_to_none(student):
    """zero_grad sets every grad to None and changes no parameter. zero_grad 把所有 grad 设为 None，不改变参数。"""
    parameters = parameters_of(student)
    optimiser = student.SGD(parameters, 0.1)
    give(student, parameters, GRADIENTS[0])
    optimiser.zero_grad()
    assert_equal(student.evaluate("[p.grad for p in ps]", ps=parameters), [None] * 3)
    assert_close(values_of(student, parameters), PARAMETERS, EXACT)


@check("SGD")
def test_SGD_keeps_its_velocity_over_zero_grad(student):
    """zero_grad clears the gradients, not the velocities. zero_grad 只清空梯度，不清空速度。"""
    parameters = parameters_of(student)
    optimiser = student.SGD(parameters, 0.1, momentum=0.9)
    for number, gradients in enumerate(GRADIENTS[:4]):
        give(student, parameters, gradients)
        optimiser.step()
        if number > 0:  # two steps, then zero_grad after each
            optimiser.zero_grad()
    assert_close(values_of(student, parameters), trained_by_torch(GRADIENTS[:4], lr=0.1, momentum=0.9), ITERATED)


@check("SGD")
@PLAIN_AND_BOTH
def test_SGD_changes_no_gradient(student, options):
    """step does not change the gradients. step 不修改梯度。"""
    parameters = parameters_of(student)
    optimiser = student.SGD(parameters, 0.1, **options)
    for gradients in GRADIENTS[:2]:
        give(student, parameters, gradients)
        optimiser.step()
        assert_close(student.evaluate("[p.grad for p in ps]", ps=parameters), gradients, EXACT)
    assert_close(values_of(student, parameters), trained_by_torch(GRADIENTS[:2], lr=0.1, **options), ITERATED)


@check("SGD")
def test_SGD_owns_its_velocity(student):
    """Overwriting the gradients in place later does not change the velocity. 之后原地改写梯度，不会影响速度。"""
    parameters = parameters_of(student)
    optimiser = student.SGD(parameters, 0.1, momentum=0.9)
    give(student, parameters, GRADIENTS[0])
    optimiser.step()
    for gradients in GRADIENTS[1:3]:
        student.evaluate("[p.grad.copy_(g).sum() for p, g in zip(ps, gs)]", ps=parameters, gs=gradients)
        optimiser.step()
    assert_close(values_of(student, parameters), trained_by_torch(GRADIENTS[:3], lr=0.1, momentum=0.9), ITERATED)


@check("SGD")
def test_SGD_parameters_stay_leaves(student):
    """After a step, the parameters are still leaves and still require a gradient. 更新之后，参数仍是叶子张量，仍需要梯度。"""
    parameters, options = parameters_of(student), {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}
    trained(student, parameters, GRADIENTS[:2], **options)
    look = "[isinstance(p, nn.Parameter) and p.is_leaf and p.requires_grad for p in ps]"
    assert_equal(student.evaluate(look, ps=parameters), [True] * 3)
    student.evaluate("sum((p**2).sum() for p in ps).backward()", ps=parameters)
    assert_close(values_of(student, parameters), trained_by_torch(GRADIENTS[:2], **options), ITERATED)


@check("SGD")
def test_SGD_keeps_two_optimisers_apart(student):
    """Two optimisers share no state. 两个优化器互不共享状态。"""
    first, second = parameters_of(student), parameters_of(student)
    one, other = student.SGD(first, 0.1, momentum=0.9), student.SGD(second, 0.01)
    for gradients in GRADIENTS[:2]:
        for parameters, optimiser in ((first, one), (second, other)):
            give(student, parameters, gradients)
            optimiser.step()
    assert_close(values_of(student, first), trained_by_torch(GRADIENTS[:2], lr=0.1, momentum=0.9), ITERATED)
    assert_close(values_of(student, second), trained_by_torch(GRADIENTS[:2], lr=0.01), ITERATED)


@check("SGD", weight=2)
def test_SGD_keeps_velocities_of_equal_shape_apart(student):
    """Parameters of equal shape have velocities of their own. 形状相同的参数各有各的速度。"""
    values = [*randn(2, 4, seed=86), randn(3, seed=88)]
    steps = [[*randn(2, 4, seed=890 + number), randn(3, seed=880 + number)] for number in range(3)]
    answer = trained(student, parameters_of(student, values), steps, lr=0.1, momentum=0.9)
    assert_close(answer, trained_by_torch(steps, values, lr=0.1, momentum=0.9), ITERATED)


@check("SGD", weight=2)
def test_SGD_starts_afresh(student):
    """A second optimiser of the same parameters starts from velocity 0. 为同样的参数再建一个优化器，速度从 0 开始。"""
    parameters, options = parameters_of(student), {"lr": 0.1, "momentum": 0.9}
    trained(student, parameters, GRADIENTS[:2], **options)
    answer = trained(student, parameters, GRADIENTS[2:4], **options)
    halfway = trained_by_torch(GRADIENTS[:2], **options)
    assert_close(answer, trained_by_torch(GRADIENTS[2:4], halfway, **options), ITERATED)


@check("SGD", weight=2)
def test_SGD_takes_its_options_in_order(student):
    """lr, momentum and weight_decay may come by position. lr、momentum、weight_decay 可以按位置传入。"""
    parameters = parameters_of(student)
    optimiser = student.SGD(parameters, 0.1, 0.9, 0.2)
    for gradients in GRADIENTS[:3]:
        give(student, parameters, gradients)
        optimiser.step()
    right = trained_by_torch(GRADIENTS[:3], lr=0.1, momentum=0.9, weight_decay=0.2)
    assert_close(values_of(student, parameters), right, ITERATED)


@check("SGD", weight=2)
def test_SGD_leaves_frozen_parameters_frozen(student):
    """step does not change requires_grad. step 不改变 requires_grad。"""
    parameters = partly_frozen(student)
    steps = [[gradients[0], None, gradients[2]] for gradients in GRADIENTS[:2]]
    answer = trained(student, parameters, steps, lr=0.1, momentum=0.9)
    assert_close(answer, trained_by_torch(steps, lr=0.1, momentum=0.9), ITERATED)
    assert_equal(student.evaluate("[p.requires_grad for p in ps]", ps=parameters), [True, False, True])


@check("SGD")
def test_SGD_trains_what_is_unfrozen_later(student):
    """A parameter that was frozen at first is trained once it has a gradient. 起初冻结的参数，有了梯度之后也会更新。"""
    parameters = partly_frozen(student)
    step = student.SGD(parameters, 0.1, momentum=0.9).step
    student.evaluate("len([p.requires_grad_() for p in ps])", ps=parameters)
    for gradients in GRADIENTS[:2]:
        give(student, parameters, gradients)
        step()
    assert_close(values_of(student, parameters), trained_by_torch(GRADIENTS[:2], lr=0.1, momentum=0.9), ITERATED)


@check("SGD", weight=2)
def test_SGD_leaves_autograd_switched_on(student):
    """After a step, autograd records again. 更新之后，自动求导仍是开启的。"""
    parameters = parameters_of(student)
    optimiser = student.SGD(parameters, 0.1)
    give(student, parameters, GRADIENTS[0])
    records = student.evaluate("[step(), torch.is_grad_enabled()][1]", step=optimiser.step)
    expect(
        records,
        "step() left autograd switched off, so the next forward pass records nothing.",
        "step() 之后自动求导仍处于关闭状态，下一次前向计算不会被记录。",
    )
    assert_close(values_of(student, parameters), trained_by_torch(GRADIENTS[:1], lr=0.1), ITERATED)


@check("SGD")
def test_SGD_in_double_precision(student):
    """float64 parameters are updated in float64. float64 的参数按 float64 更新。"""
    values = [p.double() for p in PARAMETERS]
    parameters = parameters_of(student, values)
    optimiser = student.SGD(parameters, 0.1, momentum=0.9)
    velocities = [torch.zeros_like(value) for value in values]
    for row in GRADIENTS[:3]:
        give(student, parameters, [g.double() for g in row])
        optimiser.step()
        velocities = [0.9 * v + g.double() for v, g in zip(velocities, row, strict=True)]
        values = [value - 0.1 * v for value, v in zip(values, velocities, strict=True)]
    assert_close(values_of(student, parameters), values, ITERATED)
