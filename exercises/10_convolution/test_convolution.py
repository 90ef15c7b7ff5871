"""Visible checks of the convolution. 卷积的公开检查。"""

from autograder.checks import assert_equal, assert_raises, check


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
