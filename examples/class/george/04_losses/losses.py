"""Losses: how wrong a network is, as one number. 损失函数：用一个数说明网络错了多少。"""

import torch
from torch import Tensor


def softmax_cross_entropy(logits: Tensor, target: Tensor, ignore_index: int = -100, reduction: str = "mean") -> Tensor:
    """Cross entropy of raw logits against class indices: what F.cross_entropy does, written by hand.

    The loss of a sample is minus the log of the probability that softmax gives its true class: 0 where the network
    is sure and right, and without bound where it is sure and wrong.

        loss[n] = -log softmax(logits[n])[target[n]]

    logits: (N, C), float32 or float64, N and C at least 1; raw scores, not probabilities.
    target: (N,), int64, each the index of a class or `ignore_index`; neither tensor is changed.
    ignore_index: samples with this target count for nothing, whatever their logits are, even NaN.
    reduction: "none" gives the N losses, 0 where ignored; "sum" adds them up; "mean" divides the sum by the number
    of samples that were kept, which is NaN where none was, as in torch.
    Returns the dtype of the logits, (N,) for "none", else no dimensions; autograd goes through it to the logits.

    Logits of ±10000 must work: softmax gives exactly 0 there, and its log is -inf. Find the log of the softmax
    without taking the log of a probability.
    Not allowed: cross_entropy, nll_loss, log_softmax, logsumexp, as functions, methods or modules.

    >>> softmax_cross_entropy(torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]]), torch.tensor([0, 2]))
    tensor(0.2887)

    中文：直接从 logits 计算交叉熵：先求 log softmax，再取真实类别的那一项并变号。输入是未经 softmax 的得分：笔记的例子
    把概率传给 CrossEntropyLoss，等于做了两次 softmax，所以得到 0.6178，而这些概率真正的交叉熵是 0.1054。
    不要先求概率再取对数：logits 差得很大时概率为 0，log 0 是 -inf。target 等于 ignore_index 的样本不参与计算
    （哪怕它的 logits 是 NaN），"mean" 只除以保留下来的样本数，一个都没有时与 torch 一样得到 NaN。
    """
    raise NotImplementedError("softmax_cross_entropy is yours to write")
