"""Back propagation: which way is down, for every weight. 反向传播：每个权重该往哪边走。"""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn


def gd_step(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    """One step of plain gradient descent, for all parameters of a network.

    The gradient points in the direction in which the loss grows fastest. So every parameter takes a step in the
    opposite direction, and the learning rate scales this step.

        w  <-  w - lr g

    params, grads: two lists of equal length; each gradient has the shape and dtype of its parameter, float32 or
    float64. Shapes and dtypes may differ between parameters, and the lists may be empty.
    Returns a list of new tensors, in the same order. The input tensors are not changed.
    Not allowed: torch.optim.
    The trap: w -= lr * g changes the caller's tensor; w - lr * g makes a new one.

    >>> gd_step([torch.tensor([1.0, 2.0]), torch.tensor(3.0)], [torch.tensor([0.5, -1.0]), torch.tensor(2.0)], lr=0.1)
    [tensor([0.9500, 2.1000]), tensor(2.8000)]

    中文：对网络的所有参数做一步最普通的梯度下降。梯度指向损失增长最快的方向，所以每个参数都沿负梯度方向走一步，
    步长由学习率 lr 决定。params 与 grads 一一对应，各参数的形状和 dtype 可以不同，列表也可以为空。
    请按原来的顺序返回由新张量组成的列表，不能使用 torch.optim。不要修改传入的张量：w -= … 是原地修改，w - … 才得到新张量。
    """
    raise NotImplementedError("gd_step is yours to write")


def iterations_per_epoch(n: int, batch_size: int, drop_last: bool = False) -> int:
    """The number of iterations in one epoch: how many mini-batches n samples make.

    In one epoch the network sees every sample once. Each iteration takes one mini-batch and updates the weights
    once. The samples left over at the end make a smaller batch; with drop_last=True they are left out.

    n: number of samples, 0 or more.  batch_size: 1 or more.
    Returns an int, the length of a DataLoader with the same settings.
    Not allowed: torch.utils.data.
    The trap: the formula N/B + 1 in the notes is right only if B does not divide N, as the notes say. 512 samples
    in batches of 256 are 2 batches, not 3. Find a formula that is right in both cases.

    >>> iterations_per_epoch(50000, 256)
    196
    >>> 10 * iterations_per_epoch(50000, 256)  # in 10 epochs
    1960
    >>> iterations_per_epoch(512, 256), iterations_per_epoch(100, 32), iterations_per_epoch(100, 32, drop_last=True)
    (2, 4, 3)

    中文：求一个 epoch 里有多少次 iteration，即 n 个样本能分成多少个小批次。每个 epoch 把所有样本过一遍，每次 iteration
    用一个批次更新一次参数。最后不足一批的样本也单独算一批；drop_last=True 时则丢弃。返回整数，与 DataLoader 的长度一致。
    不能使用 torch.utils.data。注意：笔记中的 N/B + 1 只适用于不能整除的情形；512 个样本、每批 256 个，是 2 批，不是 3 批。
    """
    raise NotImplementedError("iterations_per_epoch is yours to write")


def batch_slices(n: int, batch_size: int) -> list[tuple[int, int]]:
    """The start and the end of each mini-batch of one epoch.

    A training loop goes through the data in order and takes x[start:end] each time. The pairs are half-open, like
    Python's slices: start belongs to the batch, end does not. So each batch starts where the one before it ended.

        [(0, b), (b, 2b), …, (kb, n)]        b = batch_size

    n: number of samples, 0 or more.  batch_size: 1 or more.
    Returns a list of pairs of ints, in order. The last batch may be shorter; no batch is empty.
    Not allowed: torch.utils.data.

    >>> batch_slices(10, 4)
    [(0, 4), (4, 8), (8, 10)]
    >>> batch_slices(8, 4)
    [(0, 4), (4, 8)]

    中文：给出一个 epoch 中各个小批次的起止下标，训练循环可以依次取 x[start:end]。区间左闭右开，与 Python 切片一致：
    包含 start，不包含 end，所以后一批从前一批结束的地方开始。最后一批可以短一些，但不能有空批次；n = 0 时返回空列表。
    不能使用 torch.utils.data。
    """
    raise NotImplementedError("batch_slices is yours to write")


def unit_gradients(x: float, w: float, b: float) -> tuple[float, float]:
    """The chain rule on a single neuron: df/dw and df/db of the composite function in the notes.

        f(x; w, b) = 1 / (e^-(wx + b) + 1)

    Split f into steps whose derivatives you know, as the graph in the notes does, and multiply the derivatives
    along the path. The result can be written with f itself: see the derivative of the sigmoid in topic 01.

    x, w, b: floats, with |wx + b| up to 40.
    Returns (df/dw, df/db), two Python floats: work with floats and the math module, in double precision.
    Not allowed: autograd, torch.func, torch.ops. Derive both by hand.
    The trap: there are minus signs on the way; count them. Does f rise or fall when b grows?

    >>> unit_gradients(x=1.0, w=0.0, b=0.0)
    (0.25, 0.25)
    >>> unit_gradients(x=-2.0, w=0.0, b=0.0)
    (-0.5, 0.25)

    中文：用链式法则求笔记中复合函数 f(x; w, b) 对 w 和 b 的导数。像笔记的计算图那样把 f 拆成一串初等函数，
    再把路径上的导数连乘；结果可以用 f 自己表示（见 01 主题的 sigmoid 导数）。参数和返回值都是 Python 浮点数，请用 math 模块按双精度计算，
    返回的顺序是 (df/dw, df/db)。请手工推导，不能使用自动求导（torch.autograd、torch.func、torch.ops）。
    注意：途中会出现负号，数清楚有几个；想一想，b 变大时 f 是变大还是变小？
    """
    raise NotImplementedError("unit_gradients is yours to write")


def forward_222(x: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
    """Forward propagation through the network of example 1 in the notes: two layers, each with a sigmoid.

    Back propagation starts with a forward pass. The backward pass also needs the hidden activations h, so they are
    returned together with the output o.

        h = sigmoid(x W1^T + b1)        o = sigmoid(h W2^T + b2)

    x: (N, I), one sample per row.  W1: (H, I).  b1: (H,).  W2: (O, H).  b2: (O,).  All float32 or all float64.
    The example has I = H = O = 2, hence the name; any sizes work. As in nn.Linear, row j of W1 holds the weights of
    hidden unit j: row 1 is (w1, w2), row 2 is (w3, w4). W2 holds (w5, w6) and (w7, w8).
    Returns (h, o): (N, H) and (N, O), of the dtype of x. The inputs are not changed.
    For net inputs far from 0, such as 1000 or -1000, h and o are 1 or 0, not NaN.
    Not allowed: nn.Linear, F.linear, nn.Bilinear, F.bilinear.
    The trap: with two inputs and two units, x @ W1 runs as well, and swaps w2 with w3.

    >>> x = torch.tensor([[0.05, 0.10]])
    >>> W1, b1 = torch.tensor([[0.15, 0.20], [0.25, 0.30]]), torch.tensor([0.35, 0.35])
    >>> W2, b2 = torch.tensor([[0.40, 0.45], [0.50, 0.55]]), torch.tensor([0.60, 0.60])
    >>> forward_222(x, W1, b1, W2, b2)
    (tensor([[0.5933, 0.5969]]), tensor([[0.7514, 0.7729]]))

    中文：笔记例 1 的前向传播：两层网络，每层后面都有 sigmoid。x 每行一个样本；与 nn.Linear 一样，W1 的第 j 行是隐藏层
    第 j 个神经元的权重，所以要乘转置：x W1^T + b1。例子里 I = H = O = 2，但函数对任意大小都要成立。
    请返回隐藏层激活值 h 和输出 o，反向传播时两者都要用到。净输入很大（如 ±1000）时，结果应是 1 或 0，而不是 NaN。
    不能使用 nn.Linear、F.linear、nn.Bilinear、F.bilinear，不要修改输入。注意：2×2 时写成 x @ W1 也能运行，但 w2 和 w3 会互换。
    """
    raise NotImplementedError("forward_222 is yours to write")


def backward_222(x: Tensor, t: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> dict[str, Tensor]:
    """Back propagation by hand: the gradients of all weights and biases of example 1 in the notes.

    The error travels from the output back to the input. At each layer, delta is the derivative of E with respect
    to the input of the sigmoid (the net input): one number for each sample and unit. A weight connects two units.
    Its gradient is the delta of the later unit times the activation of the earlier one, summed over the samples.

        E = 1/2 sum((o - t)^2)          over all samples and outputs; h and o are those of forward_222
        dE/do = o - t                   the 2 from the square cancels the 1/2
        sigmoid' = o (1 - o)            written with its own output; h (1 - h) in the hidden layer

    x: (N, I).  t: (N, O), the targets.  W1: (H, I).  b1: (H,).  W2: (O, H).  b2: (O,).  All float32 or all float64.
    Returns a dict with the keys "W1", "b1", "W2", "b2": each gradient has the shape and dtype of its parameter.
    The inputs are not changed.
    Not allowed: autograd, torch.func, torch.ops. You may call your forward_222.
    The traps: a hidden unit feeds ALL outputs, so its error is a sum over them (see the end of example 2 in the
    notes). The figure of example 1 shows a single b1, but each unit has its own bias, as in nn.Linear.

    >>> x, t = torch.tensor([[0.05, 0.10]]), torch.tensor([[0.01, 0.99]])
    >>> W1, b1 = torch.tensor([[0.15, 0.20], [0.25, 0.30]]), torch.tensor([0.35, 0.35])
    >>> W2, b2 = torch.tensor([[0.40, 0.45], [0.50, 0.55]]), torch.tensor([0.60, 0.60])
    >>> backward_222(x, t, W1, b1, W2, b2)["W2"]
    tensor([[ 0.0822,  0.0827],
            [-0.0226, -0.0227]])

    中文：手工完成笔记例 1 的反向传播，求出所有权重和偏置的梯度，不能使用自动求导（torch.autograd、torch.func、torch.ops）。
    误差从输出层往回传：每一层先求 delta，即 E 对 sigmoid 的输入（净输入）的偏导，每个样本、每个神经元一个数。
    一个权重连接前后两个神经元，它的梯度等于后一个神经元的 delta 乘以前一个神经元的激活值，再对样本求和。
    损失 E = 1/2 Σ(o - t)²，平方求导产生的 2 与 1/2 约掉。注意：一个隐藏神经元连着所有输出，它的误差是各条路径之和
    （见笔记例 2 的最后一步）。图中只画了一个 b1，但与 nn.Linear 一样，每个神经元各有一个偏置。
    返回字典，键为 "W1"、"b1"、"W2"、"b2"，每个梯度与对应的参数形状相同。不要修改输入，可以调用你写的 forward_222。
    """
    raise NotImplementedError("backward_222 is yours to write")


def train_step_222(model: nn.Module, x: Tensor, t: Tensor, lr: float = 0.5) -> float:
    """One iteration of training with autograd: the loop body of example 1 in the notes.

    You have done the backward pass by hand; now torch does it. There are five steps, and their order matters: clear
    the old gradients, forward, loss, backward, update. PyTorch adds to .grad and never clears it by itself.

        loss = 1/2 sum((model(x) - t)^2)        over all samples and outputs
        w    <-  w - lr dloss/dw                for every parameter of the model

    model: any nn.Module. It runs once, in the mode (train or eval) it is in, and keeps this mode. The values of its
    parameters change in place.  x: (N, I).  t: (N, O); both stay unchanged.
    Returns the loss BEFORE the update, as a Python float.
    A parameter without a gradient, such as a frozen one, stays as it is. Allowed: torch.optim.SGD, as in the notes.
    The traps: .grad may still hold gradients from an earlier call or from other code, also in frozen parameters.
    And this loss is not nn.MSELoss: the two are equal only by chance, for one sample with two outputs.

    >>> model = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 2), nn.Sigmoid())
    >>> layer1 = {"0.weight": torch.tensor([[0.15, 0.20], [0.25, 0.30]]), "0.bias": torch.tensor([0.35, 0.35])}
    >>> layer2 = {"2.weight": torch.tensor([[0.40, 0.45], [0.50, 0.55]]), "2.bias": torch.tensor([0.60, 0.60])}
    >>> model.load_state_dict(layer1 | layer2)
    <All keys matched successfully>
    >>> x, t = torch.tensor([[0.05, 0.10]]), torch.tensor([[0.01, 0.99]])
    >>> round(train_step_222(model, x, t), 4), round(train_step_222(model, x, t), 4)
    (0.2984, 0.2805)

    中文：一次完整的训练迭代，这次让自动求导来做反向传播，即笔记例 1 的代码。顺序很重要：梯度清零、前向传播、计算损失、
    反向传播、更新参数。PyTorch 的 .grad 只累加、不会自动清零，以前的调用或其他代码留下的梯度会混进来，被冻结的参数里也可能有。
    model 可以是任意 nn.Module：只前向计算一次，不改变它的训练/评估模式，参数的数值原地更新；没有梯度的参数（例如被冻结的）保持不变。
    不要修改 x 和 t。返回更新之前的损失，Python 浮点数。可以使用 torch.optim.SGD。
    注意：这里的损失是求和再除以 2，不是 nn.MSELoss；只有一个样本、两个输出时两者才碰巧相等。
    """
    raise NotImplementedError("train_step_222 is yours to write")


def numeric_grad(f: Callable[[Tensor], Tensor], x: Tensor, eps: float = 1e-5) -> Tensor:
    """Measure the gradient of f at x: central differences, one element of x at a time.

    How do you know that a gradient derived by hand is right? Move one element up and down by eps, see how much f
    changes, and compare. This is slow, with two calls of f for each element, but it needs no derivation at all.

        df/dx_i  =  (f(x + eps e_i) - f(x - eps e_i)) / (2 eps)        e_i: 1 at element i, 0 elsewhere

    f: takes a tensor of the shape and dtype of x and returns a tensor without dimensions. It may use numpy inside.
    x: float64, any shape, also without dimensions, empty or transposed; it is not changed.
    Returns a tensor of the shape and dtype of x.
    Not allowed: autograd, torch.func, torch.ops.
    The traps: x[i] += eps and later x[i] -= eps does not restore the old number exactly, so work on copies. And why
    float64? In float32, f has about 7 digits, and most of them cancel when two nearly equal values are subtracted.

    >>> numeric_grad(lambda v: (v**3).sum(), torch.tensor([1.0, -2.0], dtype=torch.float64))
    tensor([ 3.0000, 12.0000], dtype=torch.float64)

    中文：用中心差分“量”出 f 在 x 处的梯度：每次只动一个元素，加上 eps、减去 eps 各算一次，看 f 变化多少。这样很慢（每个元素
    要调用两次 f），但不需要推导，正好用来检验手工推导的梯度是否正确（梯度检验）。f 的返回值是零维张量，内部可能用到 numpy，
    所以不能依靠自动求导（torch.autograd、torch.func、torch.ops 都不能用）。x 为 float64，形状任意，可以是零维、空的或转置得到的。
    不能修改 x：先 x[i] += eps 再 x[i] -= eps，由于舍入误差并不能恰好复原，应在副本上操作。
    为什么用 float64？float32 只有约 7 位有效数字，两个相近的数相减，有效数字就所剩无几了。
    """
    raise NotImplementedError("numeric_grad is yours to write")


def linear_backward(x: Tensor, weight: Tensor, grad_out: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The backward pass of a linear layer, y = x W^T + b, whatever comes after it.

    A layer in a framework can do two things: compute its output, and turn the gradient of its output into the
    gradients of its inputs and parameters. Back propagation needs only the second, layer by layer. For one output,
    y_no = sum_i x_ni W_oi + b_o. Which elements of y depend on x_ni? Which depend on W_oi, which on b_o?

    x: (N, I).  weight: (O, I).  grad_out: (N, O), dE/dy for some loss E.  All float32 or all float64.
    Returns (dE/dx, dE/dW, dE/db): (N, I), (O, I) and (O,), of the dtype of x. N may be 0.
    The inputs are not changed. Not allowed: autograd, torch.func, torch.ops.
    The traps: each gradient has the shape of its tensor, which tells you where to transpose. W and b are shared by
    the whole batch, so their gradients are sums over the samples. If the loss is a mean, grad_out contains its 1/N.

    >>> x, weight = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[5.0, 6.0]])
    >>> linear_backward(x, weight, grad_out=torch.tensor([[1.0], [10.0]]))
    (tensor([[ 5.,  6.],
            [50., 60.]]), tensor([[31., 42.]]), tensor([11.]))

    中文：线性层 y = x W^T + b 的反向传播。已知损失对输出的梯度 grad_out，求对 x、W、b 的梯度；不管后面接什么，做法都一样，
    反向传播就是这样一层一层往回走的。写出分量式：y_no = Σ_i x_ni W_oi + b_o，再想 x_ni、W_oi、b_o 各影响哪些输出。
    提示：梯度的形状与它所属的量相同，由此可以判断该在哪里转置。W 和 b 由整个批次共用，梯度要对批次求和；
    如果损失取了平均，1/N 已经包含在 grad_out 里，不要再除一次。
    不能使用自动求导（torch.autograd、torch.func、torch.ops），不要修改传入的张量。
    """
    raise NotImplementedError("linear_backward is yours to write")
