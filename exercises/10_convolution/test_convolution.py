"""Visible checks of the convolution. 卷积的公开检查。"""

import numpy as np
import torch

from autograder.checks import (
    EXACT,
    REDUCTION,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    check,
)


@check("conv_output_size")
def test_conv_output_size_worked_example(student):
    """The docstring's examples: 5 cells stay 5 with padding 1; the first layer of ResNet turns 224 into 112.

    文档示例：卷积核大小为 3、padding 为 1 时，5 格仍是 5 格；ResNet 的第一层把 224 变成 112。
    """
    assert_equal(student.conv_output_size(5, 3, stride=1, padding=1), 5)
    assert_equal(student.conv_output_size(224, 7, stride=2, padding=3), 112)


@check("conv_output_size")
def test_conv_output_size_with_dilation(student):
    """Three taps at dilation 2 span five cells. 空洞率为 2 时，3 个点跨越 5 格。"""
    assert_equal(student.conv_output_size(9, 3, dilation=2), 5)


@check("conv_output_size")
def test_conv_output_size_needs_room(student):
    """A kernel of 3 does not fit into 2 cells: ValueError. 大小为 3 的卷积核放不进 2 格：抛出 ValueError。"""
    assert_raises(ValueError, student.conv_output_size, 2, 3)


@check("conv_output_size")
def test_conv_output_size_rounds_down_at_the_end(student):
    """With stride 3, the last of 10 cells is left over. 步长为 3 时，10 格中的最后 1 格用不上。"""
    assert_equal(student.conv_output_size(10, 3, stride=3), 3)


# hwc_to_nchw


@check("hwc_to_nchw")
def test_hwc_to_nchw_worked_example(student):
    """Each colour becomes a plane of its own, in float32. 每种颜色成为一个平面，dtype 为 float32。"""
    img = np.array([[[1, 2, 3], [4, 5, 6]]], dtype=np.uint8)
    assert_close(student.hwc_to_nchw(img), torch.tensor([[[[1.0, 4.0]], [[2.0, 5.0]], [[3.0, 6.0]]]]), EXACT)


@check("hwc_to_nchw")
def test_hwc_to_nchw_of_a_picture_upside_down(student):
    """A picture that is turned upside down is a view, and works, too. 上下翻转的图片是视图，也要能处理。"""
    img = np.array([[[10], [20]], [[30], [40]], [[50], [60]]], dtype=np.uint8)
    expected = torch.tensor([[[[50.0, 60.0], [30.0, 40.0], [10.0, 20.0]]]])
    assert_close(student.hwc_to_nchw(student.build("img[::-1]", img=img)), expected, EXACT)


@check("hwc_to_nchw")
def test_hwc_to_nchw_keeps_its_picture(student):
    """The picture is not changed. 不修改传入的图片。"""
    img = np.array([[[255, 0], [128, 7]]], dtype=np.uint8)
    answer = assert_inputs_unchanged(student.hwc_to_nchw, img)
    assert_close(answer, torch.tensor([[[[255.0, 128.0]], [[0.0, 7.0]]]]), EXACT)


# pad2d


@check("pad2d")
def test_pad2d_worked_example(student):
    """The border is on all four sides, and integers stay integers. 四周都有一圈 0，整数仍是整数。"""
    expected = torch.tensor([[0, 0, 0, 0], [0, 1, 2, 0], [0, 3, 4, 0], [0, 0, 0, 0]])
    assert_close(student.pad2d(torch.tensor([[1, 2], [3, 4]]), 1), expected, EXACT)


@check("pad2d")
def test_pad2d_of_a_batch(student):
    """Leading axes stay; only height and width grow. 前面各维不变，只有高和宽变大。"""
    x = torch.ones(2, 3, 1, 2, dtype=torch.float64)
    expected = torch.zeros(2, 3, 5, 6, dtype=torch.float64)
    expected[:, :, 2, 2:4] = 1
    assert_close(student.pad2d(x, 2), expected, EXACT)


@check("pad2d")
def test_pad2d_keeps_its_image(student):
    """The image is not changed. 不修改传入的图像。"""
    answer = assert_inputs_unchanged(student.pad2d, torch.tensor([[5.0]]), 1)
    assert_close(answer, torch.tensor([[0.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 0.0]]), EXACT)


# conv2d_single

DIGITS = torch.arange(1.0, 10.0).reshape(3, 3)


@check("conv2d_single")
def test_conv2d_single_worked_example(student):
    """Products of window and kernel, added up; the kernel is not turned. 窗口与卷积核逐项相乘再相加，核不翻转。"""
    kernel = torch.tensor([[1.0, 0.0], [0.0, -1.0]])
    assert_close(student.conv2d_single(DIGITS, kernel), torch.full((2, 2), -4.0), REDUCTION)


@check("conv2d_single")
def test_conv2d_single_with_stride_and_padding(student):
    """With padding 1 and stride 2, four windows are left. padding 为 1、步长为 2 时，有四个窗口。"""
    kernel = torch.tensor([[1.0, 2.0], [0.0, 1.0]])
    expected = torch.tensor([[1.0, 3.0], [15.0, 26.0]])
    assert_close(student.conv2d_single(DIGITS, kernel, stride=2, padding=1), expected, REDUCTION)


@check("conv2d_single")
def test_conv2d_single_keeps_its_inputs(student):
    """Neither the image nor the kernel is changed. 不修改图像，也不修改卷积核。"""
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    answer = assert_inputs_unchanged(student.conv2d_single, x, torch.tensor([[2.0, 1.0]], dtype=torch.float64))
    assert_close(answer, torch.tensor([[4.0], [10.0]], dtype=torch.float64), REDUCTION)


# conv2d


@check("conv2d")
def test_conv2d_worked_example(student):
    """Each kernel adds up its channels, and adds its own bias. 每个卷积核把各通道的结果相加，再加自己的偏置。"""
    x = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])
    weight = torch.tensor([[[[1.0]], [[10.0]]], [[[2.0]], [[0.0]]]])
    expected = torch.tensor([[[[31.0, 42.0]], [[2.5, 4.5]]]])
    assert_close(student.conv2d(x, weight, torch.tensor([0.0, 0.5])), expected, REDUCTION)


@check("conv2d")
def test_conv2d_with_stride_and_padding(student):
    """Two images at once, padding 1, stride 2. 一次两幅图像，padding 为 1，步长为 2。"""
    x = torch.stack([DIGITS, -DIGITS]).unsqueeze(1)
    expected = torch.tensor([[[[1.0, 3.0], [15.0, 26.0]]], [[[-1.0, -3.0], [-15.0, -26.0]]]])
    weight = torch.tensor([[[[1.0, 2.0], [0.0, 1.0]]]])
    assert_close(student.conv2d(x, weight, stride=2, padding=1), expected, REDUCTION)


@check("conv2d")
def test_conv2d_keeps_its_inputs(student):
    """None of the inputs is changed. 不修改任何输入。"""
    x = torch.tensor([[[[1.0, 2.0]]]], dtype=torch.float64)
    weight, bias = torch.tensor([[[[3.0]]]], dtype=torch.float64), torch.tensor([1.0], dtype=torch.float64)
    answer = assert_inputs_unchanged(student.conv2d, x, weight, bias)
    assert_close(answer, torch.tensor([[[[4.0, 7.0]]]], dtype=torch.float64), REDUCTION)


# same_padding


@check("same_padding")
def test_same_padding_worked_example(student):
    """A kernel of 3 needs 1; with dilation 2 it needs 2. 大小为 3 的卷积核需要 1，空洞率为 2 时需要 2。"""
    assert_equal(student.same_padding(3), 1)
    assert_equal(student.same_padding(3, dilation=2), 2)


@check("same_padding")
def test_same_padding_of_an_even_kernel(student):
    """A kernel of 4 cannot keep the size: ValueError. 大小为 4 的卷积核无法保持尺寸：抛出 ValueError。"""
    assert_raises(ValueError, student.same_padding, 4)


# conv_param_count


@check("conv_param_count")
def test_conv_param_count_worked_example(student):
    """3 to 16 channels with a kernel of 3 make 16 * 27 weights and 16 biases. 3 到 16 通道、大小为 3：16×27 个权重和 16 个偏置。"""
    assert_equal(student.conv_param_count(3, 16, 3), 448)


@check("conv_param_count")
def test_conv_param_count_with_groups(student):
    """In groups of one channel, each kernel sees one channel. 每组一个通道时，每个卷积核只看一个通道。"""
    assert_equal(student.conv_param_count(16, 16, 3, groups=16), 160)
    assert_raises(ValueError, student.conv_param_count, 5, 4, 3, 2)


# true_convolution


@check("true_convolution")
def test_true_convolution_worked_example(student):
    """The kernel is turned by 180 degrees before it is laid on the image. 卷积核先旋转 180 度，再放到图像上。"""
    x = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
    answer = student.true_convolution(x, torch.tensor([[1.0, 2.0], [3.0, 5.0]]))
    assert_close(answer, torch.tensor([[10.0]]), REDUCTION)


@check("true_convolution")
def test_true_convolution_keeps_its_inputs(student):
    """Neither the image nor the kernel is changed. 不修改图像，也不修改卷积核。"""
    x, kernel = torch.tensor([[1.0, 2.0, 3.0]], dtype=torch.float64), torch.tensor([[1.0, 10.0]], dtype=torch.float64)
    answer = assert_inputs_unchanged(student.true_convolution, x, kernel)
    assert_close(answer, torch.tensor([[12.0, 23.0]], dtype=torch.float64), REDUCTION)


# first_layer_weights


@check("first_layer_weights")
def test_first_layer_weights_of_the_notes(student):
    """The image of the notes needs 3,000,000 weights for each unit. 笔记中的图像，每个单元需要 3,000,000 个权重。"""
    assert_equal(student.first_layer_weights(1000, 1000, 3, 1), 3_000_000)


@check("first_layer_weights")
def test_first_layer_weights_of_a_convolution(student):
    """16 kernels of 3 x 3 for 3 channels have 432 weights. 3 个通道、16 个 3×3 的卷积核，共 432 个权重。"""
    assert_equal(student.first_layer_weights(1000, 1000, 3, 16, kernel=3), 432)
