"""Visible checks of the networks. 网络搭建的公开检查。"""

import torch
import torch.nn.functional as F

from autograder.checks import ELEMENTWISE, REDUCTION, assert_close, assert_equal, check, randn


@check("neuron")
def test_neuron_worked_example(student):
    """The first hidden unit of the notes' network gives 0.5933. 笔记网络的第一个隐藏单元输出 0.5933。"""
    answer = student.neuron(torch.tensor([0.05, 0.10]), torch.tensor([0.15, 0.20]), 0.35)
    assert_close(answer, torch.tensor(0.59326999), ELEMENTWISE)


@check("neuron")
def test_neuron_of_a_batch(student):
    """Each sample of a batch gets one output, here through ReLU. 批次中每个样本得到一个输出，这里用 ReLU。"""
    x, w = torch.tensor([[1.0, 2.0], [3.0, -4.0]]), torch.tensor([1.0, 2.0])
    assert_close(student.neuron(x, w, -1.0, student.build("torch.relu")), torch.tensor([4.0, 0.0]), ELEMENTWISE)


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
    """A single vector without a batch axis works. 没有批次维的单个向量也可以。"""
    x, weight, bias = randn(3, seed=3), randn(2, 3, seed=4), randn(2, seed=5)
    assert_close(student.linear_forward(x, weight, bias), F.linear(x, weight, bias), REDUCTION)


@check("count_parameters")
def test_count_parameters_of_the_notes_network(student):
    """784-512-256-10 has 535818 parameters, 535040 without biases. 784-512-256-10 有 535818 个参数，不带偏置时 535040 个。"""
    assert_equal(student.count_parameters([784, 512, 256, 10]), 535_818)
    assert_equal(student.count_parameters([784, 512, 256, 10], bias=False), 535_040)


@check("count_parameters")
def test_count_parameters_of_one_layer(student):
    """Three inputs and two outputs: six weights and two biases. 三个输入、两个输出：六个权重、两个偏置。"""
    assert_equal(student.count_parameters([3, 2]), 8)


@check("count_parameters")
def test_count_parameters_of_no_layer(student):
    """A width alone has no parameters. 只有一个宽度时没有参数。"""
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
    """The five parts have the notes' names and sizes. 五个部件的名字和大小与笔记相同。"""
    parts = student.evaluate(
        "{name: [type(part).__name__, *(list(p.shape) for p in part.parameters())] for name, part in net.named_children()}",
        net=student.Net(),
    )
    expected = {
        "fc1": ["Linear", [512, 784], [512]],
        "fc2": ["Linear", [256, 512], [256]],
        "fc3": ["Linear", [10, 256], [10]],
        "relu1": ["ReLU"],
        "relu2": ["ReLU"],
    }
    assert_equal(dict(sorted(parts.items())), expected)


@check("Net")
def test_Net_of_transposed_images(student):
    """Images that are not contiguous in memory work. 内存不连续的图片也可以。"""
    net, x = student.Net(), randn(2, 1, 28, 28, seed=7)
    assert_close(net(x.transpose(2, 3)), net(x.transpose(2, 3).contiguous()), REDUCTION)


@check("build_sequential")
def test_build_sequential_worked_example(student):
    """784-512-256-10 becomes the five modules of the notes. 784-512-256-10 得到笔记中的五个模块。"""
    net = student.build_sequential([784, 512, 256, 10])
    expected = [
        "Linear(in_features=784, out_features=512, bias=True)",
        "ReLU()",
        "Linear(in_features=512, out_features=256, bias=True)",
        "ReLU()",
        "Linear(in_features=256, out_features=10, bias=True)",
    ]
    assert_equal(student.evaluate("[str(module) for module in net]", net=net), expected)


@check("build_sequential")
def test_build_sequential_of_two_sizes(student):
    """Two sizes make one Linear and nothing else. 两个宽度只得到一个 Linear。"""
    net = student.build_sequential([4, 2])
    modules = student.evaluate("[str(module) for module in net]", net=net)
    assert_equal(modules, ["Linear(in_features=4, out_features=2, bias=True)"])


@check("build_sequential")
def test_build_sequential_with_tanh(student):
    """The activation is the one asked for. 激活函数是指定的那一种。"""
    net = student.build_sequential([3, 3, 3], student.build("nn.Tanh"))
    assert_equal(student.evaluate("[type(module).__name__ for module in net]", net=net), ["Linear", "Tanh", "Linear"])


@check("flatten_images")
def test_flatten_images_of_grey_images(student):
    """A grey image of 28 x 28 becomes 784 features. 28 x 28 的灰度图变成 784 个特征。"""
    x = randn(3, 1, 28, 28, seed=8)
    assert_equal(student.flatten_images(x), x.flatten(1))


@check("flatten_images")
def test_flatten_images_keeps_the_order(student):
    """Channels, then rows, then columns; image by image. 先通道，再行，再列，一张一行。"""
    x = torch.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    assert_equal(student.flatten_images(x), torch.arange(120).reshape(2, 60))


@check("flatten_images")
def test_flatten_images_of_an_empty_batch(student):
    """A batch without images still has 784 features. 没有图片的批次仍有 784 个特征。"""
    assert_equal(student.flatten_images(torch.empty(0, 1, 28, 28)), torch.empty(0, 784))
