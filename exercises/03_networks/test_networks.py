"""Visible checks of the networks. 网络搭建的公开检查。"""

import torch
import torch.nn.functional as F

from autograder.checks import (
    ELEMENTWISE,
    REDUCTION,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    check,
    expect,
    randn,
)


@check("neuron")
def test_neuron_worked_example(student):
    """The first hidden unit of the notes' network gives 0.5933. 笔记网络的第一个隐藏单元输出 0.5933。"""
    answer = student.neuron(torch.tensor([0.05, 0.10]), torch.tensor([0.15, 0.20]), 0.35)
    assert_close(answer, torch.tensor(0.59326999), ELEMENTWISE)


@check("neuron")
def test_neuron_of_a_batch(student):
    """Each sample of a batch gets one output, here through ReLU; the inputs do not change. 批次中每个样本得到一个输出，这里用 ReLU；输入不被修改。"""
    x, w = torch.tensor([[1.0, 2.0], [3.0, -4.0]]), torch.tensor([1.0, 2.0])
    answer = assert_inputs_unchanged(student.neuron, x, w, -1.0, student.build("torch.relu"))
    assert_close(answer, torch.tensor([4.0, 0.0]), ELEMENTWISE)


@check("linear_forward")
def test_linear_forward_worked_example(student):
    """The docstring's example: one sample, two neurons. 文档示例：一个样本，两个神经元。"""
    x, weight = torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[1.0, 0.0, -1.0], [0.5, 0.5, 0.5]])
    answer = student.linear_forward(x, weight, torch.tensor([10.0, 20.0]))
    assert_close(answer, torch.tensor([[8.0, 23.0]]), REDUCTION)


@check("linear_forward")
def test_linear_forward_without_bias(student):
    """A layer may have no bias. 可以没有偏置。"""
    x, weight = randn(4, 3, seed=1), randn(3, 3, seed=2)
    assert_close(student.linear_forward(x, weight), F.linear(x, weight), REDUCTION)


@check("linear_forward")
def test_linear_forward_of_one_vector(student):
    """A single vector without a batch axis works; the inputs do not change. 没有批次维的单个向量也可以；输入不被修改。"""
    x, weight, bias = randn(3, seed=3), randn(2, 3, seed=4), randn(2, seed=5)
    answer = assert_inputs_unchanged(student.linear_forward, x, weight, bias)
    assert_close(answer, F.linear(x, weight, bias), REDUCTION)


@check("count_parameters")
def test_count_parameters_of_the_notes_network(student):
    """784-512-256-10 has 535818 parameters, 535040 without biases. 784-512-256-10 有 535818 个参数，不带偏置时 535040 个。"""
    assert_equal(student.count_parameters([784, 512, 256, 10]), 535_818)
    assert_equal(student.count_parameters([784, 512, 256, 10], bias=False), 535_040)


@check("count_parameters")
def test_count_parameters_of_one_layer(student):
    """Three inputs and two outputs: six weights and two biases; sizes does not change. 三个输入、两个输出：六个权重、两个偏置；不修改 sizes。"""
    assert_equal(assert_inputs_unchanged(student.count_parameters, [3, 2]), 8)


@check("count_parameters")
def test_count_parameters_of_no_layer(student):
    """A single width has no parameters. 只有一个宽度时没有参数。"""
    assert_equal(student.count_parameters([5]), 0)


@check("Net")
def test_Net_gives_ten_logits(student):
    """Four images give (4, 10): fc3(relu(fc2(relu(fc1(x))))), with the net's own weights. 四张图片得到 (4, 10)，用网络自己的权重逐层计算。"""
    net, x = student.Net(), randn(4, 1, 28, 28, seed=6)
    hidden = torch.relu(F.linear(x.flatten(1), net.fc1.weight, net.fc1.bias))
    hidden = torch.relu(F.linear(hidden, net.fc2.weight, net.fc2.bias))
    assert_close(net(x), F.linear(hidden, net.fc3.weight, net.fc3.bias), REDUCTION)


@check("Net")
def test_Net_has_the_parts_of_the_notes(student):
    """The five parts have the notes' names, kinds and sizes. 五个部件的名字、种类和大小与笔记相同。"""
    net = student.Net()
    for name, kind in {"fc1": "Linear", "relu1": "ReLU", "fc2": "Linear", "relu2": "ReLU", "fc3": "Linear"}.items():
        part = getattr(net, name)
        is_right = student.evaluate(f"isinstance(part, nn.{kind})", part=part)
        expect(is_right, f"{name} is not an nn.{kind}.", f"{name} 不是 nn.{kind}。", answer=net)
    for name, size in {"fc1": (784, 512), "fc2": (512, 256), "fc3": (256, 10)}.items():
        layer = getattr(net, name)
        found = (layer.in_features, layer.out_features)
        expect(
            found == size,
            f"{name} goes from {found[0]} to {found[1]} features, expected {size[0]} to {size[1]}.",
            f"{name} 的输入、输出宽度是 {found[0]}、{found[1]}，应为 {size[0]}、{size[1]}。",
            answer=net,
        )
        has_bias = student.evaluate("layer.bias is not None", layer=layer)
        expect(has_bias, f"{name} has no bias.", f"{name} 没有偏置。", answer=net)
    is_shared = student.evaluate("net.relu1 is net.relu2", net=net)
    expect(
        not is_shared,
        "relu1 and relu2 are the same object: make two.",
        "relu1 和 relu2 是同一个对象，应当各建一个。",
        answer=net,
    )


@check("Net")
def test_Net_of_transposed_images(student):
    """Images that are not contiguous in memory work, and are not changed. 内存不连续的图片也可以，而且不被修改。"""
    net, x = student.Net(), randn(2, 1, 28, 28, seed=7)
    answer = assert_inputs_unchanged(net, x.transpose(2, 3))
    assert_close(answer, net(x.transpose(2, 3).contiguous()), REDUCTION)


DESCRIBE = """
[f"Linear({layer.in_features}, {layer.out_features})" if type(layer) is nn.Linear and layer.bias is not None
 else f"Linear({layer.in_features}, {layer.out_features}, without bias)" if type(layer) is nn.Linear
 else type(layer).__name__ for layer in network]
"""


def contents(student, network) -> list[str]:
    """What a Sequential holds, in order: Linear(3, 2), ReLU and so on. Fails the check for anything else."""
    if network is None:
        expect(
            False,
            "build_sequential returns nothing: is `return` missing?",
            "build_sequential 没有返回值：是不是漏写了 return？",
        )
    if not student.evaluate("isinstance(network, nn.Sequential)", network=network):
        expect(
            False,
            "build_sequential returns no nn.Sequential.",
            "build_sequential 返回的不是 nn.Sequential。",
            answer=network,
        )
    return student.evaluate(DESCRIBE.strip(), network=network)


def expect_modules(student, network, wanted: list[str]) -> None:
    """Fail unless the network holds these modules."""
    held = contents(student, network)
    expect(
        held == wanted,
        f"the network holds {', '.join(held) or 'no modules'}, and it should hold {', '.join(wanted)}.",
        f"网络依次包含：{', '.join(held) or '没有模块'}；应当是：{', '.join(wanted)}。",
        answer=network,
    )


def expect_kinds(student, network, wanted: list[str]) -> None:
    """Fail unless the network holds modules of these classes."""
    kinds = [text.split("(")[0] for text in contents(student, network)]
    expect(
        kinds == wanted,
        f"the network is made of {', '.join(kinds) or 'no modules'}, and it should be made of {', '.join(wanted)}.",
        f"网络由这些模块组成：{', '.join(kinds) or '没有模块'}；应当是：{', '.join(wanted)}。",
        answer=network,
    )


@check("build_sequential")
def test_build_sequential_worked_example(student):
    """784-512-256-10 becomes the five modules of the notes. 784-512-256-10 得到笔记中的五个模块。"""
    net = student.build_sequential([784, 512, 256, 10])
    expected = ["Linear(784, 512)", "ReLU", "Linear(512, 256)", "ReLU", "Linear(256, 10)"]
    expect_modules(student, net, expected)


@check("build_sequential")
def test_build_sequential_of_two_sizes(student):
    """Two sizes make one Linear and nothing else; the list is not changed. 两个宽度只得到一个 Linear；列表不被修改。"""
    net = assert_inputs_unchanged(student.build_sequential, [4, 2])
    expect_modules(student, net, ["Linear(4, 2)"])


@check("build_sequential")
def test_build_sequential_with_tanh(student):
    """The activation is the one asked for. 激活函数是指定的那一种。"""
    net = student.build_sequential([3, 3, 3], student.build("nn.Tanh"))
    expect_kinds(student, net, ["Linear", "Tanh", "Linear"])


@check("flatten_images")
def test_flatten_images_of_grey_images(student):
    """A grey image of 28 x 28 becomes 784 features; the images do not change. 28 x 28 的灰度图变成 784 个特征；不修改图片。"""
    x = randn(3, 1, 28, 28, seed=8)
    assert_equal(assert_inputs_unchanged(student.flatten_images, x), x.flatten(1))


@check("flatten_images")
def test_flatten_images_keeps_the_order(student):
    """Channels, then rows, then columns; image by image. 先通道，再行，再列，一张一行。"""
    x = torch.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    assert_equal(student.flatten_images(x), torch.arange(120).reshape(2, 60))


@check("flatten_images")
def test_flatten_images_of_an_empty_batch(student):
    """A batch without images still has 784 features. 没有图片的批次仍有 784 个特征。"""
    assert_equal(student.flatten_images(torch.empty(0, 1, 28, 28)), torch.empty(0, 784))
