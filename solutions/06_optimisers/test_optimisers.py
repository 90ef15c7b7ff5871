"""Hidden checks of the optimisers. 优化算法的隐藏检查。"""

import pytest
import torch
from torch import Tensor

from autograder.checks import ITERATED, assert_close, assert_inputs_unchanged, check, randn


def adam(w, g, m, v, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8) -> tuple[Tensor, Tensor, Tensor]:
    """The oracle: step t of torch.optim.Adam, which finds its averages as m and v."""
    parameter = w.clone().requires_grad_()
    optimiser = torch.optim.Adam([parameter], lr=lr, betas=betas, eps=eps)
    state = {"step": torch.tensor(t - 1.0), "exp_avg": m.clone(), "exp_avg_sq": v.clone()}
    optimiser.state[parameter] = state
    parameter.grad = g.clone()
    optimiser.step()
    return parameter.detach(), state["exp_avg"], state["exp_avg_sq"]


def on_the_way(*shape: int, seed: int, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Random (w, g, m, v), as they might be in the middle of training."""
    w, g, m, v = randn(4, *shape, seed=seed, dtype=dtype)
    return w, g, m, v**2


@check("adam_step", weight=2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_adam_step_on_random_inputs(student, dtype):
    """Step 5 from random averages is right, in the dtype that came in. 从随机的 m、v 走第 5 步：结果正确且保持 dtype。"""
    state = on_the_way(3, 4, seed=1, dtype=dtype)
    settings = {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-2}
    assert_close(student.adam_step(*state, 5, **settings), adam(*state, 5, **settings), ITERATED)


@check("adam_step")
def test_adam_step_first_step_ignores_the_scale(student):
    """At t = 1 gradients of 0.001 and 500 move their weights equally far. t = 1 时，梯度 0.001 与 500 走得一样远。"""
    w, g, zeros = torch.zeros(3), torch.tensor([0.001, -3.0, 500.0]), torch.zeros(3)
    assert_close(student.adam_step(w, g, zeros, zeros, 1, lr=0.5), adam(w, g, zeros, zeros, 1, lr=0.5), ITERATED)


@check("adam_step", weight=2)
def test_adam_step_five_steps_downhill(student):
    """Five steps down a bowl, each from what the last one returned. 沿碗形曲面连走五步，每步从上一步的返回值出发。"""
    target = randn(4, seed=2, dtype=torch.float64)
    w = m = v = torch.zeros_like(target)
    right = w, m, v
    for t in range(1, 6):
        right = adam(right[0], 2 * (right[0] - target), *right[1:], t, lr=0.3)
        w, m, v = student.adam_step(w, 2 * (w - target), m, v, t, lr=0.3)
    assert_close(w, right[0], ITERATED)


@check("adam_step")
def test_adam_step_late_in_training(student):
    """At t = 1000 beta2 still needs its correction, beta1 no more. t = 1000 时 beta2 仍需修正，beta1 已不需要。"""
    state = on_the_way(5, seed=3)
    assert_close(student.adam_step(*state, 1000, lr=0.1), adam(*state, 1000, lr=0.1), ITERATED)


@check("adam_step")
def test_adam_step_coasts_on_its_momentum(student):
    """Where the gradient is 0, w still moves on, and m and v fade. 梯度为 0 时 w 凭动量继续移动，m、v 逐渐衰减。"""
    w, _, m, v = on_the_way(3, seed=4)
    g = torch.zeros_like(w)
    assert_close(student.adam_step(w, g, m, v, 3, lr=0.1), adam(w, g, m, v, 3, lr=0.1), ITERATED)


@check("adam_step")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_adam_step_of_dead_weights(student, dtype):
    """Gradient and averages all 0: w stays, without NaN. 梯度和 m、v 全为 0：w 不变，且没有 NaN。"""
    w, zeros = randn(4, seed=5, dtype=dtype), torch.zeros(4, dtype=dtype)
    assert_close(student.adam_step(w, zeros, zeros, zeros, 1), (w, zeros, zeros), ITERATED)


@check("adam_step")
def test_adam_step_adds_eps_after_the_root(student):
    """A large eps and small gradients show where eps is added. eps 大而梯度小，看出 eps 加在哪里。"""
    w, g, m, v = (scale * x for scale, x in zip((1, 1e-3, 1e-3, 1e-6), on_the_way(4, seed=6), strict=True))
    settings = {"lr": 0.5, "eps": 1e-2}
    assert_close(student.adam_step(w, g, m, v, 2, **settings), adam(w, g, m, v, 2, **settings), ITERATED)


@check("adam_step")
def test_adam_step_defaults(student):
    """Without lr, betas and eps it uses those of torch. 不给 lr、betas、eps 时，默认值与 torch 相同。"""
    w, g, m, v = (scale * x for scale, x in zip((1, 1e-8, 1e-8, 1e-16), on_the_way(4, seed=7), strict=True))
    assert_close(student.adam_step(w, g, m, v, 4), adam(w, g, m, v, 4), ITERATED)


@check("adam_step")
def test_adam_step_without_eps_ignores_the_scale(student):
    """With eps = 0, gradients 1000 times larger lead along the same path. eps = 0 时，梯度放大 1000 倍，路径不变。"""
    gradients = randn(4, 3, seed=8, dtype=torch.float64)
    w = right = m = v = zeros = torch.zeros(3, dtype=torch.float64)
    right_m = right_v = zeros
    for t, g in enumerate(gradients, start=1):
        right, right_m, right_v = adam(right, g, right_m, right_v, t, lr=0.2, eps=0.0)
        w, m, v = student.adam_step(w, 1000 * g, m, v, t, lr=0.2, eps=0.0)
    assert_close(w, right, ITERATED)


@check("adam_step")
@pytest.mark.parametrize(
    "state",
    [on_the_way(seed=9), on_the_way(0, seed=9), tuple(x.T for x in on_the_way(3, 2, seed=9))],
    ids=["one number", "empty", "transposed"],
)
def test_adam_step_of_any_shape(student, state):
    """One number, empty and transposed tensors work. 零维、空张量和转置张量都可以。"""
    assert_close(student.adam_step(*state, 2, lr=0.1), adam(*state, 2, lr=0.1), ITERATED)


@check("adam_step")
def test_adam_step_leaves_its_inputs_alone(student):
    """w, g, m and v that came in are only read. 只读取传入的 w、g、m、v，不作修改。"""
    state = on_the_way(3, seed=10)
    assert_close(student.adam_step(*state, 2, lr=0.1), adam(*state, 2, lr=0.1), ITERATED)
    assert_inputs_unchanged(student.adam_step, *state, 2, lr=0.1)
