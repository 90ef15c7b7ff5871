"""Batch normalisation: bring every feature to the same scale, batch by batch. 批量归一化：逐批把每个特征拉回同一尺度。"""

import torch
from torch import Tensor, nn


def batch_norm_train(x: Tensor, gamma: Tensor | None, beta: Tensor | None, eps: float = 1e-5) -> Tensor:
    """Batch normalisation of a batch of vectors, as in training.

    Each feature is brought to mean 0 and variance 1 with the mean and the variance of the batch itself. Then gamma
    (called λ in one place of the notes) and beta let the network choose another scale and another mean.

        y = (x - mean) / sqrt(var + eps) * gamma + beta        mean, var: one per column, over the N rows

    x: (N, C), float32 or float64, N >= 2.  gamma, beta: (C,), or None for no scale or no shift; one of them may be
    None without the other.  Returns (N, C), of the dtype of x.  The inputs are not changed.
    Gradients must reach x, gamma and beta. They also flow through mean and var, because both depend on x.
    Not allowed: torch's own normalisations (batch, layer, instance, group norm).
    The traps: this variance is divided by N, but x.var() divides by N - 1. A constant column has variance 0: eps,
    inside the root, prevents a division by zero. Values may lie far from 0: E[x^2] - E[x]^2 is then inaccurate.

    >>> x = torch.tensor([[1.0, 2.0], [3.0, 8.0], [5.0, 5.0]])
    >>> batch_norm_train(x, gamma=torch.tensor([1.0, 2.0]), beta=torch.tensor([0.0, 1.0]))
    tensor([[-1.2247, -1.4495],
            [ 0.0000,  3.4495],
            [ 1.2247,  1.0000]])

    中文：训练模式下对一批向量做归一化。每一列（特征）用本批次自己的均值和方差标准化，再乘 gamma（笔记中有一处误写作 λ）、加 beta；
    二者都可以单独为 None，为 None 时略去。这里要用有偏方差（除以 N），而 x.var() 默认除以 N - 1。eps 写在根号里面，
    常数列（方差为 0）才不会除以零。均值很大时 E[x²] - E[x]² 不准确，不要这样求方差。均值和方差也是 x 的函数，
    反向传播时梯度要能经过它们，不要 detach。不能使用 torch 自带的归一化（批量、层、实例、组归一化），不要修改输入。
    """
    raise NotImplementedError("batch_norm_train is yours to write")


def batch_norm_2d_train(x: Tensor, gamma: Tensor | None, beta: Tensor | None, eps: float = 1e-5) -> Tensor:
    """Batch normalisation of a batch of images, as nn.BatchNorm2d does it in training.

    A convolution applies the same filter at all positions of all images. So a channel has ONE mean and ONE variance,
    over all samples, rows and columns. (A comment in the notes speaks of the channel of each sample; that would be
    instance norm.)

        y = (x - mean) / sqrt(var + eps) * gamma + beta        mean, var: one per channel, over N, H and W

    x: (N, C, H, W), float32 or float64, N*H*W >= 2.  gamma, beta: (C,), or None for no scale or no shift; one of
    them may be None without the other.  Returns (N, C, H, W), of the dtype of x.  The inputs are not changed.
    var is the biased variance, divided by N*H*W.  Gradients must reach x, gamma and beta, also through mean and var.
    Not allowed: torch's own normalisations (batch, layer, instance, group norm).
    The trap: a tensor of shape (C,) broadcasts along the LAST axis, W. Reshape it so that it lines up with axis 1.

    >>> x = torch.arange(8.0).reshape(2, 2, 1, 2)  # channel 0 holds 0, 1, 4 and 5
    >>> batch_norm_2d_train(x, gamma=None, beta=None)[:, 0].flatten()
    tensor([-1.2127, -0.7276,  0.7276,  1.2127])

    中文：对一批图像做归一化，与训练模式下的 nn.BatchNorm2d 相同。每个通道只有一个均值和一个方差，由这一批里所有样本、
    所有位置（N、H、W）共同算出，不是每个样本一个（笔记代码的注释有误），也不是每个像素一个。方差仍用有偏的（除以 N*H*W），
    梯度也要能经过均值和方差。gamma、beta 都可以单独为 None。不能使用 torch 自带的归一化（批量、层、实例、组归一化），
    不要修改输入。注意：形状为 (C,) 的 gamma 默认沿最后一维（W）广播，要先变成能与第 1 维对齐的形状。
    """
    raise NotImplementedError("batch_norm_2d_train is yours to write")


def bn_running_stats(
    x: Tensor, running_mean: Tensor, running_var: Tensor, momentum: float = 0.1
) -> tuple[Tensor, Tensor]:
    """The running mean and variance after one more training batch, as torch's batch norm keeps them.

    In evaluation there may be only one image and no batch, so the layer collects statistics in training. They are
    exponential averages: each batch moves them towards its own statistics, by the fraction `momentum` of the way.

        new_mean = (1 - momentum) * running_mean + momentum * mean
        new_var  = (1 - momentum) * running_var  + momentum * var        var = sum((x - mean)^2) / (n - 1)

    x: (N, C), (N, C, L) or (N, C, H, W), float32 or float64. mean and var: for each channel over all other axes, n
    values each.  running_mean, running_var: (C,), of the dtype of x.  momentum: from 0 to 1.
    Returns the new mean and the new variance, each (C,), of the same dtype. The inputs are not changed.
    Raises ValueError if a channel has fewer than two values (n < 2), because one value has no variance. One image
    with two or more pixels is enough.
    Not allowed: torch's batch norm and instance norm.
    The traps: the STORED variance is the unbiased one, although training normalises with the biased one. In the
    notes and in Keras, momentum is the weight of the OLD value; in torch it is the weight of the new one.

    >>> x = torch.tensor([[1.0, 2.0], [4.0, 0.0]])
    >>> bn_running_stats(x, running_mean=torch.zeros(2), running_var=torch.ones(2))
    (tensor([0.2500, 0.1000]), tensor([1.3500, 1.1000]))

    中文：训练时每来一个批次，就更新一次滑动均值和滑动方差，留到评估时使用；它们是指数加权平均，不是全体数据的平均。
    在 torch 中 momentum 是“新值”的权重（默认 0.1），笔记和 Keras 里则是“旧值”的权重，正好相反。存入的方差要用无偏的
    （除以 n - 1），归一化时用的才是有偏方差。每个通道不足两个值时抛出 ValueError。返回新的一对张量，不修改输入。
    不能使用 torch 的批量归一化和实例归一化。
    """
    raise NotImplementedError("bn_running_stats is yours to write")


def convert_bn_momentum(momentum: float, source: str) -> float:
    """The same batch-norm momentum in the other convention.

    If you copy momentum=0.9 from a Keras model into torch, the running statistics jump with every batch: the two
    frameworks use the word momentum for different weights. `source` names the convention of `momentum`:

        "old_weight"  (the notes, Keras)   running = momentum * running + (1 - momentum) * batch
        "new_weight"  (torch)              running = (1 - momentum) * running + momentum * batch

    Returns the momentum with the same effect in the other convention, a float, not rounded.
    Raises ValueError if `source` is not exactly one of the two words, or if momentum is outside [0, 1]. 0 and 1 are
    allowed.

    >>> round(convert_bn_momentum(0.9, "old_weight"), 6)
    0.1

    中文：同叫 momentum，笔记和 Keras 里指旧值的权重（"old_weight"），torch 里指新值的权重（"new_weight"）。
    source 说明传入的是哪一种，请换算成另一种，返回浮点数，不要舍入。source 不是这两个词之一，或 momentum 不在 [0, 1] 内
    （0 和 1 允许），都要抛出 ValueError。
    """
    raise NotImplementedError("convert_bn_momentum is yours to write")


def batch_norm_eval(
    x: Tensor,
    running_mean: Tensor,
    running_var: Tensor,
    gamma: Tensor | None,
    beta: Tensor | None,
    eps: float = 1e-5,
) -> Tensor:
    """Batch normalisation in evaluation: with the running statistics, not with those of the batch.

    A prediction must not depend on the other images in the batch. So no mean or variance is computed from x: every
    channel has one fixed scale and one fixed shift, and a batch of one sample works.

        y = (x - running_mean) / sqrt(running_var + eps) * gamma + beta        all per channel, axis 1 of x

    x: (N, C) or (N, C, H, W), float32 or float64.  running_mean, running_var: (C,).  gamma, beta: (C,), or None for
    no scale or no shift; one of them may be None without the other.  Returns the shape and dtype of x. The inputs,
    also the running statistics, are not changed.
    Gradients must reach x, gamma and beta: a network can be trained through a layer in evaluation mode.
    Not allowed: torch's batch norm and instance norm.
    The trap: a tensor of shape (C,) broadcasts along the last axis; for images this is W, not the channels.

    >>> x = torch.tensor([[1.0, 10.0]])
    >>> running_mean, running_var = torch.tensor([0.0, 8.0]), torch.tensor([1.0, 4.0])
    >>> batch_norm_eval(x, running_mean, running_var, gamma=torch.tensor([2.0, 1.0]), beta=torch.tensor([0.0, 3.0]))
    tensor([[2.0000, 4.0000]])

    中文：评估时用训练中积累的 running_mean、running_var 归一化，不再看当前批次，因此一个样本的结果与同批的其他样本无关，
    批次里只有一个样本也没问题。eps 同样要加在根号里。输入是二维或四维，通道总在第 1 维；注意 (C,) 默认沿最后一维广播。
    gamma、beta 都可以单独为 None。不修改任何输入，包括滑动统计量。梯度要能传到 x、gamma 和 beta：处于评估模式的层也要让梯度通过。
    不能使用 torch 的批量归一化和实例归一化。
    """
    raise NotImplementedError("batch_norm_eval is yours to write")


class BatchNorm2dLite(nn.Module):
    """nn.BatchNorm2d, by hand: the functions above and the state that they need, in one module.

    Parameters, trained by the optimiser:         weight (gamma, all 1) and bias (beta, all 0), each (C,);
                                                  with affine=False both are None, not 1 and 0
    Buffers (register_buffer), never trained:     running_mean (all 0) and running_var (all 1), each (C,), and
                                                  num_batches_tracked, an int64 tensor without dimensions, 0

    C = num_features.  momentum: from 0 to 1; momentum=None of nn.BatchNorm2d is not needed here.
    forward takes x: (N, C, H, W), which is not changed, and returns the same shape and dtype.
    In training (self.training), it normalises with the mean and the biased variance of the batch over N, H and W. It
    moves running_mean and running_var towards the batch's mean and unbiased variance, by the fraction `momentum` of
    the way, and adds 1 to num_batches_tracked. In evaluation, it normalises with the running statistics and changes
    nothing. Whether weight and bias are frozen, and whether autograd is on, makes no difference to this.
    Gradients reach x, weight and bias, but never the buffers: they must not keep the graph of past batches.
    state_dict() has the same names, shapes and dtypes as that of nn.BatchNorm2d, so each can load the other's.
    .double() converts the float buffers as well. Two layers share no tensors.
    You may call your functions from above. Not allowed: torch's batch norm and instance norm.

    >>> bn = BatchNorm2dLite(1)
    >>> bn(torch.tensor([1.0, 3.0]).reshape(2, 1, 1, 1)).detach().flatten()  # mean 2; variance 1, unbiased 2
    tensor([-1.0000,  1.0000])
    >>> bn.running_mean, bn.running_var, bn.num_batches_tracked
    (tensor([0.2000]), tensor([1.1000]), tensor(1))

    中文：把前面几个函数和所需的状态合成一个层，行为与 nn.BatchNorm2d 一致。weight、bias 是参数，由优化器训练，
    affine=False 时都是 None（而不是 1 和 0）；running_mean、running_var、num_batches_tracked 是缓冲，要用 register_buffer 登记，
    才会进入 state_dict，并随 .to()、.double() 一起转换。momentum 在 0 到 1 之间，不必支持 momentum=None。
    训练时用批次的均值和有偏方差归一化并更新缓冲（方差存无偏的）；评估时只用缓冲，不再更新。是否在训练只看 self.training，
    与参数是否冻结、自动求导是否开启无关。更新缓冲时不要保留计算图，否则历次批次都会留在内存里。两个层之间不能共用张量。
    可以直接调用你前面写好的函数，不能使用 torch 的批量归一化和实例归一化。
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = True) -> None:
        super().__init__()
        raise NotImplementedError("BatchNorm2dLite.__init__ is yours to write")

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError("BatchNorm2dLite.forward is yours to write")
