"""Visible checks of the losses. 损失函数的公开检查。"""

import math

import torch
import torch.nn.functional as F

from autograder.checks import (
    ELEMENTWISE,
    REDUCTION,
    assert_close,
    assert_inputs_unchanged,
    assert_raises,
    check,
    gradient,
)

# The notes' own example of a classifier with three classes.
Y_PRED = torch.tensor([[0.05, 0.9, 0.05], [0.05, 0.05, 0.9]])
Y_TRUE = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


# l1_loss


@check("l1_loss")
def test_l1_loss_worked_example(student):
    """The example of the notes: 1. 笔记的例子：1。"""
    assert_close(student.l1_loss(torch.ones(2, 1), torch.zeros(2, 1)), torch.tensor(1.0), REDUCTION)


@check("l1_loss")
def test_l1_loss_with_each_reduction(student):
    """Errors 1, -3 and 3: kept, added up, averaged; the inputs do not change. 误差 1、-3、3：三种 reduction 的结果；输入不被修改。"""
    pred, target = torch.tensor([1.0, -2.0, 4.0]), torch.tensor([0.0, 1.0, 1.0])
    for reduction, expected in {"none": [1.0, 3.0, 3.0], "sum": 7.0, "mean": 7 / 3}.items():
        loss = assert_inputs_unchanged(student.l1_loss, pred, target, reduction=reduction)
        assert_close(loss, torch.tensor(expected), REDUCTION)


@check("l1_loss")
def test_l1_loss_does_not_broadcast(student):
    """(3,) against (3, 1) raises ValueError. 形状 (3,) 与 (3, 1) 不同，抛出 ValueError。"""
    assert_raises(ValueError, student.l1_loss, torch.ones(3), torch.zeros(3, 1))


@check("l1_loss")
def test_l1_loss_has_a_gradient(student):
    """Errors of 2, 0 and -3 have the slopes 1, any from -1 to 1, and -1; never NaN. 误差为 2、0、-3：斜率分别是 1、-1 到 1 之间的任意值、-1，不会是 NaN。"""
    slopes = gradient(student.l1_loss, torch.tensor([2.0, 5.0, -3.0]), torch.tensor([0.0, 5.0, 0.0]), reduction="sum")
    at_zero = slopes[1].nan_to_num().clamp(-1, 1).item()
    assert_close(slopes, torch.tensor([1.0, at_zero, -1.0]), REDUCTION)


# mse_and_grad


@check("mse_and_grad")
def test_mse_and_grad_worked_example(student):
    """The example of the notes: loss 1, and gradient 1 in both places. 笔记的例子：损失为 1，两处梯度都是 1。"""
    expected = torch.tensor(1.0), torch.ones(2, 1)
    assert_close(student.mse_and_grad(torch.ones(2, 1), torch.zeros(2, 1)), expected, REDUCTION)


@check("mse_and_grad")
def test_mse_and_grad_agrees_with_torch(student):
    """Two samples of three numbers: agrees with F.mse_loss and autograd; the inputs do not change. 两个样本、各三个数：与 F.mse_loss 及自动求导一致；输入不被修改。"""
    pred = torch.tensor([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]], requires_grad=True)
    target = torch.tensor([[0.0, 2.0, 5.0], [1.0, 0.0, 0.0]])
    loss = F.mse_loss(pred, target)
    loss.backward()
    answer = assert_inputs_unchanged(student.mse_and_grad, pred.detach(), target)
    assert_close(answer, (loss, pred.grad), REDUCTION)


@check("mse_and_grad")
def test_mse_and_grad_of_a_perfect_prediction(student):
    """No error: loss 0, gradient 0. 没有误差：损失和梯度都是 0。"""
    pred = torch.tensor([3.0, -1.0])
    assert_close(student.mse_and_grad(pred, pred.clone()), (torch.tensor(0.0), torch.zeros(2)), REDUCTION)


# smooth_l1_loss


@check("smooth_l1_loss")
def test_smooth_l1_loss_worked_example(student):
    """The example of the notes: 0.05. 笔记的例子：0.05。"""
    loss = student.smooth_l1_loss(torch.tensor([[0.2], [0.6]]), torch.tensor([[0.0], [1.0]]))
    assert_close(loss, torch.tensor(0.04999999702), ELEMENTWISE)


@check("smooth_l1_loss")
def test_smooth_l1_loss_on_both_pieces(student):
    """Errors -3, 0.5, 1 and 10, with beta 1 and 2; the inputs do not change. 误差为 -3、0.5、1、10，beta 为 1 和 2；输入不被修改。"""
    pred, target = torch.tensor([-3.0, 0.5, 1.0, 10.0]), torch.zeros(4)
    for beta in (1.0, 2.0):
        expected = F.smooth_l1_loss(pred, target, beta=beta)
        loss = assert_inputs_unchanged(student.smooth_l1_loss, pred, target, beta=beta)
        assert_close(loss, expected, REDUCTION)


@check("smooth_l1_loss")
def test_smooth_l1_loss_without_a_parabola(student):
    """With beta = 0 it is the L1 loss, in value and gradient. beta = 0 时就是 L1 损失，数值和梯度都一样。"""
    pred, target = torch.tensor([1.0, -2.0]), torch.zeros(2)
    assert_close(student.smooth_l1_loss(pred, target, beta=0.0), torch.tensor(1.5), REDUCTION)
    slope = gradient(student.smooth_l1_loss, pred, target, beta=0.0)
    assert_close(slope, torch.tensor([0.5, -0.5]), REDUCTION)


# nll_from_probs


@check("nll_from_probs")
def test_nll_from_probs_worked_example(student):
    """The probabilities of the notes cost 0.1054, which is -log 0.9. 笔记中的概率损失是 0.1054，即 -log 0.9。"""
    assert_close(student.nll_from_probs(Y_PRED, torch.tensor([1, 2])), torch.tensor(0.10536052), REDUCTION)


@check("nll_from_probs")
def test_nll_from_probs_averages_over_the_samples(student):
    """Three samples: the mean of three logs. 三个样本：三个对数的平均。"""
    probs = torch.tensor([[0.5, 0.5], [0.25, 0.75], [0.8, 0.2]], dtype=torch.float64)
    expected = torch.tensor(-(math.log(0.5) + math.log(0.25) + math.log(0.2)) / 3, dtype=torch.float64)
    assert_close(student.nll_from_probs(probs, torch.tensor([1, 0, 1])), expected, REDUCTION)


@check("nll_from_probs")
def test_nll_from_probs_of_an_impossible_class(student):
    """Probability 0 costs inf, or -log(eps) with a floor; the inputs do not change. 概率为 0 时损失是 inf，有下限 eps 时是 -log(eps)；输入不被修改。"""
    probs, target = torch.tensor([[0.0, 1.0], [0.5, 0.5]]), torch.tensor([0, 1])
    assert_close(student.nll_from_probs(probs, target), torch.tensor(math.inf), REDUCTION)
    expected = torch.tensor(-(math.log(0.01) + math.log(0.5)) / 2)
    loss = assert_inputs_unchanged(student.nll_from_probs, probs, target, eps=0.01)
    assert_close(loss, expected, REDUCTION)


# binary_cross_entropy


@check("binary_cross_entropy")
def test_binary_cross_entropy_worked_example(student):
    """The example of the notes: 0.5108, which is -log 0.6. 笔记的例子：0.5108，即 -log 0.6。"""
    loss = student.binary_cross_entropy(torch.tensor([[0.4], [0.6]]), torch.tensor([[0.0], [1.0]]))
    assert_close(loss, torch.tensor(0.5108255744), REDUCTION)


@check("binary_cross_entropy")
def test_binary_cross_entropy_of_several_labels(student):
    """Two samples with three labels each: the mean over all six. 两个样本各三个标签：对六个元素求平均。"""
    p = torch.tensor([[0.9, 0.2, 0.6], [0.1, 0.7, 0.5]])
    y = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    assert_close(student.binary_cross_entropy(p, y), F.binary_cross_entropy(p, y), REDUCTION)


@check("binary_cross_entropy")
def test_binary_cross_entropy_of_certainty(student):
    """Sure and right costs 0, sure and wrong 100: the mean is 50; the inputs do not change. 确信且答对为 0，确信却答错为 100，平均 50；输入不被修改。"""
    p, y = torch.tensor([1.0, 0.0]), torch.tensor([1.0, 1.0])
    loss = assert_inputs_unchanged(student.binary_cross_entropy, p, y)
    assert_close(loss, torch.tensor(50.0), REDUCTION)


# soft_cross_entropy


@check("soft_cross_entropy")
def test_soft_cross_entropy_worked_example(student):
    """The example of the notes: 0.6178, for softmax over probabilities. 笔记的例子：对概率再做 softmax，得 0.6178。"""
    assert_close(student.soft_cross_entropy(Y_PRED, Y_TRUE), torch.tensor(0.617792964), REDUCTION)


@check("soft_cross_entropy")
def test_soft_cross_entropy_of_spread_targets(student):
    """A target may be spread over the classes; the inputs do not change. 真实概率可以分散在多个类别上；输入不被修改。"""
    logits = torch.tensor([[2.0, 1.0, 0.0, -1.0], [0.5, 0.0, -0.5, 3.0], [1.0, 1.0, 1.0, 1.0]])
    target_probs = torch.tensor([[0.7, 0.1, 0.1, 0.1], [0.0, 0.5, 0.25, 0.25], [0.1, 0.2, 0.3, 0.4]])
    expected = F.cross_entropy(logits, target_probs)
    loss = assert_inputs_unchanged(student.soft_cross_entropy, logits, target_probs)
    assert_close(loss, expected, REDUCTION)


@check("soft_cross_entropy")
def test_soft_cross_entropy_of_a_huge_logit(student):
    """If the logit of a wrong class is 10000, the loss is 10000, not inf. logit 为 10000 且答错时，损失是 10000 而不是 inf。"""
    loss = student.soft_cross_entropy(torch.tensor([[1e4, 0.0]]), torch.tensor([[0.0, 1.0]]))
    assert_close(loss, torch.tensor(1e4), REDUCTION)


# softmax_cross_entropy


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_worked_example(student):
    """Two samples, three classes: about 0.2887. 两个样本、三个类别：约为 0.2887。"""
    logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
    loss = student.softmax_cross_entropy(logits, torch.tensor([0, 2]))
    assert_close(loss, torch.tensor(0.28872589), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_of_equal_logits(student):
    """Four equal logits cost log 4 per sample, with each reduction. 四个相等的 logits：每个样本的损失都是 log 4。"""
    logits, target = torch.zeros(3, 4), torch.tensor([0, 3, 1])
    for reduction, expected in {"none": [math.log(4)] * 3, "sum": 3 * math.log(4), "mean": math.log(4)}.items():
        loss = student.softmax_cross_entropy(logits, target, reduction=reduction)
        assert_close(loss, torch.tensor(expected), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_skips_ignored_samples(student):
    """A sample with target -100 does not count; the inputs do not change. 标签为 -100 的样本不参与计算；输入不被修改。"""
    logits = torch.tensor([[2.0, 1.0, 0.0], [5.0, -1.0, 4.0], [0.0, 1.0, 3.0]])
    loss = assert_inputs_unchanged(student.softmax_cross_entropy, logits, torch.tensor([0, -100, 2]))
    assert_close(loss, torch.tensor(0.28872589), REDUCTION)


# bce_with_logits


@check("bce_with_logits")
def test_bce_with_logits_worked_example(student):
    """Logits 0, 2 and -3 against 1, 0 and 1: about 1.9562. logits 为 0、2、-3，真实值为 1、0、1：约为 1.9562。"""
    loss = student.bce_with_logits(torch.tensor([0.0, 2.0, -3.0]), torch.tensor([1.0, 0.0, 1.0]))
    assert_close(loss, torch.tensor(1.9562209), REDUCTION)


@check("bce_with_logits")
def test_bce_with_logits_survives_huge_logits(student):
    """Logits of ±10000, both wrong: 10000, and gradients ±1/2. logits 为 ±10000 且都答错：损失 10000，梯度 ±1/2。"""
    z, y = torch.tensor([1e4, -1e4]), torch.tensor([0.0, 1.0])
    assert_close(student.bce_with_logits(z, y), torch.tensor(1e4), REDUCTION)
    assert_close(gradient(student.bce_with_logits, z, y), torch.tensor([0.5, -0.5]), REDUCTION)


@check("bce_with_logits")
def test_bce_with_logits_weighs_the_positives(student):
    """pos_weight counts only where y is 1; the inputs do not change. pos_weight 只作用于 y = 1 的项；输入不被修改。"""
    z, y = torch.zeros(1, 2), torch.tensor([[1.0, 0.0]])
    loss = assert_inputs_unchanged(student.bce_with_logits, z, y, pos_weight=torch.tensor([3.0, 5.0]))
    assert_close(loss, torch.tensor(2 * math.log(2)), REDUCTION)


# softmax_ce_grad


@check("softmax_ce_grad")
def test_softmax_ce_grad_worked_example(student):
    """The docstring's example: two samples, three classes. 文档示例：两个样本、三个类别。"""
    logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
    expected = torch.tensor([[-0.16737952, 0.12236424, 0.04501529], [0.02100502, -0.44290244, 0.42189738]])
    assert_close(student.softmax_ce_grad(logits, torch.tensor([0, 1])), expected, ELEMENTWISE)


@check("softmax_ce_grad")
def test_softmax_ce_grad_agrees_with_autograd(student):
    """Agrees with autograd through F.cross_entropy; the inputs do not change. 与通过 F.cross_entropy 自动求导的结果一致；输入不被修改。"""
    logits = torch.tensor([[0.5, -1.0], [2.0, 2.0], [-3.0, 1.0]], dtype=torch.float64, requires_grad=True)
    target = torch.tensor([1, 0, 1])
    F.cross_entropy(logits, target).backward()
    grad = assert_inputs_unchanged(student.softmax_ce_grad, logits.detach(), target)
    assert_close(grad, logits.grad, ELEMENTWISE)


@check("softmax_ce_grad")
def test_softmax_ce_grad_of_a_confident_network(student):
    """Sure and right: no gradient; sure and wrong: ±1/N. 确信且答对：没有梯度；确信却答错：±1/N。"""
    logits = torch.tensor([[1e4, -1e4], [1e4, -1e4]])
    expected = torch.tensor([[0.0, 0.0], [0.5, -0.5]])
    assert_close(student.softmax_ce_grad(logits, torch.tensor([0, 1])), expected, ELEMENTWISE)
