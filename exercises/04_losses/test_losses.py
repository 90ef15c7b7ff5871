"""Visible checks of the losses. 损失函数的公开检查。"""

import math

import torch

from autograder.checks import REDUCTION, assert_close, check


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_worked_example(student):
    """Two samples, three classes: about 0.2887. 两个样本、三个类别：约为 0.2887。"""
    logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
    loss = student.softmax_cross_entropy(logits, torch.tensor([0, 2]))
    assert_close(loss, torch.tensor(0.28872589), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_of_equal_logits(student):
    """Four equal logits cost log 4 a sample, with every reduction. 四个相等的 logits：每个样本的损失都是 log 4。"""
    logits, target = torch.zeros(3, 4), torch.tensor([0, 3, 1])
    for reduction, expected in {"none": [math.log(4)] * 3, "sum": 3 * math.log(4), "mean": math.log(4)}.items():
        loss = student.softmax_cross_entropy(logits, target, reduction=reduction)
        assert_close(loss, torch.tensor(expected), REDUCTION)


@check("softmax_cross_entropy")
def test_softmax_cross_entropy_skips_ignored_samples(student):
    """A sample with target -100 leaves sum and mean as they are. 标签为 -100 的样本不影响总和与平均值。"""
    logits = torch.tensor([[2.0, 1.0, 0.0], [5.0, -1.0, 4.0], [0.0, 1.0, 3.0]])
    loss = student.softmax_cross_entropy(logits, torch.tensor([0, -100, 2]))
    assert_close(loss, torch.tensor(0.28872589), REDUCTION)
