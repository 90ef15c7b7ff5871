"""Hidden checks of the convolution. 卷积的隐藏检查。"""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    REDUCTION,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    check,
    gradient,
    randn,
)


def size_in_torch(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Return the right size: convolve zeros and read the shape."""
    image, weight = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel)
    return F.conv1d(image, weight, stride=stride, padding=padding, dilation=dilation).shape[-1]


def draw(choices: list[list[int]], *, count: int, seed: int) -> list[tuple[int, ...]]:
    """Return `count` tuples with one random entry of each list, the same on every run."""
    generator = torch.Generator().manual_seed(seed)
    columns = [torch.tensor(c)[torch.randint(len(c), (count,), generator=generator)].tolist() for c in choices]
    return list(zip(*columns, strict=True))


@check("conv_output_size")
@pytest.mark.parametrize(
    ("layer", "expected"),
    [((28, 5), 24), ((227, 11, 4), 55), ((224, 7, 2, 3), 112), ((5, 3, 1, 1), 5), ((32, 3, 2, 1), 16)],
    ids=["lenet", "alexnet", "resnet", "notes", "halving"],
)
def test_conv_output_size_of_known_layers(student, layer, expected):
    """The first layers of LeNet, AlexNet and ResNet, and two more layers. LeNet、AlexNet、ResNet 的第一层，以及另外两层。"""
    assert_equal(student.conv_output_size(*layer), expected)


@check("conv_output_size", weight=2)
def test_conv_output_size_of_random_layers(student):
    """Agrees with torch on random layers without dilation. 对随机的卷积层（无空洞）与 torch 一致。"""
    for layer in draw([[*range(12, 60)], [1, 2, 3, 5, 7], [1, 2, 3, 4], [0, 1, 2, 3]], count=12, seed=1):
        assert_equal(student.conv_output_size(*layer), size_in_torch(*layer))


@check("conv_output_size", weight=4)
def test_conv_output_size_of_random_dilated_layers(student):
    """Agrees with torch on random layers with dilation. 对随机的空洞卷积层与 torch 一致。"""
    for layer in draw([[*range(30, 60)], [2, 3, 4, 7], [1, 2, 3], [0, 1, 4], [2, 3, 4]], count=12, seed=2):
        assert_equal(student.conv_output_size(*layer), size_in_torch(*layer))


@check("conv_output_size")
def test_conv_output_size_rounds_down(student):
    """Cells left over at the end do not count: round down. 末尾剩下的几格不算，向下取整。"""
    for size in (9, 10, 11, 12):
        assert_equal(student.conv_output_size(size, 3, stride=3), size_in_torch(size, 3, stride=3))


@check("conv_output_size")
@pytest.mark.parametrize(
    "layer",
    [(6, 6), (1, 1), (2, 4, 3, 1), (7, 3, 2, 0, 3), (1, 5, 4, 2)],
    ids=["whole-input", "one-cell", "padded", "dilated", "padding-only"],
)
def test_conv_output_size_where_the_kernel_just_fits(student, layer):
    """A kernel that spans the whole padded input has one position. 卷积核恰好占满填充后的输入时，输出为 1。"""
    assert_equal(student.conv_output_size(*layer), 1)


@check("conv_output_size")
def test_conv_output_size_where_only_padding_makes_it_fit(student):
    """A kernel larger than the input fits once the input is padded. 卷积核比输入大，但填充后放得下。"""
    for layer in [(7, 3, 1, 1), (2, 3, 1, 1), (3, 6, 2, 3)]:
        assert_equal(student.conv_output_size(*layer), size_in_torch(*layer))


@check("conv_output_size")
def test_conv_output_size_of_a_pointwise_kernel(student):
    """For a kernel of 1, dilation has no effect, but the stride has. 卷积核大小为 1 时，空洞率不起作用，步长仍起作用。"""
    for stride in (1, 2, 5):
        expected = size_in_torch(11, 1, stride=stride, dilation=3)
        assert_equal(student.conv_output_size(11, 1, stride=stride, dilation=3), expected)


@check("conv_output_size")
def test_conv_output_size_with_a_stride_beyond_the_input(student):
    """Even with a huge stride, the starting position counts. 步长再大，起始位置也算一个。"""
    assert_equal(student.conv_output_size(10, 3, stride=50), 1)


@check("conv_output_size")
@pytest.mark.parametrize(
    "layer",
    [(2, 3), (2, 3, 2), (3, 7, 1, 1), (6, 3, 1, 0, 3), (5, 3, 1, 0, 4), (1, 9, 5, 2)],
    ids=["by-one", "by-one-with-stride", "despite-padding", "because-of-dilation", "by-dilation-alone", "by-far"],
)
def test_conv_output_size_rejects_a_kernel_that_does_not_fit(student, layer):
    """Raises ValueError if the kernel spans more cells than the padded input has. 卷积核放不下时抛出 ValueError。"""
    assert_raises(ValueError, student.conv_output_size, *layer)


DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])

# hwc_to_nchw


def picture(height: int, width: int, channels: int, seed: int) -> np.ndarray:
    """Return a random picture, the same on every run."""
    generator = torch.Generator().manual_seed(seed)
    pixels: np.ndarray = torch.randint(256, (height, width, channels), generator=generator, dtype=torch.uint8).numpy()
    return pixels


def as_batch(img: np.ndarray) -> Tensor:
    """The oracle: numpy's transpose."""
    return torch.from_numpy(np.ascontiguousarray(np.transpose(img, (2, 0, 1))[None].astype(np.float32)))


@check("hwc_to_nchw", weight=2)
@pytest.mark.parametrize("shape", [(5, 3, 3), (2, 6, 1), (4, 7, 4), (3, 2, 5)], ids=str)
def test_hwc_to_nchw_of_a_picture(student, shape):
    """Pictures that are not square, with 1, 3, 4 and 5 colours. 不是正方形的图片，通道数为 1、3、4、5。"""
    img = picture(*shape, seed=sum(shape))
    assert_close(student.hwc_to_nchw(img), as_batch(img), EXACT)


@check("hwc_to_nchw")
def test_hwc_to_nchw_where_all_sides_are_equal(student):
    """Correct if height, width and colours are equal: the right axis is moved. 高、宽、通道数都相等时，移动的也是正确的维度。"""
    img = picture(3, 3, 3, seed=1)
    assert_close(student.hwc_to_nchw(img), as_batch(img), EXACT)


VIEWS = {
    "upside down": "img[::-1]",
    "mirrored": "img[:, ::-1]",
    "smaller": "img[::2, ::3]",
    "other order of colours": "img[..., ::-1]",
}


@check("hwc_to_nchw", weight=2)
@pytest.mark.parametrize("name", VIEWS)
def test_hwc_to_nchw_of_a_view(student, name):
    """Views of a picture: turned, mirrored, smaller, other order of colours. 图片的视图：翻转、镜像、缩小、颜色次序相反。"""
    img = picture(6, 7, 3, seed=2)
    expected = {
        "upside down": img[::-1],
        "mirrored": img[:, ::-1],
        "smaller": img[::2, ::3],
        "other order of colours": img[..., ::-1],
    }
    answer = student.hwc_to_nchw(student.build(VIEWS[name], img=img))
    assert_close(answer, as_batch(expected[name]), EXACT)


@check("hwc_to_nchw")
def test_hwc_to_nchw_keeps_the_values(student):
    """0 stays 0 and 255 stays 255. 0 仍是 0，255 仍是 255。"""
    img = np.array([[[0, 255], [1, 254]]], dtype=np.uint8)
    assert_close(student.hwc_to_nchw(img), torch.tensor([[[[0.0, 1.0]], [[255.0, 254.0]]]]), EXACT)


@check("hwc_to_nchw")
def test_hwc_to_nchw_of_one_pixel(student):
    """One pixel gives the shape (1, 3, 1, 1), and an empty picture has no pixels. 一个像素时形状为 (1, 3, 1, 1)；也可以没有像素。"""
    assert_close(student.hwc_to_nchw(picture(1, 1, 3, seed=3)), as_batch(picture(1, 1, 3, seed=3)), EXACT)
    assert_close(student.hwc_to_nchw(np.zeros((0, 4, 3), dtype=np.uint8)), torch.zeros(1, 3, 0, 4), EXACT)


@check("hwc_to_nchw")
def test_hwc_to_nchw_leaves_its_picture_alone(student):
    """The picture stays as it is. 传入的图片保持原样。"""
    img = picture(3, 4, 3, seed=4)
    assert_close(assert_inputs_unchanged(student.hwc_to_nchw, img), as_batch(img), EXACT)


# pad2d


@check("pad2d", weight=2)
@pytest.mark.parametrize("p", [0, 1, 2, 5], ids=str)
def test_pad2d_of_an_image(student, p):
    """Correct for borders of 0, 1, 2 and 5. 边宽为 0、1、2、5。"""
    x = randn(3, 4, seed=5)
    assert_close(student.pad2d(x, p), F.pad(x, (p, p, p, p)), EXACT)


@check("pad2d", weight=2)
@pytest.mark.parametrize("shape", [(2, 3), (4, 2, 3), (2, 3, 4, 5), (1, 1, 1, 1), (2, 1, 3, 1, 2)], ids=str)
def test_pad2d_leading_axes(student, shape):
    """Any number of leading axes. 前面可以有任意多维。"""
    x = randn(*shape, seed=6, dtype=torch.float64)
    assert_close(student.pad2d(x, 2), F.pad(x, (2, 2, 2, 2)), EXACT)


@check("pad2d")
@pytest.mark.parametrize("dtype", [torch.uint8, torch.int64, torch.float64, torch.bool], ids=str)
def test_pad2d_keeps_the_dtype(student, dtype):
    """Integers and bool keep their dtype. 整数和布尔值的 dtype 不变。"""
    x = torch.tensor([[1, 0, 3]]).to(dtype)
    assert_close(student.pad2d(x, 1), F.pad(x, (1, 1, 1, 1)), EXACT)


@check("pad2d")
def test_pad2d_of_an_empty_batch(student):
    """No images, or images without pixels. 没有图像，或图像没有像素。"""
    for shape in [(0, 3, 2, 2), (2, 0, 3)]:
        x = torch.zeros(shape)
        assert_close(student.pad2d(x, 1), F.pad(x, (1, 1, 1, 1)), EXACT)


@check("pad2d")
def test_pad2d_of_a_view(student):
    """A transposed image, and every second row. 转置的图像，以及每隔一行取一行。"""
    x = randn(6, 5, seed=7)
    assert_close(student.pad2d(x.T, 1), F.pad(x.T, (1, 1, 1, 1)), EXACT)
    assert_close(student.pad2d(x[::2], 3), F.pad(x[::2], (3, 3, 3, 3)), EXACT)


@check("pad2d")
def test_pad2d_gradient(student):
    """The gradient is that of the middle. 梯度就是中间那一块的梯度。"""
    x, cotangent = randn(2, 3, seed=8), randn(6, 7, seed=9)
    assert_close(gradient(student.pad2d, x, 2, cotangent=cotangent), cotangent[2:4, 2:5], ELEMENTWISE)


@check("pad2d")
def test_pad2d_twice(student):
    """Two borders of 1 make one of 2. 加两圈宽为 1 的边，等于一圈宽为 2 的边。"""
    x = randn(2, 2, seed=10)
    once = student.pad2d(x, 1)
    assert_close(once, F.pad(x, (1, 1, 1, 1)), EXACT)
    assert_close(student.pad2d(once, 1), F.pad(x, (2, 2, 2, 2)), EXACT)


@check("pad2d")
def test_pad2d_leaves_its_image_alone(student):
    """The image stays as it is, also without a border. 图像保持原样，边宽为 0 时也一样。"""
    x = randn(3, 3, seed=11)
    for p in [0, 1]:
        assert_close(assert_inputs_unchanged(student.pad2d, x, p), F.pad(x, (p, p, p, p)), EXACT)


# conv2d_single


def single(x: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """The oracle: torch's conv2d."""
    return F.conv2d(x[None, None], kernel[None, None], stride=stride, padding=padding)[0, 0]


def slopes(function, arguments: list[Tensor], wrt: int, cotangent: Tensor, **options) -> Tensor:
    """The oracle of `gradient`: d(sum of the result times cotangent)/d(arguments[wrt])."""
    leaves = [argument.clone().requires_grad_() for argument in arguments]
    total = (function(*leaves, **options) * cotangent).sum()
    return torch.autograd.grad(total, [leaves[wrt]])[0]


@check("conv2d_single", weight=2)
@DTYPES
def test_conv2d_single_of_an_image(student, dtype):
    """An image and a kernel that are not square. 图像和卷积核都不是正方形。"""
    x, kernel = randn(6, 7, seed=20, dtype=dtype), randn(2, 3, seed=21, dtype=dtype)
    assert_close(student.conv2d_single(x, kernel), single(x, kernel), REDUCTION)


@check("conv2d_single", weight=2)
@pytest.mark.parametrize(
    ("stride", "padding"), [(2, 0), (3, 0), (1, 1), (1, 2), (2, 1), (3, 2), (7, 3)], ids=lambda number: str(number)
)
def test_conv2d_single_strides_and_padding(student, stride, padding):
    """Strides that leave a remainder, wide borders. 步长除不尽，填充较宽。"""
    x, kernel = randn(7, 5, seed=22, dtype=torch.float64), randn(3, 2, seed=23, dtype=torch.float64)
    assert_close(student.conv2d_single(x, kernel, stride, padding), single(x, kernel, stride, padding), REDUCTION)


@check("conv2d_single")
def test_conv2d_single_of_one_number(student):
    """A kernel of one number multiplies the image. 只有一个数的卷积核，就是把图像乘以这个数。"""
    x = randn(3, 4, seed=24)
    assert_close(student.conv2d_single(x, torch.tensor([[-2.0]])), -2.0 * x, REDUCTION)


@check("conv2d_single")
def test_conv2d_single_of_a_kernel_as_large_as_the_image(student):
    """A kernel as large as the image has one position. 卷积核与图像一样大时，只有一个位置。"""
    for shape in [(4, 4), (3, 5), (1, 6)]:
        x, kernel = randn(*shape, seed=25), randn(*shape, seed=26)
        assert_close(student.conv2d_single(x, kernel), single(x, kernel), REDUCTION)
        assert_close(student.conv2d_single(x, kernel, 2, 1), single(x, kernel, 2, 1), REDUCTION)


@check("conv2d_single", weight=2)
def test_conv2d_single_is_not_turned(student):
    """A kernel with one 1 at a corner moves the image: it is not turned. 只有一角是 1 的卷积核会平移图像：核没有翻转。"""
    x, kernel = randn(5, 5, seed=27), torch.zeros(3, 3)
    kernel[0, 2] = 1
    assert_close(student.conv2d_single(x, kernel), x[:3, 2:], REDUCTION)


@check("conv2d_single")
def test_conv2d_single_follows_the_image(student):
    """If the image moves by one column, the output moves, too. 图像平移一列，输出也平移一列。"""
    x, kernel = randn(6, 8, seed=28, dtype=torch.float64), randn(3, 3, seed=29, dtype=torch.float64)
    expected = single(x, kernel)
    assert_close(student.conv2d_single(x[:, 1:], kernel), expected[:, 1:], REDUCTION)


@check("conv2d_single")
def test_conv2d_single_is_linear(student):
    """Twice the kernel gives twice the output; zeros give zeros. 卷积核加倍，输出也加倍；全 0 得到全 0。"""
    x, kernel = randn(4, 6, seed=30, dtype=torch.float64), randn(2, 2, seed=31, dtype=torch.float64)
    assert_close(student.conv2d_single(x, 2 * kernel), 2 * single(x, kernel), REDUCTION)
    assert_close(student.conv2d_single(x, 0 * kernel), torch.zeros(3, 5, dtype=torch.float64), REDUCTION)


@check("conv2d_single")
def test_conv2d_single_of_views(student):
    """A transposed image and a kernel that is a part of another one. 转置的图像，以及取自更大矩阵的卷积核。"""
    x, kernel = randn(4, 7, seed=32).T, randn(4, 4, seed=33)[::2, 1:]
    assert_close(student.conv2d_single(x, kernel, 2, 1), single(x, kernel, 2, 1), REDUCTION)


@check("conv2d_single", weight=2)
@pytest.mark.parametrize("wrt", [0, 1], ids=["image", "kernel"])
def test_conv2d_single_gradient(student, wrt):
    """Autograd reaches the image and the kernel. 梯度能传回图像和卷积核。"""
    arguments = [randn(5, 6, seed=34, dtype=torch.float64), randn(2, 3, seed=35, dtype=torch.float64)]
    cotangent = randn(3, 3, seed=36, dtype=torch.float64)
    answer = gradient(student.conv2d_single, *arguments, 2, 1, wrt=wrt, cotangent=cotangent)
    assert_close(answer, slopes(single, arguments, wrt, cotangent, stride=2, padding=1), REDUCTION)


@check("conv2d_single")
def test_conv2d_single_leaves_its_inputs_alone(student):
    """Neither the image nor the kernel is changed. 图像和卷积核都保持原样。"""
    x, kernel = randn(4, 4, seed=37), randn(2, 2, seed=38)
    answer = assert_inputs_unchanged(student.conv2d_single, x, kernel, 1, 1)
    assert_close(answer, single(x, kernel, 1, 1), REDUCTION)


# conv2d


@check("conv2d", weight=2)
@DTYPES
def test_conv2d_of_a_batch(student, dtype):
    """Two images with 3 channels, 4 kernels with their biases. 两幅 3 通道图像，4 个带偏置的卷积核。"""
    x, weight = randn(2, 3, 5, 6, seed=40, dtype=dtype), randn(4, 3, 3, 3, seed=41, dtype=dtype)
    bias = randn(4, seed=42, dtype=dtype)
    assert_close(student.conv2d(x, weight, bias, 1, 1), F.conv2d(x, weight, bias, 1, 1), REDUCTION)


@check("conv2d", weight=2)
@pytest.mark.parametrize(
    ("stride", "padding"), [(1, 0), (2, 0), (3, 0), (2, 1), (1, 2), (3, 2)], ids=lambda number: str(number)
)
def test_conv2d_strides_and_padding(student, stride, padding):
    """Kernels that are not square, strides that leave a remainder. 卷积核不是正方形，步长除不尽。"""
    x, weight = randn(1, 2, 8, 5, seed=43, dtype=torch.float64), randn(3, 2, 3, 2, seed=44, dtype=torch.float64)
    bias = randn(3, seed=45, dtype=torch.float64)
    expected = F.conv2d(x, weight, bias, stride, padding)
    assert_close(student.conv2d(x, weight, bias, stride, padding), expected, REDUCTION)


@check("conv2d", weight=2)
def test_conv2d_without_bias(student):
    """Without a bias, and with the defaults. 没有偏置，其余用默认值。"""
    x, weight = randn(2, 2, 4, 6, seed=46), randn(5, 2, 2, 3, seed=47)
    assert_close(student.conv2d(x, weight), F.conv2d(x, weight), REDUCTION)


@check("conv2d")
@pytest.mark.parametrize(
    ("image", "kernels"),
    [
        ((1, 1, 4, 5), (1, 1, 2, 2)),
        ((3, 1, 4, 4), (2, 1, 3, 3)),
        ((1, 4, 3, 3), (1, 4, 2, 2)),
        ((2, 3, 1, 1), (4, 3, 1, 1)),
    ],
    ids=["one-of-each", "one-channel", "one-kernel", "one-pixel"],
)
def test_conv2d_of_single_things(student, image, kernels):
    """One image, one channel, one kernel, one pixel keep their axes. 只有一幅图、一个通道、一个核、一个像素时，维度不丢。"""
    x, weight, bias = randn(*image, seed=48), randn(*kernels, seed=49), randn(kernels[0], seed=50)
    assert_close(student.conv2d(x, weight, bias), F.conv2d(x, weight, bias), REDUCTION)


@check("conv2d")
def test_conv2d_of_no_images(student):
    """A batch without images gives an output without images. 批次为空时，输出也为空。"""
    answer = student.conv2d(torch.zeros(0, 2, 5, 6), randn(3, 2, 2, 2, seed=51), randn(3, seed=52), 2, 1)
    assert_close(answer, torch.zeros(0, 3, 3, 4), REDUCTION)


@check("conv2d", weight=2)
def test_conv2d_refuses_other_channels(student):
    """Different numbers of channels raise ValueError, also if one of them is 1. 通道数不同时抛出 ValueError，其中一个为 1 也不行。"""
    for channels, others in [(1, 3), (3, 1), (2, 4)]:
        assert_raises(ValueError, student.conv2d, torch.ones(1, channels, 4, 4), torch.ones(2, others, 3, 3))
    x, weight = randn(1, 3, 4, 4, seed=53), randn(2, 3, 3, 3, seed=54)
    assert_close(student.conv2d(x, weight), F.conv2d(x, weight), REDUCTION)


@check("conv2d")
def test_conv2d_of_images_in_another_order(student):
    """Images in another order give outputs in that order. 图像换个次序，输出也按同样的次序排列。"""
    x, weight = randn(3, 2, 4, 4, seed=55, dtype=torch.float64), randn(2, 2, 3, 3, seed=56, dtype=torch.float64)
    order = [2, 0, 1]
    assert_close(student.conv2d(x[order], weight), F.conv2d(x, weight)[order], REDUCTION)


@check("conv2d")
def test_conv2d_adds_the_channels(student):
    """The output is the sum of what the channels give one by one. 输出等于各通道单独结果之和。"""
    x, weight = randn(1, 3, 5, 5, seed=57, dtype=torch.float64), randn(2, 3, 2, 2, seed=58, dtype=torch.float64)
    parts = [student.conv2d(x[:, c : c + 1], weight[:, c : c + 1]) for c in range(3)]
    for c, part in enumerate(parts):
        assert_close(part, F.conv2d(x[:, c : c + 1], weight[:, c : c + 1]), REDUCTION)
    assert_close(student.conv2d(x, weight), parts[0] + parts[1] + parts[2], REDUCTION)


@check("conv2d")
def test_conv2d_of_views(student):
    """Images and kernels that are not contiguous in memory. 图像和卷积核在内存中不连续。"""
    x, weight = randn(2, 5, 6, 3, seed=59).permute(0, 3, 1, 2), randn(3, 4, 2, 2, seed=60).transpose(0, 1)
    assert_close(student.conv2d(x, weight, None, 2, 1), F.conv2d(x, weight, None, 2, 1), REDUCTION)


@check("conv2d", weight=2)
@pytest.mark.parametrize("wrt", [0, 1, 2], ids=["x", "weight", "bias"])
def test_conv2d_gradient(student, wrt):
    """Autograd reaches x, weight and bias. 梯度能传回 x、weight 和 bias。"""
    shapes = [(2, 2, 5, 4), (3, 2, 3, 2), (3,)]
    arguments = [randn(*shape, seed=61 + place, dtype=torch.float64) for place, shape in enumerate(shapes)]
    cotangent = randn(2, 3, 3, 3, seed=65, dtype=torch.float64)
    answer = gradient(student.conv2d, *arguments, 2, 1, wrt=wrt, cotangent=cotangent)
    assert_close(answer, slopes(F.conv2d, arguments, wrt, cotangent, stride=2, padding=1), REDUCTION)


@check("conv2d")
def test_conv2d_leaves_its_inputs_alone(student):
    """Images, kernels and biases stay as they are. 图像、卷积核和偏置都保持原样。"""
    x, weight, bias = randn(1, 2, 4, 4, seed=66), randn(2, 2, 2, 2, seed=67), randn(2, seed=68)
    answer = assert_inputs_unchanged(student.conv2d, x, weight, bias, 1, 1)
    assert_close(answer, F.conv2d(x, weight, bias, 1, 1), REDUCTION)


# same_padding


@check("same_padding", weight=2)
@pytest.mark.parametrize(("kernel", "expected"), [(1, 0), (3, 1), (5, 2), (7, 3), (11, 5)], ids=str)
def test_same_padding_of_odd_kernels(student, kernel, expected):
    """Odd kernels need half of what is left of their size without 1. 奇数的卷积核，减 1 后取一半。"""
    assert_equal(student.same_padding(kernel), expected)


@check("same_padding", weight=2)
@pytest.mark.parametrize("kernel", [2, 3, 4, 5, 6], ids=str)
@pytest.mark.parametrize("dilation", [2, 4], ids=str)
def test_same_padding_with_even_dilation(student, kernel, dilation):
    """With an even dilation every kernel has a padding, also an even one. 空洞率为偶数时，任何卷积核都有合适的填充。"""
    padding = student.same_padding(kernel, dilation)
    assert_equal(padding, dilation * (kernel - 1) // 2)
    assert_equal(size_in_torch(20, kernel, 1, padding, dilation), 20)


@check("same_padding")
def test_same_padding_with_odd_dilation(student):
    """Dilation 3 enlarges an odd kernel. 空洞率为 3 时，奇数的卷积核跨度变大。"""
    assert_equal(student.same_padding(3, 3), 3)
    assert_equal(student.same_padding(5, 3), 6)


@check("same_padding", weight=2)
@pytest.mark.parametrize(("kernel", "dilation"), [(2, 1), (6, 1), (2, 3), (4, 5)], ids=str)
def test_same_padding_where_there_is_none(student, kernel, dilation):
    """An odd number of cells cannot be shared out: ValueError. 总数为奇数，无法平分：抛出 ValueError。"""
    assert_raises(ValueError, student.same_padding, kernel, dilation)
    assert_equal(student.same_padding(kernel + 1, dilation), dilation * kernel // 2)


@check("same_padding")
def test_same_padding_of_one(student):
    """A kernel of 1 needs no padding, with any dilation. 大小为 1 的卷积核不需要填充，与空洞率无关。"""
    for dilation in [1, 2, 3]:
        assert_equal(student.same_padding(1, dilation), 0)


# conv_param_count


def params_in_torch(*layer, **options) -> int:
    """The oracle: the parameters of nn.Conv2d."""
    return sum(parameter.numel() for parameter in torch.nn.Conv2d(*layer, **options).parameters())


@check("conv_param_count", weight=2)
@pytest.mark.parametrize("layer", [(3, 16, 3), (1, 6, 5), (64, 10, 1), (4, 1, 7)], ids=str)
def test_conv_param_count_of_square_kernels(student, layer):
    """Square kernels, with biases. 正方形卷积核，带偏置。"""
    assert_equal(student.conv_param_count(*layer), params_in_torch(*layer))


@check("conv_param_count", weight=2)
@pytest.mark.parametrize("kernel", [(1, 5), (5, 1), (3, 2)], ids=str)
def test_conv_param_count_of_other_kernels(student, kernel):
    """Kernels that are not square, without biases. 不是正方形的卷积核，不带偏置。"""
    assert_equal(student.conv_param_count(3, 16, kernel, bias=False), params_in_torch(3, 16, kernel, bias=False))


@check("conv_param_count", weight=2)
@pytest.mark.parametrize(("channels", "groups"), [((8, 8), 8), ((8, 12), 4), ((6, 4), 2), ((5, 15), 5)], ids=str)
def test_conv_param_count_groups(student, channels, groups):
    """Groups make the kernels less deep, and do not change the biases. 分组让卷积核变薄，偏置不变。"""
    for bias in [True, False]:
        expected = params_in_torch(*channels, (3, 2), groups=groups, bias=bias)
        assert_equal(student.conv_param_count(*channels, (3, 2), groups, bias), expected)


@check("conv_param_count", weight=2)
def test_conv_param_count_refuses_uneven_groups(student):
    """Either number of channels may not fit the groups: ValueError. 任何一个通道数不能被组数整除时，抛出 ValueError。"""
    for layer in [(6, 4, 3, 4), (4, 6, 3, 4), (3, 3, 1, 2), (2, 2, 3, 4)]:
        assert_raises(ValueError, student.conv_param_count, *layer)
    assert_equal(student.conv_param_count(4, 8, 3, 4), params_in_torch(4, 8, 3, groups=4))


@check("conv_param_count")
def test_conv_param_count_without_bias(student):
    """Without biases, exactly the output channels are missing. 不带偏置时，恰好少了输出通道那么多个。"""
    for channels in [(3, 7), (7, 3), (5, 5)]:
        assert_equal(student.conv_param_count(*channels, 3, bias=False), params_in_torch(*channels, 3, bias=False))
        assert_equal(student.conv_param_count(*channels, 3), params_in_torch(*channels, 3))


# true_convolution


def by_hand(x: Tensor, kernel: Tensor) -> Tensor:
    """The oracle: the sum of the docstring, by shifted images."""
    height, width = x.shape[0] - kernel.shape[0] + 1, x.shape[1] - kernel.shape[1] + 1
    total = torch.zeros(height, width, dtype=x.dtype)
    for u in range(kernel.shape[0]):
        for v in range(kernel.shape[1]):
            total = total + x[u : u + height, v : v + width] * kernel[kernel.shape[0] - 1 - u, kernel.shape[1] - 1 - v]
    return total


@check("true_convolution", weight=2)
@DTYPES
def test_true_convolution_of_an_image(student, dtype):
    """An image and a kernel that are not square. 图像和卷积核都不是正方形。"""
    x, kernel = randn(5, 7, seed=80, dtype=dtype), randn(2, 3, seed=81, dtype=dtype)
    assert_close(student.true_convolution(x, kernel), by_hand(x, kernel), REDUCTION)


@check("true_convolution", weight=2)
@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (3, 3), (2, 2)], ids=str)
def test_true_convolution_turns_both_axes(student, shape):
    """Kernels of one row, one column, and square ones. 只有一行、只有一列，以及正方形的卷积核。"""
    x, kernel = randn(4, 5, seed=82, dtype=torch.float64), randn(*shape, seed=83, dtype=torch.float64)
    assert_close(student.true_convolution(x, kernel), by_hand(x, kernel), REDUCTION)


@check("true_convolution")
def test_true_convolution_of_a_symmetric_kernel(student):
    """A kernel that looks the same when turned gives what F.conv2d gives. 旋转后不变的卷积核，结果与 F.conv2d 相同。"""
    x, kernel = randn(5, 5, seed=84), torch.tensor([[1.0, 2.0, 1.0], [0.0, 4.0, 0.0], [1.0, 2.0, 1.0]])
    assert_close(student.true_convolution(x, kernel), single(x, kernel), REDUCTION)


@check("true_convolution")
def test_true_convolution_in_either_order(student):
    """Image and kernel of equal size may be swapped. 图像与卷积核一样大时，可以交换。"""
    x, kernel = randn(3, 4, seed=85, dtype=torch.float64), randn(3, 4, seed=86, dtype=torch.float64)
    assert_close(student.true_convolution(x, kernel), by_hand(x, kernel), REDUCTION)
    assert_close(student.true_convolution(kernel, x), by_hand(x, kernel), REDUCTION)


@check("true_convolution", weight=2)
@pytest.mark.parametrize("wrt", [0, 1], ids=["image", "kernel"])
def test_true_convolution_gradient(student, wrt):
    """Autograd reaches the image and the kernel. 梯度能传回图像和卷积核。"""
    arguments = [randn(4, 5, seed=87, dtype=torch.float64), randn(2, 3, seed=88, dtype=torch.float64)]
    cotangent = randn(3, 3, seed=89, dtype=torch.float64)
    answer = gradient(student.true_convolution, *arguments, wrt=wrt, cotangent=cotangent)
    assert_close(answer, slopes(by_hand, arguments, wrt, cotangent), REDUCTION)


@check("true_convolution")
def test_true_convolution_leaves_its_inputs_alone(student):
    """The kernel is not turned in place. 不在原地翻转卷积核。"""
    x, kernel = randn(3, 3, seed=90), randn(2, 2, seed=91)
    assert_close(assert_inputs_unchanged(student.true_convolution, x, kernel), by_hand(x, kernel), REDUCTION)


# first_layer_weights


@check("first_layer_weights", weight=2)
@pytest.mark.parametrize("layer", [(4, 5, 3, 2), (28, 28, 1, 128), (2, 7, 4, 10), (1, 1, 1, 1)], ids=str)
def test_first_layer_weights_fully_connected(student, layer):
    """Agrees with nn.Linear without a bias. 与不带偏置的 nn.Linear 一致。"""
    h, w, c, units = layer
    assert_equal(student.first_layer_weights(*layer), torch.nn.Linear(h * w * c, units, bias=False).weight.numel())


@check("first_layer_weights", weight=2)
@pytest.mark.parametrize(("layer", "kernel"), [((9, 9, 3, 16), 3), ((6, 8, 1, 4), 5), ((5, 5, 2, 3), 1)], ids=str)
def test_first_layer_weights_convolution(student, layer, kernel):
    """Agrees with nn.Conv2d without a bias. 与不带偏置的 nn.Conv2d 一致。"""
    _, _, c, units = layer
    expected = torch.nn.Conv2d(c, units, kernel, bias=False).weight.numel()
    assert_equal(student.first_layer_weights(*layer, kernel), expected)


@check("first_layer_weights")
def test_first_layer_weights_of_another_size(student):
    """A larger image needs more weights in a fully connected layer only. 图像变大时，只有全连接层的权重变多。"""
    assert_equal(student.first_layer_weights(32, 64, 3, 8, 3), 216)
    assert_equal(student.first_layer_weights(320, 640, 3, 8, 3), 216)
    assert_equal(student.first_layer_weights(320, 640, 3, 8), 4_915_200)


@check("first_layer_weights")
def test_first_layer_weights_of_a_hundred_units(student):
    """A hundred units need a hundred times as many weights as one. 100 个单元的权重是 1 个单元的 100 倍。"""
    assert_equal(student.first_layer_weights(1000, 1000, 3, 100), 300_000_000)


@check("first_layer_weights")
def test_first_layer_weights_of_a_kernel_as_large_as_the_image(student):
    """A kernel as large as the image is a fully connected layer. 卷积核与图像一样大时，就是全连接层。"""
    for side in [1, 4, 7]:
        assert_equal(student.first_layer_weights(side, side, 3, 5, side), 3 * side * side * 5)
        assert_equal(student.first_layer_weights(side, side, 3, 5), 3 * side * side * 5)
