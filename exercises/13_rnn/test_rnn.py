"""Visible checks of recurrent networks. 循环神经网络的公开检查。"""

import pytest
import torch
from torch import nn

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    REDUCTION,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    check,
    randn,
)

# rnn_cell_step


@check("rnn_cell_step")
def test_rnn_cell_step_worked_example(student):
    """The docstring's example: tanh(0) and tanh(2). 文档示例：tanh(0) 和 tanh(2)。"""
    x, h = torch.tensor([[1.0, 2.0]]), torch.tensor([[0.5, -1.0]])
    w_ih, w_hh = torch.tensor([[1.0, 0.0], [0.0, 0.5]]), torch.tensor([[0.0, 1.0], [0.0, 0.0]])
    answer = student.rnn_cell_step(x, h, w_ih, w_hh, torch.zeros(2), torch.tensor([0.0, 1.0]))
    assert_close(answer, torch.tensor([[0.0, 0.9640276]]), REDUCTION)


@check("rnn_cell_step")
def test_rnn_cell_step_agrees_with_torch(student):
    """The same as nn.RNNCell: 2 sentences, 3 inputs, 4 units. 与 nn.RNNCell 一致：2 个句子，3 个输入，4 个神经元。"""
    x, h = randn(2, 3, seed=1), randn(2, 4, seed=2)
    cell = nn.RNNCell(3, 4)
    weights = [p.detach() for p in cell.parameters()]
    assert_close(student.rnn_cell_step(x, h, *weights), cell(x, h), REDUCTION)


@check("rnn_cell_step")
def test_rnn_cell_step_keeps_its_inputs(student):
    """None of the six arguments is changed. 六个参数都不被修改。"""
    shapes = [(3, 2), (3, 2), (2, 2), (2, 2), (2,), (2,)]
    arguments = [randn(*shape, seed=number) for number, shape in enumerate(shapes, start=3)]
    answer = assert_inputs_unchanged(student.rnn_cell_step, *arguments)
    assert_close(answer, torch.rnn_tanh_cell(*arguments), REDUCTION)


# rnn_forward


@check("rnn_forward")
def test_rnn_forward_worked_example(student):
    """The docstring's example: the memory of the first word fades. 文档示例：对第一个词的记忆逐步变淡。"""
    x, zero = torch.tensor([1.0, 0.0, 0.0]).reshape(3, 1, 1), torch.zeros(1)
    output, h_n = student.rnn_forward(x, None, torch.tensor([[1.0]]), torch.tensor([[0.5]]), zero, zero)
    assert_close(output, torch.tensor([0.7615942, 0.3633994, 0.1797259]).reshape(3, 1, 1), REDUCTION)
    assert_close(h_n, torch.tensor([[[0.1797259]]]), REDUCTION)


@check("rnn_forward")
@pytest.mark.parametrize("is_given", [True, False], ids=["given", "none"])
def test_rnn_forward_agrees_with_torch(student, is_given):
    """The same as nn.RNN, with h0 and without. 与 nn.RNN 一致，传入 h0 和 h0 为 None 都试。"""
    layer, x = nn.RNN(3, 4), randn(5, 2, 3, seed=11)
    h0 = randn(1, 2, 4, seed=12) if is_given else None
    expected_output, expected_h_n = layer(x, h0)
    output, h_n = student.rnn_forward(x, h0, *[p.detach() for p in layer.parameters()])
    assert_close(output, expected_output, REDUCTION)
    assert_close(h_n, expected_h_n, REDUCTION)


@check("rnn_forward")
def test_rnn_forward_keeps_its_inputs(student):
    """Neither x nor h0 nor any weight is changed. 不修改 x、h0 和任何权重。"""
    layer, x, h0 = nn.RNN(2, 3), randn(3, 2, 2, seed=13), randn(1, 2, 3, seed=14)
    answer = assert_inputs_unchanged(student.rnn_forward, x, h0, *[p.detach() for p in layer.parameters()])
    assert_close(answer, layer(x, h0), REDUCTION)


# rnn_shapes


@check("rnn_shapes")
@pytest.mark.parametrize(("seq_len", "batch"), [(1, 1), (8, 1), (8, 16)], ids=["word", "sentence", "batch"])
def test_rnn_shapes_in_the_notes(student, seq_len, batch):
    """The notes' three inputs: a word, a sentence, a batch of sentences. 笔记中的三种输入：单个词、一个句子、一批句子。"""
    expected = ((seq_len, batch, 128), (seq_len, batch, 256), (1, batch, 256))
    assert_equal(student.rnn_shapes(seq_len, batch, 128, 256), expected)


@check("rnn_shapes")
def test_rnn_shapes_of_everything_at_once(student):
    """Three layers, two directions, batch first. 三层、双向、batch_first。"""
    answer = student.rnn_shapes(8, 16, 128, 256, num_layers=3, bidirectional=True, batch_first=True)
    assert_equal(answer, ((16, 8, 128), (16, 8, 512), (6, 16, 256)))


# rnn_param_count


@check("rnn_param_count")
def test_rnn_param_count_in_the_notes(student):
    """The layer of the notes, 128 -> 256, has 98816 parameters. 笔记中的层（128 -> 256）有 98816 个参数。"""
    assert_equal(student.rnn_param_count(128, 256), 98816)


@check("rnn_param_count")
@pytest.mark.parametrize("layers", [1, 2], ids=["1_layer", "2_layers"])
def test_rnn_param_count_agrees_with_torch(student, layers):
    """The same number as nn.RNN(4, 3), with one layer and with two. 与 nn.RNN(4, 3) 一致，单层和两层都试。"""
    expected = sum(p.numel() for p in nn.RNN(4, 3, layers).parameters())
    assert_equal(student.rnn_param_count(4, 3, layers), expected)


# TextGenerator


@check("TextGenerator")
def test_TextGenerator_rates_every_word(student):
    """Two sentences of three words: scores after each of the three. 两个句子、各三个词：每个词之后都有打分。"""
    model, ids = student.TextGenerator(7, 4, 5), torch.tensor([[1, 2], [3, 4], [0, 6]])
    rnn, out = nn.RNN(4, 5), nn.Linear(5, 7)
    rnn.load_state_dict(dict(model.rnn.state_dict()))
    out.load_state_dict(dict(model.out.state_dict()))
    states, h_n = rnn(model.embed.weight[ids])
    logits, h = model(ids)
    assert_close(logits, out(states), REDUCTION)
    assert_close(h, h_n, REDUCTION)


@check("TextGenerator")
def test_TextGenerator_goes_on(student):
    """Word by word, with h handed over, gives the scores of the whole sentence. 逐词读入并传递 h，打分与一次读完整句相同。"""
    model, ids = student.TextGenerator(6, 3, 4), torch.tensor([[5], [0], [2]])
    expected, h = model(ids), None
    for t in range(3):
        logits, h = model(ids[t : t + 1], h)
        assert_close(logits, expected[0][t : t + 1], REDUCTION)
    assert_close(h, expected[1], REDUCTION)


@check("TextGenerator")
def test_TextGenerator_keeps_its_inputs(student):
    """Neither ids nor h is changed. 不修改 ids 和 h。"""
    model, ids, h = student.TextGenerator(5, 2, 3), torch.tensor([[4], [1]]), randn(1, 1, 3, seed=31)
    answer = assert_inputs_unchanged(model, ids, h)
    assert_equal([tuple(part.shape) for part in answer], [(2, 1, 5), (1, 1, 3)])
    assert_close(answer, model(ids.clone(), h.clone()), REDUCTION)


# generate_greedy

# The next word is the last digit of the sum of all words that were read. The state is this sum.
LAST_DIGIT = """lambda ids, h=None: (
    sums := ids[:, :1].cumsum(0) + (0 if h is None else h[0]),
    (F.one_hot(sums % 10, 10).float(), sums[-1:, None]),
)[1]"""


@check("generate_greedy")
def test_generate_greedy_worked_example(student):
    """The docstring's example: the next word is the last digit of the sum. 文档示例：下一个词是总和的个位数。"""
    assert_equal(student.generate_greedy(student.build(LAST_DIGIT), [1, 2], 5), [1, 2, 3, 6, 2, 4, 8])


@check("generate_greedy")
def test_generate_greedy_of_no_words(student):
    """length = 0 returns the words of start. length 为 0 时返回 start 中的词。"""
    assert_equal(student.generate_greedy(student.build(LAST_DIGIT), [4, 0, 7], 0), [4, 0, 7])


@check("generate_greedy")
def test_generate_greedy_refuses_an_empty_start(student):
    """An empty start raises ValueError. start 为空时抛出 ValueError。"""
    assert_raises(ValueError, student.generate_greedy, student.build(LAST_DIGIT), [], 3)


@check("generate_greedy")
def test_generate_greedy_keeps_start(student):
    """start is not changed. 不修改 start。"""
    answer = assert_inputs_unchanged(student.generate_greedy, student.build(LAST_DIGIT), [5], 4)
    assert_equal(answer, [5, 5, 0, 0, 0])


# temperature_probs


@check("temperature_probs")
@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(1.0, [0.09003057, 0.24472847, 0.66524096]), (0.5, [0.01587624, 0.11731043, 0.86681333]), (0, [0.0, 0.0, 1.0])],
    ids=["one", "half", "zero"],
)
def test_temperature_probs_worked_example(student, temperature, expected):
    """The docstring's example: temperatures 1, 0.5 and 0. 文档示例：温度为 1、0.5 和 0。"""
    answer = student.temperature_probs(torch.tensor([1.0, 2.0, 3.0]), temperature)
    assert_close(answer, torch.tensor(expected), ELEMENTWISE)


@check("temperature_probs")
def test_temperature_probs_of_several_rows(student):
    """Each row of logits has probabilities of its own. 每一行 logits 各有自己的概率。"""
    logits = randn(2, 4, seed=21)
    assert_close(student.temperature_probs(logits, 5.0), (logits / 5).softmax(dim=-1), ELEMENTWISE)


@check("temperature_probs")
def test_temperature_probs_refuses_negative_temperatures(student):
    """A negative temperature raises ValueError. 温度为负时抛出 ValueError。"""
    assert_raises(ValueError, student.temperature_probs, torch.ones(2), -1.0)


@check("temperature_probs")
def test_temperature_probs_keeps_logits(student):
    """logits is not changed. 不修改 logits。"""
    logits = torch.tensor([0.5, -1.5, 2.0])
    answer = assert_inputs_unchanged(student.temperature_probs, logits, 2.0)
    assert_close(answer, torch.softmax(torch.tensor([0.25, -0.75, 1.0]), dim=0), ELEMENTWISE)


# last_hidden


@check("last_hidden")
def test_last_hidden_worked_example(student):
    """The docstring's example: the second sentence ends one step earlier. 文档示例：第二个句子早一步结束。"""
    output = torch.tensor([[[1.0, 2.0], [5.0, 6.0]], [[3.0, 4.0], [7.0, 8.0]]])
    assert_close(student.last_hidden(output, torch.tensor([2, 1])), torch.tensor([[3.0, 4.0], [5.0, 6.0]]), EXACT)


@check("last_hidden")
@pytest.mark.parametrize("lengths", [[0, 2, 1], [3, 4, 5]], ids=["zero", "too_long"])
def test_last_hidden_refuses_wrong_lengths(student, lengths):
    """A length of 0, or greater than T, raises ValueError. 长度为 0 或大于 T 时抛出 ValueError。"""
    assert_raises(ValueError, student.last_hidden, randn(4, 3, 2, seed=41), torch.tensor(lengths))


@check("last_hidden")
def test_last_hidden_keeps_its_inputs(student):
    """Neither output nor lengths is changed. 不修改 output 和 lengths。"""
    output, lengths = randn(5, 3, 2, seed=42), torch.tensor([5, 1, 3])
    answer = assert_inputs_unchanged(student.last_hidden, output, lengths)
    assert_close(answer, torch.stack([output[4, 0], output[0, 1], output[2, 2]]), EXACT)
