"""Visible checks of the initialisation. 参数初始化的公开检查。"""

from autograder.checks import PYTHON_FLOAT, assert_close, assert_raises, check


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
    """No inputs and no outputs: ValueError. 既无输入也无输出时抛出 ValueError。"""
    assert_raises(ValueError, student.xavier_uniform_limit, 0, 0)
