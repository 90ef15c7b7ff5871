"""Regularisation: learning the rule, not the training set. 正则化：让网络学到规律，而不是记住训练集。"""

import math

import torch
from torch import Tensor


def apply_dropout_mask(x: Tensor, keep: Tensor, p: float) -> Tensor:
    """Apply a given dropout mask: set dropped elements to 0 and enlarge the others.

    Dropout with probability p keeps only the share 1 - p of the elements, so a sum over them gets smaller by the
    factor 1 - p on average. To make up for this, training divides the kept elements by 1 - p. In evaluation
    nothing is left to correct.

        y = x / (1 - p)  where keep is True,     y = 0  where keep is False

    x: any shape, float32 or float64, finite values; do not change it.
    keep: bool, the same shape as x. True marks the elements that STAY.
    p: the probability of being dropped, from 0 to 1. It was used to draw keep.
    Returns a tensor with the shape and dtype of x. For p = 1 nothing stays: return zeros, not NaN.
    Autograd must reach x if p < 1.
    Not allowed: torch's own dropout (F.dropout, nn.Dropout and the like).

    >>> x, keep = torch.tensor([5.0, 3.0, 1.0]), torch.tensor([True, False, True])
    >>> apply_dropout_mask(x, keep, p=0.8)  # the notes' example: 1 / (1 - 0.8) = 5, so 5 becomes 25
    tensor([25.,  0.,  5.])

    中文：按已经抽好的掩码 keep 完成 dropout，keep 中的 True 表示保留。平均只有 1 - p 的元素被保留，后面的求和会随之缩小，
    所以训练时把保留的元素除以 1 - p，期望就不变，评估时也不必再修正。笔记中的例子：p = 0.8 时要乘以 5，元素 5 变成 25。
    注意 p 是“丢弃”的概率；p = 1 时全部丢弃，应返回 0，而不是 0 / 0 得到的 NaN。x 中只有有限的数。不要修改 x；
    p < 1 时梯度要能传回 x。不允许使用 torch 自带的 dropout（F.dropout、nn.Dropout 等）。
    """
    ### BEGIN SOLUTION
    if p == 1:  # nothing stays, and 0 / 0 would be NaN
        return torch.zeros_like(x)
    return x * keep / (1 - p)
    ### END SOLUTION


def dropout(x: Tensor, p: float, training: bool, generator: torch.Generator) -> Tensor:
    """Drop elements at random in training, and do nothing in evaluation, as nn.Dropout does.

    Each call in training draws a new mask, with one random number for each element of x. No unit can then rely on
    any other unit. In evaluation x passes through unchanged, because a prediction must not depend on chance.

        u = random numbers from [0, 1), one for each element of x
        training:    keep the elements with u >= p, divided by 1 - p; the others become 0
        evaluation:  y = x

    x: any shape, float32 or float64, finite values; do not change it.
    p: the probability of being DROPPED. It may be an int.
    training: True in training, False in evaluation.
    generator: the source of the random numbers. Call torch.rand once, with the shape of x and this generator, and
    leave its dtype at the default. Then everyone gets the same mask. In evaluation draw nothing from it.
    Returns a tensor with the shape and dtype of x. Autograd must reach x if p < 1, and always in evaluation.
    Raises ValueError if p is outside [0, 1], in evaluation too. 0 (keep all) and 1 (drop all) are allowed.
    You may call apply_dropout_mask.
    Not allowed: torch's own dropout (F.dropout, nn.Dropout and the like).

    >>> generator = torch.Generator().manual_seed(7)
    >>> dropout(torch.ones(6), 0.5, training=True, generator=generator)
    tensor([2., 0., 2., 2., 0., 0.])
    >>> dropout(torch.ones(6), 0.5, training=False, generator=generator)
    tensor([1., 1., 1., 1., 1., 1.])

    中文：实现与 nn.Dropout 行为相同的 dropout。训练时每次调用都抽取新的掩码，每个元素单独决定去留，保留的元素除以 1 - p。
    评估时原样返回 x，不丢弃，不缩放，也不从 generator 抽数（笔记没有提到：预测之前要先调用 model.eval()）。
    p 是丢弃的概率，也可以是整数 0 或 1。抽掩码的方法：用传入的 generator 调用一次 torch.rand，形状与 x 相同，dtype 用默认值，
    得到随机数 u，u >= p 的元素保留。无论训练还是评估，p 不在 [0, 1] 内都要抛出 ValueError。不要修改 x；p < 1 时，
    以及评估时，梯度要能传回 x。可以调用 apply_dropout_mask，不允许使用 torch 自带的 dropout。
    """
    ### BEGIN SOLUTION
    if not 0 <= p <= 1:
        raise ValueError(f"p is a probability, from 0 to 1, not {p}")
    if not training:
        return x
    keep = torch.rand(x.shape, generator=generator) >= p
    return apply_dropout_mask(x, keep, p)
    ### END SOLUTION


def dropout_weight_grad(x: Tensor, keep: Tensor, p: float) -> Tensor:
    """Compute the gradient of the weights behind a dropout layer by hand: the experiment of the notes.

    N samples with D features pass through dropout and then through a linear layer with the weights w, of shape
    (D, 1). y is the sum of the N outputs. If an input column is 0 in every sample, its weight gets the gradient 0:
    it is not updated in this step.

        y = sum over n and d of  dropped[n, d] * w[d]          dropped = x after dropout with the mask keep

    x: (N, D), float32 or float64, finite values.  keep: (N, D), bool; True marks the elements that stay.
    p: the probability of being dropped, from 0 to 1.  Change neither x nor keep.
    Returns dy/dw, with the shape of w, (D, 1), and the dtype of x.
    You may call apply_dropout_mask.
    Not allowed: autograd (backward, torch.autograd, torch.func), torch.ops, torch's own dropout.

    >>> x = torch.tensor([[2.0, 3.0, 1.0], [4.0, 5.0, 6.0]])
    >>> keep = torch.tensor([[True, False, False], [True, True, False]])
    >>> dropout_weight_grad(x, keep, p=0.5)
    tensor([[12.],
            [10.],
            [ 0.]])

    中文：手工推导笔记中的实验：x 先经过 dropout（掩码为 keep，丢弃概率为 p），再与形状为 (D, 1) 的权重 w 相乘，所有样本的输出
    加起来得到标量 y。求 y 对 w 的梯度，形状与 w 相同。想一想：每个权重只与输入的哪一列有关？笔记说 dropout
    “会使得某些参数无法更新”，其实只是在这一步不更新，而且要求这一列在所有样本中都是 0（被丢弃，或本来就是 0）。
    不要修改 x 和 keep。不允许使用自动求导（backward、torch.autograd、torch.func）、torch.ops 和 torch 自带的 dropout，
    可以调用 apply_dropout_mask。
    """
    ### BEGIN SOLUTION
    dropped = apply_dropout_mask(x, keep, p)
    return dropped.sum(dim=0).unsqueeze(1)
    ### END SOLUTION


def l2_penalty(params: list[Tensor], lam: float) -> Tensor:
    """Compute the L2 penalty, a term of the loss that grows with the size of the weights.

    The gradient of the penalty is lam * w, so each step of gradient descent shrinks all weights by the same share.
    For plain SGD this is weight decay. The factor 1/2 cancels the 2 of the derivative.

        penalty  =  lam / 2  times  the sum of w^2 over all elements of all tensors

    params: tensors of any shapes, contiguous or not, all float32 or all float64. Change neither the list nor the
    tensors.  lam: at least 0.
    Returns a tensor of no dimensions, with the dtype of params. For an empty list return a float32 tensor of 0.0.
    Autograd must reach every tensor in the list, also if lam is 0. The gradient of a tensor of zeros is 0, not NaN.

    >>> weight, bias = torch.tensor([[1.0, 1.0], [1.0, 1.0]]), torch.tensor([3.0, -4.0])
    >>> l2_penalty([weight, bias], lam=0.1)  # 0.05 * (4 + 25)
    tensor(1.4500)

    中文：计算 L2 正则项：lam / 2 乘以所有张量、所有元素的平方和（不是范数，也不是平均值）。它会加到损失上一起求导。
    系数 1/2 用来抵消求导得到的 2，使梯度恰好是 lam * w：每一步梯度下降，所有权重都按同样的比例缩小，这正是 SGD 里的“权重衰减”。
    列表里的张量形状可以各不相同，也可以不连续；不要修改列表和其中的张量。返回零维张量；列表为空时返回值为 0 的零维张量。
    梯度要能传到列表里的每一个张量，lam = 0 时也一样；全零张量的梯度应为 0，而不是 NaN。
    """
    ### BEGIN SOLUTION
    total = torch.zeros(())
    for w in params:
        total = total + w.square().sum()
    return lam / 2 * total
    ### END SOLUTION


def l1_penalty_and_grad(w: Tensor, lam: float) -> tuple[Tensor, Tensor]:
    """Compute the L1 penalty and its gradient.

    The smaller a weight, the weaker the pull of L2: weights become small, but not 0. The pull of L1 is the same for
    all weights, whatever their size. |w| has a corner at 0 and no derivative there; like torch, we use 0.

        penalty  =  lam  times  the sum of |w|          grad  =  lam  times  the sign of each weight (1, -1 or 0)

    w: any shape, float32 or float64; do not change it.  lam: at least 0.
    Returns (penalty, grad), both with the dtype of w: a tensor of no dimensions, and a tensor with the shape of w.
    Not allowed: autograd (backward, torch.autograd, torch.func), torch.ops.

    >>> l1_penalty_and_grad(torch.tensor([3.0, -4.0, 0.0]), lam=0.1)
    (tensor(0.7000), tensor([ 0.1000, -0.1000,  0.0000]))

    中文：返回 L1 正则项（lam 乘以绝对值之和，零维张量）和它对 w 的梯度（形状与 w 相同）。L2 的拉力与权重成正比，权重越小拉力越弱，
    所以权重只会变小，不会等于 0；L1 的拉力始终是 lam，与权重的大小无关，再小的权重也一样。|w| 在 0 处不可导，
    这里与 torch 一样取 0（次梯度）。两个返回值的 dtype 都与 w 相同。不要修改 w。
    不允许使用自动求导（backward、torch.autograd、torch.func）和 torch.ops。
    """
    ### BEGIN SOLUTION
    penalty = lam * w.abs().sum()
    grad = lam * torch.sign(w)
    return penalty, grad
    ### END SOLUTION


def sgd_weight_decay_step(w: Tensor, g: Tensor, lr: float, weight_decay: float) -> Tensor:
    """Take one step of SGD with weight decay, as torch.optim.SGD does.

    There are two ways to use an L2 penalty: add it to the loss, or add its gradient, weight_decay * w, to the
    gradient of the loss. Optimisers do the second. If the loss does not depend on a weight, the weight shrinks by
    the factor 1 - lr * weight_decay in each step.

        d  =  g + weight_decay w          new w  =  w - lr d

    w, g: the weights and the gradient of the loss, with the same shape and dtype (float32 or float64). Change
    neither of them.  lr, weight_decay: at least 0.
    Returns the new w, with the same shape and dtype.
    Not allowed: torch.optim and its fused functions.
    The notes call L2 "weight decay". For SGD the two are the same. Adam, however, also divides the gradient of the
    penalty by sqrt(v); AdamW decays the weights directly and is a different method.

    >>> w, g = torch.tensor([1.0, -2.0]), torch.tensor([0.5, 0.0])
    >>> sgd_weight_decay_step(w, g, lr=0.1, weight_decay=0.01)
    tensor([ 0.9490, -1.9980])

    中文：实现带权重衰减的一步 SGD，与 torch.optim.SGD 一致：不在损失里加 L2 正则项，而是把正则项的梯度 weight_decay * w
    加到损失的梯度上，再照常更新。若某个权重的 g 为 0，它每一步都乘以 1 - lr * weight_decay，逐渐趋近 0。
    笔记说“L2 正则化又称为权重衰减”，这只对 SGD 成立：Adam 会把正则项的梯度也除以 sqrt(v)，直接衰减权重的 AdamW 是另一种方法。
    不要修改 w 和 g，不允许使用 torch.optim 及其融合（fused）函数。
    """
    ### BEGIN SOLUTION
    d = g + weight_decay * w
    return w - lr * d
    ### END SOLUTION


def soft_threshold(w: Tensor, t: float) -> Tensor:
    """Move each weight towards 0 by t, and stop at 0: this is how an L1 penalty makes weights exactly 0.

    Gradient descent on the L1 penalty does not reach 0: its steps all have the same length, so a weight near 0
    jumps from one side to the other. Soft thresholding takes the whole step t = lr * lam at once and stops at 0.
    Weights that are 0 need not be stored, so L1 helps to compress models.

        |w| > t:   the weight moves by t towards 0
        |w| <= t:  the weight becomes exactly 0

    w: any shape, float32 or float64; do not change it.  t: the threshold, at least 0. For t = 0 w stays as it is.
    Returns a tensor with the shape and dtype of w.
    Not allowed: torch's softshrink and hardshrink, as functions, layers or methods.

    >>> soft_threshold(torch.tensor([-2.0, 0.25, 0.5, 1.5]), t=0.5)
    tensor([-1.5000,  0.0000,  0.0000,  1.0000])

    中文：软阈值：每个权重向 0 靠近 t；绝对值不超过 t 的权重恰好变成 0（不是 1e-17 之类的数）。笔记说 L1 会让“权重值可能被减少到 0”，
    可是直接对 L1 做梯度下降，每一步的长度都一样，权重只会在 0 的两边来回跳。改用软阈值（t = 学习率乘以 lam），
    权重才会恰好变成 0，不必存储，所以 L1 能压缩模型。注意这不是“硬阈值”：保留下来的权重也要缩小 t，符号不变。
    不要修改 w，不允许使用 torch 自带的 softshrink、hardshrink（函数、层或方法）。
    """
    ### BEGIN SOLUTION
    size = (w.abs() - t).clamp(min=0)
    return torch.sign(w) * size
    ### END SOLUTION


class EarlyStopping:
    """Early stopping: it ends the training when the validation loss has not improved for `patience` epochs in a row.

    The notes stop as soon as the validation loss no longer falls. But this loss goes up and down from epoch to epoch.
    So we wait for several epochs, and we remember the best epoch, because its weights are the ones to keep.

    patience: stop after this many epochs in a row without an improvement; at least 1.
    min_delta: an epoch is an improvement if its loss is lower than `best` by MORE than min_delta; at least 0.

    Call step(val_loss) once for each epoch. It returns True if the last `patience` epochs, or more, brought no
    improvement, and otherwise False (both are bool). After a later improvement it returns False again.
    An equal loss is no improvement, and neither is NaN. A gain that is too small does not change `best`.
    Each object has its own state. Its attributes can be read at any time:
        best        the loss of the last improvement; infinity before the first
        best_epoch  the epoch of the last improvement, counted from 0; -1 before the first
        bad_epochs  the number of epochs since then; 0 after an improvement

    >>> stopper = EarlyStopping(patience=2)
    >>> [stopper.step(loss) for loss in [1.0, 0.8, 0.9, 0.7, 0.75, 0.71]]
    [False, False, False, False, False, True]
    >>> stopper.best, stopper.best_epoch, stopper.bad_epochs
    (0.7, 3, 2)

    中文：提前停止。笔记说验证集性能不再提升就“立即”停止，但验证损失每一轮都会上下波动，所以要连续 patience 轮都没有改善才停，
    并记住最好的一轮，最后取用那一轮的权重。每轮调用一次 step(val_loss)：连续没有改善的轮数达到 patience 时返回 True，
    否则返回 False；之后若又有改善，则重新返回 False。只有比 best 低出“超过” min_delta 才算改善；相等不算，NaN 不算
    （第一轮就是 NaN 也不算）。降得不够多时，best 不变。每个对象的状态互相独立，随时可以读取下列属性：
    best 是最近一次改善时的损失（初值为正无穷），best_epoch 是那一轮的编号（从 0 开始，初值为 -1），
    bad_epochs 是此后连续没有改善的轮数，一有改善就清零。
    """

    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        ### BEGIN SOLUTION
        self.patience = patience
        self.min_delta = min_delta
        self.best = math.inf
        self.best_epoch = -1
        self.bad_epochs = 0
        self.epoch = 0
        ### END SOLUTION

    def step(self, val_loss: float) -> bool:
        """Record the validation loss of one epoch. Return True to stop the training. 记录一轮的验证损失；返回 True 表示停止训练。"""
        ### BEGIN SOLUTION
        if val_loss < self.best - self.min_delta:  # never true of NaN
            self.best = val_loss
            self.best_epoch = self.epoch
            self.bad_epochs = 0
        else:
            self.bad_epochs += 1
        self.epoch += 1
        return self.bad_epochs >= self.patience
        ### END SOLUTION
