"""Visible checks of batch normalisation. 批量归一化的公开检查。"""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.checks import (
    PYTHON_FLOAT,
    REDUCTION,
    Tolerance,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    check,
    expect,
    randn,
)

ROWS = torch.tensor([[1.0, 2.0], [3.0, 8.0], [5.0, 5.0]])
ANY_EPS = Tolerance(1e-3, 1e-3, 1e-3, 1e-3)  # the size of eps is the subject of other checks


@check("batch_norm_train")
def test_batch_norm_train_worked_example(student):
    """The docstring's example: two columns, gamma (1, 2), beta (0, 1). 文档示例：两列，gamma 为 (1, 2)，beta 为 (0, 1)。"""
    expected = torch.tensor([[-1.224743, -1.449488], [0.0, 3.449488], [1.224743, 1.0]])
    answer = student.batch_norm_train(ROWS, torch.tensor([1.0, 2.0]), torch.tensor([0.0, 1.0]))
    assert_close(answer, expected, ANY_EPS)


@check("batch_norm_train")
def test_batch_norm_train_without_gamma_and_beta(student):
    """Without gamma and beta it only normalises; x is not changed. gamma 和 beta 为 None 时只做标准化；不修改 x。"""
    x = 100 * ROWS
    expected = F.batch_norm(x, None, None, training=True)
    assert_close(assert_inputs_unchanged(student.batch_norm_train, x, None, None), expected, REDUCTION)


@check("batch_norm_train")
def test_batch_norm_train_with_gamma_alone(student):
    """gamma scales where beta is None. beta 为 None 时 gamma 仍起作用。"""
    x, gamma = 100 * ROWS, torch.tensor([3.0, -0.5])
    expected = F.batch_norm(x, None, None, gamma, training=True)
    assert_close(student.batch_norm_train(x, gamma, None), expected, REDUCTION)


@check("batch_norm_train")
def test_batch_norm_train_adds_eps_inside_the_root(student):
    """With eps = 1, a column of variance 3 is divided by the root of 4. eps = 1 时，方差为 3 的列除以 4 的平方根。"""
    x = torch.tensor([[1.0], [1.0], [1.0], [5.0]])
    expected = torch.tensor([[-0.5], [-0.5], [-0.5], [1.5]])
    assert_close(student.batch_norm_train(x, None, None, eps=1.0), expected, REDUCTION)


@check("batch_norm_train")
def test_batch_norm_train_of_a_constant_column(student):
    """A column of equal values becomes beta, not NaN. 一列全相等时结果是 beta，而不是 NaN。"""
    answer = student.batch_norm_train(torch.full((4, 1), 2.0), torch.tensor([3.0]), torch.tensor([0.5]))
    assert_close(answer, torch.full((4, 1), 0.5), REDUCTION)


@check("batch_norm_2d_train")
def test_batch_norm_2d_train_worked_example(student):
    """The docstring's example: both channels come out alike. 文档示例：两个通道归一化后相同。"""
    x = torch.arange(8.0).reshape(2, 2, 1, 2)
    expected = torch.tensor([-1.212677, -0.727606, 0.727606, 1.212677]).reshape(2, 1, 1, 2).expand(2, 2, 1, 2)
    assert_close(student.batch_norm_2d_train(x, None, None), expected, ANY_EPS)


@check("batch_norm_2d_train")
def test_batch_norm_2d_train_scales_and_shifts_channels(student):
    """Each channel gets its own gamma and beta; no input is changed. 每个通道使用自己的 gamma 和 beta；不修改任何输入。"""
    x, gamma, beta = 100 * randn(2, 3, 4, 5, seed=1), torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.0, -1.0, 1.0])
    expected = F.batch_norm(x, None, None, gamma, beta, training=True)
    assert_close(assert_inputs_unchanged(student.batch_norm_2d_train, x, gamma, beta), expected, REDUCTION)


@check("batch_norm_2d_train")
def test_batch_norm_2d_train_of_one_image(student):
    """One image is enough, if it has several pixels. 只有一张图像也可以，只要像素不止一个。"""
    x = torch.tensor([[[[100.0, 300.0], [500.0, 700.0]]]])
    expected = F.batch_norm(x, None, None, training=True)
    assert_close(student.batch_norm_2d_train(x, None, None), expected, REDUCTION)


@check("bn_running_stats")
def test_bn_running_stats_worked_example(student):
    """The docstring's example: from (0, 1) a tenth of the way. 文档示例：从初值 (0, 1) 向批次统计量移动十分之一。"""
    answer = student.bn_running_stats(torch.tensor([[1.0, 2.0], [4.0, 0.0]]), torch.zeros(2), torch.ones(2))
    assert_close(answer, (torch.tensor([0.25, 0.1]), torch.tensor([1.35, 1.1])), REDUCTION)


@check("bn_running_stats")
def test_bn_running_stats_of_images(student):
    """For images the statistics are per channel, as in nn.BatchNorm2d; the old ones are not changed. 图像按通道统计，与 nn.BatchNorm2d 一致；不修改旧统计量。"""
    x, oracle = 10 * randn(2, 2, 3, 3, seed=2), nn.BatchNorm2d(2)
    oracle(x)
    answer = assert_inputs_unchanged(student.bn_running_stats, x, torch.zeros(2), torch.ones(2))
    assert_close(answer, (oracle.running_mean, oracle.running_var), REDUCTION)


@check("bn_running_stats")
def test_bn_running_stats_of_a_single_value(student):
    """One value per channel raises ValueError. 每个通道只有一个值时抛出 ValueError。"""
    assert_raises(ValueError, student.bn_running_stats, torch.ones(1, 3), torch.zeros(3), torch.ones(3))


@check("convert_bn_momentum")
def test_convert_bn_momentum_to_torch(student):
    """0.9 in Keras means 0.1 in torch. Keras 的 0.9 就是 torch 的 0.1。"""
    assert_close(student.convert_bn_momentum(0.9, "old_weight"), 0.1, PYTHON_FLOAT)


@check("convert_bn_momentum")
def test_convert_bn_momentum_from_torch(student):
    """0.25 in torch means 0.75 in Keras. torch 的 0.25 就是 Keras 的 0.75。"""
    assert_close(student.convert_bn_momentum(0.25, "new_weight"), 0.75, PYTHON_FLOAT)


@check("convert_bn_momentum")
def test_convert_bn_momentum_refuses_large_values(student):
    """A momentum of 1.5 raises ValueError. momentum 为 1.5 时抛出 ValueError。"""
    assert_raises(ValueError, student.convert_bn_momentum, 1.5, "old_weight")


@check("batch_norm_eval")
def test_batch_norm_eval_worked_example(student):
    """The docstring's example: one sample of two features. 文档示例：一个样本，两个特征。"""
    x, mean, var = torch.tensor([[1.0, 10.0]]), torch.tensor([0.0, 8.0]), torch.tensor([1.0, 4.0])
    answer = student.batch_norm_eval(x, mean, var, torch.tensor([2.0, 1.0]), torch.tensor([0.0, 3.0]))
    assert_close(answer, torch.tensor([[1.99999, 3.9999988]]), ANY_EPS)


@check("batch_norm_eval")
def test_batch_norm_eval_of_images(student):
    """For images the statistics belong to axis 1; no input is changed. 对图像来说，统计量对应第 1 维；不修改任何输入。"""
    x, mean, var = 30 * randn(2, 3, 4, 5, seed=3), torch.tensor([0.0, 1.0, 2.0]), torch.tensor([100.0, 400.0, 900.0])
    expected = F.batch_norm(x, mean, var, mean + 1, mean - 1)
    answer = assert_inputs_unchanged(student.batch_norm_eval, x, mean, var, mean + 1, mean - 1)
    assert_close(answer, expected, REDUCTION)


@check("batch_norm_eval")
def test_batch_norm_eval_without_gamma_and_beta(student):
    """Without gamma and beta it only normalises. gamma 和 beta 为 None 时只做标准化。"""
    mean, var = torch.tensor([3.0, 5.0]), torch.tensor([200.0, 50.0])
    expected = F.batch_norm(ROWS, mean, var)
    assert_close(student.batch_norm_eval(ROWS, mean, var, None, None), expected, REDUCTION)


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_worked_example(student):
    """The docstring's example: output and buffers after one batch. 文档示例：一个批次之后的输出和缓冲。"""
    bn = student.BatchNorm2dLite(1)
    assert_close(
        bn(torch.tensor([1.0, 3.0]).reshape(2, 1, 1, 1)).flatten(), torch.tensor([-0.999995, 0.999995]), ANY_EPS
    )
    assert_close(bn.running_mean, torch.tensor([0.2]), REDUCTION)
    assert_close(bn.running_var, torch.tensor([1.1]), REDUCTION)
    assert_equal(bn.num_batches_tracked, torch.tensor(1))


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_in_evaluation(student):
    """After eval() it uses the running statistics. 调用 eval() 之后使用滑动统计量。"""
    bn, oracle = student.BatchNorm2dLite(3), nn.BatchNorm2d(3)
    x = 2 + 100 * randn(4, 3, 2, 2, seed=4)
    for layer in (bn, oracle):
        layer(x)
    bn.eval()
    assert_close(bn(x), oracle.eval()(x), REDUCTION)


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_has_parameters_and_buffers(student):
    """A new layer holds what a new nn.BatchNorm2d holds. 新建的层与新建的 nn.BatchNorm2d 内容相同。"""
    bn, state = student.BatchNorm2dLite(3), nn.BatchNorm2d(3).state_dict()
    names = sorted(student.evaluate("[name for name, _ in m.named_parameters()]", m=bn))
    expect(
        names == ["bias", "weight"],
        f"the parameters are {names}, expected bias and weight.",
        f"参数是 {names}，应为 bias 和 weight。",
        answer=bn,
    )
    for name, expected in state.items():
        assert_close(getattr(bn, name), expected, REDUCTION)
    keys = sorted(bn.state_dict())
    expect(
        keys == sorted(state),
        f"state_dict() has the names {keys}, expected {sorted(state)}.",
        f"state_dict() 中的名字是 {keys}，应为 {sorted(state)}。",
        answer=bn,
    )
