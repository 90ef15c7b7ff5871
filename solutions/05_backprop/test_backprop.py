"""Hidden checks of gradient descent and back propagation. 梯度下降与反向传播的隐藏检查。"""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    FINITE_DIFFERENCE,
    ITERATED,
    PYTHON_FLOAT,
    REDUCTION,
    RemoteObject,
    Student,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    check,
    expect,
    randn,
)

DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


def double(*values: object) -> Tensor:
    """A float64 tensor of these rows, or of these numbers."""
    return torch.tensor(values, dtype=torch.float64)


# The network of the notes' example 1.
EXAMPLE_X, EXAMPLE_T = double([0.05, 0.10]), double([0.01, 0.99])
EXAMPLE = (
    *(double([0.15, 0.20], [0.25, 0.30]), double(0.35, 0.35)),
    *(double([0.40, 0.45], [0.50, 0.55]), double(0.60, 0.60)),
)


# gd_step


def stepped(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    """The oracle: one step of torch.optim.SGD."""
    leaves = [w.clone().requires_grad_() for w in params]
    for leaf, g in zip(leaves, grads):
        leaf.grad = g.clone()
    torch.optim.SGD(leaves, lr=lr).step()
    return [leaf.detach() for leaf in leaves]


def some(shapes: list[tuple[int, ...]], *, seed: int, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    """A random tensor for each shape."""
    return [randn(1, *shape, seed=seed + place, dtype=dtype)[0] for place, shape in enumerate(shapes)]


@check("gd_step", weight=2)
@DTYPES
def test_gd_step_on_random_parameters(student, dtype):
    """A weight and a bias move as with torch.optim.SGD, in the dtype of the inputs. 权重和偏置的更新与 torch.optim.SGD 一致，且保持 dtype。"""
    params, grads = some([(2, 3), (2,)], seed=1, dtype=dtype), some([(2, 3), (2,)], seed=11, dtype=dtype)
    assert_close(student.gd_step(params, grads, 0.3), stepped(params, grads, 0.3), ELEMENTWISE)


@check("gd_step")
def test_gd_step_of_any_shapes(student):
    """Works for a number, an empty tensor, a kernel and a transposed matrix. 零维、空张量、卷积核、转置矩阵都可以，各自更新。"""
    params, grads = some([(), (0,), (2, 1, 3, 3), (4, 2)], seed=21), some([(), (0,), (2, 1, 3, 3), (4, 2)], seed=31)
    params[3], grads[3] = params[3].T, grads[3].T
    assert_close(student.gd_step(params, grads, 0.05), stepped(params, grads, 0.05), ELEMENTWISE)


@check("gd_step")
def test_gd_step_of_mixed_dtypes(student):
    """A float32 and a float64 parameter each keep their dtype. float32 和 float64 的参数各自保持 dtype。"""
    params = [randn(3, seed=121), randn(2, 2, seed=122, dtype=torch.float64)]
    grads = [randn(3, seed=123), randn(2, 2, seed=124, dtype=torch.float64)]
    assert_close(student.gd_step(params, grads, 0.3), stepped(params, grads, 0.3), ELEMENTWISE)


@check("gd_step")
@pytest.mark.parametrize("lr", [1e-3, 2.0], ids=str)
def test_gd_step_with_learning_rate(student, lr):
    """Small and large learning rates are used as given. 学习率或大或小，都按给定的值使用。"""
    params, grads = some([(3,), (2, 2)], seed=41), some([(3,), (2, 2)], seed=51)
    assert_close(student.gd_step(params, grads, lr), stepped(params, grads, lr), ELEMENTWISE)


@check("gd_step")
def test_gd_step_without_moving(student):
    """With lr = 0 nothing changes. lr = 0 时一切保持不变。"""
    params, grads = some([(3,), (2, 2)], seed=61), some([(3,), (2, 2)], seed=71)
    assert_close(student.gd_step(params, grads, 0.0), params, EXACT)


@check("gd_step")
def test_gd_step_at_the_bottom(student):
    """A parameter moves only if its gradient is not 0, also from the value 0. 梯度不为 0 的参数才移动，值为 0 的参数也能移动。"""
    params, grads = [randn(3, seed=81), torch.zeros(3)], [torch.zeros(3), torch.tensor([1.0, -2.0, 4.0])]
    assert_close(student.gd_step(params, grads, 0.5), [params[0], torch.tensor([-0.5, 1.0, -2.0])], ELEMENTWISE)


@check("gd_step")
def test_gd_step_down_a_bowl(student):
    """Twenty steps on sum(w^2) / 2 multiply w by 0.9**20. 在 sum(w²)/2 上走 20 步，w 变为原来的 0.9**20 倍。"""
    start = some([(3,), (2, 2)], seed=91, dtype=torch.float64)
    params = start
    for _ in range(20):
        params = student.gd_step(params, params, 0.1)
    assert_close(params, [0.9**20 * w for w in start], ITERATED)


@check("gd_step")
def test_gd_step_leaves_its_inputs_alone(student):
    """Neither parameters nor gradients are changed: new tensors are returned. 不修改参数和梯度，返回新的张量。"""
    params, grads = some([(3,), (2, 2)], seed=101), some([(3,), (2, 2)], seed=111)
    answer = assert_inputs_unchanged(student.gd_step, params, grads, 0.1)
    assert_close(answer, stepped(params, grads, 0.1), ELEMENTWISE)


# iterations_per_epoch


def length(n: int, batch_size: int, drop_last: bool = False) -> int:
    """The oracle: how long torch's own DataLoader is."""
    return len(DataLoader(range(n), batch_size=batch_size, drop_last=drop_last))


KEEP_OR_DROP = pytest.mark.parametrize("drop_last", [False, True], ids=["keep", "drop"])


@check("iterations_per_epoch", weight=2)
@pytest.mark.parametrize(("n", "batch_size"), [(60000, 128), (50000, 26), (1797, 64), (101, 10)])
def test_iterations_per_epoch_counts_the_partial_batch(student, n, batch_size):
    """A remainder makes one more batch, even if it is small. 有余数就多一批，余数再小也算。"""
    assert_equal(student.iterations_per_epoch(n, batch_size), length(n, batch_size))


@check("iterations_per_epoch", weight=2)
@pytest.mark.parametrize(("n", "batch_size"), [(512, 256), (60000, 100), (32, 32), (7, 1)])
@KEEP_OR_DROP
def test_iterations_per_epoch_of_full_batches(student, n, batch_size, drop_last):
    """If batch_size divides n, drop_last makes no difference. 能整除时没有剩余，丢弃与否结果相同。"""
    assert_equal(student.iterations_per_epoch(n, batch_size, drop_last), n // batch_size)


@check("iterations_per_epoch", weight=2)
@pytest.mark.parametrize(("n", "batch_size"), [(50000, 256), (99, 10), (101, 10)])
def test_iterations_per_epoch_drops_the_partial_batch(student, n, batch_size):
    """With drop_last only full batches count. drop_last 时只计完整的批次。"""
    assert_equal(student.iterations_per_epoch(n, batch_size, drop_last=True), length(n, batch_size, True))


@check("iterations_per_epoch")
@pytest.mark.parametrize(("n", "batch_size"), [(257, 256), (1025, 512), (10_001, 1000)])
def test_iterations_per_epoch_of_one_sample_left_over(student, n, batch_size):
    """One sample left over makes a batch, even if the other batches are large. 只剩一个样本也算一批，其他批次再大也一样。"""
    assert_equal(student.iterations_per_epoch(n, batch_size), n // batch_size + 1)


@check("iterations_per_epoch")
def test_iterations_per_epoch_of_many_samples(student):
    """100,000,001 samples in batches of 10: the count is exact. 一亿零一个样本、每批 10 个：次数必须精确。"""
    assert_equal(student.iterations_per_epoch(100_000_001, 10), 10_000_001)
    assert_equal(student.iterations_per_epoch(100_000_001, 10, drop_last=True), 10_000_000)


@check("iterations_per_epoch")
@KEEP_OR_DROP
def test_iterations_per_epoch_of_few_samples(student, drop_last):
    """Fewer samples than batch_size: one batch, or none. 样本数少于 batch_size：一批，或者一批也没有。"""
    assert_equal(student.iterations_per_epoch(3, 8, drop_last), 0 if drop_last else 1)


@check("iterations_per_epoch")
@KEEP_OR_DROP
def test_iterations_per_epoch_of_no_samples(student, drop_last):
    """No samples, no iterations. 没有样本就没有迭代。"""
    assert_equal(student.iterations_per_epoch(0, 4, drop_last), 0)


@check("iterations_per_epoch")
def test_iterations_per_epoch_for_every_remainder(student):
    """From 0 to 12 samples in batches of 4: 0, then 1 four times, 2 four times, 3 four times. 0 到 12 个样本、每批 4 个：先是 0，然后 1、2、3 各出现四次。"""
    counts = [student.iterations_per_epoch(n, 4) for n in range(13)]
    assert_equal(counts, [0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])


# batch_slices


def slices(n: int, batch_size: int) -> list[tuple[int, int]]:
    """The oracle: the first and the last index of every batch of torch's DataLoader, the last plus 1."""
    return [(int(batch[0]), int(batch[-1]) + 1) for batch in DataLoader(range(n), batch_size=batch_size)]


@check("batch_slices", weight=2)
@pytest.mark.parametrize(("n", "batch_size"), [(10, 3), (23, 8), (100, 32), (17, 16)])
def test_batch_slices_with_a_shorter_last_batch(student, n, batch_size):
    """The samples left over make a shorter batch that ends at n. 剩下的样本组成较短的一批，终点是 n。"""
    assert_equal(student.batch_slices(n, batch_size), slices(n, batch_size))


@check("batch_slices", weight=2)
@pytest.mark.parametrize(("n", "batch_size"), [(12, 4), (9, 3), (6, 6), (5, 1)])
def test_batch_slices_of_full_batches(student, n, batch_size):
    """If batch_size divides n, there is no empty batch at the end. 能整除时末尾没有空批次。"""
    assert_equal(student.batch_slices(n, batch_size), slices(n, batch_size))


@check("batch_slices")
@pytest.mark.parametrize("batch_size", [1, 3], ids=str)
def test_batch_slices_of_no_samples(student, batch_size):
    """No samples, no batches: an empty list. 没有样本就没有批次：空列表。"""
    assert_equal(student.batch_slices(0, batch_size), [])


@check("batch_slices")
@pytest.mark.parametrize(("n", "batch_size"), [(1, 2), (7, 8), (5, 1000)])
def test_batch_slices_larger_than_the_data(student, n, batch_size):
    """Fewer samples than batch_size: one batch with all of them. 样本数少于 batch_size：只有一批，包含全部样本。"""
    assert_equal(student.batch_slices(n, batch_size), [(0, n)])


@check("batch_slices")
@pytest.mark.parametrize(("n", "batch_size"), [(20, 7), (21, 7)])
def test_batch_slices_visit_every_sample_once(student, n, batch_size):
    """The slices contain every sample once, in order. 用它们切分数据，每个样本恰好出现一次，顺序不变。"""
    data = list(range(100, 100 + n))
    batches = [data[start:end] for start, end in student.batch_slices(n, batch_size)]
    assert_equal([sample for batch in batches for sample in batch], data)
    assert_equal([len(batch) for batch in batches], [end - start for start, end in slices(n, batch_size)])


# unit_gradients


def chain(x: float, w: float, b: float) -> tuple[float, float]:
    """The oracle: autograd in double precision."""
    weight, bias = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (w, b))
    torch.sigmoid(weight * x + bias).backward()
    return weight.grad.item(), bias.grad.item()


@check("unit_gradients", weight=2)
@pytest.mark.parametrize(
    ("x", "w", "b"), [(2.0, -0.5, 0.3), (-1.5, 0.8, 0.2), (0.7, 1.9, -2.5), (-3.0, -0.4, -1.0), (10.0, 0.1, 0.5)]
)
def test_unit_gradients_at_some_points(student, x, w, b):
    """Agrees with autograd, whatever the signs. 无论符号如何，都与自动求导一致。"""
    assert_close(student.unit_gradients(x, w, b), chain(x, w, b), PYTHON_FLOAT)


@check("unit_gradients")
@pytest.mark.parametrize("x", [1.0, -2.0, 0.5], ids=str)
def test_unit_gradients_at_the_steepest_point(student, x):
    """At wx + b = 0 the slope is largest: x / 4 and 1 / 4. wx + b = 0 处最陡：x / 4 与 1 / 4。"""
    assert_close(student.unit_gradients(x, 1.5, -1.5 * x), (x / 4, 0.25), PYTHON_FLOAT)


@check("unit_gradients")
@pytest.mark.parametrize(("w", "b"), [(1.0, 1.0), (-3.0, -0.6), (0.0, 0.0)])
def test_unit_gradients_of_no_input(student, w, b):
    """With x = 0 df/dw is 0 and df/db is not. x = 0 时 df/dw 为 0，而 df/db 不为 0。"""
    assert_close(student.unit_gradients(0.0, w, b), chain(0.0, w, b), PYTHON_FLOAT)


@check("unit_gradients")
@pytest.mark.parametrize(("w", "b"), [(2.0, 0.0), (-2.0, 0.0), (0.0, 40.0), (0.0, -40.0), (1.0, -40.0)])
def test_unit_gradients_of_a_saturated_neuron(student, w, b):
    """At |wx + b| = 20 and 40 the gradients vanish, without overflow. |wx + b| 为 20、40 时梯度消失，且不会溢出。"""
    assert_close(student.unit_gradients(20.0, w, b), chain(20.0, w, b), PYTHON_FLOAT)


@check("unit_gradients")
@pytest.mark.parametrize(("x", "w", "b"), [(25.0, 0.04, 0.3), (1.1, -0.7, 0.4), (100.0, 0.3, 1.0)])
def test_unit_gradients_in_double_precision(student, x, w, b):
    """The results are right to ten digits, as double precision allows. 结果精确到十位有效数字，双精度能够做到。"""
    assert_close(student.unit_gradients(x, w, b), chain(x, w, b), ELEMENTWISE)


@check("unit_gradients")
def test_unit_gradients_are_even_in_the_pre_activation(student):
    """The slope at wx + b equals the slope at -(wx + b). wx + b 与其相反数处同样陡。"""
    for x, w, b in ((1.5, 0.4, 0.9), (-0.6, 1.2, -0.3)):
        expected = chain(x, w, b)
        assert_close(student.unit_gradients(x, -w, -b), expected, PYTHON_FLOAT)


@check("unit_gradients")
def test_unit_gradients_lead_downhill(student):
    """Fifty steps of gradient descent on f^2 give the same result as with autograd. 对 f² 做 50 步梯度下降，终点与自动求导一致。"""
    x, (w, b), (right_w, right_b) = 1.2, (0.8, -0.1), (0.8, -0.1)
    for _ in range(50):
        f = torch.sigmoid(double(w * x + b)).item()
        df_dw, df_db = student.unit_gradients(x, w, b)
        w, b = w - 0.5 * 2 * f * df_dw, b - 0.5 * 2 * f * df_db
        f = torch.sigmoid(double(right_w * x + right_b)).item()
        df_dw, df_db = chain(x, right_w, right_b)
        right_w, right_b = right_w - 0.5 * 2 * f * df_dw, right_b - 0.5 * 2 * f * df_db
    assert_close([w, b], [right_w, right_b], PYTHON_FLOAT)


# forward_222 and backward_222

SIZES = pytest.mark.parametrize(  # samples, inputs, hidden units, outputs
    ("n", "i", "h", "o"),
    [(1, 2, 2, 2), (3, 3, 3, 3), (4, 1, 3, 2), (4, 3, 1, 2), (4, 2, 3, 1), (1, 5, 4, 3)],
    ids=["example", "square", "one input", "one unit", "one output", "one sample"],
)


def network(i: int, h: int, o: int, *, seed: int, dtype: torch.dtype = torch.float64) -> tuple[Tensor, ...]:
    """Random (W1, b1, W2, b2)."""
    return tuple(some([(h, i), (h,), (o, h), (o,)], seed=seed, dtype=dtype))


def forward(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
    """The oracle of forward propagation: torch's own linear layers."""
    h = torch.sigmoid(F.linear(x, w1, b1))
    return h, torch.sigmoid(F.linear(h, w2, b2))


def backward(x: Tensor, t: Tensor, *params: Tensor) -> dict[str, Tensor]:
    """The oracle of back propagation: autograd. Its keys are in alphabetical order."""
    leaves = [w.clone().requires_grad_() for w in params]
    _, o = forward(x, *leaves)
    grads = torch.autograd.grad(((o - t) ** 2).sum() / 2, leaves)
    return dict(sorted(zip(("W1", "b1", "W2", "b2"), grads)))


def saturating(dtype: torch.dtype) -> tuple[Tensor, tuple[Tensor, ...]]:
    """One sample x and a network (W1, b1, W2, b2) whose net inputs are 1000 and -1000 in both layers."""
    x, weight = torch.tensor([[1.0, 0.0]], dtype=dtype), torch.tensor([[1000.0, 0.0], [-1000.0, 0.0]], dtype=dtype)
    bias = torch.zeros(2, dtype=dtype)
    return x, (weight, bias, weight, bias)


def by_name(answer: object) -> object:
    """A dict with its keys in alphabetical order, so that any order is accepted."""
    return dict(sorted(answer.items())) if isinstance(answer, dict) else answer


@check("forward_222", weight=2)
@DTYPES
def test_forward_222_on_random_batches(student, dtype):
    """Right for five samples, three inputs, four hidden units, two outputs, in the dtype of the inputs. 5 个样本、3 个输入、4 个隐藏神经元、2 个输出：结果正确，且保持 dtype。"""
    x, params = randn(5, 3, seed=201, dtype=dtype), network(3, 4, 2, seed=202, dtype=dtype)
    assert_close(student.forward_222(x, *params), forward(x, *params), REDUCTION)


@check("forward_222")
def test_forward_222_of_the_example_with_unequal_biases(student):
    """Example 1 with a different bias for each unit. 例 1，每个神经元各有不同的偏置。"""
    w1, _, w2, _ = EXAMPLE
    params = w1, double(0.35, -0.2), w2, double(0.6, 0.1)
    assert_close(student.forward_222(EXAMPLE_X, *params), forward(EXAMPLE_X, *params), REDUCTION)


@check("forward_222", weight=2)
@SIZES
def test_forward_222_of_any_size(student, n, i, h, o):
    """Right if all sizes are equal, and if one of them is 1. 各维相等，或某一维为 1 时都正确。"""
    x, params = randn(n, i, seed=211, dtype=torch.float64), network(i, h, o, seed=212)
    assert_close(student.forward_222(x, *params), forward(x, *params), REDUCTION)


@check("forward_222")
def test_forward_222_of_biases_alone(student):
    """With weights of 0 each output is the sigmoid of its own bias. 权重全为 0 时，每个输出是各自偏置的 sigmoid。"""
    x, b1, b2 = randn(3, 2, seed=221), torch.tensor([0.5, -1.0, 2.0]), torch.tensor([-0.25, 1.5])
    expected = torch.sigmoid(b1).expand(3, 3), torch.sigmoid(b2).expand(3, 2)
    assert_close(student.forward_222(x, torch.zeros(3, 2), b1, torch.zeros(2, 3), b2), expected, REDUCTION)


@check("forward_222")
def test_forward_222_treats_samples_alone(student):
    """If the samples change their order, the results change it in the same way. 样本换个顺序，结果也只是换了顺序。"""
    x, params, order = randn(4, 3, seed=231, dtype=torch.float64), network(3, 2, 2, seed=232), [2, 0, 3, 1]
    h, o = forward(x, *params)
    assert_close(student.forward_222(x[order], *params), (h[order], o[order]), REDUCTION)


@check("forward_222")
@pytest.mark.parametrize(
    "x", [randn(3, 6, seed=241).T, randn(8, 9, seed=242)[::2, ::3], torch.empty(0, 3)], ids=["T", "strided", "empty"]
)
def test_forward_222_of_any_layout(student, x):
    """Transposed, strided and empty batches work. 转置、带步长和空的批次都可以。"""
    w1, b1, w2, b2 = network(3, 4, 2, seed=243, dtype=torch.float32)
    w1 = w1.T.contiguous().T
    assert_close(student.forward_222(x, w1, b1, w2, b2), forward(x, w1, b1, w2, b2), REDUCTION)


@check("forward_222")
@DTYPES
def test_forward_222_of_large_net_inputs(student, dtype):
    """Net inputs of 1000 and -1000 give 1 and 0, not NaN. 净输入为 1000 和 -1000 时得到 1 和 0，而不是 NaN。"""
    x, (w1, b1, w2, b2) = saturating(dtype)
    h, o = torch.tensor([[1.0, 0.0]], dtype=dtype), torch.tensor([[1.0, 0.0]], dtype=dtype)
    assert_close(student.forward_222(x, w1, b1, w2, b2), (h, o), REDUCTION)


@check("forward_222")
def test_forward_222_leaves_its_inputs_alone(student):
    """The inputs are not changed. 不修改任何输入。"""
    inputs = randn(3, 2, seed=251), *network(2, 3, 2, seed=252, dtype=torch.float32)
    assert_close(assert_inputs_unchanged(student.forward_222, *inputs), forward(*inputs), REDUCTION)


@check("backward_222", weight=2)
@DTYPES
def test_backward_222_on_random_batches(student, dtype):
    """Agrees with autograd on a batch of five, in the dtype of the inputs. 5 个样本的批次上与自动求导一致，且保持 dtype。"""
    x, t, params = randn(5, 3, seed=301, dtype=dtype), randn(5, 2, seed=302, dtype=dtype), network(3, 4, 2, seed=303)
    params = [w.to(dtype) for w in params]
    assert_close(by_name(student.backward_222(x, t, *params)), backward(x, t, *params), REDUCTION)


@check("backward_222", weight=2)
@SIZES
def test_backward_222_of_any_size(student, n, i, h, o):
    """Right if all sizes are equal, and if one of them is 1. 各维相等，或某一维为 1 时都正确。"""
    x, t = randn(n, i, seed=311, dtype=torch.float64), randn(n, o, seed=312, dtype=torch.float64)
    params = network(i, h, o, seed=313)
    assert_close(by_name(student.backward_222(x, t, *params)), backward(x, t, *params), REDUCTION)


@check("backward_222")
def test_backward_222_of_the_example_with_other_targets(student):
    """Example 1 with the targets exchanged. 例 1，两个目标值互换。"""
    t = EXAMPLE_T.flip(1)
    assert_close(by_name(student.backward_222(EXAMPLE_X, t, *EXAMPLE)), backward(EXAMPLE_X, t, *EXAMPLE), REDUCTION)


@check("backward_222")
def test_backward_222_adds_up_samples(student):
    """The gradients of single samples add up to those of the batch. 各样本单独的梯度之和等于整个批次的梯度。"""
    x, t = randn(3, 2, seed=321, dtype=torch.float64), randn(3, 2, seed=322, dtype=torch.float64)
    params = network(2, 3, 2, seed=323)
    single = [student.backward_222(x[n : n + 1], t[n : n + 1], *params) for n in range(3)]
    total = {name: sum(grads[name] for grads in single) for name in sorted(single[0])}
    assert_close(total, backward(x, t, *params), REDUCTION)


@check("backward_222")
def test_backward_222_without_error(student):
    """An output equal to its target sends no error back; the other output still does. 命中目标的输出不传回误差，另一个输出照常。"""
    x, params = randn(3, 2, seed=331, dtype=torch.float64), network(2, 3, 2, seed=332)
    _, o = forward(x, *params)
    for t in (o, o + double(0.0, 0.5)):
        assert_close(by_name(student.backward_222(x, t, *params)), backward(x, t, *params), REDUCTION)


@check("backward_222")
def test_backward_222_sums_over_the_outputs(student):
    """The error that reaches W1 comes from all outputs: two equal outputs count twice. 传到 W1 的误差来自所有输出：两个相同的输出算两次。"""
    x, t = randn(3, 2, seed=341, dtype=torch.float64), randn(3, 1, seed=342, dtype=torch.float64)
    w1, b1, w2, b2 = network(2, 3, 1, seed=343)
    one = backward(x, t, w1, b1, w2, b2)
    expected = {"W1": 2 * one["W1"], "W2": one["W2"].repeat(2, 1), "b1": 2 * one["b1"], "b2": one["b2"].repeat(2)}
    answer = student.backward_222(x, t.repeat(1, 2), w1, b1, w2.repeat(2, 1), b2.repeat(2))
    assert_close(by_name(answer), expected, REDUCTION)


@check("backward_222")
@pytest.mark.parametrize(
    "x", [randn(3, 6, seed=351).T, randn(8, 9, seed=352)[::2, ::3], torch.empty(0, 3)], ids=["T", "strided", "empty"]
)
def test_backward_222_of_any_layout(student, x):
    """Transposed, strided and empty batches work. 转置、带步长和空的批次都可以。"""
    t, params = randn(2, len(x), seed=353).T, network(3, 4, 2, seed=354, dtype=torch.float32)
    assert_close(by_name(student.backward_222(x, t, *params)), backward(x, t, *params), REDUCTION)


@check("backward_222")
@DTYPES
def test_backward_222_of_a_saturated_network(student, dtype):
    """Net inputs of 1000 and -1000: all gradients are 0, not NaN, although the outputs are wrong. 净输入为 1000 和 -1000：虽有误差，梯度全为 0，而不是 NaN。"""
    x, params = saturating(dtype)
    t = torch.tensor([[0.5, 0.25]], dtype=dtype)
    assert_close(by_name(student.backward_222(x, t, *params)), backward(x, t, *params), REDUCTION)


@check("backward_222")
def test_backward_222_trains_the_example(student):
    """Five steps of example 1 with lr 0.5 give the same weights as with autograd. 例 1 以 lr = 0.5 更新五步，结果与自动求导一致。"""
    params, right = EXAMPLE, EXAMPLE
    for _ in range(5):
        answer = student.backward_222(EXAMPLE_X, EXAMPLE_T, *params)
        params = tuple(w - 0.5 * answer[name] for name, w in zip(("W1", "b1", "W2", "b2"), params))
        grads = backward(EXAMPLE_X, EXAMPLE_T, *right)
        right = tuple(w - 0.5 * grads[name] for name, w in zip(("W1", "b1", "W2", "b2"), right))
    assert_close(params, right, ITERATED)


@check("backward_222")
def test_backward_222_leaves_its_inputs_alone(student):
    """The inputs are not changed. 不修改任何输入。"""
    inputs = randn(3, 2, seed=361), randn(3, 2, seed=362), *network(2, 3, 2, seed=363, dtype=torch.float32)
    assert_close(by_name(assert_inputs_unchanged(student.backward_222, *inputs)), backward(*inputs), REDUCTION)


# train_step_222

TWO_LAYERS = "nn.Sequential(nn.Linear(2, 4), nn.Sigmoid(), nn.Linear(4, 3), nn.Sigmoid()).to(dtype)"
ONE_LAYER = "nn.Linear(2, 3, bias=False).to(dtype)"
RELU_LAYERS = "nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 3)).to(dtype)"
WITH_BATCH_NORM = "nn.Sequential(nn.Linear(2, 5), nn.BatchNorm1d(5), nn.Sigmoid(), nn.Linear(5, 3)).to(dtype)"
INPUTS, TARGETS = randn(4, 2, seed=401, dtype=torch.float64), randn(4, 3, seed=402, dtype=torch.float64)


def model_and_twin(
    student: Student, expression: str, *, seed: int = 410, dtype: torch.dtype = torch.float64
) -> tuple[RemoteObject, nn.Module]:
    """A model of the student's, and the oracle's with the same weights."""
    twin = eval(expression, {"nn": nn, "dtype": dtype})  # noqa: S307  one of the constants above
    state = dict(twin.state_dict())
    for place, name in enumerate(dict(twin.named_parameters())):
        state[name] = randn(*state[name].shape, seed=seed + place, dtype=dtype)
    twin.load_state_dict(state)
    model = student.build(expression, dtype=dtype)
    student.evaluate("m.load_state_dict(state)", m=model, state=state)
    return model, twin


def assert_trained_alike(model: RemoteObject, twin: nn.Module, loss: object) -> None:
    """Fail unless the model holds the twin's parameters and buffers. loss: what train_step_222 returned last."""
    state = model.state_dict()
    for name, expected in twin.state_dict().items():
        found = state[name]
        rtol, atol = ITERATED.bounds(expected.dtype)
        has_the_kind = found.dtype == expected.dtype and found.shape == expected.shape
        is_right = has_the_kind and torch.allclose(found.double(), expected.double(), rtol=rtol, atol=atol)
        expect(
            is_right,
            f"the model's {name} holds {numbers(found)}, expected {numbers(expected)}.",
            f"模型的 {name} 是 {numbers(found)}，应为 {numbers(expected)}。",
            answer=loss,
        )


def numbers(tensor: Tensor) -> str:
    """The dtype and the first numbers of a tensor."""
    first = ", ".join(f"{value:.6g}" for value in tensor.flatten().tolist()[:4])
    dots = ", …" if tensor.numel() > 4 else ""
    return f"{str(tensor.dtype).removeprefix('torch.')} [{first}{dots}]"


def trained(model: nn.Module, x: Tensor, t: Tensor, lr: float = 0.5) -> float:
    """The oracle: one step of plain gradient descent, written without an optimiser."""
    params = [w for w in model.parameters() if w.requires_grad]
    loss = ((model(x) - t) ** 2).sum() / 2
    for w, g in zip(params, torch.autograd.grad(loss, params)):
        w.data -= lr * g
    return loss.item()


@check("train_step_222", weight=2)
@DTYPES
def test_train_step_222_on_a_random_batch(student, dtype):
    """One step with four samples and three outputs, in the model's dtype. 4 个样本、3 个输出，更新一步：参数正确，dtype 不变。"""
    model, twin = model_and_twin(student, TWO_LAYERS, dtype=dtype)
    x, t = INPUTS.to(dtype), TARGETS.to(dtype)
    loss = student.train_step_222(model, x, t, 0.3)
    trained(twin, x, t, 0.3)
    assert_trained_alike(model, twin, loss)


@check("train_step_222", weight=2)
def test_train_step_222_three_times(student):
    """Three calls in a row: losses and parameters are right, no gradient is carried over. 连续调用三次：损失和参数都正确，梯度不会带到下一次。"""
    model, twin = model_and_twin(student, TWO_LAYERS, seed=420)
    for _ in range(3):
        loss = student.train_step_222(model, INPUTS, TARGETS, 0.1)
        assert_close(loss, trained(twin, INPUTS, TARGETS, 0.1), PYTHON_FLOAT)
    assert_trained_alike(model, twin, loss)


@check("train_step_222")
def test_train_step_222_with_a_changing_learning_rate(student):
    """Each call uses its own lr, also for a model that it has seen before. 每次调用都使用当次的 lr，即使模型以前训练过。"""
    model, twin = model_and_twin(student, ONE_LAYER, seed=425)
    for lr in (0.1, 0.02, 0.05):
        loss = student.train_step_222(model, INPUTS, TARGETS, lr)
        trained(twin, INPUTS, TARGETS, lr)
        assert_trained_alike(model, twin, loss)


@check("train_step_222")
def test_train_step_222_forgets_old_gradients(student):
    """Gradients left over from other code don't count. 其他代码遗留的梯度不起作用。"""
    model, twin = model_and_twin(student, ONE_LAYER, seed=430)
    student.evaluate("[setattr(w, 'grad', torch.full_like(w, 3.0)) for w in m.parameters()]", m=model)
    loss = student.train_step_222(model, INPUTS, TARGETS, 0.1)
    assert_close(loss, trained(twin, INPUTS, TARGETS, 0.1), PYTHON_FLOAT)
    assert_trained_alike(model, twin, loss)


@check("train_step_222")
def test_train_step_222_returns_the_loss_before_the_step(student):
    """The loss that is returned does not depend on lr. 返回的损失与 lr 无关。"""
    for lr in (0.0, 0.01, 1.0):
        model, twin = model_and_twin(student, ONE_LAYER, seed=440)
        assert_close(
            student.train_step_222(model, INPUTS, TARGETS, lr), trained(twin, INPUTS, TARGETS, 0.0), PYTHON_FLOAT
        )


@check("train_step_222")
@pytest.mark.parametrize("lr", [None, 0.0, 0.02], ids=["default", "0", "0.02"])
def test_train_step_222_with_learning_rate(student, lr):
    """lr is 0.5 by default, and used as given otherwise. lr 默认为 0.5，给定时按给定的值使用。"""
    model, twin = model_and_twin(student, TWO_LAYERS, seed=450)
    loss = student.train_step_222(model, INPUTS, TARGETS, **({} if lr is None else {"lr": lr}))
    trained(twin, INPUTS, TARGETS, 0.5 if lr is None else lr)
    assert_trained_alike(model, twin, loss)


@check("train_step_222")
@pytest.mark.parametrize("expression", [ONE_LAYER, RELU_LAYERS], ids=["one layer", "ReLU"])
def test_train_step_222_of_any_model(student, expression):
    """Other models are trained as well. 其他结构的模型同样可以训练。"""
    model, twin = model_and_twin(student, expression, seed=460)
    for _ in range(2):
        loss = student.train_step_222(model, INPUTS, TARGETS, 0.02)
        assert_close(loss, trained(twin, INPUTS, TARGETS, 0.02), PYTHON_FLOAT)
    assert_trained_alike(model, twin, loss)


@check("train_step_222")
@pytest.mark.parametrize("is_training", [True, False], ids=["training", "evaluation"])
def test_train_step_222_of_a_model_with_batch_norm(student, is_training):
    """The model runs once and keeps its mode: batch norm is trained, and its statistics move once in training, never in evaluation. 模型按原有模式只前向一次：批量归一化的参数也要训练，统计量只更新一次（评估模式下不更新）。"""
    model, twin = model_and_twin(student, WITH_BATCH_NORM, seed=465)
    model.train(is_training)
    twin.train(is_training)
    loss = student.train_step_222(model, INPUTS, TARGETS, 0.02)
    assert_close(loss, trained(twin, INPUTS, TARGETS, 0.02), PYTHON_FLOAT)
    assert_trained_alike(model, twin, loss)
    mode, opposite = ("train()", "eval()") if is_training else ("eval()", "train()")
    expect(
        model.training == is_training,
        f"the model is in {opposite} mode; it came in {mode} mode. Leave the mode as it is.",
        f"模型处于 {opposite} 模式；传入时是 {mode} 模式。不要改变模式。",
        answer=loss,
    )


@check("train_step_222")
def test_train_step_222_changes_parameters_in_place(student):
    """The model keeps its Parameter objects; only their values change. 模型的 Parameter 对象不变，只改变数值。"""
    model, twin = model_and_twin(student, ONE_LAYER, seed=467)
    before = student.build("list(m.parameters())", m=model)
    loss = student.train_step_222(model, INPUTS, TARGETS, 0.05)
    trained(twin, INPUTS, TARGETS, 0.05)
    assert_trained_alike(model, twin, loss)
    expect(
        student.evaluate("all(old is new for old, new in zip(before, m.parameters()))", before=before, m=model),
        "the model holds new Parameter objects. Change the values of the old ones in place.",
        "模型里换成了新的 Parameter 对象。应原地修改原有参数的数值。",
        answer=loss,
    )


@check("train_step_222")
def test_train_step_222_sums_over_the_samples(student):
    """A batch repeated twice is like one batch with 2 * lr, and has twice the loss. 批次重复一遍，相当于 lr 加倍，损失也加倍。"""
    model, twin = model_and_twin(student, TWO_LAYERS, seed=470)
    loss = student.train_step_222(model, INPUTS.repeat(2, 1), TARGETS.repeat(2, 1), 0.1)
    assert_close(loss, 2 * trained(twin, INPUTS, TARGETS, 0.2), PYTHON_FLOAT)
    assert_trained_alike(model, twin, loss)


@check("train_step_222")
@pytest.mark.parametrize("has_old_gradients", [False, True], ids=["clean", "old gradients"])
def test_train_step_222_keeps_what_is_frozen(student, has_old_gradients):
    """A frozen layer stays, even with a gradient from before it was frozen; the other layer is trained. 被冻结的层不变，即使留有冻结之前的梯度；另一层照常训练。"""
    model, twin = model_and_twin(student, TWO_LAYERS, seed=480)
    if has_old_gradients:
        student.evaluate("[setattr(w, 'grad', torch.full_like(w, 3.0)) for w in m[0].parameters()]", m=model)
    student.evaluate("m[0].requires_grad_(False)", m=model)
    twin[0].requires_grad_(False)
    loss = student.train_step_222(model, INPUTS, TARGETS)
    assert_close(loss, trained(twin, INPUTS, TARGETS), PYTHON_FLOAT)
    assert_trained_alike(model, twin, loss)


@check("train_step_222")
def test_train_step_222_of_two_models_in_turn(student):
    """Two models trained in turn don't disturb each other. 交替训练两个模型，互不影响。"""
    models = [model_and_twin(student, ONE_LAYER, seed=seed) for seed in (490, 495)]
    for model, twin in models * 2:
        loss = student.train_step_222(model, INPUTS, TARGETS, 0.05)
        assert_close(loss, trained(twin, INPUTS, TARGETS, 0.05), PYTHON_FLOAT)
    for model, twin in models:
        assert_trained_alike(model, twin, loss)


@check("train_step_222")
def test_train_step_222_leaves_the_data_alone(student):
    """x and t are not changed, only the model is. 只更新模型，不修改 x 和 t。"""
    model, twin = model_and_twin(student, TWO_LAYERS, seed=500)
    loss = assert_inputs_unchanged(student.train_step_222, model, INPUTS, TARGETS)
    assert_close(loss, trained(twin, INPUTS, TARGETS), PYTHON_FLOAT)


# numeric_grad


@check("numeric_grad", weight=2)
@pytest.mark.parametrize(
    "formula",
    ["(v**3).sum()", "torch.sin(v).prod()", "(v @ v.T).sum() + v[0, 1] * v[1, 0]", "v.exp().sum().log()"],
    ids=["cubes", "product", "matrix", "logsumexp"],
)
def test_numeric_grad_of_a_matrix(student, formula):
    """Agrees with autograd for functions in which the elements interact. 元素相互作用时也与自动求导一致。"""
    x = randn(2, 3, seed=601, dtype=torch.float64)
    leaf = x.clone().requires_grad_()
    (expected,) = torch.autograd.grad(eval(formula, {"v": leaf, "torch": torch}), leaf)  # noqa: S307  a formula above
    assert_close(student.numeric_grad(student.build(f"lambda v: {formula}"), x), expected, FINITE_DIFFERENCE)


@check("numeric_grad", weight=2)
@pytest.mark.parametrize("eps", [0.5, 0.01], ids=str)
def test_numeric_grad_is_exact_for_squares(student, eps):
    """For sums of squares and products even a large eps is exact, unlike in one-sided differences. 对二次函数，eps 再大也精确，单侧差分做不到。"""
    x = randn(4, seed=611, dtype=torch.float64)
    function = student.build("lambda v: (v**2).sum() + 3 * v[0] * v[3]")
    expected = 2 * x + 3 * torch.stack([x[3], 0 * x[1], 0 * x[2], x[0]])
    assert_close(student.numeric_grad(function, x, eps), expected, REDUCTION)


@check("numeric_grad")
@pytest.mark.parametrize("eps", [0.1, 1.0], ids=str)
def test_numeric_grad_uses_eps(student, eps):
    """For cubes the central difference is 3 x^2 + eps^2. 对三次方，中心差分的结果是 3x² + eps²。"""
    x = randn(5, seed=621, dtype=torch.float64)
    answer = student.numeric_grad(student.build("lambda v: (v**3).sum()"), x, eps=eps)
    assert_close(answer, 3 * x**2 + eps**2, REDUCTION)


@check("numeric_grad")
def test_numeric_grad_of_small_slopes(student):
    """Slopes of a millionth are measured as well, not rounded to 0. 百万分之一大小的斜率也要量出来，不能舍入为 0。"""
    x, weights = double(0.5, -1.0, 2.0), double(1e-6, -3e-6, 5e-5)
    answer = student.numeric_grad(student.build("lambda v: (weights * v).sum()", weights=weights), x, 0.5)
    assert_close(answer, weights, REDUCTION)


@check("numeric_grad")
@pytest.mark.parametrize("shape", [(), (1,), (3, 1), (2, 2, 2), (0,), (2, 0)], ids=str)
def test_numeric_grad_of_any_shape(student, shape):
    """The result has the shape of x, also without dimensions or elements. 结果与 x 形状相同，零维、空张量也不例外。"""
    x = randn(1, *shape, seed=631, dtype=torch.float64)[0]
    assert_close(student.numeric_grad(student.build("lambda v: v.sin().sum()"), x), x.cos(), FINITE_DIFFERENCE)


@check("numeric_grad")
@pytest.mark.parametrize(
    "x",
    [randn(3, 2, seed=641, dtype=torch.float64).T, randn(4, 6, seed=642, dtype=torch.float64)[::2, 1::3]],
    ids=["transposed", "strided"],
)
def test_numeric_grad_of_any_layout(student, x):
    """Transposed and strided x work. x 为转置或带步长的张量也可以。"""
    weights = torch.arange(1.0, 1.0 + x.numel(), dtype=torch.float64).reshape(x.shape)
    answer = student.numeric_grad(student.build("lambda v: (weights * v.sin()).sum()", weights=weights), x)
    assert_close(answer, weights * x.cos(), FINITE_DIFFERENCE)


@check("numeric_grad")
@pytest.mark.parametrize(
    "formula", ["torch.tensor(7.0, dtype=torch.float64)", "(0 * v).sum() + 7"], ids=["alone", "0 v"]
)
def test_numeric_grad_of_a_constant(student, formula):
    """If f does not depend on x, the gradient is 0. f 与 x 无关时梯度为 0。"""
    x = randn(2, 3, seed=651, dtype=torch.float64)
    assert_close(student.numeric_grad(student.build(f"lambda v: {formula}"), x), torch.zeros_like(x), FINITE_DIFFERENCE)


@check("numeric_grad")
def test_numeric_grad_of_a_linear_function(student):
    """For a weighted sum it finds the weights. 对加权和，梯度就是各个权重。"""
    x, weights = randn(2, 3, seed=661, dtype=torch.float64), randn(2, 3, seed=662, dtype=torch.float64)
    answer = student.numeric_grad(student.build("lambda v: (weights * v).sum() - 4", weights=weights), x)
    assert_close(answer, weights, FINITE_DIFFERENCE)


@check("numeric_grad")
def test_numeric_grad_needs_no_autograd(student):
    """f may use numpy instead of torch. f 内部可以离开 torch，例如使用 numpy。"""
    x = randn(4, seed=671, dtype=torch.float64)
    function = student.build("lambda v: torch.tensor(np.tanh(v.numpy()).sum(), dtype=torch.float64)")
    assert_close(student.numeric_grad(function, x), 1 - x.tanh() ** 2, FINITE_DIFFERENCE)


@check("numeric_grad")
def test_numeric_grad_at_a_kink(student):
    """At the kink of |x| at 0, the two sides cancel. 在 |x| 的尖点 0 处，两侧相互抵消。"""
    answer = student.numeric_grad(student.build("lambda v: v.abs().sum()"), double(0.0, -2.0, 3.0))
    assert_close(answer, double(0.0, -1.0, 1.0), FINITE_DIFFERENCE)


@check("numeric_grad")
def test_numeric_grad_leaves_x_alone(student):
    """After the call, every element of x is exactly the same as before. 调用之后 x 的每个元素与原来完全相同，一位不差。"""
    x = randn(3, 4, seed=681, dtype=torch.float64)
    kept = student.put(x)
    answer = student.numeric_grad(student.build("lambda v: v.cos().sum()"), kept)
    assert_close(answer, -x.sin(), FINITE_DIFFERENCE)
    expect(
        student.evaluate("torch.equal(after, before)", after=kept, before=x),
        "x is not what it was before the call. Work on a copy of x.",
        "x 与调用之前不同。应在 x 的副本上操作。",
        answer=answer,
    )


# linear_backward


def linear_gradients(x: Tensor, weight: Tensor, grad_out: Tensor) -> tuple[Tensor, ...]:
    """The oracle: autograd through F.linear."""
    leaves = [
        x.clone().requires_grad_(),
        weight.clone().requires_grad_(),
        weight.new_zeros(len(weight)).requires_grad_(),
    ]
    return torch.autograd.grad(F.linear(*leaves), leaves, grad_out)


def layer(n: int, i: int, o: int, *, seed: int, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Tensor]:
    """Random (x, weight, grad_out)."""
    x, weight, grad_out = some([(n, i), (o, i), (n, o)], seed=seed, dtype=dtype)
    return x, weight, grad_out


@check("linear_backward", weight=2)
@DTYPES
def test_linear_backward_on_random_batches(student, dtype):
    """Agrees with autograd on a batch of four, in the dtype of the inputs. 4 个样本的批次上与自动求导一致，且保持 dtype。"""
    inputs = layer(4, 3, 2, seed=701, dtype=dtype)
    assert_close(student.linear_backward(*inputs), linear_gradients(*inputs), REDUCTION)


@check("linear_backward", weight=2)
@pytest.mark.parametrize(
    ("n", "i", "o"),
    [(3, 3, 3), (1, 3, 2), (4, 3, 1), (4, 1, 2), (1, 1, 1)],
    ids=["square", "one sample", "one output", "one input", "numbers"],
)
def test_linear_backward_of_any_size(student, n, i, o):
    """Right if all sizes are equal, and if one of them is 1. 各维相等，或某一维为 1 时都正确。"""
    inputs = layer(n, i, o, seed=711)
    assert_close(student.linear_backward(*inputs), linear_gradients(*inputs), REDUCTION)


@check("linear_backward")
def test_linear_backward_of_a_single_entry(student):
    """A single entry of grad_out at (n, o) affects only row n of x, row o of W, and b_o. grad_out 只有 (n, o) 处不为 0 时，只影响 x 的第 n 行、W 的第 o 行和 b_o。"""
    x, weight, _ = layer(3, 4, 2, seed=721)
    for n, o in ((0, 1), (2, 0)):
        grad_out = torch.zeros(3, 2, dtype=torch.float64)
        grad_out[n, o] = 1.0
        grad_x, grad_weight = torch.zeros_like(x), torch.zeros_like(weight)
        grad_x[n], grad_weight[o] = weight[o], x[n]
        assert_close(student.linear_backward(x, weight, grad_out), (grad_x, grad_weight, grad_out[n]), REDUCTION)


@check("linear_backward")
def test_linear_backward_takes_the_mean_as_it_comes(student):
    """If grad_out contains the 1/N of a mean, W and b get the gradients of the mean. grad_out 已含平均的 1/N 时，得到的就是平均损失的梯度。"""
    x, weight, _ = layer(5, 2, 3, seed=731)
    grad_out = torch.full((5, 3), 1 / 5, dtype=torch.float64)
    expected = weight.sum(dim=0).expand(5, 2) / 5, x.mean(dim=0).expand(3, 2), torch.ones(3, dtype=torch.float64)
    assert_close(student.linear_backward(x, weight, grad_out), expected, REDUCTION)


@check("linear_backward")
def test_linear_backward_is_linear(student):
    """The results for two gradients add up to the result for their sum. 两个梯度分别传回再相加，与一起传回相同。"""
    x, weight, first = layer(4, 3, 2, seed=741)
    second = randn(4, 2, seed=749, dtype=torch.float64)
    parts = student.linear_backward(x, weight, first), student.linear_backward(x, weight, 2 * second)
    total = tuple(a + b for a, b in zip(*parts))
    assert_close(total, linear_gradients(x, weight, first + 2 * second), REDUCTION)


@check("linear_backward")
def test_linear_backward_through_two_layers(student):
    """Two calls with a ReLU between them give the gradients of a two-layer network. 中间隔一个 ReLU 连用两次，得到两层网络的梯度。"""
    x, w1, _ = layer(4, 3, 5, seed=751)
    _, w2, grad_out = layer(4, 5, 2, seed=761)
    leaves = [tensor.clone().requires_grad_() for tensor in (x, w1, w2)]
    expected = torch.autograd.grad(F.linear(F.linear(leaves[0], leaves[1]).relu(), leaves[2]), leaves, grad_out)
    z = x @ w1.T
    grad_h, grad_w2, _ = student.linear_backward(z.relu(), w2, grad_out)
    grad_x, grad_w1, _ = student.linear_backward(x, w1, grad_h * (z > 0))
    assert_close((grad_x, grad_w1, grad_w2), expected, REDUCTION)


@check("linear_backward")
def test_linear_backward_of_any_layout(student):
    """Transposed and strided tensors work. 转置和带步长的张量都可以。"""
    x, weight, grad_out = randn(3, 4, seed=771).T, randn(4, 6, seed=772)[::2, ::2], randn(2, 4, seed=773).T
    assert_close(student.linear_backward(x, weight, grad_out), linear_gradients(x, weight, grad_out), REDUCTION)


@check("linear_backward")
@DTYPES
def test_linear_backward_of_no_samples(student, dtype):
    """An empty batch gives an empty gradient, and zeros for W and b. 空批次：x 的梯度为空，W 和 b 的梯度为 0。"""
    inputs = layer(0, 4, 3, seed=781, dtype=dtype)
    expected = torch.zeros(0, 4, dtype=dtype), torch.zeros(3, 4, dtype=dtype), torch.zeros(3, dtype=dtype)
    assert_close(student.linear_backward(*inputs), expected, REDUCTION)


@check("linear_backward")
def test_linear_backward_leaves_its_inputs_alone(student):
    """x, weight and grad_out are not changed. 不修改 x、weight 和 grad_out。"""
    inputs = layer(3, 2, 2, seed=791, dtype=torch.float32)
    assert_close(assert_inputs_unchanged(student.linear_backward, *inputs), linear_gradients(*inputs), REDUCTION)
