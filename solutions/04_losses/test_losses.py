"""Hidden checks of the losses. 损失函数的隐藏检查。"""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks import REDUCTION, assert_close, assert_inputs_unchanged, check, gradient, randn

NAN, INF = float("nan"), float("inf")


def classes(*shape: int, below: int, seed: int) -> Tensor:
    """Random class indices, the same on every run."""
    return torch.randint(below, shape, generator=torch.Generator().manual_seed(seed))


def loss_in_torch(logits: Tensor, target: Tensor, ignore_index: int = -100, reduction: str = "mean") -> Tensor:
    """The oracle. Adding 0 turns its -0.0 into 0.0, which reads better in a message."""
    return F.cross_entropy(logits, target, ignore_index=ignore_index, reduction=reduction) + 0.0


@check("softmax_cross_entropy", weight=2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_softmax_cross_entropy_on_random_logits(student, dtype):
    """Agrees with F.cross_entropy on random logits, in their dtype. 对随机 logits 与 F.cross_entropy 一致，且保持 dtype。"""
    logits, target = 3 * randn(6, 5, seed=1, dtype=dtype), classes(6, below=5, seed=1)
    assert_close(student.softmax_cross_entropy(logits, target), loss_in_torch(logits, target), REDUCTION)


@check("softmax_cross_entropy")
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_softmax_cross_entropy_with_each_reduction(student, reduction):
    """Every reduction, with two samples ignored. 三种 reduction，其中两个样本被忽略。"""
    logits, target = 2 * randn(5, 4, seed=2), torch.tensor([0, -100, 3, -100, 1])
    loss = student.softmax_cross_entropy(logits, target, reduction=reduction)
    assert_close(loss, loss_in_torch(logits, target, reduction=reduction), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_with_another_ignore_index(student):
    """ignore_index may be -1, or one of the classes. ignore_index 可以是 -1，也可以是某个类别。"""
    logits = 2 * randn(5, 4, seed=3, dtype=torch.float64)
    for ignored in (-1, 1):
        target = torch.tensor([ignored, 2, ignored, 0, 3])
        for reduction in ("mean", "sum"):
            loss = student.softmax_cross_entropy(logits, target, ignored, reduction)
            assert_close(loss, loss_in_torch(logits, target, ignored, reduction), REDUCTION)


@check("softmax_cross_entropy", weight=2)
@pytest.mark.parametrize("size", [200.0, 1e4], ids=["200", "10000"])
def test_softmax_cross_entropy_survives_huge_logits(student, size):
    """Logits of ±200 and ±10000 never give inf or NaN. logits 为 ±200 或 ±10000 时不会得到 inf 或 NaN。"""
    logits = torch.tensor([[size, 0.0, -size], [size, 0.0, -size], [1.0, 2.0, 0.0]])
    target = torch.tensor([1, 0, 2])
    loss = student.softmax_cross_entropy(logits, target, reduction="none")
    assert_close(loss, loss_in_torch(logits, target, reduction="none"), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_ignores_a_shift(student):
    """A constant of its own added to each row changes nothing. 每一行各加一个常数，损失不变。"""
    logits, target = randn(4, 3, seed=4, dtype=torch.float64), classes(4, below=3, seed=4)
    shift = torch.tensor([[1000.0], [-1000.0], [0.5], [-3.0]], dtype=torch.float64)
    assert_close(student.softmax_cross_entropy(logits + shift, target), loss_in_torch(logits, target), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_of_log_probabilities(student):
    """Log-probabilities as logits: the notes' probabilities cost 0.1054. 以对数概率为 logits：笔记中的概率损失为 0.1054。"""
    probabilities = torch.tensor([[0.05, 0.9, 0.05], [0.05, 0.05, 0.9]])
    loss = student.softmax_cross_entropy(probabilities.log(), torch.tensor([1, 2]))
    assert_close(loss, torch.tensor(0.10536052), REDUCTION)


@check("softmax_cross_entropy")
@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_softmax_cross_entropy_with_nothing_kept(student, reduction):
    """All ignored: every loss is 0, and so is the sum. 全部被忽略：每个损失和总和都是 0。"""
    logits, target = randn(2, 3, seed=5), torch.tensor([-100, -100])
    loss = student.softmax_cross_entropy(logits, target, reduction=reduction)
    assert_close(loss, loss_in_torch(logits, target, reduction=reduction), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_has_no_mean_of_nothing(student):
    """The mean over two kept samples is a number, over none NaN. 保留两个样本时有平均值，一个都不保留时为 NaN。"""
    logits = randn(3, 3, seed=5)
    for target in (torch.tensor([2, -100, 0]), torch.tensor([-100, -100, -100])):
        loss = student.softmax_cross_entropy(logits, target)
        assert_close(loss, loss_in_torch(logits, target), REDUCTION, equal_nan=True)


@check("softmax_cross_entropy")
@pytest.mark.parametrize(
    "row",
    [[-INF, 1.0, 2.0], [-INF, -INF, -INF], [NAN, NAN, NAN]],
    ids=["one-minus-inf", "all-minus-inf", "nan"],
)
def test_softmax_cross_entropy_never_looks_at_ignored_logits(student, row):
    """Logits of -inf or NaN in an ignored row do no harm. 被忽略的行里有 -inf 或 NaN 也没有影响。"""
    logits, target = torch.tensor([row, [0.0, 1.0, 2.0]]), torch.tensor([-100, 1])
    for reduction in ("mean", "none"):
        loss = student.softmax_cross_entropy(logits, target, reduction=reduction)
        assert_close(loss, loss_in_torch(logits, target, reduction=reduction), REDUCTION)


@check("softmax_cross_entropy")
@pytest.mark.parametrize(
    ("logits", "target"),
    [
        (randn(1, 4, seed=6), torch.tensor([2])),
        (torch.tensor([[7.0], [-2.0], [1.0]]), torch.tensor([0, -100, 0])),
        (torch.tensor([[3.0, 3.0, 1.0], [-2.0, -2.0, -2.0]]), torch.tensor([1, 0])),
        (randn(4, 6, seed=7).T, classes(12, below=4, seed=7)[::2]),
    ],
    ids=["one-sample", "one-class", "ties", "not-contiguous"],
)
def test_softmax_cross_entropy_of_special_batches(student, logits, target):
    """One sample, one class, equal maxima, strided tensors. 单个样本、单个类别、并列最大值、非连续张量。"""
    loss = student.softmax_cross_entropy(logits, target, reduction="none")
    assert_close(loss, loss_in_torch(logits, target, reduction="none"), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_does_not_care_which_class_is_first(student):
    """Classes and samples in another order, the same losses. 类别和样本换个顺序，各自的损失不变。"""
    logits, target = 2 * randn(5, 4, seed=8), torch.tensor([3, 0, 0, 2, 1])
    new_place = torch.tensor([2, 0, 3, 1])
    order = torch.tensor([4, 2, 0, 1, 3])
    renamed = logits[:, new_place.argsort()][order]
    loss = student.softmax_cross_entropy(renamed, new_place[target][order], reduction="none")
    assert_close(loss, loss_in_torch(logits, target, reduction="none")[order], REDUCTION)


@check("softmax_cross_entropy")
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_softmax_cross_entropy_has_the_right_gradient(student, reduction):
    """Its gradient for the logits is torch's own, 0 where ignored. 对 logits 的梯度与 torch 一致，被忽略的行为 0。"""
    logits, target = randn(5, 3, seed=9, dtype=torch.float64), torch.tensor([2, -100, 0, 1, 1])
    z = logits.clone().requires_grad_()
    (expected,) = torch.autograd.grad(loss_in_torch(z, target, reduction=reduction), z)
    assert_close(gradient(student.softmax_cross_entropy, logits, target, reduction=reduction), expected, REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_leaves_its_inputs_alone(student):
    """Neither logits nor target are changed. 不修改 logits，也不修改 target。"""
    logits, target = torch.tensor([[2.0, 1.0, 4.0], [0.0, 1.0, 3.0]]), torch.tensor([-100, 1])
    assert_inputs_unchanged(student.softmax_cross_entropy, logits, target)
