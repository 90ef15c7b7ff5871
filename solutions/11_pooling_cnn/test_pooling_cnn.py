"""Hidden checks of pooling and the small network. 池化与小卷积网络的隐藏检查。"""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.checks import (
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
WINDOWS = pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [(2, None, 0), (3, None, 1), (2, 1, 0), (3, 2, 1), (3, 1, 0), (2, 3, 1), (4, 2, 2), (1, None, 0)],
    ids=lambda number: str(number),
)


def slope(function, x: Tensor, cotangent: Tensor) -> Tensor:
    """The oracle of `gradient`: d(sum of the result times cotangent)/dx."""
    leaf = x.clone().requires_grad_()
    return torch.autograd.grad((function(leaf) * cotangent).sum(), [leaf])[0]


# max_pool2d


@check("max_pool2d", weight=2)
@WINDOWS
def test_max_pool2d_windows(student, kernel, stride, padding):
    """Windows that overlap, lie apart, leave a remainder, and begin in the border. 重叠、分开、有剩余、从边框开始的窗口。"""
    x = randn(2, 3, 7, 6, seed=1)
    assert_close(student.max_pool2d(x, kernel, stride, padding), F.max_pool2d(x, kernel, stride, padding), EXACT)


@check("max_pool2d", weight=2)
@DTYPES
def test_max_pool2d_of_negative_images(student, dtype):
    """All pixels are far below zero, in both dtypes. 所有像素都远小于 0，两种 dtype。"""
    x = randn(1, 2, 5, 5, seed=2, dtype=dtype) - 100
    assert_close(student.max_pool2d(x, 3, 2, 1), F.max_pool2d(x, 3, 2, 1), EXACT)
    assert_close(student.max_pool2d(x * 1e30, 2, 2, 1), F.max_pool2d(x * 1e30, 2, 2, 1), EXACT)


@check("max_pool2d")
def test_max_pool2d_keeps_the_channels_apart(student):
    """One channel is large everywhere, the other one small: they do not mix. 一个通道处处很大，另一个很小：互不影响。"""
    x = torch.stack([randn(4, 4, seed=3) + 50, randn(4, 4, seed=4) - 50]).unsqueeze(0)
    assert_close(student.max_pool2d(x, 2), F.max_pool2d(x, 2), EXACT)
    assert_close(student.max_pool2d(x.transpose(0, 1), 2), F.max_pool2d(x.transpose(0, 1), 2), EXACT)


@check("max_pool2d")
def test_max_pool2d_of_images_that_are_not_square(student):
    """Wide and high images, one row, one column. 宽的、高的、只有一行、只有一列的图像。"""
    for shape, kernel, padding in [((2, 9), 2, 0), ((8, 3), 3, 0), ((1, 5), 1, 0), ((1, 5), 2, 1), ((4, 1), 2, 1)]:
        x = randn(1, 1, *shape, seed=5)
        assert_close(student.max_pool2d(x, kernel, 1, padding), F.max_pool2d(x, kernel, 1, padding), EXACT)


@check("max_pool2d")
def test_max_pool2d_of_one_window(student):
    """A window as large as the image keeps the largest pixel of all. 窗口与图像一样大时，留下最大的像素。"""
    x = randn(3, 2, 4, 4, seed=6)
    assert_close(student.max_pool2d(x, 4), x.amax((-2, -1), keepdim=True), EXACT)


@check("max_pool2d")
def test_max_pool2d_of_no_images(student):
    """A batch without images gives an output without images. 批次为空时，输出也为空。"""
    assert_close(student.max_pool2d(torch.zeros(0, 3, 4, 6), 2), torch.zeros(0, 3, 2, 3), EXACT)


@check("max_pool2d")
def test_max_pool2d_of_a_view(student):
    """An image that is not contiguous in memory. 图像在内存中不连续。"""
    x = randn(2, 6, 5, 3, seed=7).permute(0, 3, 1, 2)
    assert_close(student.max_pool2d(x, 2, 2, 1), F.max_pool2d(x, 2, 2, 1), EXACT)


@check("max_pool2d", weight=2)
@pytest.mark.parametrize(("kernel", "stride", "padding"), [(2, None, 0), (3, 1, 1)], ids=["apart", "overlapping"])
def test_max_pool2d_gradient(student, kernel, stride, padding):
    """The gradient goes to the largest pixel of each window, and adds up. 梯度传给每个窗口中最大的像素，重叠时相加。"""
    x = randn(2, 2, 4, 6, seed=8, dtype=torch.float64)
    cotangent = randn(*F.max_pool2d(x, kernel, stride, padding).shape, seed=9, dtype=torch.float64)
    expected = slope(lambda x: F.max_pool2d(x, kernel, stride, padding), x, cotangent)
    answer = gradient(student.max_pool2d, x, kernel, stride, padding, cotangent=cotangent)
    assert_close(answer, expected, REDUCTION)


@check("max_pool2d")
def test_max_pool2d_leaves_its_image_alone(student):
    """The image stays as it is. 图像保持原样。"""
    x = randn(1, 2, 4, 4, seed=10)
    assert_close(assert_inputs_unchanged(student.max_pool2d, x, 2, 1, 1), F.max_pool2d(x, 2, 1, 1), EXACT)


# avg_pool2d


@check("avg_pool2d", weight=2)
@WINDOWS
def test_avg_pool2d_windows(student, kernel, stride, padding):
    """Windows that overlap, lie apart, leave a remainder, and begin in the border. 重叠、分开、有剩余、从边框开始的窗口。"""
    x = randn(2, 3, 7, 6, seed=20)
    assert_close(student.avg_pool2d(x, kernel, stride, padding), F.avg_pool2d(x, kernel, stride, padding), REDUCTION)


@check("avg_pool2d", weight=2)
@WINDOWS
def test_avg_pool2d_of_real_pixels(student, kernel, stride, padding):
    """Without the border in the count. 除数不算边框。"""
    x = randn(1, 2, 6, 7, seed=21, dtype=torch.float64)
    expected = F.avg_pool2d(x, kernel, stride, padding, count_include_pad=False)
    assert_close(student.avg_pool2d(x, kernel, stride, padding, False), expected, REDUCTION)


@check("avg_pool2d")
@DTYPES
def test_avg_pool2d_keeps_the_dtype(student, dtype):
    """The dtype of x, with both ways to count. dtype 与 x 相同，两种计数方式都是。"""
    x = randn(1, 1, 4, 4, seed=22, dtype=dtype)
    for counts in [True, False]:
        expected = F.avg_pool2d(x, 2, 2, 1, count_include_pad=counts)
        assert_close(student.avg_pool2d(x, 2, 2, 1, counts), expected, REDUCTION)


@check("avg_pool2d")
def test_avg_pool2d_keeps_the_channels_apart(student):
    """One channel is large everywhere, the other one small: they do not mix. 一个通道处处很大，另一个很小：互不影响。"""
    x = torch.stack([randn(4, 4, seed=23) + 50, randn(4, 4, seed=24) - 50]).unsqueeze(0)
    assert_close(student.avg_pool2d(x, 2), F.avg_pool2d(x, 2), REDUCTION)
    assert_close(student.avg_pool2d(x.transpose(0, 1), 2), F.avg_pool2d(x.transpose(0, 1), 2), REDUCTION)


@check("avg_pool2d")
def test_avg_pool2d_of_an_even_image(student):
    """An image of one colour keeps it where the border does not count. 边框不算时，单色图像仍是单色。"""
    x = torch.full((1, 2, 5, 4), -3.5, dtype=torch.float64)
    answer = student.avg_pool2d(x, 3, 2, 1, False)
    assert_close(answer, torch.full((1, 2, 3, 2), -3.5, dtype=torch.float64), REDUCTION)


@check("avg_pool2d")
def test_avg_pool2d_of_zeros_in_the_image(student):
    """A black pixel counts, although it is zero like the border. 黑色像素与边框一样是 0，但要算个数。"""
    x = torch.tensor([[[[0.0, 4.0], [0.0, 0.0]]]])
    for counts in [True, False]:
        expected = F.avg_pool2d(x, 2, 1, 1, count_include_pad=counts)
        assert_close(student.avg_pool2d(x, 2, 1, 1, counts), expected, REDUCTION)


@check("avg_pool2d")
def test_avg_pool2d_of_one_window(student):
    """A window as large as the image gives the mean of all pixels. 窗口与图像一样大时，得到全部像素的平均。"""
    x = randn(3, 2, 4, 4, seed=25)
    assert_close(student.avg_pool2d(x, 4), x.mean((-2, -1), keepdim=True), REDUCTION)


@check("avg_pool2d")
def test_avg_pool2d_of_no_images(student):
    """A batch without images gives an output without images. 批次为空时，输出也为空。"""
    for counts in [True, False]:
        answer = student.avg_pool2d(torch.zeros(0, 3, 4, 6), 2, None, 1, counts)
        assert_close(answer, torch.zeros(0, 3, 3, 4), REDUCTION)


@check("avg_pool2d")
def test_avg_pool2d_of_a_view(student):
    """An image that is not contiguous in memory. 图像在内存中不连续。"""
    x = randn(2, 6, 5, 3, seed=26).permute(0, 3, 1, 2)
    assert_close(student.avg_pool2d(x, 3, 2, 1), F.avg_pool2d(x, 3, 2, 1), REDUCTION)


@check("avg_pool2d", weight=2)
@pytest.mark.parametrize("counts", [True, False], ids=["border-counts", "border-left-out"])
def test_avg_pool2d_gradient(student, counts):
    """Each pixel gets its share of the gradient of all windows that contain it. 每个像素分得它所在各窗口的梯度。"""
    x = randn(1, 2, 5, 4, seed=27, dtype=torch.float64)
    cotangent = randn(1, 2, 3, 2, seed=28, dtype=torch.float64)
    expected = slope(lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=counts), x, cotangent)
    assert_close(gradient(student.avg_pool2d, x, 3, 2, 1, counts, cotangent=cotangent), expected, REDUCTION)


@check("avg_pool2d")
def test_avg_pool2d_leaves_its_image_alone(student):
    """The image stays as it is. 图像保持原样。"""
    x = randn(1, 2, 4, 4, seed=29)
    assert_close(
        assert_inputs_unchanged(student.avg_pool2d, x, 2, 1, 1, False),
        F.avg_pool2d(x, 2, 1, 1, False, False),
        REDUCTION,
    )


# pool_output_size


def pooled(size: int, kernel: int, stride: int | None = None, padding: int = 0, ceil_mode: bool = False) -> int:
    """The oracle: pool zeros with torch, and read the shape."""
    return F.max_pool1d(torch.zeros(1, 1, size), kernel, stride, padding, ceil_mode=ceil_mode).shape[-1]


@check("pool_output_size", weight=3)
@pytest.mark.parametrize("ceil_mode", [False, True], ids=["floor", "ceil"])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4], ids=str)
def test_pool_output_size_of_many_layers(student, kernel, ceil_mode):
    """Agrees with torch for many sizes, strides and borders. 与 torch 一致：多种尺寸、步长和填充。"""
    for size in [4, 5, 7, 8]:
        for stride in [1, 2, 3, 5]:
            padding = (size + stride) % (kernel // 2 + 1)
            expected = pooled(size, kernel, stride, padding, ceil_mode)
            assert_equal(student.pool_output_size(size, kernel, stride, padding, ceil_mode), expected)


@check("pool_output_size", weight=2)
@pytest.mark.parametrize("layer", [(6, 2), (7, 2), (7, 3), (10, 4), (3, 3)], ids=str)
def test_pool_output_size_default_stride(student, layer):
    """Without a stride, the windows lie side by side. 不给步长时，窗口首尾相接。"""
    assert_equal(student.pool_output_size(*layer), pooled(*layer))
    assert_equal(student.pool_output_size(*layer, ceil_mode=True), pooled(*layer, ceil_mode=True))


@check("pool_output_size", weight=2)
@pytest.mark.parametrize(
    "layer", [(3, 2, 3, 1), (2, 2, 2, 1), (4, 2, 2, 1), (6, 2, 3, 1), (5, 3, 2, 1), (1, 2, 2, 1)], ids=str
)
def test_pool_output_size_last_window(student, layer):
    """The last window begins just in the image, or just in the border. 最后一个窗口恰好从图像末尾，或恰好从边框开始。"""
    assert_equal(student.pool_output_size(*layer, True), pooled(*layer, True))
    assert_equal(student.pool_output_size(*layer, False), pooled(*layer, False))


@check("pool_output_size")
def test_pool_output_size_of_the_notes(student):
    """The layers of the notes: 4 cells, windows of 2. 笔记中的例子：4 格，窗口为 2。"""
    assert_equal(student.pool_output_size(4, 2, 1), 3)
    assert_equal(student.pool_output_size(4, 2, 2, 1), 3)


@check("pool_output_size")
def test_pool_output_size_of_one_window(student):
    """A window as large as the padded image has one position. 窗口与填充后的图像一样大时，只有一个位置。"""
    for layer in [(4, 4, 1), (5, 7, 3, 1), (1, 1, 4), (2, 4, None, 1)]:
        assert_equal(student.pool_output_size(*layer), 1)


# cnn_flat_features


def counted(channels: int, size: int, layers: list[dict]) -> int:
    """The oracle: run torch's layers on zeros, and count."""
    x = torch.zeros(1, channels, size, size)
    for layer in layers:
        options = {"stride": layer.get("s", 1 if layer["type"] == "conv" else layer["k"]), "padding": layer.get("p", 0)}
        if layer["type"] == "conv":
            x = F.conv2d(x, torch.zeros(layer["out"], x.shape[1], layer["k"], layer["k"]), **options)
        else:
            x = F.max_pool2d(x, layer["k"], **options)
    return x.numel()


LENET = [
    {"type": "conv", "out": 6, "k": 5, "p": 2},
    {"type": "pool", "k": 2},
    {"type": "conv", "out": 16, "k": 5},
    {"type": "pool", "k": 2},
]
STRIDED = [
    {"type": "conv", "out": 12, "k": 7, "s": 2, "p": 3},
    {"type": "pool", "k": 3, "s": 2, "p": 1},
    {"type": "conv", "out": 5, "k": 1},
]


@check("cnn_flat_features", weight=2)
@pytest.mark.parametrize(
    ("channels", "size", "layers"),
    [(1, 28, LENET), (3, 32, LENET), (3, 64, STRIDED), (2, 31, STRIDED)],
    ids=["lenet", "colours", "strided", "odd"],
)
def test_cnn_flat_features_of_networks(student, channels, size, layers):
    """Agrees with torch's layers, with strides, borders and remainders. 与 torch 的层一致，含步长、填充和除不尽的情况。"""
    assert_equal(student.cnn_flat_features(channels, size, layers), counted(channels, size, layers))


@check("cnn_flat_features", weight=2)
def test_cnn_flat_features_without_layers(student):
    """Without layers, all pixels are inputs. 没有层时，所有像素都是输入。"""
    for channels, size in [(3, 7), (1, 28), (2, 1)]:
        assert_equal(student.cnn_flat_features(channels, size, []), channels * size * size)


@check("cnn_flat_features", weight=2)
def test_cnn_flat_features_of_poolings_only(student):
    """Poolings keep the channels; without "s" their stride is k. 池化不改变通道数；没有 "s" 时步长等于 k。"""
    layers = [{"type": "pool", "k": 3}, {"type": "pool", "k": 2, "s": 1}, {"type": "pool", "k": 2, "p": 1}]
    assert_equal(student.cnn_flat_features(5, 20, layers), counted(5, 20, layers))
    assert_equal(student.cnn_flat_features(5, 20, layers[:1]), 5 * 6 * 6)


@check("cnn_flat_features", weight=2)
def test_cnn_flat_features_of_convolutions_only(student):
    """Without "s" and "p" a convolution has stride 1 and no border. 没有 "s" 和 "p" 时，卷积步长为 1，不填充。"""
    layers = [{"type": "conv", "out": 4, "k": 3}, {"type": "conv", "out": 2, "k": 5}]
    assert_equal(student.cnn_flat_features(3, 12, layers), 2 * 6 * 6)
    assert_equal(student.cnn_flat_features(3, 12, [{"type": "conv", "out": 1, "k": 2, "s": 3, "p": 1}]), 25)


@check("cnn_flat_features")
def test_cnn_flat_features_down_to_one_pixel(student):
    """The image may shrink to a single pixel. 图像可以缩小到一个像素。"""
    layers = [{"type": "conv", "out": 10, "k": 5}, {"type": "pool", "k": 4}]
    assert_equal(student.cnn_flat_features(1, 8, layers), 10)


@check("cnn_flat_features")
def test_cnn_flat_features_leaves_its_layers_alone(student):
    """Defaults are not written into the dicts. 不把默认值写进传入的字典。"""
    assert_equal(assert_inputs_unchanged(student.cnn_flat_features, 1, 28, LENET), counted(1, 28, LENET))


# SmallCNN


def network_of(model, num_classes: int = 10, dtype: torch.dtype = torch.float32):
    """The oracle: torch's layers, with the student's own weights."""
    parts = nn.ModuleDict({"conv1": nn.Conv2d(1, 8, 3, padding=1), "conv2": nn.Conv2d(8, 16, 3, padding=1)})
    parts["fc"] = nn.Linear(784, num_classes)
    parts.to(dtype).load_state_dict(dict(model.state_dict()))

    def forward(x: Tensor) -> Tensor:
        for layer in ["conv1", "conv2"]:
            x = F.max_pool2d(F.relu(parts[layer](x)), 2)
        return parts["fc"](x.flatten(1))

    return forward


@check("SmallCNN", weight=3)
@pytest.mark.parametrize(("count", "classes"), [(2, 10), (1, 3), (5, 1), (10, 10)], ids=str)
def test_SmallCNN_scores(student, count, classes):
    """The scores of torch's layers with the same weights, for one image and for many. 与权重相同的 torch 网络得分一致。"""
    model, x = student.SmallCNN(classes), randn(count, 1, 28, 28, seed=40)
    assert_close(model(x), network_of(model, classes)(x), REDUCTION)


@check("SmallCNN", weight=2)
def test_SmallCNN_shapes_of_its_parameters(student):
    """Names and shapes of all parameters, with ten classes by default. 所有参数的名字和形状，默认 10 个类别。"""
    model = student.SmallCNN()
    shapes = student.evaluate("{name: list(p.shape) for name, p in sorted(m.state_dict().items())}", m=model)
    expected = {
        "conv1.bias": [8],
        "conv1.weight": [8, 1, 3, 3],
        "conv2.bias": [16],
        "conv2.weight": [16, 8, 3, 3],
        "fc.bias": [10],
        "fc.weight": [10, 784],
    }
    assert_equal(shapes, expected)


@check("SmallCNN")
def test_SmallCNN_of_other_weights(student):
    """Correct with large and with negative weights: both activations are there. 权重很大或为负时也正确：两个激活函数都在。"""
    x = randn(3, 1, 28, 28, seed=41)
    for factor in [-5.0, 20.0]:
        model = student.SmallCNN(4)
        student.evaluate("[p.data.mul_(f) for p in m.parameters()] and None", m=model, f=factor)
        assert_close(model(x), network_of(model, 4)(x), REDUCTION)


@check("SmallCNN")
def test_SmallCNN_images_do_not_mix(student):
    """Images in another order give scores in that order. 图像换个次序，得分也按同样的次序排列。"""
    model, x = student.SmallCNN(5), randn(4, 1, 28, 28, seed=42)
    order = [3, 1, 0, 2]
    assert_close(model(x[order]), network_of(model, 5)(x)[order], REDUCTION)


@check("SmallCNN")
def test_SmallCNN_becomes_double(student):
    """.double() converts the whole network. .double() 能转换整个网络。"""
    model, x = student.SmallCNN(3), randn(2, 1, 28, 28, seed=43, dtype=torch.float64)
    model.double()
    assert_close(model(x), network_of(model, 3, torch.float64)(x), REDUCTION)


@check("SmallCNN")
def test_SmallCNN_is_the_same_in_both_modes(student):
    """Training and evaluation give the same scores. 训练和评估模式的得分相同。"""
    model, x = student.SmallCNN(3), randn(2, 1, 28, 28, seed=44)
    expected = network_of(model, 3)(x)
    assert_close(model(x), expected, REDUCTION)
    model.eval()
    assert_close(model(x), expected, REDUCTION)


@check("SmallCNN")
def test_SmallCNN_can_be_trained(student):
    """Back propagation reaches all six parameters. 反向传播能到达全部六个参数。"""
    model, x = student.SmallCNN(3), randn(2, 1, 28, 28, seed=45)
    model(x)
    student.evaluate("m(x).square().sum().backward()", m=model, x=x)
    missing = student.evaluate("[name for name, p in m.named_parameters() if p.grad is None]", m=model)
    expect(
        missing == [],
        f"no gradient reached these parameters of SmallCNN: {missing}.",
        f"SmallCNN 的这些参数没有得到梯度：{missing}。",
        answer=model,
    )


@check("SmallCNN")
def test_SmallCNN_objects_are_separate(student):
    """Two networks have weights of their own. 两个网络各有自己的权重。"""
    first, second = student.SmallCNN(3), student.SmallCNN(3)
    student.evaluate("[p.data.zero_() for p in m.parameters()] and None", m=first)
    x = randn(2, 1, 28, 28, seed=46)
    assert_close(first(x), torch.zeros(2, 3), REDUCTION)
    assert_close(second(x), network_of(second, 3)(x), REDUCTION)


@check("SmallCNN")
def test_SmallCNN_leaves_its_images_alone(student):
    """The images are not changed. 不修改传入的图像。"""
    model, x = student.SmallCNN(3), randn(2, 1, 28, 28, seed=47)
    assert_close(assert_inputs_unchanged(model, x), network_of(model, 3)(x), REDUCTION)
