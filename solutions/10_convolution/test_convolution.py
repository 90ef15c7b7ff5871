"""Hidden checks of the convolution. 卷积的隐藏检查。"""

import pytest
import torch
import torch.nn.functional as F

from autograder.checks import assert_equal, assert_raises, check


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
