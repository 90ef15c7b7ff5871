"""Losses: how wrong a network is, as one number. 损失函数：用一个数说明网络错了多少。"""

import torch
from torch import Tensor


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """Mean absolute error (MAE): like nn.L1Loss, but different shapes raise an error.

    Every error counts by its size, whatever its sign. An outlier pulls no harder than any other error, because the
    slope is 1 or -1 everywhere except at 0.

        loss = |pred - target|        element by element, then reduced

    pred, target: the same shape, any, even without entries; both float32 or both float64; neither is changed.
    reduction: "none" returns the losses in the shape of pred; "sum" adds them up; "mean" averages them. The mean of no
    entries is NaN, as in torch.
    Returns the dtype of pred, without dimensions for "sum" and "mean". Autograd must reach pred. Where the error is 0,
    any slope from -1 to 1 is accepted, but not NaN.
    Raises ValueError if the shapes differ. This is the trap: in torch, (N,) minus (N, 1) is not an error but an (N, N)
    matrix, and its mean looks like any other loss. nn.L1Loss only warns.
    Not allowed: torch's own l1_loss and L1Loss; torch.ops.

    >>> y_pred, y_true = torch.tensor([[1.0], [1.0]]), torch.tensor([[0.0], [0.0]])
    >>> l1_loss(y_pred, y_true)
    tensor(1.)
    >>> l1_loss(torch.tensor([1.0, -2.0, 4.0]), torch.tensor([0.0, 1.0, 1.0]), reduction="none")
    tensor([1., 3., 3.])

    中文：平均绝对误差（MAE，L1 损失）：逐元素求 |预测 - 真实|，再按 reduction 汇总："none" 保持原形状，"sum" 求和，
    "mean" 求平均（没有元素时与 torch 一样得到 NaN）。误差为 0 处的斜率取 -1 到 1 之间的任意值都可以，但不能是 NaN。
    两个张量的形状必须完全相同，否则抛出 ValueError：(N,) 减 (N, 1) 会广播成 (N, N)，并不报错，算出的平均值却是错的。
    不允许使用 torch 自带的 l1_loss、L1Loss 和 torch.ops。
    """
    raise NotImplementedError("l1_loss is yours to write")


def mse_and_grad(pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Mean squared error, and its gradient with respect to the prediction, derived by hand.

    The gradient grows with the error, which is why one outlier can dominate an MSE. Back propagation starts with this
    gradient: it is the first thing that flows backwards.

        loss = mean of (pred - target)^2        grad = d loss / d pred, one number for each entry of pred

    pred, target: the same shape, any, with at least one entry; both float32 or both float64; neither is changed.
    Returns (loss, grad): loss without dimensions, grad in the shape of pred, both in its dtype.
    Large numbers must keep their digits: 10001 against 10000 costs exactly 1.
    Not allowed: autograd, torch.func, mse_loss, MSELoss, torch.ops. Differentiate on paper, for one entry of pred.
    The trap: the mean runs over ALL entries, not only over the batch, and the gradient is divided by the same number.
    (The worked example of back propagation in the notes uses another loss, half of the sum of squares.)

    >>> y_pred, y_true = torch.tensor([[1.0], [1.0]]), torch.tensor([[0.0], [0.0]])
    >>> loss, grad = mse_and_grad(y_pred, y_true)
    >>> loss
    tensor(1.)
    >>> grad
    tensor([[1.],
            [1.]])

    中文：均方误差（MSE）及其对预测值的梯度，梯度要自己推导。平均是对所有元素求的，不只是对批次，所以梯度里同样要除以
    元素总数。返回 (loss, grad)：loss 是零维张量，grad 与 pred 形状相同。数值很大时也要准确：预测 10001、真实 10000，
    损失恰好是 1。不允许使用自动求导、torch.func、mse_loss、MSELoss 和 torch.ops。
    注意：笔记反向传播例子中的损失是平方和的一半，与这里不同。
    """
    raise NotImplementedError("mse_and_grad is yours to write")


def smooth_l1_loss(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """Smooth L1 loss: a parabola near 0, where L1 has a corner, and straight lines beyond, where MSE explodes.

    Small errors get small gradients, so training can settle. Outliers get a slope of 1 or -1 and no more. The two pieces
    meet at |x| = beta with the same value and the same slope. Object detectors fit their boxes with this loss.

        x = pred - target        loss = mean of  0.5 * x^2 / beta     where |x| < beta
                                                 |x| - 0.5 * beta     elsewhere

    pred, target: the same shape, any, with at least one entry; both float32 or both float64; neither is changed.
    beta: where the pieces meet, at least 0. With beta = 0 no parabola is left: the result is the L1 loss, in value and
    gradient.
    Returns the mean, without dimensions, in the dtype of pred. Autograd must reach pred. Where the error is 0, the slope
    is 0; with beta = 0 any slope from -1 to 1 is accepted. It is never NaN.
    Not allowed: smooth_l1_loss and huber_loss, as functions or modules; torch.ops.
    The trap: the inner piece is HALF the squared error (the notes call it the L2 loss). Only then do the pieces fit.

    >>> y_pred, y_true = torch.tensor([[0.2], [0.6]]), torch.tensor([[0.0], [1.0]])
    >>> smooth_l1_loss(y_pred, y_true)
    tensor(0.0500)

    中文：Smooth L1 是分段函数：误差小（|x| < beta）时用抛物线，避免 L1 在零点不可导；误差大时用直线，离群点的梯度
    不会爆炸。两段在 |x| = beta 处数值和斜率都相同，为此中间一段是平方误差的一半再除以 beta（笔记说“实际上就是L2损失”，
    少了这个 0.5），两侧是 |x| - 0.5·beta；笔记中的“[-1,11]”应为 [-1, 1]。beta = 0 时就是 L1 损失，数值和梯度都一样，
    注意不要除以零。误差为 0 处的斜率是 0（beta = 0 时可以是 -1 到 1 之间的任意值），不能是 NaN。
    不允许使用 smooth_l1_loss、huber_loss（函数和模块）和 torch.ops。
    """
    raise NotImplementedError("smooth_l1_loss is yours to write")


def nll_from_probs(probs: Tensor, target: Tensor, eps: float = 0.0) -> Tensor:
    """Cross entropy for a model that ends in softmax: its outputs are already probabilities.

    Only the probability of the true class counts. The negative log-likelihood is minus its log, averaged over the
    samples. This is what the example of the notes was meant to compute.

        loss = mean over n of  -log(max(probs[n, target[n]], eps))

    probs: (N, C), values in [0, 1], float32 or float64, N at least 1.  target: (N,), int64, the true classes.
    Neither is changed. The rows of probs are used as they are, even if they do not add up to 1.
    eps: a floor under the probability, and nothing else: probabilities above it do not change. The default 0 means no
    floor; then a true class of probability 0 costs inf. The probabilities of the other classes do not matter, even if
    they are 0.
    Returns the mean, without dimensions, in the dtype of probs. Autograd must reach probs; below the floor the gradient
    is 0, at probability 0 as well.
    Not allowed: nll_loss and cross_entropy, as functions or modules; torch.ops.

    >>> y_pred = torch.tensor([[0.05, 0.9, 0.05], [0.05, 0.05, 0.9]])
    >>> nll_from_probs(y_pred, torch.tensor([1, 2]))
    tensor(0.1054)

    中文：模型的输出已经是概率时的交叉熵：每一行取出真实类别的概率，取对数、变号，再对样本求平均。不要再做 softmax，
    也不要重新归一化。例子中的概率与笔记相同，这里得到的 0.1054 才是笔记想算的值，笔记打印的 0.6178 多做了一次 softmax。
    eps 只是概率的下限：概率小于 eps 时按 eps 计算（不是加上 eps），此时梯度为 0，概率恰好为 0 时也是；大于 eps 的概率不变。
    默认 0 表示没有下限，真实类别的概率为 0 时损失是 inf。其他类别的概率即使是 0，也不能影响结果。
    不允许使用 nll_loss、cross_entropy（函数和模块）和 torch.ops。
    """
    raise NotImplementedError("nll_from_probs is yours to write")


def binary_cross_entropy(p: Tensor, y: Tensor) -> Tensor:
    """Binary cross entropy of probabilities: what nn.BCELoss does, written by hand.

    Every entry is a yes-or-no question of its own, and p is the probability of yes. If the answer is yes (y = 1), the
    cost is -log p. If it is no (y = 0), the cost is -log(1 - p). A y between 0 and 1 weighs the two costs.

        loss = mean of  -(y * log(p) + (1 - y) * log(1 - p))        over all entries; no log is less than -100

    p, y: the same shape, any, with at least one entry; values in [0, 1]; both float32 or both float64; neither is
    changed. (N, C) holds C questions for each of N samples: several labels may be right at once.
    Returns the mean, without dimensions, in the dtype of p. Autograd must reach p (where 0 < p < 1).
    Not allowed: torch's own binary cross entropies; torch.ops.
    The trap: at p = 0 or 1 one of the logs is -inf, and 0 times -inf is NaN. torch replaces each log below -100
    by -100, so a sure but wrong answer costs 100.

    >>> y_pred, y_true = torch.tensor([[0.4], [0.6]]), torch.tensor([[0.0], [1.0]])
    >>> binary_cross_entropy(y_pred, y_true)
    tensor(0.5108)

    中文：二分类交叉熵，与 nn.BCELoss 相同，输入 p 已经是概率（经过 sigmoid）。每个元素是一道独立的是非题：y = 1 时损失为
    -log p，y = 0 时为 -log(1 - p)，最后对所有元素求平均。形状 (N, C) 表示每个样本有 C 个互不排斥的标签。
    p 恰好为 0 或 1 时有一个对数是 -inf，而 0 乘 -inf 是 NaN：torch 的做法是把小于 -100 的对数都换成 -100，
    所以十分确信却答错时，损失是 100。不允许使用 torch 自带的二分类交叉熵和 torch.ops。
    """
    raise NotImplementedError("binary_cross_entropy is yours to write")


def soft_cross_entropy(logits: Tensor, target_probs: Tensor) -> Tensor:
    """Cross entropy of raw logits against probabilities: what F.cross_entropy does with a target of floats.

    A target need not be a single class. A one-hot row puts all its probability on one class; label smoothing and
    distillation spread it. The loss of a sample is -log softmax, summed over the classes with these weights.

        loss = mean over n of  -(sum over c of target_probs[n, c] * log softmax(logits[n])[c])

    logits, target_probs: (N, C), both float32 or both float64, N and C at least 1; neither is changed.
    The rows of target_probs are used as they are, even if they do not add up to 1.
    Returns the mean over the N samples, without dimensions, in the dtype of the logits. Autograd must reach the logits.
    Logits of ±10000 must work. Here torch.log_softmax is allowed.
    Not allowed: cross_entropy, as a function or a module; torch.ops.

    The example comes from the notes. They passed probabilities to a loss that takes logits, so softmax was applied once
    more, and even an excellent prediction costs 0.6178.

    >>> y_pred = torch.tensor([[0.05, 0.9, 0.05], [0.05, 0.05, 0.9]])
    >>> y_true = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    >>> soft_cross_entropy(y_pred, y_true)
    tensor(0.6178)

    中文：真实值是概率分布（one-hot，或标签平滑后的分布）时的交叉熵：先对 logits 求 log softmax，再以真实概率为权重
    对类别求和、变号，最后对样本求平均。注意只对 N 个样本平均，不是对 N·C 个元素平均。target_probs 各行之和不是 1 时
    也照原样使用。例子取自笔记：笔记把概率当作 logits 传入，等于多做了一次 softmax，所以预测得这样好，损失仍有 0.6178。
    可以使用 torch.log_softmax；不允许使用 cross_entropy（函数和模块）和 torch.ops。
    """
    raise NotImplementedError("soft_cross_entropy is yours to write")


def softmax_cross_entropy(logits: Tensor, target: Tensor, ignore_index: int = -100, reduction: str = "mean") -> Tensor:
    """Cross entropy of raw logits against class indices: what F.cross_entropy does, written by hand.

    The loss of a sample is minus the log of the probability that softmax gives to its true class. It is 0 if the network
    is sure and right, and it grows without limit if the network is sure and wrong.

        loss[n] = -log softmax(logits[n])[target[n]]

    logits: (N, C), float32 or float64, N and C at least 1; raw scores, not probabilities.
    target: (N,), int64, each the index of a class or `ignore_index`. Neither tensor is changed.
    ignore_index: samples with this target do not count, whatever their logits are, even NaN. It may be any integer:
    negative, the index of a class, or larger than all classes.
    reduction: "none" returns N losses, 0 where ignored; "sum" adds them up; "mean" divides the sum by the number of
    samples that are not ignored. If all are ignored, the mean is NaN, as in torch.
    Returns the dtype of the logits, (N,) for "none", else without dimensions. Autograd must reach the logits.

    Logits of ±10000 must work: there softmax gives exactly 0, and the log of 0 is -inf. Compute the log of the softmax
    without taking the log of a probability.
    Not allowed: cross_entropy, nll_loss, log_softmax, logsumexp, as functions, methods or modules.

    >>> softmax_cross_entropy(torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]]), torch.tensor([0, 2]))
    tensor(0.2887)

    中文：直接从 logits 计算交叉熵：先求 log softmax，再取真实类别的那一项并变号。输入是未经 softmax 的得分：笔记的例子
    把概率传给 CrossEntropyLoss，等于做了两次 softmax，所以得到 0.6178，而这些概率真正的交叉熵是 0.1054。
    不要先求概率再取对数：logits 差得很大时概率为 0，log 0 是 -inf。target 等于 ignore_index 的样本不参与计算
    （哪怕它的 logits 是 NaN）；ignore_index 可以是任意整数：负数、某个类别的下标，或比所有类别都大。
    "mean" 只除以没有被忽略的样本数，全部被忽略时与 torch 一样得到 NaN。
    不允许使用 cross_entropy、nll_loss、log_softmax、logsumexp（函数、方法和模块）。
    """
    raise NotImplementedError("softmax_cross_entropy is yours to write")


def bce_with_logits(z: Tensor, y: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    """Binary cross entropy of raw logits: sigmoid and BCE in one, as in nn.BCEWithLogitsLoss.

    One function is better than two. Far from 0, sigmoid rounds to exactly 0 or 1, and no logarithm can recover what was
    rounded away. In one formula the exponential and the log nearly cancel, and no logit is too large.

        loss = mean of  -(w * y * log s(z) + (1 - y) * log(1 - s(z)))        s(z) = 1 / (1 + exp(-z))

    z, y: the same shape, any, with at least one entry; both float32 or both float64; y in [0, 1].
    pos_weight: w, the weight of the positives, for classes with few of them: (C,) for z of shape (N, C), or one entry, in
    the dtype of z. None means 1. It multiplies only the term with y. No input is changed.
    Returns the mean over all entries, without dimensions, in the dtype of z. Autograd must reach z. For logits of ±10000
    both the loss and its gradient must be finite and right. At z = 0 and without weights, the gradient of one entry is
    s(0) - y, that is 1/2 or -1/2: a regression that starts at zero must learn in the right direction.
    Not allowed: torch's own binary cross entropies, logsigmoid, softplus, the soft margin losses; torch.ops.

    >>> bce_with_logits(torch.tensor([0.0, 2.0, -3.0]), torch.tensor([1.0, 0.0, 1.0]))
    tensor(1.9562)

    中文：直接从 logits 计算二分类交叉熵，把 sigmoid 与 BCE 合成一步，与 nn.BCEWithLogitsLoss 相同。不要先求 sigmoid
    再取对数：|z| 很大时 sigmoid 舍入成恰好 0 或 1，取对数得到 -inf。请把 log s(z) 化简成不会溢出的形式：
    z 为 ±10000 时，损失和梯度都必须正确、有限；z = 0 且不加权时，单个元素的梯度是 s(0) - y，即 ±1/2。
    pos_weight 只乘在正样本那一项上（正样本太少时用来加大它的比重），形状 (C,) 表示每个类别一个权重，也可以只有一个元素，
    None 表示不加权。不允许使用 torch 自带的二分类交叉熵、logsigmoid、softplus、soft margin 损失和 torch.ops。
    """
    raise NotImplementedError("bce_with_logits is yours to write")


def softmax_ce_grad(logits: Tensor, target: Tensor) -> Tensor:
    """Gradient of the mean softmax cross entropy with respect to the logits, derived by hand.

    Softmax and cross entropy fit together well. Taken apart, their derivatives are a matrix and a fraction. Taken
    together, nearly everything cancels, and the gradient does not vanish as long as the network is wrong.

        grad = d loss / d logits        loss = mean over n of  -log softmax(logits[n])[target[n]]

    logits: (N, C), float32 or float64, N and C at least 1.  target: (N,), int64, the true classes. Neither is changed.
    Returns (N, C), in the dtype of the logits. Logits of ±10000 must work. torch.softmax is allowed and handles them.
    Not allowed: autograd, torch.func, torch.ops. Differentiate on paper: for the true class, then for any other.

    >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
    >>> softmax_ce_grad(logits, torch.tensor([0, 1]))
    tensor([[-0.1674,  0.1224,  0.0450],
            [ 0.0210, -0.4429,  0.4219]])

    中文：推导 softmax 交叉熵（对样本求平均）对 logits 的梯度。不允许使用自动求导、torch.func 和 torch.ops，可以用
    torch.softmax。softmax 与交叉熵合在一起求导，大部分项会消去，结果非常简单：先对真实类别求导，再对其他任意一个类别求导，
    然后合并。损失对 N 个样本求了平均，梯度也随之变小。看上面的例子：每一行之和为 0，只有真实类别的梯度是负的。
    """
    raise NotImplementedError("softmax_ce_grad is yours to write")
