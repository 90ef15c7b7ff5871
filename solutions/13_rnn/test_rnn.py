"""Hidden checks of recurrent networks. 循环神经网络的隐藏检查。"""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    REDUCTION,
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
ARGUMENTS = ["x", "h", "w_ih", "w_hh", "b_ih", "b_hh"]


def random_weights(inputs: int, hidden: int, seed: int, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    """w_ih, w_hh, b_ih, b_hh, small enough that tanh does not saturate."""
    shapes = [(hidden, inputs), (hidden, hidden), (hidden,), (hidden,)]
    return [0.4 * randn(*shape, seed=seed + number, dtype=dtype) for number, shape in enumerate(shapes)]


def slope(function, arguments: list[Tensor], wrt: int, cotangent: Tensor) -> Tensor:
    """The oracle of `gradient`: d(sum of all results times cotangent)/d(arguments[wrt])."""
    leaves = [argument.clone().requires_grad_() for argument in arguments]
    results = function(*leaves)
    results = results if isinstance(results, tuple) else (results,)
    total = sum((result * cotangent).sum() for result in results)
    return torch.autograd.grad(total, leaves[wrt])[0]


# rnn_cell_step


def cell_arguments(batch: int, inputs: int, hidden: int, seed: int, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    """x, h and the four weights."""
    x, h = randn(batch, inputs, seed=seed, dtype=dtype), randn(batch, hidden, seed=seed + 1, dtype=dtype)
    return [x, h, *random_weights(inputs, hidden, seed + 2, dtype)]


@check("rnn_cell_step", weight=2)
@DTYPES
@pytest.mark.parametrize(
    ("batch", "inputs", "hidden"), [(3, 5, 4), (1, 4, 6), (4, 3, 3), (5, 1, 1)], ids=["many", "one", "square", "tiny"]
)
def test_rnn_cell_step_on_random_inputs(student, batch, inputs, hidden, dtype):
    """Correct for batches and layers of several sizes, with the dtype of x. 对不同大小的批次和网络都正确，dtype 与 x 相同。"""
    arguments = cell_arguments(batch, inputs, hidden, seed=100, dtype=dtype)
    assert_close(student.rnn_cell_step(*arguments), torch.rnn_tanh_cell(*arguments), REDUCTION)


@check("rnn_cell_step")
def test_rnn_cell_step_adds_both_biases(student):
    """If x and h are 0, the new state is tanh(b_ih + b_hh). x 和 h 为 0 时，新状态是 tanh(b_ih + b_hh)。"""
    _, _, w_ih, w_hh, b_ih, b_hh = cell_arguments(2, 3, 4, seed=110)
    answer = student.rnn_cell_step(torch.zeros(2, 3), torch.zeros(2, 4), w_ih, w_hh, b_ih, b_hh)
    assert_close(answer, torch.tanh(b_ih + b_hh).expand(2, 4), REDUCTION)


@check("rnn_cell_step")
def test_rnn_cell_step_of_the_memory_alone(student):
    """Without input and biases: row j of w_hh acts on unit j. 没有输入和偏置时：w_hh 的第 j 行作用于第 j 个神经元。"""
    h, w_hh = torch.tensor([[0.5, -0.25, 1.0]]), torch.tensor([[0.0, 2.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]])
    answer = student.rnn_cell_step(torch.zeros(1, 2), h, torch.ones(3, 2), w_hh, torch.zeros(3), torch.zeros(3))
    assert_close(answer, torch.tanh(torch.tensor([[-0.5, 1.0, -0.5]])), REDUCTION)


@check("rnn_cell_step")
def test_rnn_cell_step_of_the_input_alone(student):
    """From h = 0 the step depends on the words only. h = 0 时，结果只由输入的词决定。"""
    x, _, *weights = cell_arguments(3, 4, 2, seed=120, dtype=torch.float64)
    h = torch.zeros(3, 2, dtype=torch.float64)
    assert_close(student.rnn_cell_step(x, h, *weights), torch.rnn_tanh_cell(x, h, *weights), REDUCTION)


@check("rnn_cell_step")
@DTYPES
def test_rnn_cell_step_saturates(student, dtype):
    """Very large sums give 1 or -1, without NaN. 数值极大时结果为 1 或 -1，没有 NaN。"""
    x, _, w_ih, w_hh, b_ih, b_hh = cell_arguments(4, 3, 5, seed=130, dtype=dtype)
    h = torch.zeros(4, 5, dtype=dtype)
    expected = torch.sign(x @ w_ih.T)
    assert_close(student.rnn_cell_step(1e6 * x, h, w_ih, w_hh, b_ih, b_hh), expected, REDUCTION)


@check("rnn_cell_step")
def test_rnn_cell_step_is_exact_near_zero(student):
    """Tiny sums stay tiny instead of being rounded to 0. 很小的和保持原值，不会被舍入成 0。"""
    x, zero = torch.tensor([[3e-9], [-2e-12]]), torch.zeros(1)
    answer = student.rnn_cell_step(x, torch.zeros(2, 1), torch.full((1, 1), 2.0), torch.ones(1, 1), zero, zero)
    assert_close(answer * 1e9, x * 2e9, REDUCTION)


@check("rnn_cell_step")
@pytest.mark.parametrize(
    "arguments",
    [
        [randn(3, 4, seed=141).T, randn(2, 4, seed=142).T, randn(3, 2, seed=143).T, randn(2, 2, seed=144).T],
        [
            wide[::2, ::2]
            for wide in (randn(8, 6, seed=145), randn(8, 4, seed=146), randn(4, 6, seed=147), randn(4, 4, seed=148))
        ],
        [randn(0, 3, seed=149), randn(0, 2, seed=149), randn(2, 3, seed=149), randn(2, 2, seed=149)],
    ],
    ids=["transposed", "strided", "empty"],
)
def test_rnn_cell_step_of_any_layout(student, arguments):
    """Any memory layout works, and so does a batch without sentences. 任何内存布局都可以，没有句子的批次也可以。"""
    biases = list(randn(2, 2, seed=150))
    assert_close(student.rnn_cell_step(*arguments, *biases), torch.rnn_tanh_cell(*arguments, *biases), REDUCTION)


@check("rnn_cell_step")
def test_rnn_cell_step_sentences_do_not_meet(student):
    """If the sentences are reordered, so are the states, and nothing else changes. 交换句子的次序，结果只是跟着换次序。"""
    x, h, *weights = cell_arguments(4, 3, 5, seed=160, dtype=torch.float64)
    order = torch.tensor([2, 0, 3, 1])
    expected = torch.rnn_tanh_cell(x, h, *weights)[order]
    assert_close(student.rnn_cell_step(x[order], h[order], *weights), expected, REDUCTION)


@check("rnn_cell_step", weight=2)
@pytest.mark.parametrize("wrt", range(6), ids=ARGUMENTS)
def test_rnn_cell_step_gradient(student, wrt):
    """Autograd reaches each of the six arguments. 自动求导能到达六个参数中的每一个。"""
    arguments = cell_arguments(3, 2, 4, seed=170, dtype=torch.float64)
    cotangent = randn(3, 4, seed=179, dtype=torch.float64)
    answer = gradient(student.rnn_cell_step, *arguments, wrt=wrt, cotangent=cotangent)
    assert_close(answer, slope(torch.rnn_tanh_cell, arguments, wrt, cotangent), REDUCTION)


@check("rnn_cell_step")
def test_rnn_cell_step_leaves_its_inputs_alone(student):
    """None of the six arguments is changed. 六个参数都不被修改。"""
    arguments = cell_arguments(3, 4, 4, seed=180)
    answer = assert_inputs_unchanged(student.rnn_cell_step, *arguments)
    assert_close(answer, torch.rnn_tanh_cell(*arguments), REDUCTION)


# rnn_forward


def rnn(x: Tensor, h0: Tensor | None, *weights: Tensor) -> tuple[Tensor, Tensor]:
    """The oracle: the function behind nn.RNN with one layer and one direction."""
    h0 = x.new_zeros(1, x.shape[1], weights[1].shape[0]) if h0 is None else h0
    return torch.rnn_tanh(x, h0, list(weights), True, 1, 0.0, False, False, False)


def sequence(
    seq_len: int, batch: int, inputs: int, hidden: int, seed: int, dtype: torch.dtype = torch.float32
) -> list[Tensor]:
    """x, h0 and the four weights."""
    x, h0 = randn(seq_len, batch, inputs, seed=seed, dtype=dtype), randn(1, batch, hidden, seed=seed + 1, dtype=dtype)
    return [x, h0, *random_weights(inputs, hidden, seed + 2, dtype)]


def assert_states(answer, expected: tuple[Tensor, Tensor]) -> None:
    """Compare output and h_n by their names."""
    output, h_n = answer
    assert_close(output, expected[0], REDUCTION)
    assert_close(h_n, expected[1], REDUCTION)


@check("rnn_forward", weight=2)
@DTYPES
@pytest.mark.parametrize(
    ("seq_len", "batch", "inputs", "hidden"),
    [(6, 3, 4, 5), (3, 6, 5, 2), (4, 4, 4, 4)],
    ids=["long", "wide", "cube"],
)
def test_rnn_forward_on_random_inputs(student, seq_len, batch, inputs, hidden, dtype):
    """output and h_n are those of nn.RNN, with its dtype. output 和 h_n 与 nn.RNN 一致，dtype 也一致。"""
    arguments = sequence(seq_len, batch, inputs, hidden, seed=200, dtype=dtype)
    assert_states(student.rnn_forward(*arguments), rnn(*arguments))


@check("rnn_forward", weight=2)
@DTYPES
def test_rnn_forward_without_h0(student, dtype):
    """h0 = None starts from zeros, in the dtype of x. h0 为 None 时从全 0 开始，dtype 与 x 相同。"""
    x, _, *weights = sequence(4, 3, 2, 5, seed=210, dtype=dtype)
    assert_states(student.rnn_forward(x, None, *weights), rnn(x, None, *weights))


@check("rnn_forward")
@pytest.mark.parametrize("is_given", [True, False], ids=["given", "none"])
def test_rnn_forward_of_one_word(student, is_given):
    """One sentence of one word: all three axes stay. 一个句子、一个词：三个维度都保留。"""
    x, h0, *weights = sequence(1, 1, 3, 2, seed=220)
    h0 = h0 if is_given else None
    assert_states(student.rnn_forward(x, h0, *weights), rnn(x, h0, *weights))


@check("rnn_forward")
def test_rnn_forward_of_one_sentence(student):
    """A batch of one sentence keeps its axis. 批次里只有一个句子时，这一维仍然保留。"""
    arguments = sequence(7, 1, 2, 3, seed=230)
    assert_states(student.rnn_forward(*arguments), rnn(*arguments))


@check("rnn_forward")
def test_rnn_forward_with_one_unit(student):
    """One input and one unit keep their axes. 只有一个输入、一个神经元时，各维度仍然保留。"""
    arguments = sequence(4, 2, 1, 1, seed=240)
    assert_states(student.rnn_forward(*arguments), rnn(*arguments))


@check("rnn_forward")
def test_rnn_forward_with_the_sizes_of_the_notes(student):
    """The notes' batch: 16 sentences of 8 words, 128 numbers each, 256 units. 笔记中的批次：16 个句子，每句 8 个词，128 维，256 个神经元。"""
    x, _, *weights = sequence(8, 16, 128, 256, seed=250)
    weights = [w / 4 for w in weights]
    assert_states(student.rnn_forward(x, None, *weights), rnn(x, None, *weights))


@check("rnn_forward")
def test_rnn_forward_ends_with_h_n(student):
    """The last row of output is h_n. output 的最后一项就是 h_n。"""
    output, h_n = student.rnn_forward(*sequence(5, 2, 3, 4, seed=260))
    assert_close(output[-1:], h_n, EXACT)


@check("rnn_forward")
def test_rnn_forward_goes_on_where_it_stopped(student):
    """A sentence in two parts, with the state handed over, gives the same states. 把句子分成两段读，并传递隐藏状态，结果相同。"""
    x, h0, *weights = sequence(6, 2, 3, 4, seed=270, dtype=torch.float64)
    expected, last = rnn(x, h0, *weights)
    first, h = student.rnn_forward(x[:4], h0, *weights)
    second, h_n = student.rnn_forward(x[4:], h, *weights)
    assert_close(first, expected[:4], REDUCTION)
    assert_close(second, expected[4:], REDUCTION)
    assert_close(h_n, last, REDUCTION)


@check("rnn_forward")
def test_rnn_forward_does_not_look_ahead(student):
    """A state depends on the words up to it, not on later ones. 每个状态只取决于到此为止的词，与后面的词无关。"""
    x, h0, *weights = sequence(5, 2, 3, 4, seed=280)
    expected, _ = rnn(x, h0, *weights)
    x[3:] += 5
    output, _ = student.rnn_forward(x, h0, *weights)
    assert_close(output[:3], expected[:3], REDUCTION)


@check("rnn_forward")
def test_rnn_forward_sentences_do_not_meet(student):
    """If the sentences are reordered, so are the states. 交换句子的次序，各状态只是跟着换次序。"""
    x, h0, *weights = sequence(4, 4, 2, 3, seed=290, dtype=torch.float64)
    order = torch.tensor([3, 1, 0, 2])
    output, h_n = rnn(x, h0, *weights)
    assert_states(student.rnn_forward(x[:, order], h0[:, order], *weights), (output[:, order], h_n[:, order]))


@check("rnn_forward")
@pytest.mark.parametrize(
    ("x", "h0"),
    [
        (randn(2, 4, 3, seed=301).transpose(0, 1), randn(1, 5, 2, seed=302).transpose(1, 2)),
        (randn(8, 4, 6, seed=303)[::2, ::2, ::2], randn(2, 2, 10, seed=304)[::2, :, ::2]),
        (randn(4, 0, 3, seed=305), randn(1, 0, 5, seed=306)),
        (randn(4, 0, 3, seed=307), None),
    ],
    ids=["transposed", "strided", "empty", "empty_none"],
)
def test_rnn_forward_of_any_layout(student, x, h0):
    """Any memory layout works, and so does a batch without sentences. 任何内存布局都可以，没有句子的批次也可以。"""
    weights = random_weights(3, 5, seed=308)
    state = torch.zeros(x.shape[1], 5) if h0 is None else h0[0]
    output = []
    for x_t in x:
        state = torch.rnn_tanh_cell(x_t, state, *weights)
        output.append(state)
    assert_states(student.rnn_forward(x, h0, *weights), (torch.stack(output), state[None]))


@check("rnn_forward", weight=2)
@pytest.mark.parametrize("wrt", range(6), ids=["x", "h0", *ARGUMENTS[2:]])
def test_rnn_forward_gradient(student, wrt):
    """Autograd reaches each argument through all time steps. 梯度穿过所有时间步，到达每一个参数。"""
    arguments = sequence(5, 2, 3, 4, seed=310, dtype=torch.float64)
    cotangent = randn(1, 2, 4, seed=319, dtype=torch.float64)  # for every state of output, and for h_n
    answer = gradient(student.rnn_forward, *arguments, wrt=wrt, cotangent=cotangent)
    assert_close(answer, slope(rnn, arguments, wrt, cotangent), REDUCTION)


@check("rnn_forward")
def test_rnn_forward_leaves_its_inputs_alone(student):
    """Neither x nor h0 nor any weight is changed. 不修改 x、h0 和任何权重。"""
    arguments = sequence(4, 3, 3, 3, seed=320)
    assert_close(assert_inputs_unchanged(student.rnn_forward, *arguments), rnn(*arguments), REDUCTION)


# rnn_shapes


def shapes_of_torch(
    seq_len: int, batch: int, inputs: int, hidden: int, layers: int, bidirectional: bool, batch_first: bool
) -> tuple[tuple[int, ...], ...]:
    """Ask nn.RNN itself."""
    layer = nn.RNN(inputs, hidden, layers, bidirectional=bidirectional, batch_first=batch_first)
    x = torch.zeros(batch, seq_len, inputs) if batch_first else torch.zeros(seq_len, batch, inputs)
    output, h_n = layer(x)
    return tuple(x.shape), tuple(output.shape), tuple(h_n.shape)


@check("rnn_shapes", weight=2)
@pytest.mark.parametrize("batch_first", [False, True], ids=["time_first", "batch_first"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one_way", "both_ways"])
@pytest.mark.parametrize("layers", [1, 2, 5], ids=["1_layer", "2_layers", "5_layers"])
def test_rnn_shapes_agrees_with_torch(student, layers, bidirectional, batch_first):
    """The shapes are those of nn.RNN, for all combinations of the three options. 三个选项任意组合，形状都与 nn.RNN 一致。"""
    answer = student.rnn_shapes(7, 3, 4, 6, layers, bidirectional, batch_first)
    assert_equal(answer, shapes_of_torch(7, 3, 4, 6, layers, bidirectional, batch_first))


@check("rnn_shapes")
@pytest.mark.parametrize("size", [(1, 1, 128, 256), (8, 1, 128, 256), (8, 16, 128, 256), (6, 2, 9, 5)], ids=str)
def test_rnn_shapes_by_default(student, size):
    """By default: one layer, one direction, time first. 默认是单层、单向、时间在最前。"""
    assert_equal(student.rnn_shapes(*size), shapes_of_torch(*size, layers=1, bidirectional=False, batch_first=False))


@check("rnn_shapes")
def test_rnn_shapes_of_layers(student):
    """More layers change h_n only. 增加层数只改变 h_n。"""
    assert_equal(student.rnn_shapes(9, 2, 3, 5, num_layers=4), ((9, 2, 3), (9, 2, 5), (4, 2, 5)))


@check("rnn_shapes")
def test_rnn_shapes_of_both_directions(student):
    """Two directions double the last axis of output and the first axis of h_n. 双向时，output 的最后一维和 h_n 的第一维加倍。"""
    assert_equal(student.rnn_shapes(9, 2, 3, 5, bidirectional=True), ((9, 2, 3), (9, 2, 10), (2, 2, 5)))


@check("rnn_shapes")
def test_rnn_shapes_with_the_batch_first(student):
    """batch_first changes input and output, but not h_n. batch_first 改变输入和 output，不改变 h_n。"""
    assert_equal(student.rnn_shapes(9, 2, 3, 5, batch_first=True), ((2, 9, 3), (2, 9, 5), (1, 2, 5)))


@check("rnn_shapes")
def test_rnn_shapes_of_ones(student):
    """Sizes of 1 keep their axes. 大小为 1 的维度也要保留。"""
    assert_equal(student.rnn_shapes(1, 1, 1, 1, batch_first=True), ((1, 1, 1), (1, 1, 1), (1, 1, 1)))


@check("rnn_shapes")
def test_rnn_shapes_by_keyword(student):
    """The sizes may be given by name, in any order. 各个大小可以用关键字传入，次序任意。"""
    answer = student.rnn_shapes(hidden_size=11, input_size=7, batch=5, seq_len=3, bidirectional=False, num_layers=2)
    assert_equal(answer, ((3, 5, 7), (3, 5, 11), (2, 5, 11)))


# rnn_param_count


def count_of_torch(inputs: int, hidden: int, layers: int = 1) -> int:
    """Count the parameters of nn.RNN itself."""
    return sum(p.numel() for p in nn.RNN(inputs, hidden, layers).parameters())


@check("rnn_param_count", weight=2)
@pytest.mark.parametrize(("inputs", "hidden"), [(5, 7), (7, 5), (6, 6), (40, 3)], ids=str)
def test_rnn_param_count_of_one_layer(student, inputs, hidden):
    """One layer, whether the state is longer or shorter than a word. 单层：隐藏状态比词向量长或短都正确。"""
    assert_equal(student.rnn_param_count(inputs, hidden), count_of_torch(inputs, hidden))


@check("rnn_param_count", weight=2)
@pytest.mark.parametrize("layers", [2, 3, 6], ids=["2_layers", "3_layers", "6_layers"])
@pytest.mark.parametrize(("inputs", "hidden"), [(9, 4), (2, 8)], ids=["narrow", "wide"])
def test_rnn_param_count_of_several_layers(student, inputs, hidden, layers):
    """Several layers, each of which reads the one below. 多层：每一层读入下面一层的隐藏状态。"""
    assert_equal(student.rnn_param_count(inputs, hidden, layers), count_of_torch(inputs, hidden, layers))


@check("rnn_param_count")
def test_rnn_param_count_of_ones(student):
    """Sizes of 1: two weights and two biases. 大小都是 1 时：两个权重加两个偏置。"""
    assert_equal(student.rnn_param_count(1, 1, 1), 4)


@check("rnn_param_count")
def test_rnn_param_count_of_one_more_layer(student):
    """One more layer adds the same number, whatever the words are. 多一层就多出同样多的参数，与词向量的长度无关。"""
    for inputs in [1, 300]:
        fewer, more = student.rnn_param_count(inputs, 10, 4), student.rnn_param_count(inputs, 10, 5)
        assert_equal(more - fewer, 2 * 10 * 10 + 2 * 10)


@check("rnn_param_count")
def test_rnn_param_count_is_exact(student):
    """A huge layer is counted exactly, as an int. 层再大也精确计数，结果是整数。"""
    assert_equal(student.rnn_param_count(1, 2**27 + 1), (2**27 + 1) * (2**27 + 4))


@check("rnn_param_count")
def test_rnn_param_count_by_keyword(student):
    """The sizes may be given by name, in any order. 各个大小可以用关键字传入，次序任意。"""
    answer = student.rnn_param_count(num_layers=3, hidden_size=5, input_size=12)
    assert_equal(answer, count_of_torch(12, 5, 3))


# TextGenerator


def generator_of(model, vocab: int, embed: int, hidden: int, dtype: torch.dtype = torch.float32):
    """The oracle: the same three layers of torch, with the student's own weights."""
    parts = nn.ModuleDict({"embed": nn.Embedding(vocab, embed), "rnn": nn.RNN(embed, hidden)})
    parts["out"] = nn.Linear(hidden, vocab)
    parts.to(dtype).load_state_dict(dict(model.state_dict()))

    def forward(ids: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        states, last = parts["rnn"](parts["embed"](ids), h)
        return parts["out"](states), last

    return forward


def random_ids(*shape: int, vocab: int, seed: int) -> Tensor:
    """Words of a vocabulary, the same on every run."""
    return torch.randint(vocab, shape, generator=torch.Generator().manual_seed(seed))


@check("TextGenerator", weight=2)
@pytest.mark.parametrize("shape", [(5, 3), (1, 1), (1, 4), (6, 1), (3, 3)], ids=str)
def test_TextGenerator_from_the_beginning(student, shape):
    """Without h: the logits and the state of the three layers, for texts of any shape. 不传 h 时，对各种形状的文本，logits 和状态都正确。"""
    model, ids = student.TextGenerator(9, 4, 6), random_ids(*shape, vocab=9, seed=500)
    logits, h = model(ids)
    expected_logits, expected_h = generator_of(model, 9, 4, 6)(ids)
    assert_close(logits, expected_logits, REDUCTION)
    assert_close(h, expected_h, REDUCTION)


@check("TextGenerator", weight=2)
def test_TextGenerator_with_a_state(student):
    """With h: the text continues from this state. 传入 h 时，从这个状态接着读。"""
    model, ids, h = student.TextGenerator(8, 3, 5), random_ids(4, 2, vocab=8, seed=510), randn(1, 2, 5, seed=511)
    logits, h_n = model(ids, h)
    expected_logits, expected_h = generator_of(model, 8, 3, 5)(ids, h)
    assert_close(logits, expected_logits, REDUCTION)
    assert_close(h_n, expected_h, REDUCTION)


@check("TextGenerator", weight=2)
def test_TextGenerator_has_three_layers(student):
    """Its state_dict has the names and shapes of the three layers. state_dict 的名字和形状与三个层一致。"""
    model = student.TextGenerator(7, 4, 5)
    shapes = student.evaluate("{name: list(p.shape) for name, p in sorted(m.state_dict().items())}", m=model)
    expected = {
        "embed.weight": [7, 4],
        "out.bias": [7],
        "out.weight": [7, 5],
        "rnn.bias_hh_l0": [5],
        "rnn.bias_ih_l0": [5],
        "rnn.weight_hh_l0": [5, 5],
        "rnn.weight_ih_l0": [5, 4],
    }
    assert_equal(shapes, expected)


@check("TextGenerator")
def test_TextGenerator_remembers_nothing_itself(student):
    """Two calls without h give the same logits: the state is kept by the caller. 两次不传 h 的调用结果相同：状态由调用者保存。"""
    model, ids = student.TextGenerator(6, 3, 4), random_ids(3, 2, vocab=6, seed=520)
    expected, _ = generator_of(model, 6, 3, 4)(ids)
    for _ in range(2):
        logits, _ = model(ids, None)
        assert_close(logits, expected, REDUCTION)


@check("TextGenerator")
def test_TextGenerator_becomes_double(student):
    """.double() converts the whole network. .double() 能转换整个网络。"""
    model, ids = student.TextGenerator(6, 3, 4), random_ids(3, 2, vocab=6, seed=530)
    model.double()
    logits, _ = model(ids)
    assert_close(logits, generator_of(model, 6, 3, 4, torch.float64)(ids)[0], REDUCTION)


@check("TextGenerator")
def test_TextGenerator_can_be_trained(student):
    """Back propagation reaches all seven parameters. 反向传播能到达全部七个参数。"""
    model, ids = student.TextGenerator(6, 3, 4), random_ids(4, 2, vocab=6, seed=540)
    model(ids)
    student.evaluate("m(ids)[0].square().sum().backward()", m=model, ids=ids)
    missing = student.evaluate("[name for name, p in m.named_parameters() if p.grad is None]", m=model)
    expect(
        missing == [],
        f"no gradient reached these parameters of TextGenerator: {missing}.",
        f"TextGenerator 的这些参数没有得到梯度：{missing}。",
        answer=model,
    )


@check("TextGenerator")
def test_TextGenerator_gradient_of_h(student):
    """Autograd reaches the state that is handed in. 自动求导能到达传入的状态 h。"""
    model, ids, h = student.TextGenerator(5, 3, 4), random_ids(3, 2, vocab=5, seed=550), randn(1, 2, 4, seed=551)
    expected = slope(lambda h: generator_of(model, 5, 3, 4)(ids, h), [h], 0, torch.ones(()))
    assert_close(gradient(model, ids, h, wrt=1), expected, REDUCTION)


@check("TextGenerator")
def test_TextGenerator_leaves_its_inputs_alone(student):
    """Neither ids nor h is changed. 不修改 ids 和 h。"""
    model, ids, h = student.TextGenerator(5, 3, 4), random_ids(4, 3, vocab=5, seed=560), randn(1, 3, 4, seed=561)
    expected = generator_of(model, 5, 3, 4)(ids, h)
    assert_close(assert_inputs_unchanged(model, ids, h), expected, REDUCTION)


# generate_greedy

# A model without weights. Its state has two layers: the sum of (word + 1) over all words read, and their number.
# The next word is (k * sum + number) modulo v. A word that is read twice, or not at all, changes all that follow.
ADDER = """lambda ids, h=None: (
    old := torch.zeros(2, 1, 1).long() if h is None else h,
    sums := (ids[:, :1] + 1).cumsum(0) + old[0],
    number := torch.ones_like(ids[:, :1]).cumsum(0) + old[1],
    (3.0 * F.one_hot((k * sums + number) % v, v) - 7, torch.stack([sums[-1:], number[-1:]])),
)[-1]"""

# An embedding, two recurrent layers and a linear layer with given weights.
NETWORK = """lambda ids, h=None: (
    old := torch.zeros(2, 1, w[1].shape[0]) if h is None else h,
    read := torch.rnn_tanh(embed[ids], old, w, True, 2, 0.0, False, False, False),
    (read[0] @ out.T, read[1]),
)[-1]"""

# It notes the words of each call and whether autograd is switched on.
WITNESS = """type("Witness", (), {
    "words": [],
    "recorded": [],
    "__call__": lambda self, ids, h=None: (
        self.words.append(ids.flatten().tolist()), self.recorded.append(torch.is_grad_enabled()), model(ids, h)
    )[-1],
})()"""


def text_of_adder(start: list[int], length: int, k: int, v: int) -> list[int]:
    """The oracle for ADDER: compute each word from the whole text before it."""
    words = list(start)
    for _ in range(length):
        words.append((k * sum(word + 1 for word in words) + len(words)) % v)
    return words


@check("generate_greedy")
@pytest.mark.parametrize("start", [[3], [6, 1, 1], [0, 8, 2, 7, 4]], ids=["one", "three", "five"])
@pytest.mark.parametrize(("k", "v"), [(1, 9), (2, 11), (5, 16)], ids=["small", "middle", "large"])
def test_generate_greedy_reads_every_word_once(student, start, k, v):
    """Each word depends on all words before it, each counted once. 每个词都取决于前面所有的词，每个词只算一次。"""
    model = student.build(ADDER, k=k, v=v)
    assert_equal(student.generate_greedy(model, start, 12), text_of_adder(start, 12, k, v))


@check("generate_greedy", weight=2)
@pytest.mark.parametrize("seed", [600, 610, 620], ids=["a", "b", "c"])
def test_generate_greedy_with_a_network(student, seed):
    """The text of a recurrent network, the same as if all were read anew for each word. 用循环网络生成的文本，与每次从头重读的结果相同。"""
    embed, out = randn(20, 5, seed=seed), randn(20, 6, seed=seed + 1)
    weights = [*random_weights(5, 6, seed + 2), *random_weights(6, 6, seed + 6)]
    words = [7, 3]
    for _ in range(10):
        states, _ = torch.rnn_tanh(
            embed[words].unsqueeze(1), torch.zeros(2, 1, 6), weights, True, 2, 0.0, False, False, False
        )
        words.append(int((states[-1, 0] @ out.T).argmax()))
    answer = student.generate_greedy(student.build(NETWORK, embed=embed, out=out, w=weights), [7, 3], 10)
    assert_equal(answer, words)


@check("generate_greedy")
@pytest.mark.parametrize("start", [[2], [4, 4, 4]], ids=["one", "three"])
def test_generate_greedy_of_any_length(student, start):
    """No word, one word, many words are appended. 不追加、追加一个词、追加很多词都正确。"""
    model = student.build(ADDER, k=4, v=7)
    for length in [0, 1, 40]:
        assert_equal(student.generate_greedy(model, start, length), text_of_adder(start, length, 4, 7))


@check("generate_greedy")
def test_generate_greedy_takes_the_first_of_equals(student):
    """Of several words with the largest score, the first is taken. 有几个词得分并列最高时，取第一个。"""
    model = student.build(
        "lambda ids, h=None: (scores.expand(len(ids), 1, 5), h)", scores=torch.tensor([-4.0, -1, -3, -1, -1])
    )
    assert_equal(student.generate_greedy(model, [0, 2], 3), [0, 2, 1, 1, 1])


@check("generate_greedy")
def test_generate_greedy_looks_at_the_last_word(student):
    """The scores after the last word decide, even if earlier ones are larger. 由最后一个词之后的打分决定，即使前面的打分更大。"""
    model = student.build("lambda ids, h=None: (F.one_hot((ids[:, :1] + 2) % 6, 6) * (9.0 - ids[:, :1, None]), h)")
    assert_equal(student.generate_greedy(model, [0, 3, 5], 4), [0, 3, 5, 1, 3, 5, 1])


@check("generate_greedy")
@pytest.mark.parametrize("length", [0, 2], ids=["nothing", "two"])
def test_generate_greedy_needs_a_start(student, length):
    """Without a first word there is nothing to go on from: ValueError, for any length. 没有起始词就无从开始：无论 length 是多少，都抛出 ValueError。"""
    assert_raises(ValueError, student.generate_greedy, student.build(ADDER, k=1, v=5), [], length)


@check("generate_greedy", weight=3)
def test_generate_greedy_hands_on_the_state(student):
    """The model gets each word exactly once, in the order of the text. 每个词恰好送入模型一次，次序与文本相同。"""
    witness = student.build(WITNESS, model=student.build(ADDER, k=2, v=9))
    answer = student.generate_greedy(witness, [5, 0, 3], 6)
    text = text_of_adder([5, 0, 3], 6, 2, 9)
    assert_equal(answer, text)
    calls = student.evaluate("witness.words", witness=witness)
    given = [word for words in calls for word in words]
    expect(
        given in (text[:-1], text),  # to read the last new word, too, does no harm
        f"the text became {text}, but the model was given {calls}. Give it start first, then only each new word.",
        f"生成的文本是 {text}，但各次送入模型的词是 {calls}。应先送入 start，之后每次只送入新词。",
        answer=answer,
    )


@check("generate_greedy", weight=2)
def test_generate_greedy_without_autograd(student):
    """Autograd is switched off while the model runs. 模型运行时，自动求导是关闭的。"""
    witness = student.build(WITNESS, model=student.build(ADDER, k=1, v=8))
    answer = student.generate_greedy(witness, [1, 6], 3)
    assert_equal(answer, text_of_adder([1, 6], 3, 1, 8))
    recorded = student.evaluate("witness.recorded", witness=witness)
    expect(
        not any(recorded),
        "autograd recorded the calls of the model. Call it under torch.no_grad().",
        "自动求导记录了对模型的调用。应在 torch.no_grad() 之下调用模型。",
        answer=answer,
    )


@check("generate_greedy", weight=2)
def test_generate_greedy_leaves_start_alone(student):
    """start is not changed, however many words are appended. 无论追加多少词，都不修改 start。"""
    answer = assert_inputs_unchanged(student.generate_greedy, student.build(ADDER, k=2, v=13), [11, 2], 9)
    assert_equal(answer, text_of_adder([11, 2], 9, 2, 13))


# temperature_probs


@check("temperature_probs", weight=2)
@DTYPES
@pytest.mark.parametrize("temperature", [0.2, 0.9, 1.7, 30.0, 3], ids=str)
def test_temperature_probs_on_random_logits(student, temperature, dtype):
    """Correct for temperatures below and above 1, with the dtype of logits. 温度小于 1 和大于 1 都正确，dtype 与 logits 相同。"""
    logits = 2 * randn(3, 6, seed=400, dtype=dtype)
    assert_close(student.temperature_probs(logits, temperature), F.softmax(logits / temperature, -1), ELEMENTWISE)


@check("temperature_probs")
def test_temperature_probs_by_default(student):
    """The default temperature is 1: an ordinary softmax. 温度默认为 1，即普通的 softmax。"""
    logits = randn(4, 5, seed=410)
    assert_close(student.temperature_probs(logits), F.softmax(logits, -1), ELEMENTWISE)


@check("temperature_probs")
@DTYPES
@pytest.mark.parametrize("temperature", [0, 0.0], ids=["int", "float"])
def test_temperature_probs_at_zero(student, temperature, dtype):
    """Temperature 0: exactly 1 for the best word of each row, in the dtype of logits. 温度为 0：每行最好的词恰好为 1，dtype 与 logits 相同。"""
    logits = torch.tensor([[-5.0, -2.0, -7.0], [4.0, 0.0, 3.0]], dtype=dtype)
    expected = torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], dtype=dtype)
    assert_close(student.temperature_probs(logits, temperature), expected, EXACT)


@check("temperature_probs")
def test_temperature_probs_at_zero_with_ties(student):
    """At temperature 0 the first of several equal logits gets all. 温度为 0 且有并列时，第一个词的概率为 1。"""
    logits = torch.tensor([[1.0, 3.0, 3.0, 0.0], [2.0, 2.0, 2.0, 2.0]])
    expected = torch.tensor([[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    assert_close(student.temperature_probs(logits, 0.0), expected, EXACT)


@check("temperature_probs")
@pytest.mark.parametrize("shape", [(5,), (1, 1), (2, 3, 4), (4, 4), (0, 3)], ids=str)
@pytest.mark.parametrize("temperature", [0.0, 0.6], ids=str)
def test_temperature_probs_of_any_shape(student, shape, temperature):
    """The words are on the last axis, whatever comes before. 无论前面有几维，词表总在最后一维。"""
    logits = randn(*shape, seed=420, dtype=torch.float64)
    best = F.one_hot(logits.argmax(-1), shape[-1]).double()
    expected = F.softmax(logits / temperature, -1) if temperature else best
    assert_close(student.temperature_probs(logits, temperature), expected, ELEMENTWISE)


@check("temperature_probs")
@pytest.mark.parametrize(
    "logits", [randn(4, 3, seed=430).T, randn(6, 8, seed=431)[::2, ::2]], ids=["transposed", "strided"]
)
def test_temperature_probs_of_any_layout(student, logits):
    """logits need not be contiguous in memory. logits 在内存中不必连续。"""
    assert_close(student.temperature_probs(logits, 0.7), F.softmax(logits / 0.7, -1), ELEMENTWISE)


@check("temperature_probs")
@DTYPES
def test_temperature_probs_of_huge_logits(student, dtype):
    """Logits around 10000 and a temperature of 0.001 give no NaN. logits 达到 10000、温度低至 0.001 时没有 NaN。"""
    logits = torch.tensor([[1e4, 9999.0, -1e4], [-1e4, -1e4, -9999.5], [-9e3, -9e3, -1e4]], dtype=dtype)
    expected = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.5, 0.5, 0.0]], dtype=dtype)
    assert_close(student.temperature_probs(logits, 0.001), expected, ELEMENTWISE)


@check("temperature_probs")
@pytest.mark.parametrize("temperature", [0.0, 0.5, 2.0], ids=str)
def test_temperature_probs_of_excluded_words(student, temperature):
    """A word with the logit -inf gets the probability 0. logit 为 -inf 的词概率为 0。"""
    logits = torch.tensor([[-math.inf, 1.0, 1.0 + 2.0 * math.log(3.0)], [2.0, -math.inf, -math.inf]])
    share = {0.0: 0.0, 0.5: 1 / 82, 2.0: 0.25}[temperature]
    expected = torch.tensor([[0.0, share, 1 - share], [1.0, 0.0, 0.0]])
    assert_close(student.temperature_probs(logits, temperature), expected, ELEMENTWISE)


@check("temperature_probs")
def test_temperature_probs_forgets_a_shift(student):
    """Adding the same number to all logits changes nothing. 所有 logits 加上同一个数，概率不变。"""
    logits = randn(3, 4, seed=440, dtype=torch.float64)
    assert_close(student.temperature_probs(logits + 64, 0.5), F.softmax(logits * 2, -1), ELEMENTWISE)


@check("temperature_probs", weight=2)
@pytest.mark.parametrize("temperature", [-1, -0.001, -5.0], ids=str)
def test_temperature_probs_refuses_what_is_negative(student, temperature):
    """Any negative temperature raises ValueError, however small. 只要温度为负，不论多小，都抛出 ValueError。"""
    assert_raises(ValueError, student.temperature_probs, randn(2, 3, seed=450), temperature)


@check("temperature_probs")
@pytest.mark.parametrize("temperature", [0.5, 4.0], ids=str)
def test_temperature_probs_gradient(student, temperature):
    """Autograd reaches logits. 自动求导能到达 logits。"""
    logits, cotangent = randn(2, 3, 5, seed=460, dtype=torch.float64)
    expected = slope(lambda z: F.softmax(z / temperature, -1), [logits], 0, cotangent)
    assert_close(gradient(student.temperature_probs, logits, temperature, cotangent=cotangent), expected, ELEMENTWISE)


@check("temperature_probs")
@pytest.mark.parametrize("temperature", [0.0, 0.25], ids=str)
def test_temperature_probs_leaves_logits_alone(student, temperature):
    """logits is not changed, at temperature 0 neither. 不修改 logits，温度为 0 时也一样。"""
    logits = torch.tensor([[0.0, -2.0], [-3.0, 1.0]])
    answer = assert_inputs_unchanged(student.temperature_probs, logits, temperature)
    assert_close(answer, F.softmax(logits * 4, -1) if temperature else torch.eye(2), ELEMENTWISE)


# last_hidden


def picked(output: Tensor, lengths: Tensor) -> Tensor:
    """The oracle: gather along the time axis."""
    index = (lengths - 1)[None, :, None].expand(1, -1, output.shape[2])
    return output.gather(0, index)[0]


@check("last_hidden", weight=2)
@DTYPES
@pytest.mark.parametrize(
    ("shape", "lengths"),
    [((6, 4, 3), [2, 6, 1, 5]), ((4, 5, 2), [4, 3, 3, 1, 2]), ((3, 3, 3), [1, 2, 3])],
    ids=["long", "wide", "cube"],
)
def test_last_hidden_of_random_states(student, shape, lengths, dtype):
    """Exactly the state after the last word of each sentence, with its dtype. 恰好是每句最后一个词之后的状态，dtype 不变。"""
    output, lengths = randn(*shape, seed=700, dtype=dtype), torch.tensor(lengths)
    assert_close(student.last_hidden(output, lengths), picked(output, lengths), EXACT)


@check("last_hidden", weight=2)
def test_last_hidden_agrees_with_packed_sentences(student):
    """The same states as h_n of nn.RNN, given packed sentences. 与 nn.RNN 处理 packed 句子得到的 h_n 一致。"""
    x, h0, *weights = sequence(7, 4, 3, 5, seed=710)
    lengths = torch.tensor([3, 7, 1, 5])
    rnn_layer = nn.RNN(3, 5).requires_grad_(False)
    rnn_layer.load_state_dict(dict(zip(rnn_layer.state_dict(), weights, strict=True)))
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    _, h_n = rnn_layer(packed, h0)
    output, _ = rnn(x, h0, *weights)
    assert_close(student.last_hidden(output, lengths), h_n[0], REDUCTION)


@check("last_hidden")
def test_last_hidden_without_padding(student):
    """If all sentences have T words, it is the last time step. 所有句子都有 T 个词时，就是最后一个时间步。"""
    output = randn(4, 3, 5, seed=720)
    assert_close(student.last_hidden(output, torch.tensor([4, 4, 4])), output[-1], EXACT)


@check("last_hidden")
def test_last_hidden_of_single_words(student):
    """If all sentences have one word, it is the first time step. 所有句子都只有一个词时，就是第一个时间步。"""
    output = randn(4, 3, 5, seed=730)
    assert_close(student.last_hidden(output, torch.tensor([1, 1, 1])), output[0], EXACT)


@check("last_hidden")
@pytest.mark.parametrize("shape", [(5, 1, 4), (5, 1, 1), (1, 1, 1)], ids=str)
def test_last_hidden_of_one_sentence(student, shape):
    """A batch of one sentence keeps its axis, and so does a single unit. 只有一个句子、一个神经元时，各维度仍然保留。"""
    output, lengths = randn(*shape, seed=740), torch.tensor([min(shape[0], 3)])
    assert_close(student.last_hidden(output, lengths), picked(output, lengths), EXACT)


@check("last_hidden")
@DTYPES
def test_last_hidden_of_no_sentences(student, dtype):
    """A batch without sentences gives the shape (0, H). 没有句子时，结果的形状是 (0, H)。"""
    output, lengths = torch.empty(3, 0, 4, dtype=dtype), torch.empty(0, dtype=torch.int64)
    assert_close(student.last_hidden(output, lengths), torch.empty(0, 4, dtype=dtype), EXACT)


@check("last_hidden")
@pytest.mark.parametrize("filler", [math.nan, math.inf, -math.inf], ids=str)
def test_last_hidden_ignores_the_padding(student, filler):
    """NaN or infinity in the padding does no harm. 填充位置上有 NaN 或无穷大也没有影响。"""
    output, lengths = randn(4, 3, 2, seed=750), torch.tensor([2, 4, 1])
    expected = picked(output, lengths)
    output[2:, 0], output[1:, 2] = filler, filler
    assert_close(student.last_hidden(output, lengths), expected, EXACT)


@check("last_hidden")
@pytest.mark.parametrize(
    ("output", "lengths"),
    [
        (randn(3, 5, 4, seed=760).transpose(0, 1), torch.tensor([5, 2, 4])),
        (randn(8, 6, 4, seed=761)[::2, ::2, ::2], torch.tensor([1, 9, 4, 9, 3, 9])[::2]),
    ],
    ids=["transposed", "strided"],
)
def test_last_hidden_of_any_layout(student, output, lengths):
    """Neither output nor lengths need be contiguous in memory. output 和 lengths 在内存中都不必连续。"""
    assert_close(student.last_hidden(output, lengths), picked(output, lengths), EXACT)


@check("last_hidden")
def test_last_hidden_sentences_do_not_meet(student):
    """If the sentences are reordered, so are the results. 交换句子的次序，结果只是跟着换次序。"""
    output, lengths, order = randn(5, 4, 3, seed=770), torch.tensor([1, 5, 2, 4]), torch.tensor([2, 0, 3, 1])
    answer = student.last_hidden(output[:, order], lengths[order])
    assert_close(answer, picked(output, lengths)[order], EXACT)


@check("last_hidden")
@pytest.mark.parametrize("lengths", [[3, 0], [0, 0], [2, -1], [6, 1], [5, 9]], ids=str)
def test_last_hidden_refuses_what_is_out_of_range(student, lengths):
    """Lengths of 0, below 0 or above T raise ValueError. 长度为 0、为负或大于 T 时抛出 ValueError。"""
    assert_raises(ValueError, student.last_hidden, randn(5, 2, 3, seed=780), torch.tensor(lengths))


@check("last_hidden", weight=2)
def test_last_hidden_gradient(student):
    """Autograd reaches the picked states, and only these. 梯度传到取出的状态，且只传到这些状态。"""
    output, lengths = randn(4, 3, 2, seed=790, dtype=torch.float64), torch.tensor([4, 1, 2])
    cotangent = randn(3, 2, seed=791, dtype=torch.float64)
    answer = gradient(student.last_hidden, output, lengths, cotangent=cotangent)
    assert_close(answer, slope(lambda states: picked(states, lengths), [output], 0, cotangent), EXACT)


@check("last_hidden", weight=2)
def test_last_hidden_leaves_its_inputs_alone(student):
    """Neither output nor lengths is changed. 不修改 output 和 lengths。"""
    output, lengths = randn(6, 4, 3, seed=795), torch.tensor([6, 2, 3, 1])
    assert_close(assert_inputs_unchanged(student.last_hidden, output, lengths), picked(output, lengths), EXACT)
