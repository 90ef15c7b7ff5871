"""Visible checks of pooling and the small network. 池化与小卷积网络的公开检查。"""

import torch

from autograder.checks import (
    EXACT,
    REDUCTION,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    check,
    expect,
)

OF_THE_NOTES = torch.tensor(
    [[[[4.0, 9.0, 2.0, 5.0], [5.0, 6.0, 2.0, 4.0], [2.0, 4.0, 5.0, 4.0], [5.0, 6.0, 8.0, 4.0]]]]
)

# max_pool2d


@check("max_pool2d")
def test_max_pool2d_of_the_notes(student):
    """The image of the notes gives 9, 5, 6, 8. 笔记中的图像得到 9、5、6、8。"""
    assert_close(student.max_pool2d(OF_THE_NOTES, 2), torch.tensor([[[[9.0, 5.0], [6.0, 8.0]]]]), EXACT)


@check("max_pool2d")
def test_max_pool2d_of_negative_numbers(student):
    """The border is never the largest, even if all pixels are negative. 像素全为负数时，边框也不会成为最大值。"""
    x = torch.tensor([[[[-1.0, -2.0], [-3.0, -4.0]]]])
    assert_close(student.max_pool2d(x, 2, stride=2, padding=1), x, EXACT)


@check("max_pool2d")
def test_max_pool2d_keeps_its_image(student):
    """The image is not changed. 不修改传入的图像。"""
    x = torch.tensor([[[[1.0, 2.0, 3.0]], [[6.0, 5.0, 4.0]]]], dtype=torch.float64)
    answer = assert_inputs_unchanged(student.max_pool2d, x, 1, 2)
    assert_close(answer, torch.tensor([[[[1.0, 3.0]], [[6.0, 4.0]]]], dtype=torch.float64), EXACT)


# avg_pool2d


@check("avg_pool2d")
def test_avg_pool2d_of_the_notes(student):
    """The image of the notes gives 6, 3.25, 4.25, 5.25. 笔记中的图像得到 6、3.25、4.25、5.25。"""
    assert_close(student.avg_pool2d(OF_THE_NOTES, 2), torch.tensor([[[[6.0, 3.25], [4.25, 5.25]]]]), REDUCTION)


@check("avg_pool2d")
def test_avg_pool2d_at_the_corners(student):
    """A window with one pixel and three zeros: 1 / 4, or 1 / 1. 窗口中有一个像素、三个 0：1/4，或者 1/1。"""
    x = torch.ones(1, 1, 2, 2)
    assert_close(student.avg_pool2d(x, 2, 2, 1), torch.full((1, 1, 2, 2), 0.25), REDUCTION)
    assert_close(student.avg_pool2d(x, 2, 2, 1, count_include_pad=False), torch.ones(1, 1, 2, 2), REDUCTION)


@check("avg_pool2d")
def test_avg_pool2d_keeps_its_image(student):
    """The image is not changed. 不修改传入的图像。"""
    x = torch.tensor([[[[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]]]], dtype=torch.float64)
    answer = assert_inputs_unchanged(student.avg_pool2d, x, 2, 1)
    assert_close(answer, torch.tensor([[[[2.5, 3.5]]]], dtype=torch.float64), REDUCTION)


# pool_output_size


@check("pool_output_size")
def test_pool_output_size_worked_example(student):
    """The fifth of five cells is cut off, or gets a window of its own. 5 格中的第 5 格舍去，或者单独占一个窗口。"""
    assert_equal(student.pool_output_size(5, 2), 2)
    assert_equal(student.pool_output_size(5, 2, ceil_mode=True), 3)


@check("pool_output_size")
def test_pool_output_size_in_the_border(student):
    """A last window that begins in the right border is left out. 从右侧填充才开始的最后一个窗口要去掉。"""
    assert_equal(student.pool_output_size(5, 2, stride=2, padding=1, ceil_mode=True), 3)


# cnn_flat_features


@check("cnn_flat_features")
def test_cnn_flat_features_worked_example(student):
    """8 channels of 14 x 14 make 1568 numbers. 8 个通道、14×14，共 1568 个数。"""
    layers = [{"type": "conv", "out": 8, "k": 3, "p": 1}, {"type": "pool", "k": 2}]
    assert_equal(student.cnn_flat_features(1, 28, layers), 1568)


@check("cnn_flat_features")
def test_cnn_flat_features_keeps_its_layers(student):
    """The list of layers is not changed. 不修改传入的列表。"""
    layers = [{"type": "conv", "out": 6, "k": 5, "s": 2}]
    assert_equal(assert_inputs_unchanged(student.cnn_flat_features, 3, 9, layers), 54)


# SmallCNN


@check("SmallCNN")
def test_SmallCNN_gives_a_score_for_each_class(student):
    """Two images, three classes: the scores have the shape (2, 3). 两幅图像、三个类别：得分的形状是 (2, 3)。"""
    model = student.SmallCNN(3)
    scores = model(torch.linspace(-1, 1, 2 * 28 * 28).reshape(2, 1, 28, 28))
    assert_equal(list(scores.shape), [2, 3])


@check("SmallCNN")
def test_SmallCNN_has_three_layers(student):
    """Its parameters are those of conv1, conv2 and fc. 参数来自 conv1、conv2 和 fc。"""
    names = student.evaluate("sorted(m.state_dict())", m=student.SmallCNN())
    expect(
        names == [f"{layer}.{kind}" for layer in ["conv1", "conv2", "fc"] for kind in ["bias", "weight"]],
        f"the parameters of SmallCNN are called {', '.join(names)}.",
        f"SmallCNN 的参数名是 {'、'.join(names)}。",
        answer=names,
    )
