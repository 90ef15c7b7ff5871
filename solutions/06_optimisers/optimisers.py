"""Optimisers: how a gradient becomes a step. 优化算法：怎样把梯度变成一步更新。"""

from collections.abc import Iterable

import torch
from torch import Tensor


def ewma(y: Tensor, beta: float = 0.9) -> Tensor:
    """The exponentially weighted moving average of a series: it smooths noisy data.

    Each average is mostly the average before it, plus a little of the new value. Every step multiplies the weight of
    an old value by beta. A larger beta gives a smoother curve, but the curve lags further behind the data. Most
    optimisers below keep such an average of their gradients or of the squared gradients.

        S[1]  =  Y[1]                                     as in the notes
        S[t]  =  beta S[t-1] + (1 - beta) Y[t]            t = 2, 3, ..., T

    y: (T,), float32 or float64; T may be 0. y is not changed.  beta: from 0 to 1, both included.
    Returns all T averages: (T,), of the dtype of y.
    The trap: RMSprop and Adam start their averages at 0. Here the first average is the first value.

    >>> ewma(torch.tensor([1.0, 2.0, 3.0]), beta=0.5)
    tensor([1.0000, 1.5000, 2.2500])
    >>> _ = torch.manual_seed(0)
    >>> temperature = torch.randn(size=[30]) * 10  # the thirty days of the notes
    >>> ewma(temperature)[[0, 1, 2, 29]]
    tensor([-11.2584, -11.2849, -10.4070,   0.8503])

    中文：计算序列的指数加权平均。每个平均值主要沿用上一个平均值，再加上一点新数据；离现在越远的数据权重越小。
    beta 越大，曲线越平滑，但跟上变化也越慢。与笔记一致，第一个平均值取 S1 = Y1（RMSprop 和 Adam 则从 0 开始）。
    返回全部 T 个平均值，不修改 y；y 可以为空。例子里的 30 天气温与笔记的代码相同。
    """
    ### BEGIN SOLUTION
    s = y.clone()
    for t in range(1, len(y)):
        s[t] = beta * s[t - 1] + (1 - beta) * y[t]
    return s
    ### END SOLUTION


def ewma_weights(t: int, beta: float) -> Tensor:
    """The weight of each of the values Y[1], ..., Y[t] in the average S[t].

    Put the formula of S[t-1] into that of S[t], then the formula of S[t-2], and so on down to S[1] = Y[1], as the
    notes do for day 100. The result is a weighted sum of the values themselves. With each day further
    back, the weight is multiplied by beta. All weights add up to 1.

        S[t]  =  w[1] Y[1] + w[2] Y[2] + ... + w[t] Y[t]

    t: the length of the series, at least 1.  beta: from 0 to 1, both included.
    Returns the weights, oldest first: (t,), float64.
    The trap: Y[1] is a special case. There is no average before it, so S[1] is all of Y[1].

    >>> ewma_weights(4, beta=0.5)
    tensor([0.1250, 0.1250, 0.2500, 0.5000], dtype=torch.float64)

    中文：把 S[t] 的递推式一层层展开到 S[1] = Y[1]（就像笔记展开第 100 天那样），得到 Y[1] 到 Y[t] 的加权和。
    求这 t 个权重，从最早的一天排到最近的一天，dtype 为 float64。越近的权重越大，每往前一天乘一次 beta，
    所有权重之和为 1。注意 Y[1] 是例外：它前面没有平均值，S[1] 就等于 Y[1]。
    """
    ### BEGIN SOLUTION
    age = torch.arange(t - 1, -1, -1, dtype=torch.float64)  # how many days ago
    weights = (1 - beta) * beta**age
    weights[0] = beta ** (t - 1)
    return weights
    ### END SOLUTION


def momentum_ewa_step(w: Tensor, g: Tensor, s: Tensor, lr: float, beta: float = 0.9) -> tuple[Tensor, Tensor]:
    """One step of momentum as in the notes: w moves along the average of the gradients, not along the last gradient.

    Plain gradient descent stops at a saddle, where the gradient is 0, and zigzags through a ravine, where the
    gradient changes sign at every step. The average of the past gradients keeps its direction at the saddle, and in
    the ravine opposite gradients cancel.

        s  <-  beta s + (1 - beta) g
        w  <-  w - lr s                                   with the new s

    w, g, s: weights, gradient, and the average of the gradients so far (0 before the first step); same shape and
    dtype, float32 or float64.
    Returns the new (w, s), same shape and dtype. w, g and s themselves are not changed.
    Not allowed: torch.optim, and the functions torch._fused_... behind it.

    >>> w, g, s = torch.tensor([1.0, 2.0]), torch.tensor([0.2, -1.0]), torch.tensor([0.5, 0.0])
    >>> momentum_ewa_step(w, g, s, lr=0.1)
    (tensor([0.9530, 2.0100]), tensor([ 0.4700, -0.1000]))

    中文：按笔记的公式走一步 Momentum：先更新梯度的指数加权平均 s，再用新的 s（而不是当前梯度 g）更新 w。
    在鞍点处 g 为 0，但 s 还保留着之前的方向，参数可以继续前进；在“峡谷”里，来回震荡的梯度会相互抵消。
    第一步之前 s 全为 0。不允许使用 torch.optim（以及它内部的 torch._fused_…），也不要原地修改传入的张量。
    """
    ### BEGIN SOLUTION
    s = beta * s + (1 - beta) * g
    return w - lr * s, s
    ### END SOLUTION


def sgd_momentum_step(
    w: Tensor,
    g: Tensor,
    v: Tensor | None,
    lr: float,
    momentum: float = 0.9,
    dampening: float = 0.0,
    nesterov: bool = False,
) -> tuple[Tensor, Tensor]:
    """One step of momentum as in torch.optim.SGD: the velocity is a sum of the gradients, not an average.

    torch adds the whole gradient, where the notes add (1 - beta) of it. With momentum 0.9 and a constant gradient,
    the velocity v grows to ten times that gradient: a learning rate from the notes is ten times too large here.
    dampening removes a part of each new gradient. Nesterov's variant moves along the gradient plus momentum times
    the velocity.

        v  <-  g                                       in the first step, where v is None
        v  <-  momentum v + (1 - dampening) g          in every other step, also if v is 0
        d  =   g + momentum v  if nesterov, else v     with the new v and the whole g
        w  <-  w - lr d

    w, g: weights and gradient, same shape and dtype, float32 or float64.  v: the velocity that the last step
    returned, like w; or None.  nesterov and dampening may be combined (torch.optim.SGD refuses this).
    Returns the new (w, v), same shape and dtype. w, g and v themselves are not changed.
    Not allowed: torch.optim, and the functions torch._fused_... behind it.
    The trap: dampening does not apply to the first step.

    >>> w, v, g = torch.tensor([1.0]), None, torch.tensor([1.0])
    >>> for step in range(3):  # the gradient is 1 each time
    ...     w, v = sgd_momentum_step(w, g, v, lr=0.1)
    ...     print(w, v)
    tensor([0.9000]) tensor([1.])
    tensor([0.7100]) tensor([1.9000])
    tensor([0.4390]) tensor([2.7100])

    中文：按 torch.optim.SGD 的写法走一步带动量的梯度下降。与笔记不同，torch 累加的是完整的梯度，没有系数 (1 - beta)：
    梯度不变、momentum = 0.9 时，速度 v 最终会达到梯度的 10 倍，所以不能直接照搬笔记里的学习率。
    dampening 会削弱新的梯度，但第一步（v 为 None）直接取 v = g，此时它不起作用；只要 v 不是 None，哪怕全为 0，也不算第一步。
    nesterov=True 时沿 g + momentum * v 更新，其中 v 是新的速度，g 是完整的梯度；返回的仍然是 v。
    nesterov 可以与 dampening 同时使用（torch.optim.SGD 不允许这样做）。
    不允许使用 torch.optim（以及它内部的 torch._fused_…），也不要原地修改传入的张量。
    """
    ### BEGIN SOLUTION
    v = g.clone() if v is None else momentum * v + (1 - dampening) * g
    direction = g + momentum * v if nesterov else v
    return w - lr * direction, v
    ### END SOLUTION


def adagrad_step(w: Tensor, g: Tensor, s: Tensor, lr: float, eps: float = 1e-10) -> tuple[Tensor, Tensor]:
    """One step of AdaGrad: each weight has its own learning rate, which never rises.

    Momentum changes the gradient; AdaGrad changes the learning rate. It divides the step of each weight by the root
    of the sum of all squared gradients of this weight: where gradients were large, steps become small. With a
    constant gradient, step t has size lr / sqrt(t).

        s  <-  s + g * g                               element by element
        w  <-  w - lr g / (sqrt(s) + eps)              with the new s

    w, g, s: weights, gradient, and the sum of the squared gradients so far (0 before the first step); same shape and
    dtype, float32 or float64.
    Returns the new (w, s), same shape and dtype. w, g and s themselves are not changed.
    Not allowed: torch.optim, and the functions torch._fused_... behind it.
    Two traps: the notes repeat "steps 2 to 6", but their step 2 sets s back to 0. Repeat steps 3 to 6, which keep s.
    And eps (the small constant of the notes) is added after the square root.

    >>> w, g, s = torch.tensor([1.0, 2.0]), torch.tensor([0.2, -3.0]), torch.zeros(2)
    >>> w, s = adagrad_step(w, g, s, lr=0.1)
    >>> w, s
    (tensor([0.9000, 2.1000]), tensor([0.0400, 9.0000]))
    >>> adagrad_step(w, g, s, lr=0.1)  # the same gradient once more: a step of 0.1 / sqrt(2)
    (tensor([0.8293, 2.1707]), tensor([ 0.0800, 18.0000]))

    中文：AdaGrad 的一步更新。每个参数分量都有自己的学习率：把该分量历史上所有梯度的平方累加到 s，更新时除以 s 的平方根，
    所以梯度一直很大的分量步子会变小。如果梯度保持不变，第 t 步的大小就是 lr / sqrt(t)，只减不增。
    先更新 s，再用新的 s 更新 w；eps（笔记中的小常数 σ）加在开方之后。笔记写“重复 2-6 步”，但第 2 步会把 s 清零，
    应为重复 3-6 步。不允许使用 torch.optim（以及它内部的 torch._fused_…），也不要原地修改传入的张量。
    """
    ### BEGIN SOLUTION
    s = s + g * g
    return w - lr * g / (torch.sqrt(s) + eps), s
    ### END SOLUTION


def rmsprop_step(
    w: Tensor, g: Tensor, s: Tensor, lr: float, alpha: float = 0.99, eps: float = 1e-8
) -> tuple[Tensor, Tensor]:
    """One step of RMSprop: like AdaGrad, but old gradients are forgotten.

    AdaGrad's sum never falls, so its steps become too small late in training. RMSprop replaces the sum by an
    exponentially weighted average of the squared gradients: old squares fade, and the steps can grow again.

        s  <-  alpha s + (1 - alpha) g * g             element by element
        w  <-  w - lr g / (sqrt(s) + eps)              with the new s

    w, g, s: weights, gradient, and the average of the squared gradients (0 before the first step); same shape and
    dtype, float32 or float64.
    Returns the new (w, s), same shape and dtype. w, g and s themselves are not changed.
    Not allowed: torch.optim, and the functions torch._fused_... behind it.
    The trap: the notes say "the average of the gradients", but they mean the average of the squared gradients.

    >>> w, g, s = torch.tensor([1.0, 2.0]), torch.tensor([0.2, -3.0]), torch.tensor([0.04, 9.0])
    >>> rmsprop_step(w, g, s, lr=0.1)  # the gradients are as large as before: steps of lr
    (tensor([0.9000, 2.1000]), tensor([0.0400, 9.0000]))
    >>> rmsprop_step(w, g, torch.zeros(2), lr=0.01)[0]  # the very first step is ten times lr
    tensor([0.9000, 2.1000])

    中文：RMSprop 的一步更新。AdaGrad 的累积量只增不减，训练后期学习率太小；RMSprop 改用梯度平方的指数加权平均，
    旧的平方逐渐衰减，步长也就可以恢复。alpha 是旧平均的权重（笔记中的衰减系数 β）。笔记里说的“指数移动加权平均梯度”，
    平均的其实是梯度的平方。先更新 s，再用新的 s 更新 w，eps 加在开方之后。s 从 0 出发又没有偏差修正，
    所以默认 alpha 下第一步的长度是 10 倍的 lr。
    不允许使用 torch.optim（以及它内部的 torch._fused_…），也不要原地修改传入的张量。
    """
    ### BEGIN SOLUTION
    s = alpha * s + (1 - alpha) * g * g
    return w - lr * g / (torch.sqrt(s) + eps), s
    ### END SOLUTION


def adam_step(
    w: Tensor,
    g: Tensor,
    m: Tensor,
    v: Tensor,
    t: int,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
) -> tuple[Tensor, Tensor, Tensor]:
    """One step of Adam: momentum gives the direction, RMSprop the size of the step.

    Adam keeps two exponentially weighted averages: m of the gradients (first moment) and v of their squares
    (second moment). Both start at 0 and are too small in the first steps, so each is divided by 1 - beta^t.
    The notes leave out this bias correction; without it, the first step is 3.16 times too large.

        m     <-  beta1 m + (1 - beta1) g         m_hat  =  m / (1 - beta1^t)
        v     <-  beta2 v + (1 - beta2) g^2       v_hat  =  v / (1 - beta2^t)
        w     <-  w - lr m_hat / (sqrt(v_hat) + eps)

    w, g, m, v: weights, their gradient, first and second moment; same shape and dtype, float32 or float64.
    t: the number of this step, counted from 1.  betas: (beta1, beta2), each from 0 up to, but not including, 1.
    Returns the new (w, m, v), same shape and dtype. Return m and v as they are before the correction: the next call
    starts from them. w, g, m and v themselves are not changed.
    Not allowed: torch.optim, and the functions torch._fused_... behind it.
    The trap: eps is added after the square root of v_hat, as in torch.optim.Adam.

    >>> w, g, zeros = torch.tensor([1.0, 2.0]), torch.tensor([0.2, -3.0]), torch.zeros(2)
    >>> w, m, v = adam_step(w, g, zeros, zeros, t=1, lr=0.1)
    >>> w
    tensor([0.9000, 2.1000])
    >>> m
    tensor([ 0.0200, -0.3000])

    中文：实现 Adam 的一步更新，t 从 1 开始计数。m 是梯度的指数加权平均（来自 Momentum），v 是梯度平方的指数加权平均
    （来自 RMSprop）。两者都从 0 出发，前几步偏小，所以更新 w 时要先除以 1 - beta^t，笔记里没有写这个偏差修正。
    返回的 m、v 是修正之前的值，eps 加在根号外面；betas 中的每个值都满足 0 ≤ beta < 1。
    看上面的例子：无论梯度是 0.2 还是 -3，第一步的大小都恰好是 lr。
    不允许使用 torch.optim（以及它内部的 torch._fused_…），也不要原地修改传入的张量。
    """
    ### BEGIN SOLUTION
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (torch.sqrt(v_hat) + eps), m, v
    ### END SOLUTION


def bias_correction(m: Tensor, beta: float, t: int) -> Tensor:
    """Remove the bias of an average that started at 0, as Adam does.

    An average m <- beta m + (1 - beta) g that starts at 0 is too small at first: the weights of its t values add up
    to 1 - beta^t only, and the rest of the weight belongs to the initial 0. Dividing m by 1 - beta^t corrects this:
    for a series with the constant value c, the result is c from the first step on. The notes set S1 = Y1 instead, so
    they need no correction.

        m_hat  =  m / (1 - beta^t)

    m: the average after t steps, any shape, float32 or float64; it is not changed.  beta: from 0 up to, but not
    including, 1.  t: the number of values averaged so far, counted from 1.
    Returns the corrected average, same shape and dtype.
    Raises ValueError if t is less than 1: an average of no values cannot be corrected.

    >>> bias_correction(torch.tensor([0.1, 0.2]), beta=0.9, t=1)
    tensor([1., 2.])
    >>> bias_correction(torch.tensor([0.19]), beta=0.9, t=2)  # the average of 1 and 1, started at 0
    tensor([1.])

    中文：单独实现 Adam 里的偏差修正。从 0 出发的指数加权平均在前几步偏小：t 个数据的权重之和只有 1 - beta^t，
    其余的权重落在初始的 0 上。除以这个和就能补回来：如果数据一直是常数 c，修正后从第一步起就等于 c。
    笔记取 S1 = Y1，所以不需要修正。t 从 1 开始计数，t < 1 时抛出 ValueError。不要原地修改 m。
    """
    ### BEGIN SOLUTION
    if t < 1:
        raise ValueError(f"t counts from 1, but is {t}.")
    return m / (1 - beta**t)
    ### END SOLUTION


class SGD:
    """A small torch.optim.SGD: it remembers the parameters and their velocities, and updates them in place.

    A training loop does not handle the weights one by one: it calls zero_grad(), backward() and step(). For every
    parameter p, with its own velocity v, step() computes

        g  =   p.grad + weight_decay p
        v  <-  momentum v + g                          v is 0 before the first step
        p  <-  p - lr v                                in place: the network must see the new values

    params: the parameters, of any shapes, some perhaps of equal shape; a list, or an iterable that can be read only
    once, such as the generator net.parameters().  lr, momentum, weight_decay: as for torch.optim.SGD.
    step() skips a parameter whose grad is None (a frozen layer): neither weight_decay nor momentum changes it, and
    its velocity stays as it was. step() does not change any gradient, and later changes to a gradient must not
    change v. Afterwards each parameter is still the same object and still a leaf, its requires_grad is unchanged,
    and autograd still records. Two optimisers share nothing, even if they update the same parameters.
    zero_grad() sets every grad to None, as torch does by default.
    Not allowed: torch.optim, and the functions torch._fused_... behind it.
    The trap: autograd forbids changing a parameter in place, except inside `with torch.no_grad():`.

    >>> w = torch.nn.Parameter(torch.tensor([1.0]))
    >>> optimiser = SGD([w], lr=0.1, momentum=0.9)
    >>> for step in range(2):
    ...     optimiser.zero_grad()
    ...     w.square().sum().backward()  # gradients: 2, then 1.6; velocities: 2, then 3.4
    ...     optimiser.step()
    >>> w.detach()
    tensor([0.4600])

    中文：仿照 torch.optim.SGD 写一个小的优化器类：保存所有参数，并为每个参数单独保存速度 v（形状相同的参数也各有各的速度），
    step() 就地更新参数。params 可能是 net.parameters() 这样的生成器，只能遍历一次。grad 为 None 的参数（例如冻结的层）要跳过：
    权重衰减和动量都不改变它，它的速度也保持不变。step() 不修改梯度，之后改写梯度也不应影响 v；更新之后参数还是原来的对象，
    仍是叶子张量，requires_grad 不变，自动求导也仍是开启的。两个优化器之间不共享任何状态，即使它们更新同样的参数。
    zero_grad() 把所有 grad 设为 None。提示：参与自动求导的参数只有在 with torch.no_grad(): 里才能就地修改。
    不允许使用 torch.optim（以及它内部的 torch._fused_…）。
    """

    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float = 0.0, weight_decay: float = 0.0) -> None:
        ### BEGIN SOLUTION
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.velocities = [torch.zeros_like(p) for p in self.params]
        ### END SOLUTION

    def step(self) -> None:
        """Update every parameter that has a gradient. 更新每个有梯度的参数。"""
        ### BEGIN SOLUTION
        with torch.no_grad():
            for p, v in zip(self.params, self.velocities):
                if p.grad is None:
                    continue
                g = p.grad + self.weight_decay * p
                v.mul_(self.momentum).add_(g)
                p.sub_(self.lr * v)
        ### END SOLUTION

    def zero_grad(self) -> None:
        """Set every gradient to None. 把每个梯度设为 None。"""
        ### BEGIN SOLUTION
        for p in self.params:
            p.grad = None
        ### END SOLUTION
