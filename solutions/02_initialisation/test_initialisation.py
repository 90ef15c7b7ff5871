"""Hidden checks of the initialisation. 参数初始化的隐藏检查。"""

import math

import pytest
import torch
from torch import nn

from autograder.checks import PYTHON_FLOAT, assert_close, assert_raises, check


def limit_in_torch(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """The oracle: draw the same numbers within (-1, 1) and within Xavier's limit; their ratio is the limit."""
    weight = torch.empty(fan_out, fan_in, dtype=torch.float64)
    unit = nn.init.uniform_(weight.clone(), -1, 1, generator=torch.Generator().manual_seed(0))
    xavier = nn.init.xavier_uniform_(weight, gain, generator=torch.Generator().manual_seed(0))
    largest = unit.abs().argmax()
    return float(xavier.flatten()[largest] / unit.flatten()[largest])


@check("xavier_uniform_limit", weight=2)
@pytest.mark.parametrize(
    "fans", [(5, 3), (3, 5), (784, 256), (256, 10), (1, 1)], ids=["5-3", "3-5", "784-256", "256-10", "1-1"]
)
def test_xavier_uniform_limit_is_the_one_of_torch(student, fans):
    """The limit that nn.init.xavier_uniform_ draws within. 与 nn.init.xavier_uniform_ 采样所用的上界一致。"""
    assert_close(student.xavier_uniform_limit(*fans), limit_in_torch(*fans), PYTHON_FLOAT)


@check("xavier_uniform_limit", weight=2)
@pytest.mark.parametrize("gain", [5 / 3, math.sqrt(2), 0.25], ids=["tanh", "relu", "small"])
def test_xavier_uniform_limit_with_gain(student, gain):
    """Multiplied by the gain, as torch does. 与 torch 一样乘上 gain。"""
    assert_close(student.xavier_uniform_limit(7, 12, gain=gain), limit_in_torch(7, 12, gain), PYTHON_FLOAT)


@check("xavier_uniform_limit")
def test_xavier_uniform_limit_gives_xaviers_variance(student):
    """For random layers, U(-a, a) has variance 2 / (fan_in + fan_out). 对随机的层，方差为 2 / (fan_in + fan_out)。"""
    fans = torch.randint(1, 2000, (6, 2), generator=torch.Generator().manual_seed(3))
    for fan_in, fan_out in fans.tolist():
        std = math.sqrt(2 / (fan_in + fan_out))
        assert_close(student.xavier_uniform_limit(fan_in, fan_out), math.sqrt(3) * std, PYTHON_FLOAT)


@check("xavier_uniform_limit")
def test_xavier_uniform_limit_of_huge_layers(student):
    """Millions of inputs still get a limit above 0. 上百万个输入时，上界很小但大于 0。"""
    assert_close(student.xavier_uniform_limit(2_000_000, 4_000_000), 1e-3, PYTHON_FLOAT)


@check("xavier_uniform_limit")
def test_xavier_uniform_limit_where_one_fan_is_zero(student):
    """One fan of 0 is no error. 只有一个 fan 为 0 不算错误。"""
    assert_close(student.xavier_uniform_limit(0, 1), math.sqrt(6), PYTHON_FLOAT)
    assert_close(student.xavier_uniform_limit(6, 0), 1.0, PYTHON_FLOAT)


@check("xavier_uniform_limit")
@pytest.mark.parametrize("fans", [(0, 0), (-4, 3)], ids=["both-zero", "negative"])
def test_xavier_uniform_limit_rejects_a_sum_of_zero_or_less(student, fans):
    """Raises ValueError where fan_in + fan_out is 0 or less. fan_in + fan_out 不大于 0 时抛出 ValueError。"""
    assert_raises(ValueError, student.xavier_uniform_limit, *fans)
