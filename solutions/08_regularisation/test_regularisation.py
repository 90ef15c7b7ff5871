"""Hidden checks of regularisation. 正则化的隐藏检查。"""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    ITERATED,
    REDUCTION,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    check,
    expect,
    gradient,
    randn,
)

DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
NAN, INF = math.nan, math.inf


def mask(*shape: int, seed: int, p: float = 0.5) -> Tensor:
    """A random keep mask, the same on every run; the share p is dropped."""
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed)) >= p


def dropped(x: Tensor, keep: Tensor, p: float) -> Tensor:
    """The oracle of dropout with a mask."""
    return torch.where(keep, x / (1 - p) if p < 1 else 0 * x, 0.0)


# apply_dropout_mask


@check("apply_dropout_mask", weight=2)
@DTYPES
def test_apply_dropout_mask_on_random_inputs(student, dtype):
    """Correct for random values and masks, with the dtype of x. 对随机的元素和掩码正确，且保持 dtype。"""
    x, keep = randn(4, 5, seed=1, dtype=dtype), mask(4, 5, seed=2)
    assert_close(student.apply_dropout_mask(x, keep, 0.3), dropped(x, keep, 0.3), ELEMENTWISE)


@check("apply_dropout_mask", weight=2)
@pytest.mark.parametrize(("p", "scale"), [(0.2, 1.25), (0.5, 2.0), (0.75, 4.0), (0.9, 10.0)], ids=str)
def test_apply_dropout_mask_enlarges_what_stays(student, p, scale):
    """Kept elements become 1 / (1 - p) times as large. 保留的元素放大到 1 / (1 - p) 倍。"""
    x, keep = torch.tensor([4.0, -2.0, 1.0, 3.0]), torch.tensor([True, True, False, True])
    assert_close(student.apply_dropout_mask(x, keep, p), scale * torch.tensor([4.0, -2.0, 0.0, 3.0]), ELEMENTWISE)


@check("apply_dropout_mask")
@DTYPES
def test_apply_dropout_mask_that_drops_nothing(student, dtype):
    """With p = 0 everything stays as it is. p = 0 时所有元素保持不变。"""
    x, keep = randn(3, 4, seed=3, dtype=dtype), torch.ones(3, 4, dtype=torch.bool)
    assert_close(student.apply_dropout_mask(x, keep, 0.0), x, ELEMENTWISE)


@check("apply_dropout_mask")
@DTYPES
@pytest.mark.parametrize("p", [1.0, 1], ids=["float", "int"])
def test_apply_dropout_mask_that_drops_everything(student, dtype, p):
    """With p = 1 all is 0, without NaN. p = 1 时全部为 0，没有 NaN。"""
    x, keep = randn(3, 4, seed=4, dtype=dtype), torch.zeros(3, 4, dtype=torch.bool)
    assert_close(student.apply_dropout_mask(x, keep, p), torch.zeros_like(x), ELEMENTWISE)


@check("apply_dropout_mask")
@pytest.mark.parametrize("stays", [True, False], ids=["all", "none"])
def test_apply_dropout_mask_by_luck(student, stays):
    """The mask decides, even if it happens to keep everything or nothing. 由掩码决定去留，碰巧全保留或全丢弃时也一样。"""
    x, keep = randn(5, seed=5), torch.full((5,), stays)
    assert_close(student.apply_dropout_mask(x, keep, 0.6), dropped(x, keep, 0.6), ELEMENTWISE)


@check("apply_dropout_mask")
def test_apply_dropout_mask_keeps_the_mean(student):
    """Averaged over all masks, each by its probability, the result is x. 按概率对所有掩码取平均，结果等于 x。"""
    p, x = 0.3, torch.tensor([2.0, -1.0, 4.0], dtype=torch.float64)
    mean = torch.zeros(3, dtype=torch.float64)
    for keep in itertools.product([True, False], repeat=3):
        probability = math.prod(1 - p if stays else p for stays in keep)
        mean += probability * student.apply_dropout_mask(x, torch.tensor(keep), p)
    expect(
        torch.allclose(mean, x, rtol=1e-9),
        f"the mean over all masks is {mean.tolist()} for x = {x.tolist()}.",
        f"x = {x.tolist()} 时，对所有掩码的平均值是 {mean.tolist()}。",
    )


@check("apply_dropout_mask")
@pytest.mark.parametrize(
    ("x", "keep"),
    [
        (randn(1, seed=6)[0], torch.tensor(True)),
        (randn(0, 3, seed=6), torch.ones(0, 3, dtype=torch.bool)),
        (randn(2, 3, 4, seed=7), mask(2, 3, 4, seed=7)),
        (randn(4, 3, seed=8).T, mask(3, 4, seed=8)),
        (randn(6, 8, seed=9)[::2, ::2], mask(4, 3, seed=9).T),
    ],
    ids=["one_number", "empty", "three_axes", "transposed", "strided"],
)
def test_apply_dropout_mask_of_any_shape(student, x, keep):
    """Tensors of any shape and memory layout work. 任何形状、任何内存布局都可以。"""
    assert_close(student.apply_dropout_mask(x, keep, 0.4), dropped(x, keep, 0.4), ELEMENTWISE)


@check("apply_dropout_mask", weight=2)
def test_apply_dropout_mask_has_the_right_gradient(student):
    """The gradient passes only through kept elements, and is enlarged like them. 梯度只经过保留的位置，并同样放大。"""
    x, keep = randn(3, 4, seed=10, dtype=torch.float64), mask(3, 4, seed=10)
    cotangent = randn(3, 4, seed=11, dtype=torch.float64)
    answer = gradient(student.apply_dropout_mask, x, keep, 0.2, cotangent=cotangent)
    assert_close(answer, dropped(cotangent, keep, 0.2), ELEMENTWISE)


@check("apply_dropout_mask")
def test_apply_dropout_mask_leaves_its_inputs_alone(student):
    """Neither x nor keep is changed. 不修改 x，也不修改 keep。"""
    x, keep = randn(3, 4, seed=12), mask(3, 4, seed=12)
    assert_close(assert_inputs_unchanged(student.apply_dropout_mask, x, keep, 0.5), dropped(x, keep, 0.5), ELEMENTWISE)


# dropout


def generator_in(student, seed: int):
    """A generator beside the student's code; `torch.Generator().manual_seed(seed)` here draws the same."""
    return student.build("torch.Generator().manual_seed(seed)", seed=seed)


def assert_is_dropout(answer: Tensor, x: Tensor, p: float) -> None:
    """Whatever the mask: each element is 0 or enlarged by 1 / (1 - p). x holds no zeros."""
    assert_close(answer, dropped(x, answer != 0, p), ELEMENTWISE)


@check("dropout", weight=2)
@pytest.mark.parametrize("p", [0.2, 0.5, 0.7], ids=str)
@DTYPES
def test_dropout_keeps_where_the_random_number_is_at_least_p(student, p, dtype):
    """An element stays if its float32 random number is at least p. 从 generator 抽到的 float32 随机数不小于 p 时，元素保留。"""
    x = randn(5, 8, seed=21, dtype=dtype)
    expected = dropped(x, mask(5, 8, seed=22, p=p), p)
    assert_close(student.dropout(x, p, True, generator_in(student, 22)), expected, ELEMENTWISE)


@check("dropout", weight=2)
@pytest.mark.parametrize("p", [0.0, 0.5, 1.0], ids=str)
@DTYPES
def test_dropout_does_nothing_in_evaluation(student, p, dtype):
    """In evaluation x is returned unchanged, whatever p is. 评估时无论 p 是多少都原样返回 x。"""
    x = randn(3, 4, seed=23, dtype=dtype)
    assert_close(student.dropout(x, p, False, generator_in(student, 24)), x, EXACT)


@check("dropout", weight=4)
def test_dropout_draws_a_new_mask_for_every_call(student):
    """Four calls with one generator drop different elements each time. 同一个 generator 连续调用四次，每次丢弃的元素不同。"""
    generator, oracle = generator_in(student, 25), torch.Generator().manual_seed(25)
    sizes = [20, 20, 20, 12]
    answers = [student.dropout(torch.ones(size), 0.5, True, generator) for size in sizes]
    for size, answer in zip(sizes, answers, strict=True):
        keep = torch.rand(size, generator=oracle) >= 0.5
        assert_close(answer, dropped(torch.ones(size), keep, 0.5), ELEMENTWISE)


@check("dropout", weight=2)
def test_dropout_draws_nothing_in_evaluation(student):
    """An evaluation between two epochs does not change the masks that follow. 训练途中做一次评估，不会影响后面抽到的掩码。"""
    x, generator, oracle = torch.ones(20), generator_in(student, 45), torch.Generator().manual_seed(45)
    assert_close(student.dropout(x, 0.5, False, generator), x, EXACT)
    keep = torch.rand(20, generator=oracle) >= 0.5
    assert_close(student.dropout(x, 0.5, True, generator), dropped(x, keep, 0.5), ELEMENTWISE)


@check("dropout")
def test_dropout_drops_single_elements(student):
    """Neither rows nor columns are dropped as a whole. 逐个元素丢弃，而不是整行或整列丢弃。"""
    answer = student.dropout(torch.ones(6, 7), 0.5, True, generator_in(student, 26))
    kept = answer != 0
    expect(
        bool((kept != kept[:1]).any() and (kept != kept[:, :1]).any()),
        "all rows, or all columns, share one mask.",
        "所有行（或所有列）共用了一个掩码。",
        answer=answer,
    )


@check("dropout")
@pytest.mark.parametrize("p", [0.2, 0.9], ids=str)
def test_dropout_drops_the_share_p(student, p):
    """About the share p of 10000 elements is dropped. 10000 个元素中，被丢弃的比例约为 p。"""
    answer = student.dropout(torch.ones(10_000), p, True, generator_in(student, 27))
    share = float((answer == 0).double().mean())
    expect(
        abs(share - p) < 4 * math.sqrt(p * (1 - p) / 10_000),
        f"with p = {p} the share that was dropped is {share:.4f}.",
        f"p = {p} 时，被丢弃的比例是 {share:.4f}。",
    )


@check("dropout")
@pytest.mark.parametrize("p", [0.3, 0.8], ids=str)
def test_dropout_keeps_the_mean(student, p):
    """The mean of 10000 ones stays near 1. 10000 个 1 的平均值仍接近 1。"""
    answer = student.dropout(torch.ones(10_000), p, True, generator_in(student, 28))
    mean = float(answer.double().mean())
    expect(
        abs(mean - 1) < 4 * math.sqrt(p / (1 - p) / 10_000),
        f"with p = {p} the mean is {mean:.4f}.",
        f"p = {p} 时平均值是 {mean:.4f}。",
    )


@check("dropout")
@DTYPES
def test_dropout_enlarges_what_stays(student, dtype):
    """Every element is either 0 or x / (1 - p), with the dtype of x. 每个元素不是 0 就是 x / (1 - p)，且保持 dtype。"""
    x = randn(6, 6, seed=29, dtype=dtype)
    assert_is_dropout(student.dropout(x, 0.4, True, generator_in(student, 30)), x, 0.4)


@check("dropout")
@pytest.mark.parametrize(
    ("p", "factor"),
    [(0.0, 1.0), (1.0, 0.0)],
    ids=["nothing", "everything"],
)
@DTYPES
def test_dropout_of_nothing_and_of_everything(student, p, factor, dtype):
    """In training p = 0 keeps everything, and p = 1 gives zeros, not NaN. 训练时 p = 0 全部保留，p = 1 全部为 0 且没有 NaN。"""
    x = randn(4, 5, seed=31, dtype=dtype)
    assert_close(student.dropout(x, p, True, generator_in(student, 32)), factor * x, ELEMENTWISE)


@check("dropout", weight=2)
@DTYPES
def test_dropout_takes_whole_numbers(student, dtype):
    """p may be the int 0 or 1, in training and in evaluation. p 可以是整数 0 或 1，训练和评估时都一样。"""
    x = randn(4, 5, seed=46, dtype=dtype)
    for p in (0.0, 1.0, 0, 1):
        assert_close(student.dropout(x, p, False, generator_in(student, 47)), x, EXACT)
        assert_close(student.dropout(x, p, True, generator_in(student, 47)), (1 - p) * x, ELEMENTWISE)


@check("dropout", weight=2)
@pytest.mark.parametrize("p", [-0.1, 1.01, 2.0, 2], ids=["-0.1", "1.01", "2.0", "int"])
def test_dropout_refuses_what_is_no_probability(student, p):
    """p outside [0, 1] raises ValueError, in evaluation as well. p 不在 [0, 1] 内时抛出 ValueError，评估时也一样。"""
    for training in (True, False):
        assert_raises(ValueError, student.dropout, torch.ones(3), p, training, generator_in(student, 33))


@check("dropout")
def test_dropout_keeps_a_number_equal_to_p(student):
    """An element whose random number equals p stays. 随机数恰好等于 p 的元素保留。"""
    u = torch.rand(6, generator=torch.Generator().manual_seed(34))
    p, x = float(u[2]), torch.ones(6)
    assert_close(student.dropout(x, p, True, generator_in(student, 34)), dropped(x, u >= p, p), ELEMENTWISE)


@check("dropout")
@pytest.mark.parametrize(
    "x",
    [
        randn(1, seed=35)[0],
        randn(0, 3, seed=35),
        randn(2, 3, 4, seed=36),
        randn(4, 3, seed=37).T,
        randn(6, 8, seed=38)[::2],
    ],
    ids=["one_number", "empty", "three_axes", "transposed", "strided"],
)
def test_dropout_of_any_shape(student, x):
    """Tensors of any shape and memory layout work. 任何形状、任何内存布局都可以。"""
    assert_is_dropout(student.dropout(x, 0.5, True, generator_in(student, 39)), x, 0.5)


@check("dropout", weight=4)
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_dropout_has_the_right_gradient(student, training):
    """The gradient passes only through kept elements, enlarged like them; in evaluation it passes everywhere. 梯度只经过保留的位置并同样放大；评估时全部通过。"""
    x, cotangent = randn(3, 6, seed=40), randn(3, 6, seed=41)
    answer = gradient(student.dropout, x, 0.25, training, generator_in(student, 42), cotangent=cotangent)
    expected = dropped(cotangent, mask(3, 6, seed=42, p=0.25), 0.25) if training else cotangent
    assert_close(answer, expected, ELEMENTWISE)


@check("dropout", weight=2)
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_dropout_leaves_its_input_alone(student, training):
    """x is not changed. 不修改 x。"""
    x = randn(4, 5, seed=43)
    answer = assert_inputs_unchanged(student.dropout, x, 0.5, training, generator_in(student, 44))
    assert_is_dropout(answer, x, 0.5 if training else 0.0)


# dropout_weight_grad


def weight_gradient(x: Tensor, keep: Tensor, p: float) -> Tensor:
    """The oracle: autograd through the notes' program."""
    w = torch.ones(x.shape[1], 1, dtype=x.dtype, requires_grad=True)
    return torch.autograd.grad((dropped(x, keep, p) @ w).sum(), w)[0]


@check("dropout_weight_grad", weight=2)
@pytest.mark.parametrize("p", [0.1, 0.5, 0.8], ids=str)
@DTYPES
def test_dropout_weight_grad_agrees_with_autograd(student, p, dtype):
    """Agrees with autograd, with the dtype of x. 与自动求导一致，且保持 dtype。"""
    x, keep = randn(5, 7, seed=51, dtype=dtype), mask(5, 7, seed=52, p=p)
    assert_close(student.dropout_weight_grad(x, keep, p), weight_gradient(x, keep, p), REDUCTION)


@check("dropout_weight_grad")
def test_dropout_weight_grad_of_a_dropped_column(student):
    """If a column is dropped in all samples, its gradient is exactly 0. 某列在所有样本中都被丢弃时，梯度恰好为 0。"""
    x, keep = randn(4, 3, seed=53), torch.tensor([[True, False, True]] * 4)
    answer = student.dropout_weight_grad(x, keep, 0.3)
    assert_close(answer, weight_gradient(x, keep, 0.3), REDUCTION)
    assert_equal(answer[1], torch.zeros(1))


@check("dropout_weight_grad")
def test_dropout_weight_grad_of_zeros_that_stay(student):
    """An input of 0 adds nothing to the gradient, dropped or not. 输入为 0 时，无论是否被丢弃，都不产生梯度。"""
    x, keep = torch.tensor([[0.0, 2.0], [3.0, 0.0]]), torch.tensor([[True, True], [False, True]])
    assert_close(student.dropout_weight_grad(x, keep, 0.5), torch.tensor([[0.0], [4.0]]), REDUCTION)


@check("dropout_weight_grad")
@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (1, 1), (3, 3)], ids=["sample", "feature", "both", "square"])
def test_dropout_weight_grad_of_small_batches(student, shape):
    """One sample, one feature and square batches: always (D, 1). 单个样本、单个特征、方形批次：形状总是 (D, 1)。"""
    x, keep = randn(*shape, seed=54), mask(*shape, seed=57, p=0.2)
    assert_close(student.dropout_weight_grad(x, keep, 0.2), weight_gradient(x, keep, 0.2), REDUCTION)


@check("dropout_weight_grad")
def test_dropout_weight_grad_adds_up_the_samples(student):
    """Repeating the batch doubles the gradient. 批次重复一遍，梯度变成两倍。"""
    x, keep = randn(3, 4, seed=58, dtype=torch.float64), mask(3, 4, seed=59)
    answer = student.dropout_weight_grad(x.repeat(2, 1), keep.repeat(2, 1), 0.5)
    assert_close(answer, 2 * weight_gradient(x, keep, 0.5), REDUCTION)


@check("dropout_weight_grad")
@pytest.mark.parametrize(("p", "stays"), [(0.0, True), (1.0, False)], ids=["nothing", "everything"])
def test_dropout_weight_grad_at_the_ends_of_p(student, p, stays):
    """p = 0: the column sums of x. p = 1: zeros, not NaN. p = 0 时是 x 的列和；p = 1 时是 0，而不是 NaN。"""
    x, keep = randn(3, 4, seed=60), torch.full((3, 4), stays)
    assert_close(student.dropout_weight_grad(x, keep, p), weight_gradient(x, keep, p), REDUCTION)


@check("dropout_weight_grad")
@pytest.mark.parametrize(
    ("x", "keep"),
    [
        (randn(4, 3, seed=61).T, mask(3, 4, seed=61)),
        (randn(6, 8, seed=62)[::2, ::2], mask(4, 3, seed=62).T),
        (randn(0, 3, seed=63), torch.ones(0, 3, dtype=torch.bool)),
    ],
    ids=["transposed", "strided", "no_samples"],
)
def test_dropout_weight_grad_of_any_layout(student, x, keep):
    """Transposed, strided and empty batches work. 转置、带步长和空的批次都可以。"""
    assert_close(student.dropout_weight_grad(x, keep, 0.5), weight_gradient(x, keep, 0.5), REDUCTION)


@check("dropout_weight_grad")
def test_dropout_weight_grad_leaves_its_inputs_alone(student):
    """Neither x nor keep is changed. 不修改 x，也不修改 keep。"""
    x, keep = randn(3, 4, seed=64), mask(3, 4, seed=64)
    answer = assert_inputs_unchanged(student.dropout_weight_grad, x, keep, 0.5)
    assert_close(answer, weight_gradient(x, keep, 0.5), REDUCTION)


# l2_penalty


def half_square(*params: Tensor, lam: float) -> Tensor:
    """The oracle: lam / 2 times the squared norm of all weights in one vector."""
    return lam / 2 * torch.cat([w.reshape(-1) for w in params]).norm() ** 2


# One tensor that behaves as a list of two, (2, 2) and (3,): autograd sees both through it.
TWO_IN_ONE = """flat.as_subclass(type("Params", (torch.Tensor,), {
    "__len__": lambda self: 2,
    "__bool__": lambda self: True,
    "__iter__": lambda self: iter([self.as_subclass(torch.Tensor)[:4].view(2, 2), self.as_subclass(torch.Tensor)[4:]]),
    "__getitem__": lambda self, place: list(self)[place],
}))"""


@check("l2_penalty", weight=2)
@DTYPES
def test_l2_penalty_on_random_parameters(student, dtype):
    """Correct for the weight and bias of a layer, with their dtype. 对一层的权重和偏置正确，且保持 dtype。"""
    weight, bias = randn(4, 3, seed=71, dtype=dtype), randn(4, seed=72, dtype=dtype)
    assert_close(student.l2_penalty([weight, bias], 0.3), half_square(weight, bias, lam=0.3), REDUCTION)


@check("l2_penalty")
@pytest.mark.parametrize("lam", [0.1, 0.0], ids=str)
def test_l2_penalty_of_an_empty_list(student, lam):
    """No parameters: a tensor of 0, of no dimensions. 没有参数：值为 0 的零维张量。"""
    assert_close(student.l2_penalty([], lam), torch.tensor(0.0), REDUCTION)


@check("l2_penalty")
@DTYPES
def test_l2_penalty_without_a_weight(student, dtype):
    """lam = 0 makes the penalty 0, with the dtype of the parameters. lam = 0 时正则项为 0，且保持 dtype。"""
    answer = student.l2_penalty([randn(3, 2, seed=73, dtype=dtype)], 0.0)
    assert_close(answer, torch.tensor(0.0, dtype=dtype), REDUCTION)


@check("l2_penalty", weight=2)
def test_l2_penalty_has_the_gradient_lam_w(student):
    """Its gradient is lam w, for every tensor in the list. 对列表中每个张量的梯度都是 lam * w。"""
    flat = randn(7, seed=74, dtype=torch.float64)
    params = student.build(TWO_IN_ONE, flat=flat)
    assert_close(gradient(student.l2_penalty, params, 0.3), 0.3 * flat, REDUCTION)


@check("l2_penalty", weight=4)
def test_l2_penalty_has_a_gradient_at_zero(student):
    """For tensors of zeros, such as a new bias, the gradient is 0, not NaN. 全零张量（例如刚初始化的偏置）的梯度是 0，而不是 NaN。"""
    flat = randn(7, seed=82, dtype=torch.float64)
    flat[4:] = 0  # the bias
    assert_close(gradient(student.l2_penalty, student.build(TWO_IN_ONE, flat=flat), 0.6), 0.6 * flat, REDUCTION)
    flat = torch.zeros_like(flat)
    assert_close(gradient(student.l2_penalty, student.build(TWO_IN_ONE, flat=flat), 0.6), flat, REDUCTION)


@check("l2_penalty")
def test_l2_penalty_without_a_weight_reaches_the_parameters(student):
    """With lam = 0 autograd still reaches every tensor; the gradient is 0. lam = 0 时梯度仍能传到每个张量，值为 0。"""
    flat = randn(7, seed=83, dtype=torch.float64)
    for lam in (0.5, 0.0):
        answer = gradient(student.l2_penalty, student.build(TWO_IN_ONE, flat=flat), lam)
        assert_close(answer, lam * flat, REDUCTION)


@check("l2_penalty")
def test_l2_penalty_is_weight_decay(student):
    """A step of SGD along its gradient is torch's weight_decay. 沿它的梯度走一步 SGD，就是 torch 的 weight_decay。"""
    w = randn(7, seed=75, dtype=torch.float64)
    slope = gradient(student.l2_penalty, student.build(TWO_IN_ONE, flat=w), 0.2)
    parameter = w.clone().requires_grad_()
    parameter.grad = torch.zeros_like(w)
    torch.optim.SGD([parameter], lr=0.5, weight_decay=0.2).step()
    assert_close(-0.5 * slope, parameter.detach() - w, REDUCTION)


@check("l2_penalty", weight=3)
def test_l2_penalty_adds_up_the_tensors(student):
    """The same weights in other pieces or another order give the same penalty. 同样的权重换一种切分和顺序，正则项不变。"""
    w = randn(12, seed=76)
    for params in ([w[8:], w[:8].view(2, 4)], [w], [w.view(3, 4)], list(w.view(4, 3))[::-1], list(w)):
        assert_close(student.l2_penalty(params, 0.7), half_square(w, lam=0.7), REDUCTION)


@check("l2_penalty")
def test_l2_penalty_grows_with_the_square(student):
    """Multiplying all weights by -3 makes the penalty nine times as large. 权重变为 -3 倍，正则项变为 9 倍。"""
    w = randn(3, 2, seed=77, dtype=torch.float64)
    assert_close(student.l2_penalty([-3 * w], 0.5), 9 * half_square(w, lam=0.5), REDUCTION)


@check("l2_penalty")
@pytest.mark.parametrize(
    "params",
    [
        [torch.tensor(3.0), torch.tensor([[2.0]])],
        [randn(2, 3, 2, 2, seed=78), randn(2, seed=78)],
        [randn(4, 3, seed=79).T, randn(9, seed=79)[::3]],
        [torch.tensor([2.0, -1.0]), torch.empty(0, 3)],
    ],
    ids=["single_numbers", "convolution", "not_contiguous", "empty_tensor"],
)
def test_l2_penalty_of_any_shapes(student, params):
    """Single numbers, kernels, strided and empty tensors work. 单个数、卷积核、带步长和空的张量都可以。"""
    assert_close(student.l2_penalty(params, 0.1), half_square(*params, lam=0.1), REDUCTION)


@check("l2_penalty")
def test_l2_penalty_leaves_its_inputs_alone(student):
    """Neither the list nor its tensors are changed. 不修改列表，也不修改其中的张量。"""
    params = [randn(2, 3, seed=80), randn(2, seed=81)]
    assert_close(assert_inputs_unchanged(student.l2_penalty, params, 0.4), half_square(*params, lam=0.4), REDUCTION)


# l1_penalty_and_grad


def absolute(w: Tensor, lam: float) -> tuple[Tensor, Tensor]:
    """The oracle: the penalty, and its gradient by autograd."""
    w = w.detach().requires_grad_()
    penalty = lam * w.abs().sum()
    return penalty.detach(), torch.autograd.grad(penalty, w)[0]


@check("l1_penalty_and_grad", weight=2)
@DTYPES
def test_l1_penalty_and_grad_on_random_weights(student, dtype):
    """Both agree with autograd, with the dtype of w. 两项都与自动求导一致，且保持 dtype。"""
    w = randn(4, 5, seed=91, dtype=dtype)
    assert_close(student.l1_penalty_and_grad(w, 0.3), absolute(w, 0.3), REDUCTION)


@check("l1_penalty_and_grad", weight=2)
def test_l1_penalty_and_grad_pulls_all_weights_alike(student):
    """Weights of 1000 and of 0.001 have gradients of the same size. 权重为 1000 与 0.001 时，梯度一样大。"""
    w = torch.tensor([1000.0, 0.001, -0.001, -1000.0], dtype=torch.float64)
    assert_close(student.l1_penalty_and_grad(w, 0.25), absolute(w, 0.25), REDUCTION)


@check("l1_penalty_and_grad")
@DTYPES
def test_l1_penalty_and_grad_of_tiny_weights(student, dtype):
    """However small a weight is, only its sign counts. 权重再小，梯度也只取决于符号。"""
    w = torch.tensor([1e-7, -1e-8, 1e-12, -1e-30], dtype=dtype)
    assert_close(student.l1_penalty_and_grad(w, 0.5), absolute(w, 0.5), REDUCTION)


@check("l1_penalty_and_grad")
@DTYPES
def test_l1_penalty_and_grad_at_zero(student, dtype):
    """The gradient of a weight of 0 is 0, not NaN. 权重为 0 时梯度是 0，没有 NaN。"""
    w = torch.tensor([0.0, 2.0, 0.0, -1.0], dtype=dtype)
    assert_close(student.l1_penalty_and_grad(w, 0.5), absolute(w, 0.5), REDUCTION)


@check("l1_penalty_and_grad")
def test_l1_penalty_and_grad_of_negative_weights(student):
    """Negative weights add to the penalty as well, and their gradient is -lam. 负权重同样计入正则项，梯度是 -lam。"""
    w = -torch.tensor([1.0, 0.5, 2.0])
    assert_close(student.l1_penalty_and_grad(w, 0.2), (torch.tensor(0.7), torch.full((3,), -0.2)), REDUCTION)


@check("l1_penalty_and_grad")
@DTYPES
def test_l1_penalty_and_grad_without_a_weight(student, dtype):
    """lam = 0 makes both of them 0, with the dtype of w. lam = 0 时两项都是 0，且保持 dtype。"""
    w = randn(3, seed=92, dtype=dtype)
    expected = (torch.tensor(0.0, dtype=dtype), torch.zeros(3, dtype=dtype))
    assert_close(student.l1_penalty_and_grad(w, 0.0), expected, REDUCTION)


@check("l1_penalty_and_grad")
def test_l1_penalty_and_grad_is_proportional_to_lam(student):
    """Doubling lam doubles the penalty and the gradient. lam 变成两倍，正则项和梯度也变成两倍。"""
    w = randn(6, seed=93, dtype=torch.float64)
    penalty, grad = absolute(w, 0.4)
    assert_close(student.l1_penalty_and_grad(w, 0.8), (2 * penalty, 2 * grad), REDUCTION)


@check("l1_penalty_and_grad")
@pytest.mark.parametrize(
    "w",
    [
        randn(1, seed=94)[0],
        randn(0, 3, seed=94),
        randn(2, 3, 4, seed=95),
        randn(4, 3, seed=96).T,
        randn(9, seed=97)[::3],
    ],
    ids=["one_number", "empty", "three_axes", "transposed", "strided"],
)
def test_l1_penalty_and_grad_of_any_shape(student, w):
    """Tensors of any shape and memory layout work. 任何形状、任何内存布局都可以。"""
    assert_close(student.l1_penalty_and_grad(w, 0.5), absolute(w, 0.5), REDUCTION)


@check("l1_penalty_and_grad")
def test_l1_penalty_and_grad_leaves_w_alone(student):
    """w is not changed. 不修改 w。"""
    w = randn(3, 4, seed=98)
    assert_close(assert_inputs_unchanged(student.l1_penalty_and_grad, w, 0.5), absolute(w, 0.5), REDUCTION)


# sgd_weight_decay_step


def sgd(w: Tensor, g: Tensor, lr: float, weight_decay: float) -> Tensor:
    """The oracle: one step of torch.optim.SGD."""
    parameter = w.clone().requires_grad_()
    parameter.grad = g.clone()
    torch.optim.SGD([parameter], lr=lr, weight_decay=weight_decay).step()
    return parameter.detach()


@check("sgd_weight_decay_step", weight=2)
@DTYPES
def test_sgd_weight_decay_step_on_random_inputs(student, dtype):
    """Agrees with torch.optim.SGD, with the dtype of w. 与 torch.optim.SGD 一致，且保持 dtype。"""
    w, g = randn(2, 4, 3, seed=101, dtype=dtype)
    assert_close(student.sgd_weight_decay_step(w, g, 0.3, 0.2), sgd(w, g, 0.3, 0.2), ELEMENTWISE)


@check("sgd_weight_decay_step", weight=2)
def test_sgd_weight_decay_step_shrinks_all_weights_alike(student):
    """If the gradient is 0, w shrinks by the factor 1 - lr weight_decay. 梯度为 0 时，w 乘以 1 - lr * weight_decay。"""
    w = randn(6, seed=102, dtype=torch.float64)
    assert_close(student.sgd_weight_decay_step(w, 0 * w, 0.4, 0.5), 0.8 * w, ELEMENTWISE)


@check("sgd_weight_decay_step")
def test_sgd_weight_decay_step_without_decay(student):
    """With weight_decay = 0 the step is plain SGD. weight_decay = 0 时就是普通的一步 SGD。"""
    w, g = randn(2, 5, seed=103)
    assert_close(student.sgd_weight_decay_step(w, g, 0.1, 0.0), sgd(w, g, 0.1, 0.0), ELEMENTWISE)


@check("sgd_weight_decay_step")
def test_sgd_weight_decay_step_of_weights_that_are_zero(student):
    """A weight of 0 has nothing to decay: only the gradient moves it. 权重为 0 时没有衰减，只由梯度推动。"""
    w, g = torch.tensor([0.0, 0.0, 3.0]), torch.tensor([1.0, -2.0, 0.0])
    assert_close(student.sgd_weight_decay_step(w, g, 0.5, 0.1), torch.tensor([-0.5, 1.0, 2.85]), ELEMENTWISE)


@check("sgd_weight_decay_step")
@DTYPES
def test_sgd_weight_decay_step_of_large_and_small_numbers(student, dtype):
    """Large weights, large gradients and tiny ones: the formula is the same. 权重和梯度很大或很小时，公式不变。"""
    w = torch.tensor([1e4, -1e4, 1e-4, 0.0], dtype=dtype)
    g = torch.tensor([-500.0, 1e-4, 300.0, -1e4], dtype=dtype)
    assert_close(student.sgd_weight_decay_step(w, g, 0.3, 0.7), sgd(w, g, 0.3, 0.7), ELEMENTWISE)


@check("sgd_weight_decay_step")
def test_sgd_weight_decay_step_with_lr_zero(student):
    """With lr = 0 nothing moves: the decay is multiplied by lr as well. lr = 0 时 w 不变：衰减也要乘以 lr。"""
    w, g = randn(2, 5, seed=104)
    assert_close(student.sgd_weight_decay_step(w, g, 0.0, 0.5), w, ELEMENTWISE)


@check("sgd_weight_decay_step")
def test_sgd_weight_decay_step_is_a_step_on_loss_plus_penalty(student):
    """Equals plain SGD on the loss plus the L2 penalty. 等于对“损失 + L2 正则项”做普通 SGD。"""
    w, target = randn(2, 4, seed=105, dtype=torch.float64)
    parameter = w.clone().requires_grad_()
    loss = (parameter - target).square().sum() + 0.3 / 2 * parameter.square().sum()
    expected = w - 0.05 * torch.autograd.grad(loss, parameter)[0]
    assert_close(student.sgd_weight_decay_step(w, 2 * (w - target), 0.05, 0.3), expected, ELEMENTWISE)


@check("sgd_weight_decay_step")
def test_sgd_weight_decay_step_five_times(student):
    """Five steps on a bowl-shaped loss, each from the result of the step before. 沿碗形曲面连走五步，每步从上一步的返回值出发。"""
    target = randn(4, seed=106, dtype=torch.float64)
    w = right = torch.full_like(target, 3.0)
    for _ in range(5):
        right = sgd(right, 2 * (right - target), 0.1, 0.5)
        w = student.sgd_weight_decay_step(w, 2 * (w - target), 0.1, 0.5)
    assert_close(w, right, ITERATED)


@check("sgd_weight_decay_step")
@pytest.mark.parametrize(
    ("w", "g"),
    [
        (randn(1, seed=107)[0], randn(1, seed=108)[0]),
        (randn(0, 3, seed=107), randn(0, 3, seed=108)),
        (randn(4, 3, seed=109).T, randn(3, 4, seed=110)),
        (randn(9, seed=111)[::3], randn(6, seed=112)[::2]),
    ],
    ids=["one_number", "empty", "transposed", "strided"],
)
def test_sgd_weight_decay_step_of_any_shape(student, w, g):
    """One number, empty, transposed and strided tensors work. 零维、空、转置和带步长的张量都可以。"""
    assert_close(student.sgd_weight_decay_step(w, g, 0.2, 0.5), sgd(w, g, 0.2, 0.5), ELEMENTWISE)


@check("sgd_weight_decay_step")
def test_sgd_weight_decay_step_leaves_its_inputs_alone(student):
    """Neither w nor g is changed. 不修改 w，也不修改 g。"""
    w, g = randn(2, 4, seed=113)
    answer = assert_inputs_unchanged(student.sgd_weight_decay_step, w, g, 0.2, 0.5)
    assert_close(answer, sgd(w, g, 0.2, 0.5), ELEMENTWISE)


# soft_threshold


@check("soft_threshold", weight=2)
@DTYPES
def test_soft_threshold_on_random_weights(student, dtype):
    """Agrees with F.softshrink, with the dtype of w. 与 F.softshrink 一致，且保持 dtype。"""
    w = randn(5, 6, seed=121, dtype=dtype)
    assert_close(student.soft_threshold(w, 0.6), F.softshrink(w, 0.6), ELEMENTWISE)


@check("soft_threshold", weight=2)
@pytest.mark.parametrize("t", [0.25, 1.0, 3.0], ids=str)
def test_soft_threshold_makes_zeros(student, t):
    """Weights of size t or less become exactly 0; no others do. 绝对值不超过 t（含 t）的权重恰好变成 0，其余不为 0。"""
    w = torch.tensor([-4.0, -3.0, -1.0, -0.5, -0.25, 0.0, 0.125, 0.25, 1.0, 2.0, 3.0, 3.5])
    answer = student.soft_threshold(w, t)
    assert_close(answer, F.softshrink(w, t), ELEMENTWISE)
    assert_equal(answer == 0, w.abs() <= t)


@check("soft_threshold", weight=2)
@DTYPES
def test_soft_threshold_makes_exact_zeros(student, dtype):
    """A small weight becomes exactly 0, not 1e-17. 小权重恰好变成 0，而不是 1e-17 之类的数。"""
    w, t = randn(200, seed=130, dtype=dtype), 0.7
    answer = student.soft_threshold(w, t)
    assert_close(answer, F.softshrink(w, t), ELEMENTWISE)
    wrong = int(((answer != 0) & (w.abs() < t)).sum())
    expect(
        wrong == 0,
        f"{wrong} of 200 weights are closer to 0 than t = {t} and did not become exactly 0.",
        f"200 个权重中，有 {wrong} 个的绝对值小于 t = {t}，却没有恰好变成 0。",
        answer=answer,
    )


@check("soft_threshold")
def test_soft_threshold_of_tiny_weights(student):
    """Tiny weights and a tiny t follow the same rule. 权重和 t 都很小时，规则不变。"""
    w = torch.tensor([3e-4, -2e-4, 1e-5, -5e-6, 2e-7], dtype=torch.float64)
    assert_close(student.soft_threshold(w, 1e-5), F.softshrink(w, 1e-5), ELEMENTWISE)
    assert_close(student.soft_threshold(w, 0.0), w, ELEMENTWISE)


@check("soft_threshold")
@DTYPES
def test_soft_threshold_with_t_zero(student, dtype):
    """t = 0 leaves every weight as it is. t = 0 时所有权重不变。"""
    w = randn(4, 3, seed=122, dtype=dtype)
    assert_close(student.soft_threshold(w, 0.0), w, ELEMENTWISE)


@check("soft_threshold")
def test_soft_threshold_is_symmetric(student):
    """The result for -w is minus the result for w. -w 的结果是 w 的结果的相反数。"""
    w = randn(8, seed=123, dtype=torch.float64)
    assert_close(student.soft_threshold(-w, 0.5), -F.softshrink(w, 0.5), ELEMENTWISE)


@check("soft_threshold")
def test_soft_threshold_twice(student):
    """Shrinking by 0.25 and then by 0.5 equals shrinking by 0.75. 先缩 0.25 再缩 0.5，等于一次缩 0.75。"""
    w = 2 * randn(8, seed=124, dtype=torch.float64)
    answer = student.soft_threshold(student.soft_threshold(w, 0.25), 0.5)
    assert_close(answer, F.softshrink(w, 0.75), ELEMENTWISE)


@check("soft_threshold")
def test_soft_threshold_is_the_best_compromise(student):
    """The result minimises (z - w)^2 / 2 + t |z| among many values of z. 结果使 (z - w)^2 / 2 + t |z| 最小（逐点比较得到）。"""
    w, t = torch.tensor([-2.0, -0.5, 0.25, 1.5, 3.0], dtype=torch.float64), 0.75
    z = torch.linspace(-4, 4, 129, dtype=torch.float64)  # in steps of 1/16, which the right answers lie on
    cost = (z - w[:, None]).square() / 2 + t * z.abs()
    assert_close(student.soft_threshold(w, t), z[cost.argmin(dim=1)], ELEMENTWISE)


@check("soft_threshold")
@pytest.mark.parametrize(
    "w",
    [
        randn(1, seed=125)[0],
        randn(0, 3, seed=125),
        randn(2, 3, 4, seed=126),
        randn(4, 3, seed=127).T,
        randn(9, seed=128)[::3],
    ],
    ids=["one_number", "empty", "three_axes", "transposed", "strided"],
)
def test_soft_threshold_of_any_shape(student, w):
    """Tensors of any shape and memory layout work. 任何形状、任何内存布局都可以。"""
    assert_close(student.soft_threshold(w, 0.3), F.softshrink(w, 0.3), ELEMENTWISE)


@check("soft_threshold")
def test_soft_threshold_leaves_w_alone(student):
    """w is not changed. 不修改 w。"""
    w = randn(3, 4, seed=129)
    assert_close(assert_inputs_unchanged(student.soft_threshold, w, 0.5), F.softshrink(w, 0.5), ELEMENTWISE)


# EarlyStopping: losses and min_delta are sums of powers of 2, so that every way to compare them is exact.


def assert_state(stopper, best: float, best_epoch: int, bad_epochs: int) -> None:
    """Compare the three attributes one by one, so that a message names the wrong one."""
    assert_equal(stopper.best, best)
    assert_equal(stopper.best_epoch, best_epoch)
    assert_equal(stopper.bad_epochs, bad_epochs)


def assert_steps(stopper, losses: list[float], stops: list[bool]) -> None:
    """Take all steps, then compare: the feedback can tell more mistakes apart."""
    assert_equal([stopper.step(loss) for loss in losses], stops)


@check("EarlyStopping", weight=2)
@pytest.mark.parametrize(
    ("losses", "patience", "expected"),
    [
        ([1.0, 0.75, 0.875, 0.5, 0.625, 0.75], 2, "-----S"),
        ([1.0, 2.0, 2.0, 2.0], 3, "---S"),
        ([1.0, 1.5, 0.5, 0.75, 0.25], 2, "-----"),
        ([4.0, 5.0, 3.0, 4.0, 4.0, 2.0, 3.0, 3.0, 3.0], 3, "--------S"),
        ([8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0], 1, "--------"),
    ],
    ids=["wobbles", "only_the_first", "recovers", "late", "falls"],
)
def test_EarlyStopping_waits_for_patience_bad_epochs_in_a_row(student, losses, patience, expected):
    """It stops after `patience` epochs in a row without improvement. 连续 patience 轮没有改善才停止。"""
    assert_steps(student.EarlyStopping(patience), losses, [mark == "S" for mark in expected])


@check("EarlyStopping")
def test_EarlyStopping_with_patience_one(student):
    """With patience 1 the first bad epoch stops it. patience 为 1 时，第一次没有改善就停止。"""
    assert_steps(student.EarlyStopping(1), [0.5, 0.25, 0.375], [False, False, True])


@check("EarlyStopping")
def test_EarlyStopping_counts_anew_after_an_improvement(student):
    """After an improvement the count starts at 0 again. 有改善后重新从 0 开始计数。"""
    stopper = student.EarlyStopping(3)
    seen = []
    for loss in [1.0, 2.0, 2.0, 0.5, 2.0, 2.0, 0.25]:
        stopper.step(loss)
        seen.append(stopper.bad_epochs)
    assert_equal(seen, [0, 1, 2, 0, 1, 2, 0])


@check("EarlyStopping")
def test_EarlyStopping_remembers_the_best_epoch(student):
    """best and best_epoch follow the improvements, epochs counted from 0. best 和 best_epoch 随改善更新，轮数从 0 开始。"""
    stopper = student.EarlyStopping(5)
    epochs = [(2.0, 2.0, 0), (1.0, 1.0, 1), (1.5, 1.0, 1), (1.25, 1.0, 1), (0.5, 0.5, 4), (0.75, 0.5, 4)]
    for loss, best, best_epoch in epochs:
        stopper.step(loss)
        assert_equal(stopper.best, best)
        assert_equal(stopper.best_epoch, best_epoch)


@check("EarlyStopping")
def test_EarlyStopping_at_the_start(student):
    """Before the first epoch: infinity, -1 and 0. 第一轮之前：正无穷、-1 和 0。"""
    stopper = student.EarlyStopping(2)
    assert_state(stopper, best=INF, best_epoch=-1, bad_epochs=0)
    stopper.step(1e300)
    assert_state(stopper, best=1e300, best_epoch=0, bad_epochs=0)


@check("EarlyStopping")
def test_EarlyStopping_with_equal_losses(student):
    """An equal loss is no improvement. 损失相等不算改善。"""
    stopper = student.EarlyStopping(3)
    assert_steps(stopper, [0.5, 0.5, 0.5, 0.5], [False, False, False, True])
    assert_state(stopper, best=0.5, best_epoch=0, bad_epochs=3)


@check("EarlyStopping", weight=2)
def test_EarlyStopping_asks_for_more_than_min_delta(student):
    """A gain of exactly min_delta does not count; a larger gain does. 恰好降低 min_delta 不算改善，超过才算。"""
    stopper = student.EarlyStopping(3, 0.25)
    expected = [(2.0, 0, 0), (2.0, 0, 1), (2.0, 0, 2), (1.5, 3, 0), (1.5, 3, 1), (1.0, 5, 0)]
    for loss, (best, best_epoch, bad_epochs) in zip([2.0, 1.75, 1.875, 1.5, 1.25, 1.0], expected, strict=True):
        stopper.step(loss)
        assert_state(stopper, best, best_epoch, bad_epochs)


@check("EarlyStopping")
def test_EarlyStopping_adds_up_small_gains(student):
    """Gains are measured from best, not from the previous epoch. 改善是与 best 比较，而不是与上一轮比较。"""
    stopper = student.EarlyStopping(3, min_delta=0.5)
    assert_steps(stopper, [4.0, 3.75, 3.5, 3.25, 3.0, 2.75], [False] * 6)
    assert_state(stopper, best=3.25, best_epoch=3, bad_epochs=2)


@check("EarlyStopping")
def test_EarlyStopping_does_not_compare_with_the_last_epoch(student):
    """Falling again after a peak is no improvement unless it beats the best. 冲高后回落不算改善，除非低于 best。"""
    assert_steps(student.EarlyStopping(3), [1.0, 4.0, 3.0, 2.0], [False, False, False, True])


@check("EarlyStopping")
@pytest.mark.parametrize(
    ("losses", "expected", "end"),
    [
        ([1.0, NAN, NAN], [False, False, True], [1.0, 0, 2]),
        ([NAN, NAN, NAN], [False, True, True], [INF, -1, 3]),
        ([NAN, 1.0, NAN, 0.5], [False, False, False, False], [0.5, 3, 0]),
    ],
    ids=["later", "always", "at_first"],
)
def test_EarlyStopping_with_nan(student, losses, expected, end):
    """NaN is no improvement and is never the best loss. NaN 不算改善，也不会成为 best。"""
    stopper = student.EarlyStopping(2)
    assert_steps(stopper, losses, expected)
    assert_state(stopper, *end)


@check("EarlyStopping")
def test_EarlyStopping_goes_on_saying_stop(student):
    """It keeps returning True until a loss improves. 继续调用仍返回 True，直到损失有改善。"""
    losses = [1.0, 2.0, 0.75, 1.0, 1.0, 1.0, 0.5, 0.625]
    assert_steps(student.EarlyStopping(2), losses, [False, False, False, False, True, True, False, False])


@check("EarlyStopping")
def test_EarlyStopping_with_negative_losses(student):
    """Losses may be negative: min_delta is a difference, not a share. 损失可以为负：min_delta 是差值，不是比例。"""
    stopper = student.EarlyStopping(2, min_delta=0.25)
    assert_steps(stopper, [-1.0, -1.5, -1.625, -1.25], [False, False, False, True])
    assert_state(stopper, best=-1.5, best_epoch=1, bad_epochs=2)


@check("EarlyStopping", weight=2)
def test_EarlyStopping_without_min_delta(student):
    """The default of min_delta is 0: a gain of 1e-12 counts. min_delta 的默认值是 0：降低 1e-12 也算改善。"""
    stopper = student.EarlyStopping(2)
    losses = [1.5, 2.0, 1.0]
    for gain in [5e-4, 1e-5, 1e-8, 1e-12]:
        losses.append(losses[-1] - gain)
    assert_steps(stopper, losses, [False] * 7)
    assert_state(stopper, best=losses[-1], best_epoch=6, bad_epochs=0)


@check("EarlyStopping", weight=2)
@pytest.mark.parametrize("min_delta", [0.0, 0, 2.0**-40], ids=["zero", "int", "tiny"])
def test_EarlyStopping_with_a_tiny_min_delta(student, min_delta):
    """min_delta=0 and a tiny min_delta are used as given. min_delta=0 或极小的 min_delta 按给定的值使用。"""
    stopper = student.EarlyStopping(2, min_delta=min_delta)
    better = 0.5 - 2.0**-20
    assert_steps(stopper, [0.5, 1.0, better, better, 0.5], [False, False, False, False, True])
    assert_state(stopper, best=better, best_epoch=2, bad_epochs=2)


@check("EarlyStopping")
def test_EarlyStopping_with_a_loss_of_zero(student):
    """A loss of 0 is a best loss like any other. 损失为 0 时，best 就是 0。"""
    stopper = student.EarlyStopping(2)
    assert_steps(stopper, [0.25, 0.0, 0.5, 0.25, 0.375, 0.25], [False, False, False, True, True, True])
    assert_state(stopper, best=0.0, best_epoch=1, bad_epochs=4)


@check("EarlyStopping")
def test_EarlyStopping_with_an_infinite_loss(student):
    """An infinite loss is not lower than infinity: no improvement. 损失为正无穷时并不比正无穷低，不算改善。"""
    stopper = student.EarlyStopping(1, min_delta=0.5)
    assert_steps(stopper, [NAN, INF, INF, 8.0, INF], [True, True, True, False, True])
    assert_state(stopper, best=8.0, best_epoch=3, bad_epochs=1)


@check("EarlyStopping", weight=2)
def test_EarlyStopping_shares_nothing(student):
    """Two objects do not disturb each other. 两个对象互不影响。"""
    first = student.EarlyStopping(1)
    second = student.EarlyStopping(5, min_delta=4.0)
    stops = [first.step(loss) for loss in [1.0, 0.5, 2.0, 2.0]]
    expect(
        stops == [False, False, True, True],
        f"EarlyStopping(1) answered {stops} to the losses 1, 0.5, 2 and 2 after EarlyStopping(5, min_delta=4.0) was made: they share patience or min_delta.",
        f"创建 EarlyStopping(5, min_delta=4.0) 之后，EarlyStopping(1) 对损失 1、0.5、2、2 返回 {stops}：两个对象共用了 patience 或 min_delta。",
    )
    found = [second.best, second.best_epoch, second.bad_epochs]
    expect(
        found == [INF, -1, 0],
        f"the second EarlyStopping took no step, but its best, best_epoch and bad_epochs are {found}: it shares them with the first.",
        f"第二个 EarlyStopping 还没有调用过 step，best、best_epoch、bad_epochs 却是 {found}：它与第一个共用了状态。",
    )
    second.step(0.5)
    assert_state(second, best=0.5, best_epoch=0, bad_epochs=0)


@check("EarlyStopping")
@pytest.mark.parametrize(
    ("seed", "patience", "min_delta"), [(131, 2, 0.0), (132, 3, 0.125), (133, 1, 0.5)], ids=["a", "b", "c"]
)
def test_EarlyStopping_on_random_losses(student, seed, patience, min_delta):
    """Correct for twelve random losses. 对随机的十二轮损失逐轮正确。"""
    losses = (torch.randint(-4, 5, (12,), generator=torch.Generator().manual_seed(seed)) / 16).cumsum(0).tolist()
    best_epoch, expected = 0, []
    for epoch, loss in enumerate(losses):
        best_epoch = epoch if losses[best_epoch] - loss > min_delta else best_epoch
        expected.append(epoch - best_epoch >= patience)
    stopper = student.EarlyStopping(patience, min_delta)
    assert_steps(stopper, losses, expected)
    assert_state(stopper, losses[best_epoch], best_epoch, 11 - best_epoch)
