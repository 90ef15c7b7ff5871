"""Losses: how wrong a network is, as one number. 损失函数：用一个数说明网络错了多少。"""

import torch
from torch import Tensor


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """Mean absolute error (MAE): what nn.L1Loss does, except that it insists on equal shapes.

    Every error counts by its size, whatever its sign. An outlier pulls no harder than any other error: the slope is
    1 or -1 everywhere.

        loss = |pred - target|        element by element, then reduced

    pred, target: the same shape, any, even without entries, both float32 or both float64; neither is changed.
    reduction: "none" gives the losses as they are, in the shape of pred; "sum" adds them up; "mean" averages them.
    Returns the dtype of pred; no dimensions for "sum" and "mean"; autograd goes through it to pred.
    Raises ValueError where the shapes differ. This is the trap: (N,) minus (N, 1) is no error in torch but an (N, N)
    matrix, and the mean of it looks like any other loss. nn.L1Loss only warns.
    Not allowed: l1_loss and L1Loss of torch itself.

    >>> y_pred, y_true = torch.tensor([[1.0], [1.0]]), torch.tensor([[0.0], [0.0]])
    >>> l1_loss(y_pred, y_true)
    tensor(1.)
    >>> l1_loss(torch.tensor([1.0, -2.0, 4.0]), torch.tensor([0.0, 1.0, 1.0]), reduction="none")
    tensor([1., 3., 3.])

    中文：平均绝对误差（MAE，L1 损失）：逐元素求 |预测 - 真实|，再按 reduction 汇总："none" 保持原形状，"sum" 求和，
    "mean" 求平均。两个张量的形状必须完全相同，否则抛出 ValueError：(N,) 减 (N, 1) 会广播成 (N, N)，并不报错，
    算出的平均值却是错的。
    """
    ### BEGIN SOLUTION
    if pred.shape != target.shape:
        raise ValueError(f"pred and target differ in shape: {pred.shape} and {target.shape}")
    losses = (pred - target).abs()
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    return losses.mean()
    ### END SOLUTION


def mse_and_grad(pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Mean squared error, and its gradient for the prediction, derived by hand.

    The gradient grows with the error, which is why one outlier can dominate an MSE. With it back propagation starts:
    it is the first thing that flows backwards.

        loss = mean of (pred - target)^2        grad = d loss / d pred, one number for each entry of pred

    pred, target: the same shape, any, with at least one entry, both float32 or both float64; neither is changed.
    Returns (loss, grad): loss without dimensions, grad in the shape of pred, both in its dtype.
    Not allowed: autograd, mse_loss, MSELoss. Differentiate on paper, for one entry of pred.
    The trap: the mean runs over ALL entries, not only over the batch, and divides in the gradient as well. (The
    worked example of back propagation in the notes uses another loss, half of the sum of squares.)

    >>> y_pred, y_true = torch.tensor([[1.0], [1.0]]), torch.tensor([[0.0], [0.0]])
    >>> loss, grad = mse_and_grad(y_pred, y_true)
    >>> loss
    tensor(1.)
    >>> grad
    tensor([[1.],
            [1.]])

    中文：均方误差（MSE）及其对预测值的梯度，梯度要自己推导，不允许使用自动求导。平均是对所有元素求的，不只是对批次，
    所以梯度里同样要除以元素总数。返回 (loss, grad)：loss 是零维张量，grad 与 pred 形状相同。
    注意：笔记反向传播例子中的损失是平方和的一半，与这里不同。
    """
    ### BEGIN SOLUTION
    error = pred - target
    return (error**2).mean(), 2 * error / error.numel()
    ### END SOLUTION


def smooth_l1_loss(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """Smooth L1 loss: a parabola near 0, where L1 has its kink, and straight lines beyond, where MSE explodes.

    Small errors get small gradients, so training can settle; outliers get the slope 1 and no more. The two pieces
    meet at |x| = beta with the same value and the same slope. Object detectors fit their boxes with it.

        x = pred - target        loss = mean of  0.5 * x^2 / beta     where |x| < beta
                                                 |x| - 0.5 * beta     elsewhere

    pred, target: the same shape, any, with at least one entry, both float32 or both float64; neither is changed.
    beta: where the pieces meet, at least 0. beta = 0 leaves no parabola: it is the L1 loss, in value and gradient.
    Returns the mean, no dimensions, in the dtype of pred; autograd goes through it to pred.
    Not allowed: smooth_l1_loss, huber_loss, as functions or modules.
    The trap: inside, it is HALF the squared error (the notes call it the L2 loss), which is what makes the pieces fit.

    >>> y_pred, y_true = torch.tensor([[0.2], [0.6]]), torch.tensor([[0.0], [1.0]])
    >>> smooth_l1_loss(y_pred, y_true)
    tensor(0.0500)

    中文：Smooth L1 是分段函数：误差小（|x| < beta）时用抛物线，避免 L1 在零点不可导；误差大时用直线，离群点的梯度
    不会爆炸。两段在 |x| = beta 处数值和斜率都相同，为此中间一段是平方误差的一半再除以 beta（笔记说“实际上就是L2损失”，
    少了这个 0.5），两侧是 |x| - 0.5·beta；笔记中的“[-1,11]”应为 [-1, 1]。beta = 0 时就是 L1 损失，数值和梯度都一样，
    注意不要除以零。
    """
    ### BEGIN SOLUTION
    x = (pred - target).abs()
    if beta == 0:
        return x.mean()
    parabola = 0.5 * x**2 / beta
    line = x - 0.5 * beta
    return torch.where(x < beta, parabola, line).mean()
    ### END SOLUTION


def nll_from_probs(probs: Tensor, target: Tensor, eps: float = 0.0) -> Tensor:
    """Cross entropy for a model that ends in a softmax: its outputs are probabilities already.

    Only the probability of the true class counts; the negative log-likelihood is minus its log, averaged over the
    samples. It is what the example of the notes was meant to compute.

        loss = mean over n of  -log(max(probs[n, target[n]], eps))

    probs: (N, C), values in [0, 1], float32 or float64, N at least 1.  target: (N,), int64, the true classes.
    Neither is changed.  eps: a floor under the probability; the default 0 means none, and then a true class of
    probability 0 costs inf. What the other classes got, even 0, does not matter.
    Returns the mean, no dimensions, in the dtype of probs; autograd goes through it to probs.
    Not allowed: nll_loss, cross_entropy, as functions or modules.

    >>> y_pred = torch.tensor([[0.05, 0.9, 0.05], [0.05, 0.05, 0.9]])
    >>> nll_from_probs(y_pred, torch.tensor([1, 2]))
    tensor(0.1054)

    中文：模型的输出已经是概率时的交叉熵：每一行取出真实类别的概率，取对数、变号，再对样本求平均。不要再做 softmax。
    例子中的概率与笔记相同，这里得到的 0.1054 才是笔记想算的值，笔记打印的 0.6178 多做了一次 softmax。
    eps 是概率的下限：概率小于 eps 时按 eps 计算（不是加上 eps）；默认 0 表示没有下限，真实类别的概率为 0 时损失是 inf。
    其他类别的概率即使是 0，也不能影响结果。
    """
    ### BEGIN SOLUTION
    p = probs[torch.arange(len(target)), target]
    return -p.clamp(min=eps).log().mean()
    ### END SOLUTION


def binary_cross_entropy(p: Tensor, y: Tensor) -> Tensor:
    """Binary cross entropy of probabilities: what nn.BCELoss does, written by hand.

    Every entry is a question of its own, answered yes with probability p. Where the answer is yes (y = 1) it costs
    -log p, where it is no (y = 0) it costs -log(1 - p), and a y in between weighs the two.

        loss = mean of  -(y * log(p) + (1 - y) * log(1 - p))        over all entries; no log is less than -100

    p, y: the same shape, any, with at least one entry, values in [0, 1], both float32 or both float64; neither is
    changed. (N, C) holds C questions for each of N samples: several labels may be right at once.
    Returns the mean, no dimensions, in the dtype of p; autograd goes through it to p (0 < p < 1).
    Not allowed: torch's own binary cross entropies.
    The trap: at p = 0 or 1 one of the logs is -inf, and 0 times -inf is NaN. torch replaces each log below -100
    by -100, so that a wrong answer that was sure costs 100.

    >>> y_pred, y_true = torch.tensor([[0.4], [0.6]]), torch.tensor([[0.0], [1.0]])
    >>> binary_cross_entropy(y_pred, y_true)
    tensor(0.5108)

    中文：二分类交叉熵，与 nn.BCELoss 相同，输入 p 已经是概率（经过 sigmoid）。每个元素是一道独立的是非题：y = 1 时损失为
    -log p，y = 0 时为 -log(1 - p)，最后对所有元素求平均。形状 (N, C) 表示每个样本有 C 个互不排斥的标签。
    p 恰好为 0 或 1 时有一个对数是 -inf，而 0 乘 -inf 是 NaN：torch 的做法是把小于 -100 的对数都换成 -100，
    所以十分确信却答错时，损失是 100。
    """
    ### BEGIN SOLUTION
    log_p = p.log().clamp(min=-100)
    log_q = (1 - p).log().clamp(min=-100)
    return -(y * log_p + (1 - y) * log_q).mean()
    ### END SOLUTION


def soft_cross_entropy(logits: Tensor, target_probs: Tensor) -> Tensor:
    """Cross entropy of raw logits against probabilities: what F.cross_entropy does with a target of floats.

    A target need not name one class: a one-hot row puts all its probability on one, label smoothing and
    distillation spread it. The loss of a sample is -log softmax, summed over the classes with these weights.

        loss = mean over n of  -(sum over c of target_probs[n, c] * log softmax(logits[n])[c])

    logits, target_probs: (N, C), both float32 or both float64, N and C at least 1; neither is changed.
    Rows of target_probs that do not add up to 1 are taken as they are.
    Returns the mean over the N samples, no dimensions, in the dtype of the logits; autograd goes through it to them.
    Logits of ±10000 must work. Here torch.log_softmax is allowed.
    Not allowed: cross_entropy, as a function or a module.

    The example is that of the notes: they fed probabilities to a loss that takes logits, so softmax ran over them
    once more, and even an excellent prediction costs 0.6178.

    >>> y_pred = torch.tensor([[0.05, 0.9, 0.05], [0.05, 0.05, 0.9]])
    >>> y_true = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    >>> soft_cross_entropy(y_pred, y_true)
    tensor(0.6178)

    中文：真实值是概率分布（one-hot，或标签平滑后的分布）时的交叉熵：先对 logits 求 log softmax，再以真实概率为权重
    对类别求和、变号，最后对样本求平均。注意只对 N 个样本平均，不是对 N·C 个元素平均。target_probs 各行之和不是 1 时
    也照原样使用。例子取自笔记：笔记把概率当作 logits 传入，等于多做了一次 softmax，所以预测得这样好，损失仍有 0.6178。
    """
    ### BEGIN SOLUTION
    log_probs = torch.log_softmax(logits, dim=1)
    return -(target_probs * log_probs).sum(dim=1).mean()
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    shifted = logits - logits.amax(dim=1, keepdim=True)
    log_probs = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    kept = target != ignore_index
    true_class = torch.where(kept, target, 0)
    losses = -log_probs.gather(1, true_class[:, None]).squeeze(1)
    losses = torch.where(kept, losses, 0.0)
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    return losses.sum() / kept.sum()
    ### END SOLUTION


def bce_with_logits(z: Tensor, y: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    """Binary cross entropy of raw logits: sigmoid and BCE in one, as nn.BCEWithLogitsLoss does it.

    One function is better than two: far from 0, sigmoid rounds to exactly 0 or 1, and no logarithm can recover what was
    rounded away. Taken together, the exponential and the log nearly cancel, and no logit is too large.

        loss = mean of  -(w * y * log s(z) + (1 - y) * log(1 - s(z)))        s(z) = 1 / (1 + exp(-z))

    z, y: the same shape, any, with at least one entry, both float32 or both float64; y in [0, 1].  pos_weight: w,
    the weight of the positives, for classes of which there are few: (C,) for z of (N, C), or one entry, in the dtype
    of z; None means 1. Nothing that came in is changed.
    Returns the mean over all entries, no dimensions, in the dtype of z; autograd goes through it to z. For logits of
    ±10000 both the loss and its gradient must be finite and right. At z = 0 the gradient of one entry is s(0) - y, so
    1/2 or -1/2: a regression that starts at zero must learn in the right direction.
    Not allowed: torch's own binary cross entropies, logsigmoid, softplus.

    >>> bce_with_logits(torch.tensor([0.0, 2.0, -3.0]), torch.tensor([1.0, 0.0, 1.0]))
    tensor(1.9562)

    中文：直接从 logits 计算二分类交叉熵，把 sigmoid 与 BCE 合成一步，与 nn.BCEWithLogitsLoss 相同。不要先求 sigmoid
    再取对数：|z| 很大时 sigmoid 舍入成恰好 0 或 1，取对数得到 -inf。请把 log s(z) 化简成不会溢出的形式：
    z 为 ±10000 时，损失和梯度都必须正确、有限；z = 0 处单个元素的梯度是 s(0) - y，即 ±1/2。pos_weight 只乘在正样本那一项上（正样本太少时用来加大它的比重），
    形状 (C,) 表示每个类别一个权重，None 表示不加权。
    """
    ### BEGIN SOLUTION
    zero = torch.zeros_like(z)
    rest = torch.log1p(torch.exp(-z.abs()))
    log_p = torch.minimum(z, zero) - rest  # log s(z); at z = 0, minimum has the slope 1/2, clamp has 1
    log_q = torch.minimum(-z, zero) - rest  # log(1 - s(z)), for 1 - s(z) is s(-z)
    weight = 1 if pos_weight is None else pos_weight
    return -(weight * y * log_p + (1 - y) * log_q).mean()
    ### END SOLUTION


def softmax_ce_grad(logits: Tensor, target: Tensor) -> Tensor:
    """Gradient of the mean softmax cross entropy for the logits, derived by hand.

    Softmax and cross entropy are made for each other. Apart, their derivatives are a matrix and a fraction; together
    nearly everything cancels, and what is left never vanishes while the network is wrong.

        grad = d loss / d logits        loss = mean over n of  -log softmax(logits[n])[target[n]]

    logits: (N, C), float32 or float64, N and C at least 1.  target: (N,), int64, the true classes. Neither is changed.
    Returns (N, C), in the dtype of the logits. Logits of ±10000 must work; torch.softmax is allowed and copes.
    Not allowed: autograd. Differentiate on paper: for the true class, then for any other.

    >>> logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
    >>> softmax_ce_grad(logits, torch.tensor([0, 1]))
    tensor([[-0.1674,  0.1224,  0.0450],
            [ 0.0210, -0.4429,  0.4219]])

    中文：推导 softmax 交叉熵（对样本求平均）对 logits 的梯度，不允许使用自动求导，但可以用 torch.softmax。
    softmax 与交叉熵合在一起求导，大部分项会消去，结果非常简单：先对真实类别求导，再对其他任意一个类别求导，然后合并。
    损失对 N 个样本求了平均，梯度也随之变小。看上面的例子：每一行之和为 0，只有真实类别的梯度是负的。
    """
    ### BEGIN SOLUTION
    grad = torch.softmax(logits, dim=1)
    grad[torch.arange(len(target)), target] -= 1
    return grad / len(target)
    ### END SOLUTION
