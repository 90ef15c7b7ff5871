"""Hidden checks of the networks. 网络搭建的隐藏检查。"""

from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    REDUCTION,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    check,
    expect,
    gradient,
    randn,
)

DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


# neuron

W = torch.tensor([0.5, -1.0, 2.0])


def fire(x: Tensor, w: Tensor, b: float, f=torch.sigmoid) -> Tensor:
    """The oracle: a layer of one neuron."""
    return f(F.linear(x, w[None], torch.tensor([b], dtype=x.dtype)).squeeze(-1))


@check("neuron", weight=2)
@pytest.mark.parametrize("f", ["sigmoid", "tanh", "relu"], ids=str)
@DTYPES
def test_neuron_on_random_batches(student, f, dtype):
    """A batch is right with each activation, and the dtype stays the same. 对一个批次和各种激活函数都正确，且保持 dtype。"""
    x, w = randn(6, 3, seed=1, dtype=dtype), W.to(dtype)
    expected = fire(x, w, 0.7, getattr(torch, f))
    assert_close(student.neuron(x, w, 0.7, student.build(f"torch.{f}")), expected, ELEMENTWISE)


@check("neuron")
@pytest.mark.parametrize(
    "shape", [(3,), (1, 3), (2, 5, 3), (1, 5, 3)], ids=["vector", "one", "sequences", "one-sequence"]
)
def test_neuron_of_any_batch(student, shape):
    """A vector, one sample, a batch of sequences: only the last axis disappears. 单个向量、一个样本、一批序列：只去掉最后一维。"""
    x = randn(*shape, seed=2)
    assert_close(student.neuron(x, W, -0.5), fire(x, W, -0.5), ELEMENTWISE)


@check("neuron")
@pytest.mark.parametrize("shape", [(1,), (4, 1)], ids=["vector", "batch"])
def test_neuron_with_one_input(student, shape):
    """One input works as well. 只有一个输入也可以。"""
    x, w = randn(*shape, seed=3), torch.tensor([-1.5])
    assert_close(student.neuron(x, w, 0.25), fire(x, w, 0.25), ELEMENTWISE)


@check("neuron")
def test_neuron_sums_before_it_activates(student):
    """f receives w·x + b; here f squares it. f 得到的是 w·x + b，这里取平方。"""
    x = randn(4, 3, seed=4, dtype=torch.float64)
    answer = student.neuron(x, w=W.double(), b=1.5, f=student.build("lambda z: z**2"))
    assert_close(answer, ((x * W).sum(-1) + 1.5) ** 2, ELEMENTWISE)


@check("neuron")
@pytest.mark.parametrize("b", [-2.0, 0.0, 3], ids=str)
def test_neuron_of_no_signal(student, b):
    """Inputs of 0 leave f(b); b may be a whole number. 输入全为 0 时结果是 f(b)；b 可以是整数。"""
    answer = student.neuron(torch.zeros(2, 3), W, b)
    assert_close(answer, torch.sigmoid(torch.full((2,), float(b))), ELEMENTWISE)


@check("neuron")
def test_neuron_samples_do_not_meet(student):
    """The result of a sample does not depend on the rest of the batch. 一个样本的结果与同批的其他样本无关。"""
    x = randn(3, 3, seed=6)
    x[1] = 50.0
    expected = fire(x, W, 0.1)
    assert_close(student.neuron(x, W, 0.1), expected, ELEMENTWISE)
    assert_close(student.neuron(x[2], W, 0.1), expected[2], ELEMENTWISE)


@check("neuron")
@pytest.mark.parametrize("x", [randn(3, 4, seed=7).T, randn(4, 6, seed=7)[:, ::2]], ids=["transposed", "strided"])
def test_neuron_of_any_layout(student, x):
    """Transposed and strided batches work. 转置和带步长的批次都可以。"""
    assert_close(student.neuron(x, W, 0.2), fire(x, W, 0.2), ELEMENTWISE)


@check("neuron")
@pytest.mark.parametrize("wrt", [0, 1], ids=["x", "w"])
def test_neuron_gradient(student, wrt):
    """Autograd reaches x and w. 自动求导能到达 x 和 w。"""
    x, w = randn(4, 3, seed=8, dtype=torch.float64), W.double()
    leaves = [x.clone().requires_grad_(), w.clone().requires_grad_()]
    cotangent = randn(4, seed=9, dtype=torch.float64)
    (expected,) = torch.autograd.grad(fire(*leaves, 0.3), leaves[wrt], cotangent)
    assert_close(gradient(student.neuron, x, w, 0.3, wrt=wrt, cotangent=cotangent), expected, REDUCTION)


@check("neuron")
def test_neuron_leaves_its_inputs_alone(student):
    """x and w are not changed. 不修改 x 和 w。"""
    x = randn(4, 3, seed=10)
    assert_close(assert_inputs_unchanged(student.neuron, x, W, 0.4), fire(x, W, 0.4), ELEMENTWISE)


# linear_forward


def layer(n_in: int, n_out: int, seed: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """A random (weight, bias)."""
    return randn(n_out, n_in, seed=seed, dtype=dtype), 3 * randn(n_out, seed=seed + 1000, dtype=dtype)


@check("linear_forward", weight=2)
@pytest.mark.parametrize("sizes", [(3, 2), (2, 5), (4, 4)], ids=["narrowing", "widening", "square"])
@DTYPES
def test_linear_forward_on_random_batches(student, sizes, dtype):
    """Narrowing, widening and square layers are right, and the dtype stays the same. 对各种宽度的层都正确，且保持 dtype。"""
    x, (weight, bias) = randn(6, sizes[0], seed=21, dtype=dtype), layer(*sizes, seed=22, dtype=dtype)
    assert_close(student.linear_forward(x, weight, bias), F.linear(x, weight, bias), REDUCTION)


@check("linear_forward")
@pytest.mark.parametrize("sizes", [(3, 2), (4, 4)], ids=["narrowing", "square"])
def test_linear_forward_without_a_bias(student, sizes):
    """Without a bias (left out or None), only the product is computed. 不给 bias 或为 None 时只做乘法。"""
    x, (weight, _) = randn(5, sizes[0], seed=23), layer(*sizes, seed=24)
    assert_close(student.linear_forward(x, weight), F.linear(x, weight), REDUCTION)
    assert_close(student.linear_forward(x, weight, bias=None), F.linear(x, weight), REDUCTION)


@check("linear_forward", weight=2)
@pytest.mark.parametrize(
    "shape",
    [(3,), (1, 3), (0, 3), (2, 5, 3), (2, 1, 4, 3)],
    ids=["vector", "one", "empty", "sequences", "four-axes"],
)
def test_linear_forward_of_any_batch(student, shape):
    """The axes before the last do not change. 最后一维之前的维度保持不变。"""
    x, (weight, bias) = randn(*shape, seed=25), layer(3, 2, seed=26)
    assert_close(student.linear_forward(x, weight, bias), F.linear(x, weight, bias), REDUCTION)


@check("linear_forward")
@pytest.mark.parametrize("sizes", [(1, 4), (3, 1), (1, 1)], ids=["one-input", "one-output", "one-weight"])
def test_linear_forward_of_small_layers(student, sizes):
    """Layers with one input or one output work. 只有一个输入或一个输出的层也可以。"""
    x, (weight, bias) = randn(5, sizes[0], seed=27), layer(*sizes, seed=28)
    assert_close(student.linear_forward(x, weight, bias), F.linear(x, weight, bias), REDUCTION)


@check("linear_forward")
@pytest.mark.parametrize(
    ("x", "weight"),
    [
        (randn(3, 5, seed=29).T, randn(3, 2, seed=30).T),
        (randn(5, 6, seed=29)[:, ::2], randn(4, 3, seed=30)[::2]),
        (randn(5, 2, 3, seed=29).transpose(0, 1), randn(2, 3, seed=30)),
    ],
    ids=["transposed", "strided", "sequences-first"],
)
def test_linear_forward_of_any_layout(student, x, weight):
    """Transposed and strided x and weight work. 转置和带步长的 x、weight 都可以。"""
    bias = torch.tensor([1.0, -1.0])
    assert_close(student.linear_forward(x, weight, bias), F.linear(x, weight, bias), REDUCTION)


@check("linear_forward")
def test_linear_forward_adds_each_bias_to_its_unit(student):
    """Inputs of 0 give the bias of each unit. 输入全为 0 时，每个单元输出自己的偏置。"""
    weight, bias = layer(3, 4, seed=31)
    assert_close(student.linear_forward(torch.zeros(2, 3), weight, bias), bias.expand(2, 4), REDUCTION)


@check("linear_forward")
def test_linear_forward_of_units_is_the_weight(student):
    """The unit vectors as inputs give the columns of the weight. 输入单位向量，得到权重的各列。"""
    weight, _ = layer(4, 4, seed=32)
    assert_close(student.linear_forward(torch.eye(4), weight), weight.T, REDUCTION)


@check("linear_forward")
def test_linear_forward_of_two_layers(student):
    """Two linear layers in a row equal one layer whose weight is the product of theirs. 两个线性层相接，等于权重相乘的一层。"""
    x, (first, b1), (second, b2) = randn(5, 3, seed=33), layer(3, 4, seed=34), layer(4, 2, seed=35)
    hidden = student.linear_forward(x, first, b1)
    assert_close(student.linear_forward(hidden, second, b2), F.linear(x, second @ first, second @ b1 + b2), REDUCTION)


@check("linear_forward")
@pytest.mark.parametrize("wrt", [0, 1, 2], ids=["x", "weight", "bias"])
def test_linear_forward_gradient(student, wrt):
    """Autograd reaches x, weight and bias. 自动求导能到达 x、weight 和 bias。"""
    inputs = [randn(2, 3, 4, seed=36, dtype=torch.float64), *layer(4, 5, seed=37, dtype=torch.float64)]
    leaves = [tensor.clone().requires_grad_() for tensor in inputs]
    cotangent = randn(2, 3, 5, seed=38, dtype=torch.float64)
    (expected,) = torch.autograd.grad(F.linear(*leaves), leaves[wrt], cotangent)
    assert_close(gradient(student.linear_forward, *inputs, wrt=wrt, cotangent=cotangent), expected, REDUCTION)


@check("linear_forward")
def test_linear_forward_gradient_without_bias(student):
    """Without a bias, autograd reaches the weight as well. 没有偏置时，自动求导同样能到达 weight。"""
    x, (weight, _) = randn(4, 3, seed=39, dtype=torch.float64), layer(3, 2, seed=40, dtype=torch.float64)
    assert_close(gradient(student.linear_forward, x, weight, wrt=1), x.sum(0).expand(2, 3), REDUCTION)


@check("linear_forward")
def test_linear_forward_leaves_its_inputs_alone(student):
    """x, weight and bias are not changed. 不修改 x、weight 和 bias。"""
    inputs = randn(4, 3, seed=41), *layer(3, 2, seed=42)
    assert_close(assert_inputs_unchanged(student.linear_forward, *inputs), F.linear(*inputs), REDUCTION)


# count_parameters


def learnable(sizes: list[int], bias: bool) -> int:
    """The oracle: build the layers, without memory, and count what they hold."""
    layers = [nn.Linear(*pair, bias=bias, device="meta") for pair in pairwise(sizes)]
    return sum(p.numel() for linear in layers for p in linear.parameters())


@check("count_parameters", weight=2)
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "plain"])
@pytest.mark.parametrize(
    "sizes",
    [[784, 512, 256, 10], [2, 2, 2], [5, 1], [3, 7, 2, 9, 4, 1]],
    ids=["notes", "notes-222", "one-layer", "deep"],
)
def test_count_parameters_agrees_with_torch(student, sizes, bias):
    """The number agrees with the layers of torch, with and without biases. 与 torch 各层实际的参数个数一致，带不带偏置都对。"""
    assert_equal(student.count_parameters(sizes, bias), learnable(sizes, bias))


@check("count_parameters")
def test_count_parameters_of_random_networks(student):
    """Random depths and widths are right. 对随机的深度和宽度都正确。"""
    generator = torch.Generator().manual_seed(51)
    for depth in (2, 3, 5):
        sizes = torch.randint(1, 1000, (depth,), generator=generator).tolist()
        assert_equal(student.count_parameters(sizes), learnable(sizes, True))


@check("count_parameters")
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "plain"])
def test_count_parameters_without_layers(student, bias):
    """The input layer has no parameters. 输入层没有参数。"""
    assert_equal(student.count_parameters([17], bias=bias), 0)


@check("count_parameters")
def test_count_parameters_has_a_bias_by_default(student):
    """As in nn.Linear, biases are counted by default: one for each unit after the input. 与 nn.Linear 一样默认有偏置：输入层之后每个单元一个。"""
    sizes = [6, 5, 4, 3]
    assert_equal(student.count_parameters(sizes), learnable(sizes, False) + 5 + 4 + 3)


@check("count_parameters")
@pytest.mark.parametrize("cut", [1, 2, 3], ids=str)
def test_count_parameters_adds_up(student, cut):
    """Cut a network in two at a hidden layer: the two counts add up to the same number. 从某个隐藏层切成两段，参数之和不变。"""
    sizes = [8, 3, 5, 2, 6]
    front, back = student.count_parameters(sizes[: cut + 1]), student.count_parameters(sizes[cut:])
    assert_equal(front + back, learnable(sizes, True))


@check("count_parameters")
def test_count_parameters_of_the_reversed_network(student):
    """The reversed network has the same number of weights, but not of biases. 颠倒过来的网络，权重一样多，偏置不同。"""
    assert_equal(student.count_parameters([10, 4, 2], bias=False), 48)
    assert_equal(student.count_parameters([2, 4, 10], bias=False), 48)
    assert_equal(student.count_parameters([2, 4, 10]), 62)


@check("count_parameters")
def test_count_parameters_of_huge_layers(student):
    """Numbers beyond 32 bits, and beyond the digits of a float, stay exact. 超过 32 位、甚至超过浮点精度的数仍然精确。"""
    assert_equal(student.count_parameters([3_000_000, 100_003]), 3_000_001 * 100_003)
    assert_equal(student.count_parameters([300_000_000, 100_000_007]), 300_000_001 * 100_000_007)


@check("count_parameters")
def test_count_parameters_leaves_the_list_alone(student):
    """sizes is not changed. 不修改 sizes。"""
    assert_equal(assert_inputs_unchanged(student.count_parameters, [4, 3, 2]), 23)


# Net

SHAPES = {
    "fc1.bias": [512],
    "fc1.weight": [512, 784],
    "fc2.bias": [256],
    "fc2.weight": [256, 512],
    "fc3.bias": [10],
    "fc3.weight": [10, 256],
}


def own_layers(net) -> list[tuple[Tensor, Tensor]]:
    """(weight, bias) of the student's three layers."""
    return [(fc.weight, fc.bias) for fc in (net.fc1, net.fc2, net.fc3)]


def logits(x: Tensor, layers: list[tuple[Tensor, Tensor]]) -> Tensor:
    """The oracle: the notes' network, with the student's weights."""
    (w1, b1), (w2, b2), (w3, b3) = layers
    hidden = F.linear(x.flatten(1), w1, b1).relu()
    return F.linear(F.linear(hidden, w2, b2).relu(), w3, b3)


@check("Net", weight=2)
@pytest.mark.parametrize(
    "shape", [(4, 1, 28, 28), (1, 1, 28, 28), (3, 784), (1, 784)], ids=["images", "one-image", "vectors", "one-vector"]
)
def test_Net_gives_logits(student, shape):
    """Images and vectors, one or many: the logits follow from the net's own weights. 图片或向量、一批或一个，都按自己的权重算出 logits。"""
    net, x = student.Net(), randn(*shape, seed=61)
    assert_close(net(x), logits(x, own_layers(net)), REDUCTION)


@check("Net")
@pytest.mark.parametrize(
    "x",
    [
        randn(3, 1, 28, 28, seed=62).transpose(2, 3),
        randn(3, 28, 28, 1, seed=63).permute(0, 3, 1, 2)[:, :, :, [*range(28)]],
        randn(6, 1, 28, 56, seed=64)[::2, :, :, ::2],
    ],
    ids=["transposed", "channels-last", "strided"],
)
def test_Net_of_any_layout(student, x):
    """Images need not be contiguous in memory. 图片在内存中不必连续。"""
    net = student.Net()
    assert_close(net(x), logits(x, own_layers(net)), REDUCTION)


@check("Net", weight=2)
def test_Net_has_the_state_of_the_notes(student):
    """Its state_dict has exactly the notes' names and shapes. state_dict 的名字和形状与笔记完全一致。"""
    shapes = student.evaluate("{name: list(p.shape) for name, p in sorted(m.state_dict().items())}", m=student.Net())
    assert_equal(shapes, SHAPES)


@check("Net")
def test_Net_has_two_activations(student):
    """relu1 and relu2 are two modules of the net. relu1、relu2 是网络中的两个模块。"""
    kinds = student.evaluate("[isinstance(part, nn.ReLU) for part in (m.relu1, m.relu2)]", m=student.Net())
    assert_equal(kinds, [True, True])
    assert_equal(student.evaluate("m.relu1 is m.relu2", m=student.Net()), False)


@check("Net")
def test_Net_can_be_trained(student):
    """All six parameters reach the optimiser, and back propagation reaches them. 六个参数都能交给优化器，反向传播都能到达。"""
    net, x, cotangent = student.Net(), randn(3, 1, 28, 28, seed=65), randn(3, 10, seed=66)
    layers = [tuple(p.clone().requires_grad_() for p in pair) for pair in own_layers(net)]
    logits(x, layers).backward(cotangent)
    student.evaluate("m(x).backward(cotangent)", m=net, x=x, cotangent=cotangent)
    assert_equal(
        student.evaluate("sorted(name for name, p in m.named_parameters() if p.grad is not None)", m=net), [*SHAPES]
    )
    grads = student.evaluate("[m.fc1.bias.grad, m.fc2.bias.grad, m.fc3.weight.grad]", m=net)
    assert_close(grads, [layers[0][1].grad, layers[1][1].grad, layers[2][0].grad], REDUCTION)


@check("Net")
def test_Net_images_do_not_meet(student):
    """The logits of an image do not depend on the rest of the batch. 一张图片的 logits 与同批的其他图片无关。"""
    net, x = student.Net(), randn(3, 1, 28, 28, seed=67)
    x[0] *= 30
    expected = logits(x, own_layers(net))
    assert_close(net(x[1:]), expected[1:], REDUCTION)
    assert_close(net(x), expected, REDUCTION)


@check("Net")
def test_Net_loads_other_weights(student):
    """After load_state_dict, the net computes with the new weights. 加载 state_dict 之后，用新的权重计算。"""
    net, x = student.Net(), randn(2, 784, seed=68)
    state = {name: torch.full(shape, 0.002 if "weight" in name else -0.5) for name, shape in SHAPES.items()}
    state["fc3.bias"] = torch.arange(10.0) - 5
    student.evaluate("m.load_state_dict(state)", m=net, state=state)
    layers = [(state[f"fc{i}.weight"], state[f"fc{i}.bias"]) for i in (1, 2, 3)]
    assert_close(net(x + 2), logits(x + 2, layers), REDUCTION)


@check("Net")
def test_Net_is_the_same_in_evaluation(student):
    """The net has no dropout: eval() changes nothing. 网络里没有 dropout：eval() 之后结果不变。"""
    net, x = student.Net(), randn(2, 1, 28, 28, seed=69)
    expected = logits(x, own_layers(net))
    assert_close(net(x), expected, REDUCTION)
    net.eval()
    assert_close(net(x), expected, REDUCTION)


@check("Net")
def test_Net_becomes_double(student):
    """.double() converts the whole net. .double() 能转换整个网络。"""
    net, x = student.Net(), randn(2, 1, 28, 28, seed=70, dtype=torch.float64)
    layers = [(weight.double(), bias.double()) for weight, bias in own_layers(net)]
    net.double()
    assert_close(net(x), logits(x, layers), REDUCTION)


@check("Net")
def test_Net_has_layers_of_its_own(student):
    """Two nets do not share their layers. 两个网络互不共享各层。"""
    first, second = student.Net(), student.Net()
    for name in ("fc1", "fc2", "fc3"):
        is_shared = student.evaluate(f"first.{name}.weight is second.{name}.weight", first=first, second=second)
        expect(
            not is_shared,
            f"two instances share {name}: make the layers in __init__.",
            f"两个实例共用了 {name}：应在 __init__ 中创建各层。",
            answer=second,
        )


@check("Net")
def test_Net_gradient_of_the_images(student):
    """Autograd reaches the pixels. 自动求导能到达像素。"""
    net, x, cotangent = student.Net(), randn(2, 1, 28, 28, seed=71), randn(2, 10, seed=72)
    layers, leaf = own_layers(net), x.clone().requires_grad_()
    (expected,) = torch.autograd.grad(logits(leaf, layers), leaf, cotangent)
    assert_close(gradient(net, x, cotangent=cotangent), expected, REDUCTION)


@check("Net")
def test_Net_leaves_its_input_alone(student):
    """The images are not changed. 不修改输入的图片。"""
    net, x = student.Net(), randn(2, 1, 28, 28, seed=73)
    assert_close(assert_inputs_unchanged(net, x), logits(x, own_layers(net)), REDUCTION)


# build_sequential


def linear(n_in: int, n_out: int) -> str:
    """A layer as `modules_of` writes it."""
    return f"Linear({n_in}, {n_out})"


def modules_of(student, net) -> list[str]:
    """The modules of a Sequential in order, such as Linear(3, 2), Linear(3, 2, without bias) or ReLU.

    Fails the check if `net` is not an nn.Sequential.
    """
    expect(net is not None, "it returned nothing: return the network.", "它没有返回值，应返回网络。")
    is_sequential = student.evaluate("isinstance(net, nn.Sequential)", net=net)
    expect(is_sequential, "it is not an nn.Sequential.", "结果不是 nn.Sequential。", answer=net)
    return student.evaluate(
        """[
            f"Linear({m.in_features}, {m.out_features}" + (")" if m.bias is not None else ", without bias)")
            if isinstance(m, nn.Linear) else type(m).__name__
            for m in net
        ]""",
        net=net,
    )


def expect_modules(student, net, expected: list[str]) -> None:
    """Fail unless `net` is a flat nn.Sequential of these modules."""
    found = modules_of(student, net)
    expect(
        found == expected,
        f"it holds {', '.join(found) or 'nothing'}; expected {', '.join(expected)}.",
        f"它依次包含 {', '.join(found) or '空'}；应为 {', '.join(expected)}。",
        answer=net,
    )


def expect_kinds(student, net, expected: list[str]) -> None:
    """Fail unless the modules of `net` are of these classes, whatever their sizes."""
    found = [module.partition("(")[0] for module in modules_of(student, net)]
    expect(
        found == expected,
        f"it holds {', '.join(found) or 'nothing'}; expected {', '.join(expected)}.",
        f"它依次包含 {', '.join(found) or '空'}；应为 {', '.join(expected)}。",
        answer=net,
    )


@check("build_sequential", weight=2)
@pytest.mark.parametrize(
    "sizes", [[784, 512, 256, 10], [3, 4, 2], [6, 2, 9, 5, 7, 1]], ids=["notes", "two-layers", "five-layers"]
)
def test_build_sequential_puts_activations_between_layers(student, sizes):
    """Layers of the right sizes, with ReLU between them and only there. 各层尺寸正确，ReLU 只放在层与层之间。"""
    expected = [linear(*sizes[:2])]
    for pair in pairwise(sizes[1:]):
        expected += ["ReLU", linear(*pair)]
    expect_modules(student, student.build_sequential(sizes), expected)


@check("build_sequential")
@pytest.mark.parametrize("sizes", [[4, 2], [1, 1]], ids=["4-2", "1-1"])
def test_build_sequential_without_hidden_layers(student, sizes):
    """Two sizes: one layer, no activation. 两个宽度：只有一层，没有激活函数。"""
    expect_modules(student, student.build_sequential(sizes), [linear(*sizes)])


@check("build_sequential", weight=2)
@pytest.mark.parametrize("activation", ["Tanh", "Sigmoid", "LeakyReLU", "GELU"], ids=str)
def test_build_sequential_with_other_activations(student, activation):
    """Any module class can be the activation. 任何模块类都可以当激活函数。"""
    net = student.build_sequential([3, 3, 3, 2], activation=student.build(f"nn.{activation}"))
    expect_kinds(student, net, ["Linear", activation, "Linear", activation, "Linear"])


@check("build_sequential")
def test_build_sequential_with_a_class_of_its_own(student):
    """The activation may be a class that torch does not have. 激活函数可以是 torch 里没有的类。"""
    square = student.build("type('Square', (nn.Module,), {'forward': lambda self, x: x**2})")
    net, x = student.build_sequential([4, 3, 2], square), randn(5, 4, seed=84)
    expect_kinds(student, net, ["Linear", "Square", "Linear"])
    w1, b1, w2, b2 = net.state_dict().values()
    assert_close(net(x), F.linear(F.linear(x, w1, b1) ** 2, w2, b2), REDUCTION)


@check("build_sequential")
def test_build_sequential_is_a_sequential(student):
    """It is an nn.Sequential; its state_dict holds two weights and two biases, in order. 它是 nn.Sequential，state_dict 依次是两组权重和偏置。"""
    net = student.build_sequential([5, 4, 3])
    is_sequential = student.evaluate("isinstance(net, nn.Sequential)", net=net)
    expect(is_sequential, "it is not an nn.Sequential.", "结果不是 nn.Sequential。", answer=net)
    shapes = [tuple(p.shape) for p in net.state_dict().values()]
    expect(
        shapes == [(4, 5), (4,), (3, 4), (3,)],
        f"its state_dict holds tensors of shapes {shapes}.",
        f"它的 state_dict 中各张量的形状是 {shapes}。",
        answer=net,
    )


@check("build_sequential")
def test_build_sequential_shares_nothing(student):
    """Each place has an object of its own: PReLU learns one slope per place. 每个位置都有自己的对象：PReLU 在每处各学一个斜率。"""
    net = student.build_sequential([3, 3, 3, 3], student.build("nn.PReLU"))
    layers, activations = student.evaluate(
        "[len({id(module) for module in net if isinstance(module, kind)}) for kind in (nn.Linear, nn.PReLU)]", net=net
    )
    expect(
        (layers, activations) == (3, 2),
        f"it holds {layers} different layers and {activations} different activations, expected 3 and 2.",
        f"它有 {layers} 个不同的层、{activations} 个不同的激活函数，应为 3 个和 2 个。",
        answer=net,
    )
    parameters = student.evaluate("len(list(net.parameters()))", net=net)
    expect(
        parameters == 8,
        f"it has {parameters} parameters, expected 8.",
        f"它有 {parameters} 个参数，应为 8 个。",
        answer=net,
    )


@check("build_sequential", weight=2)
@pytest.mark.parametrize("activation", ["ReLU", "Tanh"], ids=str)
def test_build_sequential_computes(student, activation):
    """A batch goes through it, layer by layer. 一批数据逐层通过网络。"""
    net, x = student.build_sequential([6, 5, 4, 3], student.build(f"nn.{activation}")), randn(7, 6, seed=81)
    w1, b1, w2, b2, w3, b3 = net.state_dict().values()
    f = {"ReLU": torch.relu, "Tanh": torch.tanh}[activation]
    hidden = f(F.linear(f(F.linear(x, w1, b1)), w2, b2))
    assert_close(net(x), F.linear(hidden, w3, b3), REDUCTION)


@check("build_sequential")
def test_build_sequential_can_be_trained(student):
    """Back propagation reaches the weights and biases of every layer. 反向传播能到达每一层的权重和偏置。"""
    net, x, cotangent = student.build_sequential([4, 8, 2]), randn(5, 4, seed=82), randn(5, 2, seed=83)
    w1, b1, w2, b2 = leaves = [p.requires_grad_() for p in net.state_dict().values()]
    F.linear(F.linear(x, w1, b1).relu(), w2, b2).backward(cotangent)
    student.evaluate("net(x).backward(cotangent)", net=net, x=x, cotangent=cotangent)
    grads = student.evaluate("[p.grad for p in net.parameters()]", net=net)
    assert_close(grads, [leaf.grad for leaf in leaves], REDUCTION)


@check("build_sequential")
def test_build_sequential_builds_anew(student):
    """Two networks from one list do not share their layers. 用同一个列表建的两个网络互不共享。"""
    sizes = [3, 4, 2]
    first, second = student.build_sequential(sizes), student.build_sequential(sizes)
    student.evaluate("first[0].weight.data.zero_()", first=first)
    is_shared = student.evaluate("first[0] is second[0]", first=first, second=second)
    expect(not is_shared, "two calls return the same layers.", "两次调用返回了相同的层。", answer=second)
    weight = next(iter(second.state_dict().values()))
    expect(bool(weight.any()), "all weights of the first layer are 0.", "第一层的权重全为 0。", answer=second)


@check("build_sequential")
def test_build_sequential_leaves_the_list_alone(student):
    """sizes is not changed. 不修改 sizes。"""
    net = assert_inputs_unchanged(student.build_sequential, [4, 3, 2])
    assert_equal(len(net), 3)


# flatten_images


@check("flatten_images", weight=2)
@pytest.mark.parametrize(
    "shape", [(2, 3, 4, 5), (5, 1, 28, 28), (3, 2, 2), (2, 3, 2, 2, 2)], ids=["colour", "grey", "no-channels", "video"]
)
@DTYPES
def test_flatten_images_of_random_images(student, shape, dtype):
    """Colour images, grey images and videos are right, and the dtype stays the same. 对彩色图像、灰度图像和视频都正确，且保持 dtype。"""
    x = randn(*shape, seed=91, dtype=dtype)
    assert_equal(student.flatten_images(x), torch.flatten(x, 1))


@check("flatten_images")
@pytest.mark.parametrize("dtype", [torch.int64, torch.uint8, torch.bool], ids=["int64", "uint8", "bool"])
def test_flatten_images_of_whole_numbers(student, dtype):
    """Integer and bool pixels keep their dtype. 整数和布尔像素保持原来的 dtype。"""
    x = torch.randint(0, 256, (2, 3, 4, 2), generator=torch.Generator().manual_seed(92)).to(dtype)
    assert_equal(student.flatten_images(x), torch.flatten(x, 1))


@check("flatten_images")
@pytest.mark.parametrize("shape", [(0, 1, 28, 28), (0, 3, 2), (0, 7)], ids=["images", "no-channels", "vectors"])
def test_flatten_images_of_no_images(student, shape):
    """An empty batch keeps the width. 空批次也保持宽度。"""
    assert_equal(student.flatten_images(torch.empty(shape)), torch.flatten(torch.empty(shape), 1))


@check("flatten_images")
@pytest.mark.parametrize(
    "shape", [(1, 3, 4, 4), (1, 1, 1, 1), (4, 1, 1, 1), (3, 6)], ids=["one", "one-pixel", "pixels", "vectors"]
)
def test_flatten_images_of_small_batches(student, shape):
    """One image, images of one pixel, and vectors, which do not change. 一张图片、单像素图片，以及本来就是向量的输入。"""
    x = randn(*shape, seed=93)
    assert_equal(student.flatten_images(x), torch.flatten(x, 1))


@check("flatten_images", weight=2)
@pytest.mark.parametrize(
    "x",
    [
        torch.arange(24.0).reshape(2, 3, 4).permute(0, 2, 1),
        randn(2, 4, 5, 3, seed=94).permute(0, 3, 1, 2),
        randn(3, 2, 6, 6, seed=95)[::2, :, ::2, 1::3],
        randn(3, 2, 4, 4, seed=96).transpose(0, 1),
    ],
    ids=["transposed", "channels-last", "strided", "batch-second"],
)
def test_flatten_images_of_any_layout(student, x):
    """Images need not be contiguous in memory; the order is still channel, row, column. 内存不连续也可以，顺序仍是通道、行、列。"""
    assert_equal(student.flatten_images(x), torch.flatten(x.contiguous(), 1))


@check("flatten_images")
def test_flatten_images_can_be_undone(student):
    """Reshaped back, the images are unchanged. 再变回原来的形状，图片没有变化。"""
    x = randn(3, 2, 4, 5, seed=97)
    flat = student.flatten_images(x)
    assert_close(flat.reshape(3, 2, 4, 5), x, EXACT)
    assert_equal(tuple(flat.shape), (3, 40))


@check("flatten_images")
def test_flatten_images_gradient(student):
    """Each pixel receives its own gradient. 每个像素得到自己的梯度。"""
    x, cotangent = randn(2, 3, 2, 2, seed=98), randn(2, 12, seed=99)
    assert_equal(gradient(student.flatten_images, x, cotangent=cotangent), cotangent.reshape(2, 3, 2, 2))


@check("flatten_images")
def test_flatten_images_leaves_the_images_alone(student):
    """The images keep their shape and values. 不改变传入图片的形状和数值。"""
    x = randn(2, 1, 3, 3, seed=100)
    assert_equal(assert_inputs_unchanged(student.flatten_images, x), torch.flatten(x, 1))
