"""Hidden checks of batch normalisation. 批量归一化的隐藏检查。"""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.checks import (
    EXACT,
    PYTHON_FLOAT,
    REDUCTION,
    Tolerance,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    check,
    expect,
    gradient,
    randn,
)

DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
AFFINE = pytest.mark.parametrize(
    ("has_gamma", "has_beta"), [(False, False), (True, False), (False, True)], ids=["neither", "gamma", "beta"]
)

GAMMA = torch.tensor([1.5, -0.5, 2.0])
BETA = torch.tensor([0.25, 3.0, -1.0])


def trained(x: Tensor, gamma: Tensor | None = None, beta: Tensor | None = None, eps: float = 1e-5) -> Tensor:
    """The oracle in training mode: torch's own batch norm."""
    return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)


def wide(x: Tensor) -> Tensor:
    """The same values with so large a variance that the size of eps makes no difference."""
    return x * (1e5 if x.dtype == torch.float64 else 100)


# Four rows far from 0. Their means are whole numbers, so that no rounding is needed to centre them.
FAR_ROWS = torch.tensor([[1.0, 0.0, 7.0], [3.0, 5.0, 1.0], [4.0, 2.0, 6.0], [8.0, 9.0, 2.0]], dtype=torch.float64)
FAR = {torch.float32: FAR_ROWS.float() + 1e4, torch.float64: FAR_ROWS + 1e8}
FAR_IMAGES = {dtype: rows.reshape(2, 2, 1, 3).movedim(-1, 1).contiguous() for dtype, rows in FAR.items()}
LARGE_MEAN = Tolerance(5e-3, 5e-3, 1e-5, 1e-5)  # rounding of x itself; E[x^2] - E[x]^2 is wrong by 4 % and more


def slope(oracle: Callable[..., Tensor], inputs: list[Tensor], wrt: int, cotangent: Tensor) -> Tensor:
    """d(sum of the oracle's result times cotangent)/d(one input), by autograd."""
    leaves = [tensor.clone().requires_grad_(place == wrt) for place, tensor in enumerate(inputs)]
    return torch.autograd.grad(oracle(*leaves), leaves[wrt], cotangent)[0]


def updated(x: Tensor, mean: Tensor, var: Tensor, momentum: float = 0.1) -> tuple[Tensor, Tensor]:
    """The oracle of the running statistics: the buffers that torch's batch norm leaves behind."""
    mean, var = mean.clone(), var.clone()
    F.batch_norm(x, mean, var, training=True, momentum=momentum)
    return mean, var


# batch_norm_train


@check("batch_norm_train", weight=2)
@DTYPES
def test_batch_norm_train_on_random_inputs(student, dtype):
    """Right on random columns of different scales, in the dtype of the inputs. 对尺度不同的随机列正确，且保持 dtype。"""
    x = wide(randn(6, 3, seed=1, dtype=dtype) * torch.tensor([1.0, 5.0, 0.1], dtype=dtype)) + 2
    gamma, beta = GAMMA.to(dtype), BETA.to(dtype)
    assert_close(student.batch_norm_train(x, gamma, beta), trained(x, gamma, beta), REDUCTION)


@check("batch_norm_train")
@pytest.mark.parametrize("eps", [None, 0.5], ids=["default", "half"])
def test_batch_norm_train_adds_eps_to_the_variance(student, eps):
    """Right if eps matters: a tiny variance, or a large eps. 在 eps 起作用时也正确：方差很小，或 eps 很大。"""
    x = randn(5, 3, seed=2, dtype=torch.float64) * (2e-3 if eps is None else 1)
    options = {} if eps is None else {"eps": eps}
    assert_close(student.batch_norm_train(x, None, None, **options), trained(x, **options), REDUCTION)


@check("batch_norm_train")
def test_batch_norm_train_of_equal_rows(student):
    """If all rows are equal, every row becomes beta, not NaN. 各行相等时结果都是 beta，而不是 NaN。"""
    x = torch.tensor([[2.0, -8.0, 0.0]]).repeat(4, 1)
    assert_close(student.batch_norm_train(x, GAMMA, BETA), BETA.repeat(4, 1), REDUCTION)


@check("batch_norm_train")
@AFFINE
def test_batch_norm_train_with_less(student, has_gamma, has_beta):
    """gamma and beta may each be None. gamma 和 beta 都可以单独为 None。"""
    x, gamma, beta = wide(randn(5, 3, seed=3)), GAMMA if has_gamma else None, BETA if has_beta else None
    assert_close(student.batch_norm_train(x, gamma, beta), trained(x, gamma, beta), REDUCTION)


@check("batch_norm_train")
def test_batch_norm_train_of_two_rows(student):
    """Two rows come out near +1 and -1, in each column. 只有两行时，每列结果接近 +1 和 -1。"""
    x = wide(torch.tensor([[1.0, -3.0, 10.0], [5.0, 4.0, 9.0]]))
    assert_close(student.batch_norm_train(x, None, None), trained(x), REDUCTION)


@check("batch_norm_train")
@pytest.mark.parametrize(
    "x",
    [wide(randn(3, 6, seed=4)).T, wide(randn(8, 9, seed=5))[::2, ::3], wide(randn(3, 3, seed=6))],
    ids=["transposed", "strided", "square"],
)
def test_batch_norm_train_of_any_layout(student, x):
    """Transposed, strided and square batches work. 转置、带步长和方形的批次都可以。"""
    assert_close(student.batch_norm_train(x, GAMMA, BETA), trained(x, GAMMA, BETA), REDUCTION)


@check("batch_norm_train")
def test_batch_norm_train_forgets_scale_and_centre(student):
    """Columns times 8, minus 100: the same result if eps is negligible. 各列乘 8 再减 100，eps 可以忽略时结果不变。"""
    x = wide(randn(6, 2, seed=7, dtype=torch.float64))
    answer = student.batch_norm_train(8 * x - 100, None, None)
    assert_close(answer, trained(x), REDUCTION)


@check("batch_norm_train")
def test_batch_norm_train_of_one_column(student):
    """One feature works as well. 只有一个特征也可以。"""
    x, gamma, beta = wide(randn(7, 1, seed=8)), torch.tensor([-2.0]), torch.tensor([0.5])
    assert_close(student.batch_norm_train(x, gamma, beta), trained(x, gamma, beta), REDUCTION)


@check("batch_norm_train", weight=2)
@DTYPES
def test_batch_norm_train_of_large_means(student, dtype):
    """Values around 10000, or 1e8 in float64: the variance is as accurate as near 0. 数值在 10000 附近（float64 时在 1e8 附近），方差同样准确。"""
    x = FAR[dtype]
    assert_close(student.batch_norm_train(x, None, None), trained(x), LARGE_MEAN)


@check("batch_norm_train")
def test_batch_norm_train_with_a_gamma_of_zero(student):
    """If gamma is 0, the column equals beta; a gamma of 0 is not a missing gamma. gamma 为 0 的列等于 beta；gamma 为 0 不等于没有 gamma。"""
    x, gamma = wide(randn(5, 3, seed=12)), torch.zeros(3)
    assert_close(student.batch_norm_train(x, gamma, BETA), BETA.repeat(5, 1), REDUCTION)
    assert_close(student.batch_norm_train(x, GAMMA, torch.zeros(3)), trained(x, GAMMA), REDUCTION)


@check("batch_norm_train")
def test_batch_norm_train_keeps_an_outlier(student):
    """One outlier among 25 values becomes about 4.9; it is not cut off. 25 个值中有一个离群值：它变成约 4.9，不会被截断。"""
    x = torch.zeros(25, 1)
    x[7] = 1000.0
    assert_close(student.batch_norm_train(x, None, None), trained(x), REDUCTION)


@check("batch_norm_train")
def test_batch_norm_train_gradient_of_a_constant_column(student):
    """The gradient of a constant column is not NaN, because eps is inside the root. 常数列的梯度不是 NaN：eps 在根号里面。"""
    x = torch.tensor([[2.0, 0.0], [2.0, 1.0], [2.0, 5.0]], dtype=torch.float64)
    cotangent = randn(3, 2, seed=13, dtype=torch.float64)
    expected = slope(lambda x: trained(x, eps=0.5), [x], 0, cotangent)
    answer = gradient(student.batch_norm_train, x, None, None, 0.5, wrt=0, cotangent=cotangent)
    assert_close(answer, expected, REDUCTION)


@check("batch_norm_train", weight=2)
@pytest.mark.parametrize("wrt", [0, 1, 2], ids=["x", "gamma", "beta"])
def test_batch_norm_train_gradient(student, wrt):
    """Gradients agree with torch's, through the batch statistics too. 梯度与 torch 一致，包括经过批次统计量的部分。"""
    inputs = [wide(randn(5, 3, seed=9, dtype=torch.float64)), GAMMA.double(), BETA.double()]
    cotangent = wide(randn(5, 3, seed=10, dtype=torch.float64))
    expected = slope(trained, inputs, wrt, cotangent)
    assert_close(gradient(student.batch_norm_train, *inputs, wrt=wrt, cotangent=cotangent), expected, REDUCTION)


@check("batch_norm_train")
def test_batch_norm_train_leaves_its_inputs_alone(student):
    """x, gamma and beta are not changed. 不修改 x、gamma 和 beta。"""
    inputs = wide(randn(4, 3, seed=11)) + 1, GAMMA, BETA
    assert_close(assert_inputs_unchanged(student.batch_norm_train, *inputs), trained(*inputs), REDUCTION)


# batch_norm_2d_train


@check("batch_norm_2d_train", weight=2)
@DTYPES
def test_batch_norm_2d_train_on_random_inputs(student, dtype):
    """Right on random images, in the dtype of the inputs. 对随机图像正确，且保持 dtype。"""
    spread = torch.tensor([1.0, 5.0, 0.1], dtype=dtype)[:, None, None]
    x = wide(randn(4, 3, 5, 2, seed=21, dtype=dtype) * spread) + 2
    gamma, beta = GAMMA.to(dtype), BETA.to(dtype)
    assert_close(student.batch_norm_2d_train(x, gamma, beta), trained(x, gamma, beta), REDUCTION)


@check("batch_norm_2d_train")
def test_batch_norm_2d_train_on_the_example_of_the_notes(student):
    """Two images of two channels with digits from 0 to 9, as in the notes, times 100. 笔记中的例子：两张双通道图像，元素为 0 到 9，再乘 100。"""
    x = wide(torch.randint(0, 10, [2, 2, 3, 3], generator=torch.Generator().manual_seed(22)).float())
    assert_close(student.batch_norm_2d_train(x, None, None), trained(x), REDUCTION)


@check("batch_norm_2d_train")
@pytest.mark.parametrize("shape", [(2, 3, 2, 3), (2, 3, 3, 2), (3, 3, 3, 3)], ids=["W", "H", "all"])
def test_batch_norm_2d_train_scales_axis_1(student, shape):
    """gamma and beta belong to the channels, even if W or H equals C. 即使 W 或 H 等于 C，gamma、beta 也沿通道维。"""
    x = wide(randn(*shape, seed=23))
    assert_close(student.batch_norm_2d_train(x, GAMMA, BETA), trained(x, GAMMA, BETA), REDUCTION)


@check("batch_norm_2d_train")
@AFFINE
def test_batch_norm_2d_train_with_less(student, has_gamma, has_beta):
    """gamma and beta may each be None. gamma 和 beta 都可以单独为 None。"""
    x, gamma, beta = wide(randn(2, 3, 2, 2, seed=24)), GAMMA if has_gamma else None, BETA if has_beta else None
    assert_close(student.batch_norm_2d_train(x, gamma, beta), trained(x, gamma, beta), REDUCTION)


@check("batch_norm_2d_train")
@pytest.mark.parametrize("eps", [None, 0.5], ids=["default", "half"])
def test_batch_norm_2d_train_adds_eps_to_the_variance(student, eps):
    """Right if eps matters: a tiny variance, or a large eps. 在 eps 起作用时也正确：方差很小，或 eps 很大。"""
    x = randn(2, 3, 2, 2, seed=25, dtype=torch.float64) * (2e-3 if eps is None else 1)
    options = {} if eps is None else {"eps": eps}
    assert_close(student.batch_norm_2d_train(x, None, None, **options), trained(x, **options), REDUCTION)


@check("batch_norm_2d_train")
@pytest.mark.parametrize("shape", [(1, 3, 4, 2), (4, 3, 1, 1), (2, 3, 1, 3)], ids=["one_image", "one_pixel", "one_row"])
def test_batch_norm_2d_train_of_small_batches(student, shape):
    """One image, images of one pixel, or of one row work. 一张图像、单像素图像、单行图像都可以。"""
    x = wide(randn(*shape, seed=26)) - 1
    assert_close(student.batch_norm_2d_train(x, GAMMA, BETA), trained(x, GAMMA, BETA), REDUCTION)


@check("batch_norm_2d_train")
def test_batch_norm_2d_train_of_one_channel(student):
    """One channel works as well. 单通道图像也可以。"""
    x, gamma, beta = wide(randn(3, 1, 2, 4, seed=27)), torch.tensor([-2.0]), torch.tensor([0.5])
    assert_close(student.batch_norm_2d_train(x, gamma, beta), trained(x, gamma, beta), REDUCTION)


@check("batch_norm_2d_train")
@pytest.mark.parametrize(
    "x",
    [wide(randn(2, 4, 5, 3, seed=28)).movedim(-1, 1), wide(randn(4, 3, 6, 6, seed=29))[::2, :, ::3, 1::2]],
    ids=["channels_last", "strided"],
)
def test_batch_norm_2d_train_of_any_layout(student, x):
    """Images stored with the channels last, or with strides, work. 通道在后存储或带步长的图像都可以。"""
    assert_close(student.batch_norm_2d_train(x, GAMMA, BETA), trained(x, GAMMA, BETA), REDUCTION)


@check("batch_norm_2d_train")
def test_batch_norm_2d_train_does_not_see_where_a_pixel_is(student):
    """If the values of a channel change places, within or between images, the results change places in the same way. 同一通道的值在图内或图间换位置，结果也随之换位置。"""
    x = wide(randn(2, 3, 2, 2, seed=30))
    order = torch.randperm(8, generator=torch.Generator().manual_seed(30))

    def shuffled(images: Tensor) -> Tensor:
        return images.transpose(0, 1).reshape(3, 8)[:, order].reshape(3, 2, 2, 2).transpose(0, 1).contiguous()

    assert_close(student.batch_norm_2d_train(shuffled(x), None, None), shuffled(trained(x)), REDUCTION)


@check("batch_norm_2d_train", weight=2)
@DTYPES
def test_batch_norm_2d_train_of_large_means(student, dtype):
    """Values around 10000, or 1e8 in float64: the variance is as accurate as near 0. 数值在 10000 附近（float64 时在 1e8 附近），方差同样准确。"""
    x = FAR_IMAGES[dtype]
    assert_close(student.batch_norm_2d_train(x, None, None), trained(x), LARGE_MEAN)


@check("batch_norm_2d_train")
def test_batch_norm_2d_train_with_a_gamma_of_zero(student):
    """If gamma is 0, the channel equals beta; a gamma of 0 is not a missing gamma. gamma 为 0 的通道等于 beta；gamma 为 0 不等于没有 gamma。"""
    x, gamma = wide(randn(2, 3, 2, 2, seed=34)), torch.zeros(3)
    assert_close(student.batch_norm_2d_train(x, gamma, BETA), trained(x, gamma, BETA), REDUCTION)


@check("batch_norm_2d_train")
def test_batch_norm_2d_train_gradient_of_a_constant_channel(student):
    """The gradient of a constant channel is not NaN, because eps is inside the root. 常数通道的梯度不是 NaN：eps 在根号里面。"""
    x = randn(2, 3, 2, 2, seed=35, dtype=torch.float64)
    x[:, 1] = 4.0
    cotangent = randn(2, 3, 2, 2, seed=36, dtype=torch.float64)
    expected = slope(lambda x: trained(x, eps=0.5), [x], 0, cotangent)
    answer = gradient(student.batch_norm_2d_train, x, None, None, 0.5, wrt=0, cotangent=cotangent)
    assert_close(answer, expected, REDUCTION)


@check("batch_norm_2d_train")
@pytest.mark.parametrize("wrt", [0, 1, 2], ids=["x", "gamma", "beta"])
def test_batch_norm_2d_train_gradient(student, wrt):
    """Gradients agree with torch's, through the batch statistics too. 梯度与 torch 一致，包括经过批次统计量的部分。"""
    inputs = [wide(randn(2, 3, 2, 4, seed=32, dtype=torch.float64)), GAMMA.double(), BETA.double()]
    cotangent = wide(randn(2, 3, 2, 4, seed=33, dtype=torch.float64))
    expected = slope(trained, inputs, wrt, cotangent)
    assert_close(gradient(student.batch_norm_2d_train, *inputs, wrt=wrt, cotangent=cotangent), expected, REDUCTION)


@check("batch_norm_2d_train")
def test_batch_norm_2d_train_leaves_its_inputs_alone(student):
    """x, gamma and beta are not changed. 不修改 x、gamma 和 beta。"""
    inputs = wide(randn(2, 3, 2, 2, seed=31)) + 1, GAMMA, BETA
    assert_close(assert_inputs_unchanged(student.batch_norm_2d_train, *inputs), trained(*inputs), REDUCTION)


# bn_running_stats

SHAPES = pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (2, 3, 4, 5)], ids=["NC", "NCL", "NCHW"])
OLD_MEAN = torch.tensor([1.0, -2.0, 0.5])
OLD_VAR = torch.tensor([2.0, 0.5, 9.0])


@check("bn_running_stats", weight=2)
@SHAPES
@DTYPES
def test_bn_running_stats_on_random_inputs(student, shape, dtype):
    """Right for vectors, sequences and images, in the dtype of the inputs. 对向量、序列和图像都正确，且保持 dtype。"""
    x, mean, var = 3 * randn(*shape, seed=41, dtype=dtype) + 4, OLD_MEAN.to(dtype), OLD_VAR.to(dtype)
    assert_close(student.bn_running_stats(x, mean, var, 0.3), updated(x, mean, var, 0.3), REDUCTION)


@check("bn_running_stats")
def test_bn_running_stats_on_the_example_of_the_notes(student):
    """Digits from 0 to 9 in images [2, 2, 3, 3], starting from 0 and 1. 笔记中 [2, 2, 3, 3] 的例子，初值为 0 和 1。"""
    x = torch.randint(0, 10, [2, 2, 3, 3], generator=torch.Generator().manual_seed(42)).float()
    mean, var = torch.zeros(2), torch.ones(2)
    assert_close(student.bn_running_stats(x, mean, var), updated(x, mean, var), REDUCTION)


@check("bn_running_stats", weight=2)
@pytest.mark.parametrize("momentum", [0.0, 0.1, 0.9, 1.0], ids=str)
def test_bn_running_stats_with_momentum(student, momentum):
    """momentum 0 keeps the old statistics, 1 takes the new ones, and 0.1 differs from 0.9. momentum 为 0 时保留旧值，为 1 时完全用新值，0.1 与 0.9 结果不同。"""
    x = 3 * randn(6, 3, seed=43) + 4
    expected = updated(x, OLD_MEAN, OLD_VAR, momentum)
    assert_close(student.bn_running_stats(x, OLD_MEAN, OLD_VAR, momentum), expected, REDUCTION)


@check("bn_running_stats")
@pytest.mark.parametrize("shape", [(2, 3), (1, 3, 2, 1), (1, 3, 1, 2), (2, 3, 1, 1)], ids=["NC", "H", "W", "N"])
def test_bn_running_stats_of_two_values(student, shape):
    """Two values per channel are enough, also within one image. 每个通道有两个值就够了，即使来自同一张图像。"""
    x = 3 * randn(*shape, seed=44) + 4
    assert_close(student.bn_running_stats(x, OLD_MEAN, OLD_VAR), updated(x, OLD_MEAN, OLD_VAR), REDUCTION)


@check("bn_running_stats")
@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1, 1), (0, 3), (1, 1)], ids=["row", "pixel", "empty", "number"])
def test_bn_running_stats_needs_two_values(student, shape):
    """Fewer than two values per channel raise ValueError. 每个通道不足两个值时抛出 ValueError。"""
    channels = shape[1]
    assert_raises(
        ValueError, student.bn_running_stats, torch.ones(shape), torch.zeros(channels), torch.ones(channels), 0.1
    )


@check("bn_running_stats")
@pytest.mark.parametrize("shape", [(3, 3), (3, 3, 3, 3), (2, 1, 1, 3), (5, 1)], ids=["3", "3333", "image", "column"])
def test_bn_running_stats_of_odd_shapes(student, shape):
    """N, H and W may equal C, and C may be 1. N、H、W 可以等于 C，C 也可以为 1。"""
    x, mean, var = 3 * randn(*shape, seed=45) + 4, OLD_MEAN[: shape[1]], OLD_VAR[: shape[1]]
    assert_close(student.bn_running_stats(x, mean, var), updated(x, mean, var), REDUCTION)


@check("bn_running_stats")
@pytest.mark.parametrize(
    "x",
    [randn(3, 6, seed=46).T, randn(2, 4, 5, 3, seed=47).movedim(-1, 1), randn(6, 3, 4, 6, seed=48)[::3, :, 1:, ::2]],
    ids=["transposed", "channels_last", "strided"],
)
def test_bn_running_stats_of_any_layout(student, x):
    """Transposed, channels-last and strided inputs work. 转置、通道在后和带步长的输入都可以。"""
    assert_close(student.bn_running_stats(x, OLD_MEAN, OLD_VAR, 0.5), updated(x, OLD_MEAN, OLD_VAR, 0.5), REDUCTION)


@check("bn_running_stats", weight=2)
@DTYPES
def test_bn_running_stats_of_large_means(student, dtype):
    """Values around 10000, or 1e8 in float64: the variance is as accurate as near 0. 数值在 10000 附近（float64 时在 1e8 附近），方差同样准确。"""
    x, mean, var = FAR[dtype], OLD_MEAN.to(dtype), OLD_VAR.to(dtype)
    assert_close(student.bn_running_stats(x, mean, var, 0.5), updated(x, mean, var, 0.5), LARGE_MEAN)


@check("bn_running_stats", weight=2)
def test_bn_running_stats_over_several_batches(student):
    """After five batches the buffers are those of nn.BatchNorm2d. 五个批次之后与 nn.BatchNorm2d 的缓冲一致。"""
    oracle = nn.BatchNorm2d(3, momentum=0.2, dtype=torch.float64)
    mean, var = torch.zeros(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64)
    for step in range(5):
        x = (step + 1) * randn(2, 3, 2, 2, seed=50 + step, dtype=torch.float64) + step
        oracle(x)
        mean, var = student.bn_running_stats(x, mean, var, 0.2)
    assert_close((mean, var), (oracle.running_mean, oracle.running_var), REDUCTION)


@check("bn_running_stats")
def test_bn_running_stats_leaves_its_inputs_alone(student):
    """x and the old statistics are not changed: new ones are returned. 不修改 x 和旧统计量，返回新的一对。"""
    inputs = 3 * randn(4, 3, seed=56) + 4, OLD_MEAN, OLD_VAR
    assert_close(assert_inputs_unchanged(student.bn_running_stats, *inputs), updated(*inputs), REDUCTION)


# convert_bn_momentum


@check("convert_bn_momentum")
@pytest.mark.parametrize(
    ("momentum", "torch_momentum"), [(0.9, 0.1), (0.99, 0.01), (0.3, 0.7), (0.0, 1.0), (1.0, 0.0)], ids=str
)
def test_convert_bn_momentum_from_the_weight_of_the_old(student, momentum, torch_momentum):
    """From Keras to torch, the ends 0 and 1 included. 从 Keras 换算到 torch，包括端点 0 和 1。"""
    assert_close(student.convert_bn_momentum(momentum, "old_weight"), torch_momentum, PYTHON_FLOAT)


@check("convert_bn_momentum")
@pytest.mark.parametrize(
    ("momentum", "keras_momentum"), [(0.1, 0.9), (0.01, 0.99), (0.8, 0.2), (0.0, 1.0), (1.0, 0.0)], ids=str
)
def test_convert_bn_momentum_from_the_weight_of_the_new(student, momentum, keras_momentum):
    """From torch to Keras, the ends 0 and 1 included. 从 torch 换算到 Keras，包括端点 0 和 1。"""
    assert_close(student.convert_bn_momentum(momentum, "new_weight"), keras_momentum, PYTHON_FLOAT)


@check("convert_bn_momentum")
@pytest.mark.parametrize(
    "source",
    ["keras", "", "Old_Weight", "weight", "old", "new_weights"],
    ids=["keras", "empty", "capitals", "half", "old", "plural"],
)
def test_convert_bn_momentum_refuses_unknown_conventions(student, source):
    """Any other word raises ValueError. 其他任何写法都抛出 ValueError。"""
    assert_raises(ValueError, student.convert_bn_momentum, 0.9, source)


@check("convert_bn_momentum")
@pytest.mark.parametrize("source", ["old_weight", "new_weight"])
@pytest.mark.parametrize("momentum", [-0.1, 1.001, 90.0], ids=str)
def test_convert_bn_momentum_refuses_what_is_no_weight(student, momentum, source):
    """Values outside [0, 1] raise ValueError, in both conventions. [0, 1] 之外的值在两种约定下都抛出 ValueError。"""
    assert_raises(ValueError, student.convert_bn_momentum, momentum, source)


@check("convert_bn_momentum")
@pytest.mark.parametrize("source", ["old_weight", "new_weight"])
def test_convert_bn_momentum_does_not_round(student, source):
    """A momentum close to 1 is not rounded: 0.99999975 becomes 2.5e-7. 接近 1 的 momentum 不能舍入：0.99999975 换算成 2.5e-7。"""
    assert_close(student.convert_bn_momentum(0.99999975, source), 2.5e-7, PYTHON_FLOAT)


@check("convert_bn_momentum")
@pytest.mark.parametrize("momentum", [0.9, 0.25], ids=str)
def test_convert_bn_momentum_there_and_back(student, momentum):
    """Converting there and back gives the original value. 换算过去再换算回来，仍是原值。"""
    there = student.convert_bn_momentum(momentum, "old_weight")
    assert_close(student.convert_bn_momentum(there, "new_weight"), momentum, PYTHON_FLOAT)


@check("convert_bn_momentum", weight=2)
@pytest.mark.parametrize("momentum", [0.75, 0.4, 0.1], ids=str)
def test_convert_bn_momentum_makes_the_averages_agree(student, momentum):
    """With the converted momentum, torch gives the same average as the formula of the notes. 换算后，torch 的结果与笔记公式一致。"""
    x, mean = randn(4, 3, seed=61, dtype=torch.float64), OLD_MEAN.double()
    theirs, _ = updated(x, mean, OLD_VAR.double(), student.convert_bn_momentum(momentum, "old_weight"))
    ours = momentum * mean + (1 - momentum) * x.mean(dim=0)
    expect(
        bool(torch.isclose(theirs, ours, rtol=1e-6, atol=1e-9).all()),
        "torch's running mean differs from momentum * old + (1 - momentum) * batch.",
        "torch 的滑动均值与 momentum * 旧值 + (1 - momentum) * 批次均值不一致。",
    )


# batch_norm_eval


WIDE_VAR = wide(wide(OLD_VAR))


@check("batch_norm_eval", weight=2)
@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4, 5)], ids=["NC", "NCHW"])
@DTYPES
def test_batch_norm_eval_on_random_inputs(student, shape, dtype):
    """Right for vectors and images, in the dtype of the inputs. 对向量和图像都正确，且保持 dtype。"""
    x = wide(randn(*shape, seed=71, dtype=dtype)) + 4
    mean, var, gamma, beta = [tensor.to(dtype) for tensor in (OLD_MEAN, OLD_VAR, GAMMA, BETA)]
    inputs = mean, wide(wide(var)), gamma, beta
    assert_close(student.batch_norm_eval(x, *inputs), F.batch_norm(x, *inputs), REDUCTION)


@check("batch_norm_eval")
@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1, 1), (1, 3, 2, 2)], ids=["row", "pixel", "image"])
def test_batch_norm_eval_of_one_sample(student, shape):
    """A batch of one sample works. 批次里只有一个样本也可以。"""
    x = wide(randn(*shape, seed=72)) + 4
    expected = F.batch_norm(x, OLD_MEAN, WIDE_VAR, GAMMA, BETA)
    assert_close(student.batch_norm_eval(x, OLD_MEAN, WIDE_VAR, GAMMA, BETA), expected, REDUCTION)


@check("batch_norm_eval")
@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2, 2)], ids=["NC", "NCHW"])
def test_batch_norm_eval_of_a_sample_ignores_the_others(student, shape):
    """The result for a sample does not depend on the other samples of the batch. 一个样本的结果与同批的其他样本无关。"""
    x = wide(randn(*shape, seed=73))
    x[2] = 1e5
    expected = F.batch_norm(x, OLD_MEAN, WIDE_VAR, GAMMA, BETA)
    assert_close(student.batch_norm_eval(x[:2], OLD_MEAN, WIDE_VAR, GAMMA, BETA), expected[:2], REDUCTION)
    assert_close(student.batch_norm_eval(x, OLD_MEAN, WIDE_VAR, GAMMA, BETA), expected, REDUCTION)


@check("batch_norm_eval")
@pytest.mark.parametrize(
    ("scale", "eps"), [(1e-5, None), (0.0, None), (1.0, 0.5)], ids=["tiny_variance", "no_variance", "large_eps"]
)
def test_batch_norm_eval_adds_eps_to_the_variance(student, scale, eps):
    """Right if eps matters: a tiny variance, or a large eps. 在 eps 起作用时也正确：方差很小，或 eps 很大。"""
    x, var = OLD_MEAN.double() + 1e-2 * randn(4, 3, seed=74, dtype=torch.float64), scale * OLD_VAR.double()
    options = {} if eps is None else {"eps": eps}
    expected = F.batch_norm(x, OLD_MEAN.double(), var, **options)
    assert_close(student.batch_norm_eval(x, OLD_MEAN.double(), var, None, None, **options), expected, REDUCTION)


@check("batch_norm_eval")
@AFFINE
def test_batch_norm_eval_with_less(student, has_gamma, has_beta):
    """gamma and beta may each be None. gamma 和 beta 都可以单独为 None。"""
    x, gamma, beta = wide(randn(2, 3, 2, 4, seed=75)), GAMMA if has_gamma else None, BETA if has_beta else None
    expected = F.batch_norm(x, OLD_MEAN, WIDE_VAR, gamma, beta)
    assert_close(student.batch_norm_eval(x, OLD_MEAN, WIDE_VAR, gamma, beta), expected, REDUCTION)


@check("batch_norm_eval")
def test_batch_norm_eval_with_a_gamma_of_zero(student):
    """If gamma is 0, the channel equals beta; a gamma of 0 is not a missing gamma. gamma 为 0 的通道等于 beta；gamma 为 0 不等于没有 gamma。"""
    x, gamma = wide(randn(2, 3, 2, 2, seed=82)), torch.zeros(3)
    expected = F.batch_norm(x, OLD_MEAN, WIDE_VAR, gamma, BETA)
    assert_close(student.batch_norm_eval(x, OLD_MEAN, WIDE_VAR, gamma, BETA), expected, REDUCTION)


@check("batch_norm_eval")
@pytest.mark.parametrize("shape", [(2, 3, 4, 3), (2, 3, 3, 2), (3, 3, 3, 3), (3, 3)], ids=["W", "H", "all", "NC"])
def test_batch_norm_eval_works_along_axis_1(student, shape):
    """Channels are axis 1, even if another axis has the same size. 通道是第 1 维，即使其他维大小相同。"""
    x = wide(randn(*shape, seed=76))
    expected = F.batch_norm(x, OLD_MEAN, WIDE_VAR, GAMMA, BETA)
    assert_close(student.batch_norm_eval(x, OLD_MEAN, WIDE_VAR, GAMMA, BETA), expected, REDUCTION)


@check("batch_norm_eval")
@pytest.mark.parametrize(
    "x",
    [wide(randn(3, 6, seed=77)).T, wide(randn(2, 4, 5, 3, seed=78)).movedim(-1, 1), torch.empty(0, 3)],
    ids=["transposed", "channels_last", "empty"],
)
def test_batch_norm_eval_of_any_layout(student, x):
    """Transposed, channels-last and empty batches work. 转置、通道在后和空的批次都可以。"""
    expected = F.batch_norm(x, OLD_MEAN, WIDE_VAR, GAMMA, BETA)
    assert_close(student.batch_norm_eval(x, OLD_MEAN, WIDE_VAR, GAMMA, BETA), expected, REDUCTION)


@check("batch_norm_eval")
@pytest.mark.parametrize("wrt", [0, 3, 4], ids=["x", "gamma", "beta"])
def test_batch_norm_eval_gradient(student, wrt):
    """Gradients agree with torch's: the running statistics are constants. 梯度与 torch 一致：滑动统计量是常数。"""
    x, mean, var = randn(2, 3, 2, 4, seed=80).double(), OLD_MEAN.double(), OLD_VAR.double()
    inputs = [wide(x), mean, wide(wide(var)), GAMMA.double(), BETA.double()]
    cotangent = wide(randn(2, 3, 2, 4, seed=81, dtype=torch.float64))
    expected = slope(F.batch_norm, inputs, wrt, cotangent)
    assert_close(gradient(student.batch_norm_eval, *inputs, wrt=wrt, cotangent=cotangent), expected, REDUCTION)


@check("batch_norm_eval")
@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 2, 2)], ids=["NC", "NCHW"])
def test_batch_norm_eval_leaves_its_inputs_alone(student, shape):
    """The inputs are not changed, nor are the running statistics. 不修改任何输入，包括滑动统计量。"""
    inputs = 3 * randn(*shape, seed=79) + 4, OLD_MEAN, OLD_VAR, GAMMA, BETA
    answer = assert_inputs_unchanged(student.batch_norm_eval, *inputs, eps=0.5)
    assert_close(answer, F.batch_norm(*inputs, eps=0.5), REDUCTION)


# BatchNorm2dLite

IMAGES = [wide((step + 1) * randn(2, 3, 4, 3, seed=90 + step) + step) for step in range(3)]
SCALE_AND_SHIFT = "(m.weight.data.copy_(gamma), m.bias.data.copy_(beta))"


def by_name(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """In whatever order a module made its parameters and buffers, one order."""
    return dict(sorted(state.items()))


@check("BatchNorm2dLite", weight=2)
@pytest.mark.parametrize("affine", [True, False], ids=["affine", "plain"])
def test_BatchNorm2dLite_trains_then_evaluates(student, affine):
    """Two batches in training and one in evaluation give the results of nn.BatchNorm2d. 训练两个批次、评估一个批次，与 nn.BatchNorm2d 一致。"""
    bn, oracle = student.BatchNorm2dLite(3, affine=affine), nn.BatchNorm2d(3, affine=affine)
    for x in IMAGES[:2]:
        assert_close(bn(x), oracle(x), REDUCTION)
    bn.eval()
    assert_close(bn(IMAGES[2]), oracle.eval()(IMAGES[2]), REDUCTION)


@check("BatchNorm2dLite", weight=2)
@pytest.mark.parametrize("affine", [True, False], ids=["affine", "plain"])
def test_BatchNorm2dLite_has_the_same_state(student, affine):
    """Its state_dict is that of nn.BatchNorm2d, before and after training. state_dict 在训练前后都与 nn.BatchNorm2d 相同。"""
    bn, oracle = student.BatchNorm2dLite(3, affine=affine), nn.BatchNorm2d(3, affine=affine)
    assert_close(by_name(bn.state_dict()), by_name(oracle.state_dict()), EXACT)
    for x in IMAGES:
        bn(x)
        oracle(x)
    assert_close(by_name(bn.state_dict()), by_name(oracle.state_dict()), REDUCTION)


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_follows_eps_and_momentum(student):
    """eps and momentum are used as given. 按给定的 eps 和 momentum 计算。"""
    bn, oracle = student.BatchNorm2dLite(3, 0.5, 0.7), nn.BatchNorm2d(3, 0.5, 0.7)
    for x in IMAGES[:2]:
        assert_close(bn(x / 100), oracle(x / 100), REDUCTION)
    assert_close(bn.running_mean, oracle.running_mean, REDUCTION)
    assert_close(bn.running_var, oracle.running_var, REDUCTION)
    bn.eval()
    assert_close(bn(IMAGES[2] / 100), oracle.eval()(IMAGES[2] / 100), REDUCTION)


@check("BatchNorm2dLite")
@pytest.mark.parametrize("is_training", [True, False], ids=["training", "evaluation"])
def test_BatchNorm2dLite_adds_eps_to_the_variance(student, is_training):
    """eps is 1e-5 by default and matters if the variance is tiny, in both modes. eps 默认为 1e-5，方差很小时起作用，两种模式都一样。"""
    bn, x = student.BatchNorm2dLite(3), 2e-3 * randn(2, 3, 2, 2, seed=98)
    student.evaluate("m.running_var.fill_(4e-6)", m=bn)
    bn.train(is_training)
    expected = F.batch_norm(x, torch.zeros(3), torch.full((3,), 4e-6), training=is_training)
    assert_close(bn(x), expected, REDUCTION)


@check("BatchNorm2dLite")
@pytest.mark.parametrize("momentum", [0.0, 1.0], ids=str)
def test_BatchNorm2dLite_with_the_momentum_at_its_ends(student, momentum):
    """With momentum 0 the running statistics stay; with 1 they are those of the last batch. momentum 为 0 时滑动统计量不变；为 1 时就是最后一批的统计量。"""
    bn, oracle = student.BatchNorm2dLite(3, momentum=momentum), nn.BatchNorm2d(3, momentum=momentum)
    for x in IMAGES[:2]:
        bn(x)
        oracle(x)
    assert_close(bn.running_mean, oracle.running_mean, REDUCTION)
    assert_close(bn.running_var, oracle.running_var, REDUCTION)
    assert_equal(bn.num_batches_tracked, torch.tensor(2))


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_of_large_means(student):
    """Values around 10000: outputs and running variance are as accurate as near 0. 数值在 10000 附近，输出和滑动方差同样准确。"""
    bn, oracle = student.BatchNorm2dLite(3), nn.BatchNorm2d(3)
    x = FAR_IMAGES[torch.float32]
    assert_close(bn(x), oracle(x), LARGE_MEAN)
    assert_close(bn.running_var, oracle.running_var, LARGE_MEAN)


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_with_frozen_parameters(student):
    """With weight and bias frozen, training still uses the batch and moves the buffers. 冻结 weight 和 bias 后，训练时仍使用批次统计量并更新缓冲。"""
    bn, oracle = student.BatchNorm2dLite(3), nn.BatchNorm2d(3)
    for layer in (bn, oracle):
        layer.requires_grad_(False)
    assert_close(bn(IMAGES[1]), oracle(IMAGES[1]), REDUCTION)
    assert_close(bn.running_mean, oracle.running_mean, REDUCTION)


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_counts_its_batches(student):
    """num_batches_tracked counts the batches of training only. num_batches_tracked 只计训练时的批次数。"""
    bn = student.BatchNorm2dLite(3)
    for count, x in enumerate(IMAGES):
        assert_equal(bn.num_batches_tracked, torch.tensor(count))
        bn(x)
    bn.eval()
    bn(IMAGES[0])
    assert_equal(bn.num_batches_tracked, torch.tensor(3))


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_changes_nothing_in_evaluation(student):
    """In evaluation the buffers stay; train() makes them move again. 评估时缓冲不变；train() 之后又会更新。"""
    bn, oracle = student.BatchNorm2dLite(3), nn.BatchNorm2d(3)
    for layer in (bn, oracle):
        layer(IMAGES[0])
    bn.eval()
    bn(IMAGES[1])
    assert_close(bn.running_mean, oracle.running_mean, REDUCTION)
    assert_close(bn.running_var, oracle.running_var, REDUCTION)
    bn.train()
    assert_close(bn(IMAGES[2]), oracle(IMAGES[2]), REDUCTION)
    assert_close(bn.running_mean, oracle.running_mean, REDUCTION)
    assert_close(bn.running_var, oracle.running_var, REDUCTION)


@check("BatchNorm2dLite")
@pytest.mark.parametrize("affine", [True, False], ids=["affine", "plain"])
def test_BatchNorm2dLite_has_parameters(student, affine):
    """weight and bias are nn.Parameter; without affine they are None. weight、bias 是 nn.Parameter；affine=False 时为 None。"""
    bn = student.BatchNorm2dLite(3, affine=affine)
    for name, value in (("weight", bn.weight), ("bias", bn.bias)):
        kind = student.evaluate("type(getattr(m, name)).__name__", m=bn, name=name)
        expected = "Parameter" if affine else "NoneType"
        expect(
            kind == expected,
            f"{name} is of type {kind}, expected {expected}.",
            f"{name} 的类型是 {kind}，应为 {expected}。",
            answer=value,
        )
    names = sorted(student.evaluate("[name for name, _ in m.named_parameters()]", m=bn))
    expected_names = ["bias", "weight"] if affine else []
    expect(
        names == expected_names,
        f"the layer's parameters are {names}, expected {expected_names}.",
        f"这一层的参数是 {names}，应为 {expected_names}。",
        answer=bn,
    )


@check("BatchNorm2dLite")
@pytest.mark.parametrize("is_training", [True, False], ids=["training", "evaluation"])
def test_BatchNorm2dLite_uses_weight_and_bias(student, is_training):
    """The layer uses the current weight and bias of each channel. 按通道使用当前的 weight 和 bias。"""
    bn = student.BatchNorm2dLite(3)
    student.evaluate(SCALE_AND_SHIFT, m=bn, gamma=GAMMA, beta=BETA)
    student.evaluate("m.running_var.fill_(900.0)", m=bn)
    bn.train(is_training)
    expected = F.batch_norm(IMAGES[1], torch.zeros(3), torch.full((3,), 900.0), GAMMA, BETA, training=is_training)
    assert_close(bn(IMAGES[1]), expected, REDUCTION)


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_gives_its_state_to_torch(student):
    """nn.BatchNorm2d can load its state_dict and continue from there. nn.BatchNorm2d 能加载它的 state_dict 并接着计算。"""
    bn = student.BatchNorm2dLite(3)
    student.evaluate(SCALE_AND_SHIFT, m=bn, gamma=GAMMA, beta=BETA)
    bn(IMAGES[0])
    oracle, state = nn.BatchNorm2d(3), bn.state_dict()
    names, expected_names = sorted(state), sorted(oracle.state_dict())
    expect(
        names == expected_names,
        f"state_dict() has the names {names}, expected {expected_names}.",
        f"state_dict() 中的名字是 {names}，应为 {expected_names}。",
        answer=bn,
    )
    oracle.load_state_dict(state)
    bn.eval()
    assert_close(bn(IMAGES[1]), oracle.eval()(IMAGES[1]), REDUCTION)


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_takes_its_state_from_torch(student):
    """It can load the state_dict of an nn.BatchNorm2d and continue from there. 能加载 nn.BatchNorm2d 的 state_dict 并接着计算。"""
    bn, oracle = student.BatchNorm2dLite(3), nn.BatchNorm2d(3)
    state = {"weight": GAMMA, "bias": BETA, "running_mean": OLD_MEAN, "running_var": 1000 * OLD_VAR}
    oracle.load_state_dict({**state, "num_batches_tracked": torch.tensor(7)})
    bn.load_state_dict(dict(oracle.state_dict()))
    assert_close(bn(IMAGES[0]), oracle(IMAGES[0]), REDUCTION)
    bn.eval()
    assert_close(bn(IMAGES[1]), oracle.eval()(IMAGES[1]), REDUCTION)
    assert_equal(bn.num_batches_tracked, torch.tensor(8))


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_becomes_double(student):
    """.double() converts parameters and float buffers; then it works in float64. .double() 转换参数和浮点缓冲，之后按 float64 计算。"""
    bn, oracle = student.BatchNorm2dLite(3), nn.BatchNorm2d(3).double()
    bn.double()
    assert_close(by_name(bn.state_dict()), by_name(oracle.state_dict()), EXACT)
    for x in IMAGES:
        assert_close(bn(wide(x.double())), oracle(wide(x.double())), REDUCTION)
    assert_close(by_name(bn.state_dict()), by_name(oracle.state_dict()), REDUCTION)


@check("BatchNorm2dLite", weight=2)
def test_BatchNorm2dLite_buffers_keep_no_graph(student):
    """The buffers need no gradient, even if the input does. 即使输入需要梯度，缓冲也不带梯度。"""
    bn = student.BatchNorm2dLite(3)
    output = bn(IMAGES[0].clone().requires_grad_())
    for name in ("running_mean", "running_var"):
        has_graph = student.evaluate("getattr(m, name).requires_grad", m=bn, name=name)
        expect(
            not has_graph,
            f"{name} requires a gradient: it keeps the graph of the batch.",
            f"{name} 需要梯度：它保留了这一批的计算图。",
            answer=output,
        )


@check("BatchNorm2dLite")
@pytest.mark.parametrize("is_training", [True, False], ids=["training", "evaluation"])
def test_BatchNorm2dLite_gradient(student, is_training):
    """The gradient of x agrees with nn.BatchNorm2d in both modes. 两种模式下 x 的梯度都与 nn.BatchNorm2d 一致。"""
    bn, oracle = student.BatchNorm2dLite(3), nn.BatchNorm2d(3)
    for layer in (bn, oracle):
        layer(IMAGES[0])
        layer.train(is_training)
    x, cotangent = IMAGES[1].clone().requires_grad_(), wide(randn(2, 3, 4, 3, seed=95))
    (expected,) = torch.autograd.grad(oracle(x), x, cotangent)
    assert_close(gradient(bn, IMAGES[1], cotangent=cotangent), expected, REDUCTION)


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_gradient_of_a_constant_channel(student):
    """The gradient of a constant channel is not NaN, because eps is inside the root. 常数通道的梯度不是 NaN：eps 在根号里面。"""
    bn, oracle, cotangent = student.BatchNorm2dLite(3, 0.5), nn.BatchNorm2d(3, 0.5), randn(2, 3, 4, 3, seed=99)
    images = IMAGES[1] / 100
    images[:, 1] = 4.0
    x = images.clone().requires_grad_()
    (expected,) = torch.autograd.grad(oracle(x), x, cotangent)
    assert_close(gradient(bn, images, cotangent=cotangent), expected, REDUCTION)


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_trains_its_parameters(student):
    """Back propagation reaches weight and bias. 反向传播能到达 weight 和 bias。"""
    bn, oracle = student.BatchNorm2dLite(3), nn.BatchNorm2d(3)
    cotangent = randn(2, 3, 4, 3, seed=96)
    oracle(IMAGES[1]).backward(cotangent)
    output = bn(IMAGES[1])
    student.evaluate("m(x).backward(cotangent)", m=bn, x=IMAGES[1], cotangent=cotangent)
    grads = student.evaluate("[m.weight.grad, m.bias.grad]", m=bn)
    for name, found, right in zip(("weight", "bias"), grads, (oracle.weight.grad, oracle.bias.grad)):
        expect(
            found is not None and torch.allclose(found, right, rtol=1e-4, atol=1e-4),
            f"back propagation gives {name} the gradient {found}, expected {right}.",
            f"反向传播后 {name} 的梯度是 {found}，应为 {right}。",
            answer=output,
        )


@check("BatchNorm2dLite")
@pytest.mark.parametrize("channels", [1, 4], ids=str)
def test_BatchNorm2dLite_of_other_sizes(student, channels):
    """num_features is the number of channels. num_features 就是通道数。"""
    bn, oracle = student.BatchNorm2dLite(channels), nn.BatchNorm2d(channels)
    x = wide(randn(3, channels, 2, 4, seed=97)) - 3
    assert_close(bn(x), oracle(x), REDUCTION)
    assert_close(by_name(bn.state_dict()), by_name(oracle.state_dict()), REDUCTION)
    bn.eval()
    assert_close(bn(x[:1, :, :1, :1]), oracle.eval()(x[:1, :, :1, :1]), REDUCTION)


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_leaves_its_input_alone(student):
    """The images are not changed, in training or in evaluation. 训练和评估时都不修改输入的图像。"""
    bn, oracle = student.BatchNorm2dLite(3), nn.BatchNorm2d(3)
    assert_close(assert_inputs_unchanged(bn, IMAGES[1]), oracle(IMAGES[1]), REDUCTION)
    bn.eval()
    assert_close(assert_inputs_unchanged(bn, IMAGES[1]), oracle.eval()(IMAGES[1]), REDUCTION)


@check("BatchNorm2dLite")
def test_BatchNorm2dLite_shares_nothing(student):
    """Two layers of one network share neither statistics nor parameters. 同一网络中的两个层互不共享统计量和参数。"""
    first, second = student.BatchNorm2dLite(3), student.BatchNorm2dLite(3)
    student.evaluate(SCALE_AND_SHIFT, m=first, gamma=GAMMA, beta=BETA)
    output = first(IMAGES[1])
    state = second.state_dict()
    for name, expected in nn.BatchNorm2d(3).state_dict().items():
        expect(
            torch.equal(state[name], expected),
            f"training one layer changed the {name} of another: the two layers share it.",
            f"训练一个层时，另一个层的 {name} 也变了：两个层共用了它。",
            answer=output,
        )
