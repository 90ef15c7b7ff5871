"""Regularisation: learning the rule, not the training set. 正则化：让网络学到规律，而不是记住训练集。"""

import math

import torch
from torch import Tensor


def apply_dropout_mask(x: Tensor, keep: Tensor, p: float) -> Tensor:
    """Dropout with a mask that has already been drawn.

    Dropping a share p of all values would make every sum after this layer smaller, by the factor 1 - p on average.
    So the values that stay are enlarged at once, while training, and a network in use needs no correction at all:

        y = x / (1 - p)  where keep is True,     y = 0  where it is False

    x: any shape, float32 or float64; it is not changed.  keep: bool, of x's shape; True marks what STAYS.
    p: the probability of being dropped, which keep was drawn with, from 0 to 1.
    Returns the shape and dtype of x. With p = 1 nothing stays: zeros, not NaN.  Autograd must reach x where p < 1.
    Not allowed: torch's own dropout.

    >>> x, keep = torch.tensor([5.0, 3.0, 1.0]), torch.tensor([True, False, True])
    >>> apply_dropout_mask(x, keep, p=0.8)  # the notes' example: 1 / (1 - 0.8) = 5, so 5 becomes 25
    tensor([25.,  0.,  5.])

    中文：掩码 keep 已经抽好（True 表示保留），请据此完成 dropout。丢弃一部分元素会让后面的求和平均缩小到 1 - p 倍，
    所以训练时就把保留下来的元素乘以 1 / (1 - p)，使期望不变，使用网络时便无需再作修正。笔记中的例子：p = 0.8 时
    缩放因子是 5，元素 5 变成 25。注意 p 是“丢弃”的概率；p = 1 时全部丢弃，结果应是 0，而不是 0 / 0 得到的 NaN。
    不允许使用 torch 自带的 dropout，不要修改 x，并且梯度要能传回 x。
    """
    raise NotImplementedError("apply_dropout_mask is yours to write")


def dropout(x: Tensor, p: float, training: bool, generator: torch.Generator) -> Tensor:
    """Dropout as nn.Dropout does it: at random in training, nothing at all in evaluation.

    Every call in training draws a new mask, a number for each single element of x, so that no unit can rely on
    another one being there. A prediction must not be a matter of luck: in evaluation x passes through as it is.

        u = random numbers of x's shape, from [0, 1)         an element is kept where  u >= p
        y = what is kept, enlarged by 1 / (1 - p)            in evaluation:  y = x

    x: any shape, float32 or float64; it is not changed.  p: the probability of being DROPPED.
    training: True in training, False in evaluation.  generator: where chance comes from. So that results can be
    repeated, draw u by one call of torch.rand with x's shape and this generator, in torch.rand's own dtype.
    Returns the shape and dtype of x.  Autograd must reach x where p < 1.
    Raises ValueError where p is outside [0, 1], in evaluation as well; 0 (keep all) and 1 (drop all) are allowed.
    You may call apply_dropout_mask. Not allowed: torch's own dropout.

    >>> generator = torch.Generator().manual_seed(7)
    >>> dropout(torch.ones(6), 0.5, training=True, generator=generator)
    tensor([2., 0., 2., 2., 0., 0.])
    >>> dropout(torch.ones(6), 0.5, training=False, generator=generator)
    tensor([1., 1., 1., 1., 1., 1.])

    中文：实现与 nn.Dropout 行为相同的 dropout。训练时每次调用都重新抽取掩码，并且逐个元素独立决定去留，保留的元素乘以
    1 / (1 - p)；评估时原样返回 x，不丢弃也不缩放（笔记没有提到这一点：预测之前要先调用 model.eval()）。
    p 是丢弃的概率：用传入的 generator 调用一次 torch.rand，得到与 x 形状相同的随机数 u（使用默认的 dtype），u >= p 处保留。
    无论训练还是评估，p 不在 [0, 1] 内都要抛出 ValueError。可以直接调用 apply_dropout_mask，不允许使用 torch 自带的 dropout。
    """
    raise NotImplementedError("dropout is yours to write")


def dropout_weight_grad(x: Tensor, keep: Tensor, p: float) -> Tensor:
    """What dropout does to the gradient of the weights behind it: the notes' experiment, by hand.

    N samples of D features go through dropout, then through a linear layer with one output and weights w (D, 1);
    the outputs of all samples are added up. A weight whose input is 0 in every sample stands still in this step.

        y = sum over n, d of  dropped[n, d] w[d]          dropped = x after dropout with the mask keep

    x: (N, D), float32 or float64.  keep: (N, D), bool, True where a value stays.  p: the probability of being dropped,
    from 0 to 1.  Neither x nor keep is changed.
    Returns dy/dw, of the shape of w, (D, 1), and the dtype of x.
    You may call apply_dropout_mask. Not allowed: autograd, torch's own dropout.

    >>> x = torch.tensor([[2.0, 3.0, 1.0], [4.0, 5.0, 6.0]])
    >>> keep = torch.tensor([[True, False, False], [True, True, False]])
    >>> dropout_weight_grad(x, keep, p=0.5)
    tensor([[12.],
            [10.],
            [ 0.]])

    中文：手工推导笔记中的实验：x 先经过 dropout（掩码为 keep，丢弃概率为 p），再与权重 w（形状 (D, 1)）相乘，最后把所有样本的
    输出加起来得到标量 y，求 y 对 w 的梯度，形状与 w 相同。想一想：某个权重只影响哪一列输入？笔记说 dropout
    “会使得某些参数无法更新”，其实只是在这一步，而且要求这一列在所有样本中都被丢弃（或本来就是 0），梯度才恰好为 0。
    不允许使用自动求导和 torch 自带的 dropout，可以直接调用 apply_dropout_mask。
    """
    raise NotImplementedError("dropout_weight_grad is yours to write")


def l2_penalty(params: list[Tensor], lam: float) -> Tensor:
    """The L2 penalty: what large weights add to the loss.

    Its gradient is simply lam w: at each step of gradient descent every weight shrinks by the same small share. For
    plain SGD this is the same as weight decay, and the factor 1/2 is there to make it so.

        penalty  =  lam / 2  times  the sum of w^2 over all elements of all tensors

    params: tensors of any shapes, contiguous or not, all float32 or all float64; not changed.  lam: at least 0.
    Returns a tensor of no dimensions, of the dtype of params; for an empty list a tensor of 0.0 (float32).
    Autograd must reach every tensor in the list: the penalty is added to a loss and trained.

    >>> weight, bias = torch.tensor([[1.0, 1.0], [1.0, 1.0]]), torch.tensor([3.0, -4.0])
    >>> l2_penalty([weight, bias], lam=0.1)  # 0.05 * (4 + 25)
    tensor(1.4500)

    中文：计算 L2 正则项：lam / 2 乘以所有张量、所有元素的平方和（不是范数，也不是平均值），它会加到损失上一起求导。
    系数 1/2 使梯度恰好等于 lam * w：每一步梯度下降，每个权重都按同样的比例缩小一点，这正是 SGD 里的“权重衰减”。
    列表里的张量形状可以各不相同；列表为空时返回值为 0 的零维张量。结果是零维张量，梯度要能传到列表里的每一个张量。
    """
    raise NotImplementedError("l2_penalty is yours to write")


def l1_penalty_and_grad(w: Tensor, lam: float) -> tuple[Tensor, Tensor]:
    """The L1 penalty and its gradient.

    L2 pulls at a weight the less the smaller it is, so weights get small but not 0. L1 pulls at all of them with
    the same strength, whatever their size. |w| has a corner at 0 and no slope there; like torch, we take 0.

        penalty  =  lam  times  the sum of |w|                grad  =  +lam, -lam or 0, by the sign of each weight

    w: any shape, float32 or float64; it is not changed.  lam: at least 0.
    Returns (penalty, grad), both of w's dtype: a tensor of no dimensions, and one of w's shape.
    Not allowed: autograd.

    >>> l1_penalty_and_grad(torch.tensor([3.0, -4.0, 0.0]), lam=0.1)
    (tensor(0.7000), tensor([ 0.1000, -0.1000,  0.0000]))

    中文：返回 L1 正则项（lam 乘以绝对值之和，零维张量）和它对 w 的梯度（与 w 形状相同）。L2 的拉力与权重成正比，权重越小拉力越弱，
    所以只会趋近于 0；L1 的拉力大小恒为 lam，与权重大小无关。|w| 在 0 处不可导，这里与 torch 一样，梯度取 0（次梯度）。
    不允许使用自动求导，也不要修改 w。
    """
    raise NotImplementedError("l1_penalty_and_grad is yours to write")


def sgd_weight_decay_step(w: Tensor, g: Tensor, lr: float, weight_decay: float) -> Tensor:
    """One step of SGD with weight decay, as torch.optim.SGD takes it.

    Instead of adding the L2 penalty to the loss, the optimiser adds its gradient to the gradient of the loss; then
    it takes its usual step. A weight that the loss does not care about fades away, by the factor 1 - lr weight_decay
    at each step.

        d  =  g + weight_decay w          w  <-  w - lr d

    w, g: weights and the gradient of the loss; same shape and dtype, float32 or float64. They are not changed.
    Returns the new w, same shape and dtype.
    Not allowed: torch.optim. The notes call L2 "weight decay": for SGD they are one thing, but Adam divides the penalty's
    gradient by sqrt(v) like any other; AdamW, which decays the weights directly, is a method of its own.

    >>> w, g = torch.tensor([1.0, -2.0]), torch.tensor([0.5, 0.0])
    >>> sgd_weight_decay_step(w, g, lr=0.1, weight_decay=0.01)
    tensor([ 0.9490, -1.9980])

    中文：实现带权重衰减的一步 SGD，与 torch.optim.SGD 一致：不在损失里加 L2 正则项，而是直接把正则项的梯度 weight_decay * w
    加到损失的梯度上，再照常更新。g 为 0 的权重每一步都乘以 1 - lr * weight_decay，逐渐趋近 0。
    笔记说“L2 正则化又称为权重衰减”，这只对 SGD 成立：Adam 会把正则项的梯度也除以 sqrt(v)，直接衰减权重的 AdamW 是另一种方法。
    不允许使用 torch.optim，也不要修改 w 和 g。
    """
    raise NotImplementedError("sgd_weight_decay_step is yours to write")


def soft_threshold(w: Tensor, t: float) -> Tensor:
    """Soft thresholding: the step by which an L1 penalty makes weights exactly 0.

    Gradient descent on the L1 penalty oscillates around 0: a pull of constant strength overshoots. So the pull is
    done in one go, by t = lr lam, and stops at 0. What has become 0 need not be stored: this is why L1 compresses models.

        every weight moves by t towards 0;  one that is not farther from 0 than t  becomes exactly 0

    w: any shape, float32 or float64; it is not changed.  t: the threshold, at least 0; t = 0 leaves w as it is.
    Returns the shape and dtype of w.
    Not allowed: torch's soft and hard shrink functions.

    >>> soft_threshold(torch.tensor([-2.0, 0.25, 0.5, 1.5]), t=0.5)
    tensor([-1.5000,  0.0000,  0.0000,  1.0000])

    中文：软阈值：每个权重向 0 靠近 t；绝对值不超过 t 的权重恰好变成 0。笔记说 L1 会让“权重值可能被减少到 0”，可是直接对 L1
    做梯度下降，权重只会在 0 附近来回振荡；改用这一步（t = 学习率乘以 lam），权重才会精确地变成 0，因此 L1 能压缩模型。
    注意不是“硬阈值”：保留下来的权重也要缩小 t，并保持原来的符号。不允许使用 torch 自带的 softshrink、hardshrink，不要修改 w。
    """
    raise NotImplementedError("soft_threshold is yours to write")


class EarlyStopping:
    """Early stopping: end the training when the validation loss has not improved for some epochs.

    The notes stop at once when the validation loss no longer falls. But it wobbles from epoch to epoch: we wait
    `patience` epochs, and remember which epoch was the best, since its weights are the ones to keep.

    patience: how many epochs in a row may bring no improvement, at least 1.
    min_delta: an improvement is a loss that is lower than the best one by MORE than this, at least 0.

    Call step(val_loss) once for each epoch. It returns True when training should stop, that is, when the last
    `patience` epochs (or more) all brought no improvement, and otherwise False. Both are bool.
    An equal loss is no improvement, and NaN never is one. A small gain that does not count leaves `best` alone.
    Attributes, to be read at any time:
        best        the loss of the last improvement; infinity before the first
        best_epoch  its epoch, counted from 0; -1 before the first
        bad_epochs  how many epochs have passed since then; 0 after an improvement

    >>> stopper = EarlyStopping(patience=2)
    >>> [stopper.step(loss) for loss in [1.0, 0.8, 0.9, 0.7, 0.75, 0.71]]
    [False, False, False, False, False, True]
    >>> stopper.best, stopper.best_epoch, stopper.bad_epochs
    (0.7, 3, 2)

    中文：提前停止。笔记说验证集性能不再提升就“立即”停止，但验证损失每一轮都会上下波动，实践中要连续 patience 轮都没有改善才停，
    并记住最好的一轮，最后取用那一轮的权重。每轮调用一次 step(val_loss)：该停止时返回 True，否则返回 False。
    只有比 best 低出“超过” min_delta 才算改善；相等不算，NaN 也不算（第一轮就是 NaN 也不算）。不算改善的小幅下降不更新 best。
    属性：best 是最近一次改善时的损失（初值为正无穷），best_epoch 是那一轮的编号（从 0 开始，初值为 -1），
    bad_epochs 是此后连续没有改善的轮数，一有改善就清零。
    """

    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        raise NotImplementedError("EarlyStopping.__init__ is yours to write")

    def step(self, val_loss: float) -> bool:
        """Take in the validation loss of one more epoch. True: stop the training. 记录一轮的验证损失；返回 True 表示停止训练。"""
        raise NotImplementedError("EarlyStopping.step is yours to write")
