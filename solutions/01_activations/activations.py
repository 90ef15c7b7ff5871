"""Activations: what bends a network's straight lines. 激活函数：让网络不再只是直线。"""

import torch
from torch import Tensor


def sigmoid(x: Tensor) -> Tensor:
    """The sigmoid: it maps every number into the range from 0 to 1.

    It turns a score into a probability: a score of 0 becomes 0.5, large scores come close to 1, and very negative
    scores come close to 0. Therefore the notes use it only in the output layer, for two classes.

        s(x) = 1 / (1 + exp(-x))

    x: any shape, float32 or float64; do not change it.  Returns a tensor of the same shape and dtype.
    The result must not be NaN for any x from -10000 to 10000. At -10000 it is 0, and at 10000 it is 1.
    Autograd must be able to go from the result back to x; the slope at x = 0 is 0.25.
    Not allowed: the ready-made sigmoid of torch or scipy, under any name (sigmoid, expit, logsigmoid, silu).
    Allowed: torch.exp and torch.tanh.
    The trap: exp(1000) is inf. Then 1 / inf is 0, which is right, but inf / inf is NaN.

    >>> sigmoid(torch.tensor([-10000.0, -2.0, 0.0, 2.0]))
    tensor([0.0000, 0.1192, 0.5000, 0.8808])

    中文：逐元素计算 sigmoid。它把任意实数压缩到 0 与 1 之间，结果可以理解为概率；笔记建议只把它用在二分类的输出层。
    x 从 -10000 到 10000，结果都不能是 NaN；在 -10000 处得 0，在 10000 处得 1。注意：exp(1000) 是 inf，1/inf 得 0，没有问题，
    而 inf/inf 得 NaN。结果要能对 x 自动求导（x = 0 处斜率为 0.25），所以要一直用 torch 计算。不要修改 x。
    不允许使用 torch 或 scipy 现成的 sigmoid，无论叫什么名字（sigmoid、expit、logsigmoid、silu）；可以使用 torch.exp 和 torch.tanh。
    """
    ### BEGIN SOLUTION
    e = torch.exp(torch.where(x >= 0, -x, x))  # exp(-|x|), never more than 1, and without the kink of |x| at 0
    return torch.where(x >= 0, 1 / (1 + e), e / (1 + e))
    ### END SOLUTION


def sigmoid_grad(x: Tensor) -> Tensor:
    """The derivative of the sigmoid at x, the value before the activation.

    On the way back through a sigmoid, a gradient is multiplied by this derivative. It is 0.25 at x = 0, smaller
    everywhere else, and almost 0 beyond ±6. That is why networks of many sigmoid layers hardly learn.

        s(x) = 1 / (1 + exp(-x))        s'(x) = s(x) * (1 - s(x))

    x: any shape, float32 or float64; do not change it.  Returns a tensor of the same shape and dtype, values from 0 to
    0.25, without NaN.
    Not allowed: autograd (backward, torch.autograd, torch.func) and torch.ops. Write the formula yourself. You may use
    torch.sigmoid or your own sigmoid in it.

    >>> sigmoid_grad(torch.tensor([0.0, 2.0]))
    tensor([0.2500, 0.1050])

    中文：求 sigmoid 在 x 处的导数。先求 s = sigmoid(x)，再用 s 表示导数；x 是激活前的值，不是 s 本身。
    反向传播经过 sigmoid 时，梯度要乘以这个导数。它最大只有 0.25（在 x = 0 处取到），所以多层 sigmoid 叠加时梯度会迅速消失。
    结果与 x 同形状、同 dtype，不能有 NaN；不要修改 x。不允许使用自动求导（backward、torch.autograd、torch.func）和 torch.ops；
    求 s 时可以用 torch.sigmoid，也可以用自己写的 sigmoid。
    """
    ### BEGIN SOLUTION
    s = torch.sigmoid(x)
    return s * (1 - s)
    ### END SOLUTION


def tanh_and_grad(x: Tensor) -> tuple[Tensor, Tensor]:
    """tanh(x) and its derivative.

    tanh is a sigmoid stretched to the range from -1 to 1. Its values are centred on 0, and its derivative reaches 1,
    four times as much as that of the sigmoid. So a network with tanh learns faster. Beyond ±3 the derivative is close
    to 0, and gradients still vanish.

        tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x))        tanh'(x) = 1 - tanh(x)^2

    x: any shape, float32 or float64; do not change it.
    Returns the pair (tanh(x), tanh'(x)), both of the shape and dtype of x.
    Neither result may be NaN for any x from -10000 to 10000.
    Not allowed: tanh of torch, numpy, math or cmath; autograd (backward, torch.autograd, torch.func) and torch.ops. Write
    both formulas yourself.
    The trap: in float32 the quotient above becomes inf / inf from about x = 90 on.

    >>> tanh_and_grad(torch.tensor([-1000.0, 0.0, 0.5]))
    (tensor([-1.0000,  0.0000,  0.4621]), tensor([0.0000, 1.0000, 0.7864]))

    中文：返回 tanh(x) 及其导数。tanh 可以看作拉伸到 -1 与 1 之间的 sigmoid，以 0 为中心，导数最大为 1（在 x = 0 处取到），
    收敛更快；但 |x| 超过 3 之后导数也接近 0，梯度仍会消失。x 从 -10000 到 10000，两个结果都不能是 NaN：
    照抄上面的分式，float32 下 x 到 90 左右就成了 inf/inf，需要先变形。两个结果都与 x 同形状、同 dtype；不要修改 x。
    不允许使用 torch、numpy、math 或 cmath 的 tanh，也不允许使用自动求导（backward、torch.autograd、torch.func）和 torch.ops。
    """
    ### BEGIN SOLUTION
    e = torch.exp(-2 * x.abs())  # at most 1: no overflow
    t = torch.sign(x) * (1 - e) / (1 + e)
    return t, 1 - t * t
    ### END SOLUTION


def relu_and_grad(x: Tensor) -> tuple[Tensor, Tensor]:
    """ReLU and its derivative: positive values stay as they are, negative values become 0.

    It is very cheap to compute. For x > 0 the gradient passes unchanged, through any number of layers; for x < 0 no
    gradient passes (see dead_units). Here x is the value after the weights: with a negative weight, a positive input
    becomes negative and is dropped. This is what the notes mean.

        relu(x) = max(0, x)        relu'(x) = 1 where x > 0, and 0 elsewhere

    x: any shape, float32 or float64, may contain inf and -inf; do not change it.
    Returns the pair (relu(x), relu'(x)), both of the shape and dtype of x: the derivative consists of the numbers 0 and
    1, not of False and True. ReLU has no derivative at x = 0; take 0 there, as torch does.
    Not allowed: torch's relu and its relatives (relu6, leaky_relu, prelu, rrelu, threshold, hardtanh, elu, celu);
    autograd (backward, torch.autograd, torch.func) and torch.ops.

    >>> relu_and_grad(torch.tensor([-2.0, 0.0, 3.0]))
    (tensor([0., 0., 3.]), tensor([0., 0., 1.]))

    中文：返回 ReLU 及其导数：正数原样通过，负数变为 0。它几乎没有计算量；x > 0 时梯度不衰减，x < 0 时梯度为 0。
    这里的 x 是乘过权重之后的值：权重为负时，正的输入会变成负数而被舍去，这就是笔记里那句话的意思。
    导数也要返回与 x 同形状、同 dtype 的张量，由 0 和 1 组成，不是布尔掩码；x = 0 处不可导，与 torch 一致取 0。
    输入里可能有 inf 和 -inf；不要修改 x。不允许使用现成的 relu 及同类函数（relu6、leaky_relu、prelu、rrelu、threshold、
    hardtanh、elu、celu），也不允许使用自动求导（backward、torch.autograd、torch.func）和 torch.ops。
    """
    ### BEGIN SOLUTION
    y = x.clamp(min=0)
    return y, (x > 0).to(x.dtype)
    ### END SOLUTION


def leaky_relu_and_grad(x: Tensor, negative_slope: float = 0.01) -> tuple[Tensor, Tensor]:
    """Leaky ReLU and its derivative: negative values become small, but not 0.

    Where ReLU is 0, its derivative is 0 as well, so a unit that always ends up there is never updated again. With a
    small slope on the negative side, a little gradient passes, and the unit can recover.

        y = x where x > 0, else a * x        y' = 1 where x > 0, else a        a: negative_slope

    x: any shape, float32 or float64; do not change it.
    negative_slope: any number of 0 or more, float or int. 0 gives ReLU, 1 gives y = x, and more than 1 is allowed.
    Returns the pair (y, y'), both of the shape and dtype of x. At x = 0 the derivative is a, as in torch.
    Not allowed: torch's leaky_relu and its relatives (relu, relu6, prelu, rrelu, threshold); autograd (backward,
    torch.autograd, torch.func) and torch.ops.

    >>> leaky_relu_and_grad(torch.tensor([-2.0, 0.0, 3.0]), negative_slope=0.1)
    (tensor([-0.2000,  0.0000,  3.0000]), tensor([0.1000, 0.1000, 1.0000]))

    中文：返回 Leaky ReLU 及其导数。ReLU 在负半轴的导数为 0，神经元一旦总是落在那里就无法再更新（“神经元死亡”）；
    Leaky ReLU 让负数乘以一个小斜率 negative_slope，梯度因此还能传过去一点。斜率可以是任何非负数，浮点数或整数都行：
    0 就是 ReLU，1 就是恒等函数，也可以大于 1。x = 0 处的导数取 negative_slope，与 torch 一致。
    两个返回值都与 x 同形状、同 dtype；不要修改 x。不允许使用现成的 leaky_relu 及同类函数（relu、relu6、prelu、rrelu、threshold），
    也不允许使用自动求导（backward、torch.autograd、torch.func）和 torch.ops。
    """
    ### BEGIN SOLUTION
    slope = torch.where(x > 0, torch.ones_like(x), negative_slope)
    return slope * x, slope
    ### END SOLUTION


def softmax(x: Tensor, dim: int = -1) -> Tensor:
    """Softmax along `dim`: it turns scores into positive numbers that add up to 1.

    The output layer of a classifier gives one score, called logit, for each class. Softmax turns the scores into
    probabilities, and the class with the largest one is the prediction. It is the sigmoid for more than two classes.

        softmax(x)_i = exp(x_i) / sum_j exp(x_j)        i, j: along dim

    x: at least one axis, float32 or float64; do not change it.  dim: an axis of x that is not empty; negative numbers
    count from the last axis.
    Returns a tensor of the shape and dtype of x. Autograd must be able to go from the result back to x.
    Scores from -10000 to 10000 must give the right numbers. If some scores are -inf and others finite, -inf gets exactly 0.
    Not allowed: softmax, log_softmax, softmin, gumbel_softmax and logsumexp of torch or scipy, as functions, methods or
    modules.
    The trap: exp(1000) is inf. What happens to the result if you subtract the same number from every score?

    This example comes from the notes:

    >>> softmax(torch.tensor([0.2, 0.02, 0.15, 1.3, 0.5, 0.06, 1.1, 0.05, 3.75]), dim=0)
    tensor([0.0217, 0.0181, 0.0206, 0.0651, 0.0293, 0.0188, 0.0533, 0.0187, 0.7545])

    中文：沿 dim 计算 softmax，把一组得分（logits）变成和为 1 的概率，概率最大的类别就是预测结果。得分从 -10000 到 10000
    都要算对，不能得到 inf 或 NaN：想一想，所有得分减去同一个数，结果会变吗？如果有的得分是 -inf，其余是有限的数，-inf 的概率恰为 0。
    只沿 dim 归一化，不同样本之间互不影响；dim 可以是负数。结果与 x 同形状、同 dtype，要能对 x 自动求导；不要修改 x。
    不允许使用 torch 或 scipy 的 softmax、log_softmax、softmin、gumbel_softmax、logsumexp，无论是函数、方法还是模块。
    """
    ### BEGIN SOLUTION
    e = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return e / e.sum(dim=dim, keepdim=True)
    ### END SOLUTION


def collapse_linear(W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
    """One linear layer that does the same as two linear layers in a row.

    Without an activation between them, two layers can do no more than one. The notes say so; here you prove it by
    computing that one layer. This is why networks need activations.

        h = W1 x + b1        y = W2 h + b2        the same y = W x + b, for every x

    W1: (H, I), b1: (H,), the first layer.  W2: (O, H), b2: (O,), the second; the shapes are those of nn.Linear,
    (out, in). I, H and O are at least 1. All four tensors have the same dtype, float32 or float64; do not change them.
    Returns the pair (W, b) of shapes (O, I) and (O,), of the same dtype.

    >>> W1, b1 = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]]), torch.tensor([1.0, 1.0, 0.0])
    >>> W2, b2 = torch.tensor([[1.0, 2.0, 1.0]]), torch.tensor([0.5])
    >>> collapse_linear(W1, b1, W2, b2)
    (tensor([[3., 4.]]), tensor([3.5000]))

    中文：两个线性层之间没有激活函数时，等价于一个线性层：对任意输入 x，输出都相同。请求出这个线性层的权重 W 和偏置 b。
    权重的形状与 nn.Linear 相同，是 (输出, 输入)：W1 为 (H, I)，W2 为 (O, H)，结果 W 为 (O, I)、b 为 (O,)，dtype 与输入相同。
    把第一个式子代入第二个式子，再分别合并含 x 的项和不含 x 的项。不要修改输入。
    """
    ### BEGIN SOLUTION
    W = W2 @ W1
    b = W2 @ b1 + b2
    return W, b
    ### END SOLUTION


def dead_units(pre: Tensor) -> Tensor:
    """Find the ReLU units that are dead on this batch.

    If the value before the ReLU is 0 or less for a sample, the unit passes no gradient back for this sample. If that
    holds for every sample of the batch, the unit's weights are not updated at all. If it holds for every batch, the unit
    never recovers.

        unit d is dead   if and only if   pre[n, d] <= 0 for every sample n

    pre: (N, D), the values before the ReLU of N >= 1 samples and D >= 1 units, float32 or float64; do not change it.
    Exactly 0 counts as dead, because the derivative of ReLU is 0 there.
    Returns the indices of the k dead units in ascending order, an int64 tensor of shape (k,). If no unit is dead, return
    an empty int64 tensor. The trap: torch.tensor([]) is float32.

    >>> pre = torch.tensor([[-1.0, 2.0, 0.0], [-3.0, -1.0, 0.0], [-0.5, -2.0, -1.0]])
    >>> dead_units(pre)
    tensor([0, 2])

    中文：找出这一批数据上“死亡”的 ReLU 神经元：所有样本的激活前值都不大于 0，梯度全为 0，权重得不到更新。
    恰好等于 0 也算，因为 ReLU 在 0 处的导数取 0。每行是一个样本，每列是一个神经元；只要有一个样本能激活它，就没有死亡。
    按从小到大的顺序返回下标，int64，形状 (k,)；一个也没有时返回空的 int64 张量（注意 torch.tensor([]) 是 float32）。不要修改输入。
    """
    ### BEGIN SOLUTION
    dead = (pre <= 0).all(dim=0)
    (indices,) = dead.nonzero(as_tuple=True)
    return indices
    ### END SOLUTION
