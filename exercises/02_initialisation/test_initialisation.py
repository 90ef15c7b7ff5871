"""Visible checks of the initialisation. 参数初始化的公开检查。"""

import math

import torch
from torch import nn

from autograder.checks import (
    ELEMENTWISE,
    PYTHON_FLOAT,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    check,
    expect,
)


@check("fan_in_fan_out")
def test_fan_in_fan_out_of_a_linear_layer(student):
    """The weight of nn.Linear(5, 3) has fan_in 5 and fan_out 3. nn.Linear(5, 3) 的权重：fan_in 为 5，fan_out 为 3。"""
    assert_equal(student.fan_in_fan_out(tuple(nn.Linear(5, 3).weight.shape)), (5, 3))


@check("fan_in_fan_out")
def test_fan_in_fan_out_of_a_convolution(student):
    """A 5x5 convolution from 3 to 16 channels has fans 75 and 400. 3 到 16 通道的 5x5 卷积：两个 fan 为 75 和 400。"""
    assert_equal(student.fan_in_fan_out((16, 3, 5, 5)), (75, 400))


@check("fan_in_fan_out")
def test_fan_in_fan_out_of_a_bias(student):
    """A shape of one axis raises ValueError. 只有一个维度时抛出 ValueError。"""
    assert_raises(ValueError, student.fan_in_fan_out, (7,))


@check("default_uniform_limit")
def test_default_uniform_limit_worked_example(student):
    """Five inputs give about 0.4472. 五个输入时约为 0.4472。"""
    assert_close(student.default_uniform_limit(5), 0.4472135954999579, PYTHON_FLOAT)


@check("default_uniform_limit")
def test_default_uniform_limit_of_an_image(student):
    """A grey image of 28 x 28 pixels has 784 inputs: 1/28. 28 x 28 的灰度图像有 784 个输入，上界是 1/28。"""
    assert_close(student.default_uniform_limit(784), 1 / 28, PYTHON_FLOAT)


@check("default_uniform_limit")
def test_default_uniform_limit_needs_an_input(student):
    """A fan_in of 0 raises ValueError. fan_in 为 0 时抛出 ValueError。"""
    assert_raises(ValueError, student.default_uniform_limit, 0)


@check("xavier_uniform_limit")
def test_xavier_uniform_limit_worked_example(student):
    """nn.Linear(5, 3) gets about 0.866. nn.Linear(5, 3) 的上界约为 0.866。"""
    assert_close(student.xavier_uniform_limit(5, 3), 0.8660254037844386, PYTHON_FLOAT)


@check("xavier_uniform_limit")
def test_xavier_uniform_limit_with_the_gain_of_tanh(student):
    """Fans of 3 and 3 give 1; with the gain 5/3 of tanh, 5/3. 两个 fan 都为 3 时是 1；乘上 tanh 的 gain 后是 5/3。"""
    assert_close(student.xavier_uniform_limit(3, 3), 1.0, PYTHON_FLOAT)
    assert_close(student.xavier_uniform_limit(3, 3, 5 / 3), 5 / 3, PYTHON_FLOAT)


@check("xavier_uniform_limit")
def test_xavier_uniform_limit_needs_a_fan(student):
    """No inputs and no outputs raise ValueError. 既无输入也无输出时抛出 ValueError。"""
    assert_raises(ValueError, student.xavier_uniform_limit, 0, 0)


@check("xavier_normal_std")
def test_xavier_normal_std_worked_example(student):
    """nn.Linear(5, 3) gets 0.5. nn.Linear(5, 3) 的标准差是 0.5。"""
    assert_close(student.xavier_normal_std(5, 3), 0.5, PYTHON_FLOAT)


@check("xavier_normal_std")
def test_xavier_normal_std_with_the_gain_of_tanh(student):
    """Fans of 20 and 12 give 0.25; with the gain 5/3 of tanh, 5/12. fan 为 20 和 12 时是 0.25；乘上 tanh 的 gain 后是 5/12。"""
    assert_close(student.xavier_normal_std(20, 12), 0.25, PYTHON_FLOAT)
    assert_close(student.xavier_normal_std(20, 12, 5 / 3), 5 / 12, PYTHON_FLOAT)


@check("kaiming_limits")
def test_kaiming_limits_worked_example(student):
    """Five inputs before a ReLU: about 0.6325 and 1.0954. 五个输入、后接 ReLU：约为 0.6325 和 1.0954。"""
    assert_close(student.kaiming_limits(5), (0.6324555320336759, 1.0954451150103321), PYTHON_FLOAT)


@check("kaiming_limits")
def test_kaiming_limits_gives_the_default_of_linear(student):
    """With a = sqrt(5) the limit is 1 / sqrt(fan). a = √5 时上界是 1/√fan。"""
    assert_close(student.kaiming_limits(25, math.sqrt(5)), (math.sqrt(1 / 75), 0.2), PYTHON_FLOAT)


@check("init_linear")
def test_init_linear_worked_example(student):
    """ "ones" makes all weights 1 and the bias 0. "ones" 让权重全为 1，偏置为 0。"""
    layer = student.init_linear(student.build("nn.Linear(5, 3)"), "ones", student.build("torch.Generator()"))
    assert_equal(layer.weight, torch.ones(3, 5))
    assert_equal(layer.bias, torch.zeros(3))


@check("init_linear")
def test_init_linear_uniform(student):
    """ "uniform" draws from (-1/sqrt(5), 1/sqrt(5)), with the generator. "uniform" 用 generator 从 (-1/√5, 1/√5) 中抽取。"""
    expected = nn.init.uniform_(torch.empty(3, 5), -(5**-0.5), 5**-0.5, torch.Generator().manual_seed(1))
    generator = student.build("torch.Generator().manual_seed(1)")
    layer = student.init_linear(student.build("nn.Linear(5, 3)"), "uniform", generator)
    assert_close(layer.weight, expected, ELEMENTWISE)


@check("init_linear")
def test_init_linear_works_in_place(student):
    """The layer keeps its Parameters, so an optimiser sees the new values. 层里仍是原来的 Parameter，优化器才能看到新的值。"""
    layer = student.build("nn.Linear(5, 3)")
    weight, bias = student.build("layer.weight", layer=layer), student.build("layer.bias", layer=layer)
    answer = student.init_linear(layer, "ones", student.build("torch.Generator()"))
    same = student.evaluate("[a.weight is w, a.bias is b]", a=answer, w=weight, b=bias)
    for part, is_same in zip(("layer.weight", "layer.bias"), same, strict=True):
        expect(
            is_same is True,
            f"{part} is a new nn.Parameter, not the one from before.",
            f"{part} 换成了新的 nn.Parameter，不再是原来的那个。",
            answer=answer,
        )
    assert_equal(answer.weight, torch.ones(3, 5))


@check("init_linear")
def test_init_linear_of_an_unknown_kind(student):
    """A kind that does not exist raises ValueError. 没有这种初始化时抛出 ValueError。"""
    layer, generator = student.build("nn.Linear(5, 3)"), student.build("torch.Generator()")
    assert_raises(ValueError, student.init_linear, layer, "lucky", generator)


@check("init_linear")
def test_init_linear_without_a_bias(student):
    """A layer without a bias works as well. 没有偏置的层也可以。"""
    layer, generator = student.build("nn.Linear(5, 3, bias=False)"), student.build("torch.Generator()")
    assert_equal(student.init_linear(layer, "zeros", generator).weight, torch.zeros(3, 5))


@check("distinct_units")
def test_distinct_units_worked_example(student):
    """Rows 1 and 3 are equal: four rows, three units. The input is not changed. 第 1、3 行相同：四行中有三种；不修改输入。"""
    weight = torch.tensor([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0], [2.0, 3.0]])
    assert_equal(assert_inputs_unchanged(student.distinct_units, weight), 3)


@check("distinct_units")
def test_distinct_units_of_a_constant_layer(student):
    """A layer filled with 5, as in the notes, has one unit. 像笔记那样全部填 5 的层，只有一种单元。"""
    assert_equal(student.distinct_units(torch.full((3, 5), 5.0, requires_grad=True)), 1)


@check("distinct_units")
def test_distinct_units_without_units(student):
    """A matrix without rows gives 0. 没有行时为 0。"""
    assert_equal(student.distinct_units(torch.empty(0, 3)), 0)
