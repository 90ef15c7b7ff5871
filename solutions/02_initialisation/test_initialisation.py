"""Hidden checks of the initialisation. 参数初始化的隐藏检查。"""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from autograder.checks import (
    ELEMENTWISE,
    PYTHON_FLOAT,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    check,
    expect,
    randn,
)

FANS = pytest.mark.parametrize(
    "fans", [(5, 3), (3, 5), (784, 256), (256, 10), (1, 1)], ids=["5-3", "3-5", "784-256", "256-10", "1-1"]
)
GAINS = pytest.mark.parametrize("gain", [5 / 3, math.sqrt(2), 0.25], ids=["tanh", "relu", "small"])


def scale_in_torch(
    init_: Callable[..., Tensor], unit_: Callable[..., Tensor], fans: tuple[int, int], **options
) -> float:
    """The oracle: draw the same numbers with torch's initialiser and from a unit distribution; their ratio."""
    weight = torch.empty(*reversed(fans), dtype=torch.float64)
    unit = unit_(weight.clone(), generator=torch.Generator().manual_seed(0))
    drawn = init_(weight, generator=torch.Generator().manual_seed(0), **options)
    largest = unit.abs().argmax()
    return float(drawn.flatten()[largest] / unit.flatten()[largest])


def unit_uniform_(weight: Tensor, generator: torch.Generator) -> Tensor:
    """U(-1, 1), whose limit is 1."""
    return nn.init.uniform_(weight, -1, 1, generator)


def unit_normal_(weight: Tensor, generator: torch.Generator) -> Tensor:
    """N(0, 1), whose standard deviation is 1."""
    return nn.init.normal_(weight, 0, 1, generator)


def fans_from(seed: int) -> list[list[int]]:
    """Six random pairs of fans."""
    return torch.randint(1, 2000, (6, 2), generator=torch.Generator().manual_seed(seed)).tolist()


# fan_in_fan_out

LAYERS = pytest.mark.parametrize(
    "layer",
    [nn.Linear(7, 2), nn.Conv1d(4, 6, 3), nn.Conv2d(3, 16, (2, 5)), nn.Conv2d(4, 8, 1), nn.Conv3d(2, 5, (3, 1, 4))],
    ids=["linear", "conv1d", "conv2d", "1x1", "conv3d"],
)


@check("fan_in_fan_out", weight=2)
@LAYERS
def test_fan_in_fan_out_agrees_with_torch(student, layer):
    """Right for linear layers and convolutions of every kind. 对线性层和各种卷积都正确。"""
    expected = nn.init._calculate_fan_in_and_fan_out(layer.weight)
    assert_equal(student.fan_in_fan_out(tuple(layer.weight.shape)), expected)


@check("fan_in_fan_out")
def test_fan_in_fan_out_of_random_shapes(student):
    """Right for random shapes of two to five axes. 对二到五维的随机形状都正确。"""
    generator = torch.Generator().manual_seed(1)
    for axes in (4, 2, 3, 5):
        shape = tuple(torch.randint(1, 9, (axes,), generator=generator).tolist())
        kernel = math.prod(shape) // (shape[0] * shape[1])
        assert_equal(student.fan_in_fan_out(shape), (shape[1] * kernel, shape[0] * kernel))


@check("fan_in_fan_out")
@LAYERS
def test_fan_in_fan_out_counts_every_weight(student, layer):
    """fan_in times the number of outputs is the number of weights. fan_in 乘以输出单元数，就是权重的总数。"""
    shape = tuple(layer.weight.shape)
    fan_in, fan_out = student.fan_in_fan_out(shape)
    assert_equal((fan_in * shape[0], fan_out * shape[1]), (layer.weight.numel(), layer.weight.numel()))


@check("fan_in_fan_out")
@pytest.mark.parametrize("shape", [(6, 11), (6, 11, 3), (6, 11, 3, 2)], ids=["linear", "conv1d", "conv2d"])
def test_fan_in_fan_out_of_the_reversed_layer(student, shape):
    """Exchanging inputs and outputs exchanges the fans. 交换输入与输出，两个 fan 也随之交换。"""
    fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    assert_equal(student.fan_in_fan_out((shape[1], shape[0], *shape[2:])), (fan_out, fan_in))


@check("fan_in_fan_out")
@pytest.mark.parametrize("shape", [(9,), ()], ids=["one-axis", "no-axis"])
def test_fan_in_fan_out_needs_two_axes(student, shape):
    """Fewer than two axes raise ValueError. 少于两维时抛出 ValueError。"""
    assert_raises(ValueError, student.fan_in_fan_out, shape)


# default_uniform_limit


@check("default_uniform_limit", weight=2)
@pytest.mark.parametrize("fan_in", [5, 3, 784, 256], ids=str)
def test_default_uniform_limit_is_the_one_of_linear(student, fan_in):
    """nn.Linear draws its weights within this limit, and fills it. nn.Linear 的权重不超出这个上界，并能取到它附近。"""
    limit = student.default_uniform_limit(fan_in)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        largest = float(nn.Linear(fan_in, 100_000 // fan_in).weight.detach().abs().max())
    expect(
        0.999 * limit < largest <= limit * (1 + 1e-6),
        f"nn.Linear({fan_in}, …) draws weights of up to {largest:.6f}; your limit is {limit}.",
        f"nn.Linear({fan_in}, …) 的权重绝对值最大为 {largest:.6f}，而你的上界是 {limit}。",
        answer=limit,
    )


@check("default_uniform_limit", weight=2)
@pytest.mark.parametrize("fan_in", [5, 2, 10, 150_528], ids=str)
def test_default_uniform_limit_agrees_with_torch(student, fan_in):
    """It is exactly the limit that torch uses for the layer. 与 torch 给该层所用的上界完全一致。"""
    expected = scale_in_torch(nn.init.kaiming_uniform_, unit_uniform_, (fan_in, 1), a=math.sqrt(5))
    assert_close(student.default_uniform_limit(fan_in), expected, PYTHON_FLOAT)


@check("default_uniform_limit")
def test_default_uniform_limit_of_one_input(student):
    """A single input gives 1. 只有一个输入时为 1。"""
    assert_close(student.default_uniform_limit(1), 1.0, PYTHON_FLOAT)


@check("default_uniform_limit")
def test_default_uniform_limit_gives_a_third_of_the_usual_variance(student):
    """U(-a, a) then has variance 1 / (3 * fan_in). 这时 U(-a, a) 的方差是 1 / (3 * fan_in)。"""
    for fan_in, _ in fans_from(3):
        assert_close(student.default_uniform_limit(fan_in), math.sqrt(3 * (1 / (3 * fan_in))), PYTHON_FLOAT)


@check("default_uniform_limit")
@pytest.mark.parametrize("fan_in", [4, 37, 600], ids=str)
def test_default_uniform_limit_halves_for_four_times_the_inputs(student, fan_in):
    """Four times as many inputs halve the limit. 输入个数变成 4 倍，上界减半。"""
    assert_close(student.default_uniform_limit(4 * fan_in), 0.5 / math.sqrt(fan_in), PYTHON_FLOAT)


@check("default_uniform_limit")
@pytest.mark.parametrize("fan_in", [0, -1, -5], ids=["zero", "minus-one", "negative"])
def test_default_uniform_limit_rejects_zero_or_less(student, fan_in):
    """Raises ValueError where fan_in is 0 or less. fan_in 不大于 0 时抛出 ValueError。"""
    assert_raises(ValueError, student.default_uniform_limit, fan_in)


# xavier_uniform_limit


@check("xavier_uniform_limit", weight=2)
@FANS
def test_xavier_uniform_limit_is_the_one_of_torch(student, fans):
    """It is the limit that nn.init.xavier_uniform_ uses. 与 nn.init.xavier_uniform_ 采样所用的上界一致。"""
    expected = scale_in_torch(nn.init.xavier_uniform_, unit_uniform_, fans)
    assert_close(student.xavier_uniform_limit(*fans), expected, PYTHON_FLOAT)


@check("xavier_uniform_limit", weight=2)
@GAINS
def test_xavier_uniform_limit_with_gain(student, gain):
    """It is multiplied by the gain, as in torch. 与 torch 一样乘上 gain。"""
    expected = scale_in_torch(nn.init.xavier_uniform_, unit_uniform_, (7, 12), gain=gain)
    assert_close(student.xavier_uniform_limit(7, 12, gain=gain), expected, PYTHON_FLOAT)


@check("xavier_uniform_limit")
def test_xavier_uniform_limit_with_a_gain_of_zero(student):
    """A gain of 2 doubles the limit; a gain of 0 gives 0. gain 为 2 时上界加倍；gain 为 0 时得 0。"""
    for gain in (2.0, 0.0):
        assert_close(student.xavier_uniform_limit(4, 2, gain), gain, PYTHON_FLOAT)


@check("xavier_uniform_limit")
def test_xavier_uniform_limit_gives_xaviers_variance(student):
    """For random layers, U(-a, a) has variance 2 / (fan_in + fan_out). 对随机的层，方差为 2 / (fan_in + fan_out)。"""
    for fan_in, fan_out in fans_from(3):
        std = math.sqrt(2 / (fan_in + fan_out))
        assert_close(student.xavier_uniform_limit(fan_in, fan_out), math.sqrt(3) * std, PYTHON_FLOAT)


@check("xavier_uniform_limit")
def test_xavier_uniform_limit_of_huge_layers(student):
    """For millions of inputs the limit is small, but not 0. 上百万个输入时，上界很小但大于 0。"""
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


# xavier_normal_std


@check("xavier_normal_std", weight=2)
@FANS
def test_xavier_normal_std_is_the_one_of_torch(student, fans):
    """It is the standard deviation that nn.init.xavier_normal_ uses. 与 nn.init.xavier_normal_ 采样所用的标准差一致。"""
    expected = scale_in_torch(nn.init.xavier_normal_, unit_normal_, fans)
    assert_close(student.xavier_normal_std(*fans), expected, PYTHON_FLOAT)


@check("xavier_normal_std", weight=2)
@GAINS
def test_xavier_normal_std_with_gain(student, gain):
    """It is multiplied by the gain, as in torch. 与 torch 一样乘上 gain。"""
    expected = scale_in_torch(nn.init.xavier_normal_, unit_normal_, (7, 12), gain=gain)
    assert_close(student.xavier_normal_std(7, 12, gain=gain), expected, PYTHON_FLOAT)


@check("xavier_normal_std")
def test_xavier_normal_std_is_what_a_large_sample_shows(student):
    """120,000 weights from xavier_normal_ have this standard deviation, within 1 %. xavier_normal_ 取出的 12 万个权重，标准差与之相差不到 1%。"""
    weight = nn.init.xavier_normal_(torch.empty(400, 300), generator=torch.Generator().manual_seed(4))
    answer, sample = student.xavier_normal_std(300, 400), float(weight.std())
    expect(
        abs(answer - sample) < 0.01 * sample,
        f"120,000 weights of nn.Linear(300, 400) spread by {sample:.5f}, not by {answer}.",
        f"nn.Linear(300, 400) 的 12 万个权重的标准差是 {sample:.5f}，不是 {answer}。",
        answer=answer,
    )


@check("xavier_normal_std")
def test_xavier_normal_std_gives_the_variance_of_the_uniform_variant(student):
    """Multiplied by sqrt(3), it is the limit of the uniform variant. 它的 √3 倍就是均匀版的上界。"""
    for fan_in, fan_out in fans_from(5):
        limit = math.sqrt(6 / (fan_in + fan_out))
        assert_close(student.xavier_normal_std(fan_in, fan_out), limit / math.sqrt(3), PYTHON_FLOAT)


@check("xavier_normal_std")
@pytest.mark.parametrize("fans", [(30, 2), (1, 31), (16, 16)], ids=["narrowing", "widening", "square"])
def test_xavier_normal_std_asks_for_the_sum_only(student, fans):
    """Layers with the same fan_in + fan_out get the same number. fan_in + fan_out 相同的层，结果也相同。"""
    assert_close(student.xavier_normal_std(*fans, gain=3.0), 0.75, PYTHON_FLOAT)


@check("xavier_normal_std")
def test_xavier_normal_std_where_one_fan_is_zero(student):
    """One fan of 0 is no error. 只有一个 fan 为 0 不算错误。"""
    assert_close(student.xavier_normal_std(0, 1), math.sqrt(2), PYTHON_FLOAT)
    assert_close(student.xavier_normal_std(8, 0), 0.5, PYTHON_FLOAT)


@check("xavier_normal_std")
def test_xavier_normal_std_of_huge_layers(student):
    """For millions of inputs it is small, but not 0. 上百万个输入时，标准差很小但大于 0。"""
    assert_close(student.xavier_normal_std(1_500_000, 500_000), 1e-3, PYTHON_FLOAT)


# kaiming_limits

SLOPES = pytest.mark.parametrize(
    "a", [0.0, 0.01, 0.2, -0.5, math.sqrt(5)], ids=["relu", "leaky", "0.2", "-0.5", "linear"]
)


def kaiming_in_torch(fans: tuple[int, int], a: float, mode: str) -> tuple[float, float]:
    """The oracle: torch's standard deviation and limit."""
    options: dict[str, Any] = {"a": a, "mode": mode}
    return (
        scale_in_torch(nn.init.kaiming_normal_, unit_normal_, fans, **options),
        scale_in_torch(nn.init.kaiming_uniform_, unit_uniform_, fans, **options),
    )


@check("kaiming_limits", weight=2)
@SLOPES
def test_kaiming_limits_are_those_of_torch(student, a):
    """Agrees with kaiming_normal_ and kaiming_uniform_ of torch for every slope. 对各种斜率都与 torch 的 kaiming_normal_、kaiming_uniform_ 一致。"""
    assert_close(student.kaiming_limits(50, a), kaiming_in_torch((50, 3), a, "fan_in"), PYTHON_FLOAT)


@check("kaiming_limits")
@pytest.mark.parametrize("fan", [784, 256, 7], ids=str)
def test_kaiming_limits_for_relu(student, fan):
    """Without a slope it is ReLU, and the fan may be fan_out. 不给斜率就是 ReLU；传入的也可以是 fan_out。"""
    assert_close(student.kaiming_limits(fan), kaiming_in_torch((4, fan), 0.0, "fan_out"), PYTHON_FLOAT)


@check("kaiming_limits")
@pytest.mark.parametrize("fan", [1, 9, 784], ids=str)
def test_kaiming_limits_hold_the_default_of_linear(student, fan):
    """For ReLU the limit is sqrt(6 / fan), with a = sqrt(5) it is 1 / sqrt(fan). ReLU 的上界是 √(6/fan)；a = √5 时是 1/√fan。"""
    for a, limit in ((0.0, math.sqrt(6 / fan)), (math.sqrt(5), 1 / math.sqrt(fan))):
        assert_close(student.kaiming_limits(fan, a)[1], limit, PYTHON_FLOAT)


@check("kaiming_limits")
def test_kaiming_limits_of_one_input(student):
    """One input, ReLU: sqrt(2) and sqrt(6). 一个输入、ReLU：√2 和 √6。"""
    assert_close(student.kaiming_limits(1), (math.sqrt(2), math.sqrt(6)), PYTHON_FLOAT)


@check("kaiming_limits")
@pytest.mark.parametrize("a", [1.0, -1.0], ids=["one", "minus-one"])
def test_kaiming_limits_without_a_bend(student, a):
    """A slope of 1 or -1 keeps the mean square, so the variance is 1 / fan. 斜率为 ±1 时均方不变，方差就是 1/fan。"""
    assert_close(student.kaiming_limits(12, a), (math.sqrt(1 / 12), 0.5), PYTHON_FLOAT)


@check("kaiming_limits")
def test_kaiming_limits_give_one_variance(student):
    """Normal and uniform variant have the same variance: limit² / 3 = std². 两种分布方差相同：limit² / 3 = std²。"""
    for fan, _ in fans_from(6):
        std, limit = student.kaiming_limits(fan, 0.3)
        assert_close(limit**2 / 3, std**2, PYTHON_FLOAT)
        assert_close(std**2 * fan, 2 / 1.09, PYTHON_FLOAT)


@check("kaiming_limits")
def test_kaiming_limits_keep_the_signal_alive(student):
    """After ten layers with ReLU, the signal has about the same size. 经过十层 ReLU，信号的大小基本不变。"""
    std, _ = student.kaiming_limits(256)
    x = randn(32, 256, seed=7)
    for layer in range(10):
        x = torch.relu(x @ (std * randn(256, 256, seed=70 + layer)))
    size = float(x.square().mean())
    expect(
        0.4 < size < 2.5,
        f"after ten layers the mean square is {size:.3g} instead of about 1.",
        f"十层之后均方是 {size:.3g}，应在 1 左右。",
        answer=std,
    )


# init_linear

RANDOM_KINDS = {
    "normal": lambda w, g: nn.init.normal_(w, 0, 1, g),
    "uniform": lambda w, g: nn.init.uniform_(w, -(w.shape[1] ** -0.5), w.shape[1] ** -0.5, g),
    "xavier_uniform": lambda w, g: nn.init.xavier_uniform_(w, generator=g),
    "kaiming_normal": lambda w, g: nn.init.kaiming_normal_(w, nonlinearity="relu", generator=g),
}
RANDOM = pytest.mark.parametrize("kind", RANDOM_KINDS, ids=str)
KINDS = pytest.mark.parametrize("kind", ["zeros", "ones", *RANDOM_KINDS], ids=str)


def drawn(kind: str, shape: tuple[int, int], seed: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """The oracle: what torch.nn.init draws."""
    weight = torch.empty(shape, dtype=dtype)
    if kind in RANDOM_KINDS:
        return RANDOM_KINDS[kind](weight, torch.Generator().manual_seed(seed))
    return weight.fill_(1.0 if kind == "ones" else 0.0)


def generator(student, seed: int):
    """A seeded generator beside the student's code."""
    return student.build("torch.Generator().manual_seed(seed)", seed=seed)


@check("init_linear", weight=2)
@RANDOM
@pytest.mark.parametrize("layer", ["nn.Linear(5, 3)", "nn.Linear(9, 4).double()"], ids=["float32", "float64"])
def test_init_linear_draws_what_torch_draws(student, kind, layer):
    """With the same seed, the weights are those of torch.nn.init, in the dtype of the layer. 同一种子下权重与 torch.nn.init 一致，且保持 dtype。"""
    built = student.build(layer)
    shape, dtype = tuple(built.weight.shape), built.weight.dtype
    answer = student.init_linear(built, kind, generator(student, 1))
    assert_close(answer.weight, drawn(kind, shape, 1, dtype), ELEMENTWISE)


@check("init_linear")
@pytest.mark.parametrize("kind", ["zeros", "ones"], ids=str)
def test_init_linear_with_constants(student, kind):
    """ "zeros" and "ones" make all weights equal. "zeros" 和 "ones" 让所有权重相等。"""
    answer = student.init_linear(student.build("nn.Linear(4, 6)"), kind, generator(student, 2))
    assert_equal(answer.weight, drawn(kind, (6, 4), 2))


@check("init_linear", weight=2)
@KINDS
def test_init_linear_sets_the_bias_to_zero(student, kind):
    """The bias is 0 afterwards for every kind. 无论哪种 kind，偏置都置 0。"""
    answer = student.init_linear(student.build("nn.Linear(5, 3)"), kind, generator(student, 3))
    assert_equal(answer.bias, torch.zeros(3))


@check("init_linear")
def test_init_linear_keeps_the_dtype_of_the_bias(student):
    """In a float64 layer the bias stays float64. 在 float64 的层里，偏置仍是 float64。"""
    answer = student.init_linear(student.build("nn.Linear(4, 2).double()"), "xavier_uniform", generator(student, 10))
    assert_equal(answer.bias, torch.zeros(2, dtype=torch.float64))


@check("init_linear")
@KINDS
def test_init_linear_without_bias(student, kind):
    """A layer without a bias works, and gets none. 没有偏置的层也可以，之后仍没有偏置。"""
    layer = student.build("nn.Linear(3, 7, bias=False)")
    answer = student.init_linear(layer, kind, generator(student, 4))
    assert_close(dict(answer.state_dict()), {"weight": drawn(kind, (7, 3), 4)}, ELEMENTWISE)


@check("init_linear")
@KINDS
def test_init_linear_works_in_place(student, kind):
    """The same layer comes back, with the same Parameters. 返回的是同一个层，里面还是同样的 Parameter。"""
    layer = student.build("nn.Linear(5, 3)")
    weight, bias = student.build("layer.weight", layer=layer), student.build("layer.bias", layer=layer)
    answer = student.init_linear(layer, kind, generator(student, 5))
    names = {"a": answer, "layer": layer, "w": weight, "b": bias}
    same = student.evaluate("[a is layer, a.weight is w, a.bias is b]", **names)
    for part, is_same in zip(("layer", "layer.weight", "layer.bias"), same, strict=True):
        expect(
            is_same is True,
            f"{part} is a new object, not the one from before.",
            f"{part} 换成了新的对象，不再是原来的那个。",
            answer=answer,
        )
    assert_close(student.read(weight), drawn(kind, (3, 5), 5), ELEMENTWISE)


@check("init_linear")
@KINDS
def test_init_linear_leaves_a_trainable_parameter(student, kind):
    """Weight and bias can still be trained. 权重和偏置仍然可以训练。"""
    answer = student.init_linear(student.build("nn.Linear(5, 3)"), kind, generator(student, 6))
    state = "[(isinstance(p, nn.Parameter), p.is_leaf, p.requires_grad) for p in (m.weight, m.bias)]"
    expect(
        student.evaluate(state, m=answer) == [(True, True, True)] * 2,
        "weight and bias are not both trainable nn.Parameters any more.",
        "weight 和 bias 不再都是可训练的 nn.Parameter。",
        answer=answer,
    )


@check("init_linear")
@pytest.mark.parametrize("kind", ["ones", "normal", "xavier_uniform"], ids=str)
def test_init_linear_leaves_a_frozen_layer_frozen(student, kind):
    """A frozen layer gets its weights and stays frozen. 冻结的层也能初始化，之后仍是冻结的。"""
    layer = student.build("nn.Linear(5, 3).requires_grad_(False)")
    answer = student.init_linear(layer, kind, generator(student, 7))
    assert_close(answer.weight, drawn(kind, (3, 5), 7), ELEMENTWISE)
    state = student.evaluate("[m is layer, m.weight.requires_grad, m.bias.requires_grad]", m=answer, layer=layer)
    expect(
        state[1:] == [False, False],
        "the frozen layer can be trained again: requires_grad has changed.",
        "冻结的层又可以训练了：requires_grad 被改动了。",
        answer=answer,
    )


@check("init_linear")
@RANDOM
def test_init_linear_goes_on_in_the_generator(student, kind):
    """Two layers drawn from the same generator differ, as in torch. 用同一个 generator 初始化两层，结果不同，与 torch 一致。"""
    numbers, oracle = generator(student, 8), torch.Generator().manual_seed(8)
    for _ in range(2):
        answer = student.init_linear(student.build("nn.Linear(6, 8)"), kind, numbers)
        assert_close(answer.weight, RANDOM_KINDS[kind](torch.empty(8, 6), oracle), ELEMENTWISE)


@check("init_linear")
@pytest.mark.parametrize("kind", ["zeros", "ones"], ids=str)
def test_init_linear_draws_nothing_for_constants(student, kind):
    """ "zeros" and "ones" draw nothing: the next layer gets the first numbers. "zeros" 和 "ones" 不抽取随机数，下一层得到的仍是最前面的数。"""
    numbers = generator(student, 12)
    student.init_linear(student.build("nn.Linear(5, 3)"), kind, numbers)
    answer = student.init_linear(student.build("nn.Linear(4, 2)"), "normal", numbers)
    assert_close(answer.weight, drawn("normal", (2, 4), 12), ELEMENTWISE)


@check("init_linear")
@pytest.mark.parametrize("kind", ["Zeros", "xavier", "kaiming_uniform", ""], ids=["capital", "short", "other", "empty"])
def test_init_linear_rejects_other_kinds(student, kind):
    """Any other kind raises ValueError. 其他 kind 一律抛出 ValueError。"""
    assert_raises(ValueError, student.init_linear, student.build("nn.Linear(5, 3)"), kind, generator(student, 9))


# distinct_units

SCATTERED = torch.tensor([[1.0, 2.0, 0.0], [3.0, 0.0, 0.0], [1.0, 2.0, 0.0], [2.0, 1.0, 0.0], [3.0, 0.0, 0.0]])


@check("distinct_units", weight=2)
@pytest.mark.parametrize("seed", [11, 12, 13], ids=str)
def test_distinct_units_of_random_rows(student, seed):
    """Right for many rows of few values. 对由少数几种值组成的许多行都正确。"""
    weight = torch.randint(0, 2, (12, 3), generator=torch.Generator().manual_seed(seed)).float()
    assert_equal(student.distinct_units(weight), torch.unique(weight, dim=0).shape[0])


@check("distinct_units")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_distinct_units_of_a_new_layer(student, dtype):
    """Random weights make every unit different. 随机初始化让每个单元都不同。"""
    assert_equal(student.distinct_units(randn(20, 4, seed=14, dtype=dtype)), 20)


@check("distinct_units")
@pytest.mark.parametrize("value", [0.0, 1.0, 5.0], ids=["zeros", "ones", "constant"])
def test_distinct_units_of_constants(student, value):
    """With constant weights, any number of units counts as one. 常数初始化时，再多的单元也只算一种。"""
    assert_equal(student.distinct_units(torch.full((6, 4), value)), 1)


@check("distinct_units")
def test_distinct_units_finds_equal_rows_anywhere(student):
    """Equal rows need not be neighbours. 相同的行不必相邻。"""
    assert_equal(student.distinct_units(SCATTERED), 3)


@check("distinct_units")
@pytest.mark.parametrize("order", [[4, 2, 0, 3, 1], [0, 2, 1, 4, 3], [3, 1, 2, 4, 0]], ids=["a", "b", "c"])
def test_distinct_units_ignores_the_order_of_the_units(student, order):
    """Shuffling the units changes nothing. 打乱单元的顺序，结果不变。"""
    assert_equal(student.distinct_units(SCATTERED[order]), 3)


@check("distinct_units")
def test_distinct_units_keeps_the_order_of_the_inputs(student):
    """The same numbers in another order are another unit, though the sums are equal. 同样的数换了顺序就是另一种单元，即使和相等。"""
    weight = torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [2.0, 2.0, 2.0], [1.0, 2.0, 3.0]])
    assert_equal(student.distinct_units(weight), 3)


@check("distinct_units")
def test_distinct_units_compares_exactly(student):
    """A row in which one number differs in its last digit is another unit. 一行中有一个数末位不同，就是另一种单元。"""
    weight = torch.ones(4, 3)
    weight[2, 1] += 2**-23
    assert_equal(student.distinct_units(weight), 2)


@check("distinct_units")
@pytest.mark.parametrize(
    ("first", "second"),
    [(0.1, 0.1 + 2**-53), (1.0, 1.0 + 2**-30), (1e-200, 2e-200), (0.0, 5e-324)],
    ids=["last-digit", "beyond-float32", "tiny", "next-to-zero"],
)
def test_distinct_units_compares_float64_exactly(student, first, second):
    """Float64 rows that differ in one number, however little, are two units. float64 的两行只要有一个数不同，差得再小也是两种单元。"""
    close = [[0.25, first], [0.25, second], [0.25, first], [first, 0.25], [first, 0.25], [0.25001, first]]
    others = [[7.0, 8.0], [8.0, 7.0], [8.0, 7.0], [9.0, 7.0], [7.0, 9.0], [7.0, 7.0], [8.0, 8.0], [9.0, 9.0]]
    assert_equal(student.distinct_units(torch.tensor(close + others, dtype=torch.float64)), 4 + 7)


@check("distinct_units")
def test_distinct_units_of_both_zeros(student):
    """0.0 and -0.0 are equal numbers. 0.0 与 -0.0 是相等的数。"""
    rows = [[0.0, 1.00001, 5.0, 6.0], [0.0, 1.00001, 5.0, 6.0], [-0.0, 1.00001, 5.0, 6.0], [0.0, 1.00002, 5.0, 6.0]]
    assert_equal(student.distinct_units(torch.tensor(rows)), 2)


@check("distinct_units")
def test_distinct_units_with_infinities(student):
    """Equal rows count once with infinite numbers, too. 含有无穷大的行，相同的也只算一种。"""
    infinity = float("inf")
    rows = [[infinity, 1.0], [infinity, 1.0], [-infinity, 1.0], [2.0, 2.0], [2.0, 2.0], [1.0, infinity]]
    assert_equal(student.distinct_units(torch.tensor(rows)), 4)


@check("distinct_units")
def test_distinct_units_of_a_wide_layer(student):
    """Rows of 2000 numbers that differ in the middle are different. 每行 2000 个数，只有中间不同，也是不同的单元。"""
    weight = torch.zeros(3, 2000)
    weight[1, 1000] = 1.0
    assert_equal(student.distinct_units(weight), 2)


@check("distinct_units")
def test_distinct_units_that_depend_on_each_other(student):
    """A multiple of a row counts as another unit, and so does a row of zeros. 某行的倍数、全 0 的行，都各算一种单元。"""
    assert_equal(student.distinct_units(torch.tensor([[1.0, -1.0], [2.0, -2.0], [-1.0, 1.0], [0.0, 0.0]])), 4)


@check("distinct_units")
@pytest.mark.parametrize(
    ("weight", "count"),
    [(torch.ones(1, 3), 1), (torch.empty(0, 3), 0), (torch.tensor([[1.0], [2.0], [1.0]]), 2)],
    ids=["one-row", "no-row", "one-column"],
)
def test_distinct_units_of_small_layers(student, weight, count):
    """Works for one row, no row and one column. 一行、没有行、一列都可以。"""
    assert_equal(student.distinct_units(weight), count)


@check("distinct_units")
@pytest.mark.parametrize(
    ("weight", "count"),
    [(SCATTERED.T.contiguous().T, 3), (SCATTERED.T, 3), (SCATTERED[::2, ::2], 2)],
    ids=["stored-by-column", "transposed", "strided"],
)
def test_distinct_units_of_any_layout(student, weight, count):
    """Transposed and strided weights work. 转置和带步长的权重都可以。"""
    assert_equal(student.distinct_units(weight), count)


@check("distinct_units")
def test_distinct_units_leaves_the_weight_alone(student):
    """The weight is not changed. 不修改传入的权重。"""
    assert_equal(assert_inputs_unchanged(student.distinct_units, SCATTERED), 3)
