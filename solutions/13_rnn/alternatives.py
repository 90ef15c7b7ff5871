"""The exercises once more, written another way. 换一种写法的解答。"""

import torch


def rnn_cell_step(x, h, w_ih, w_hh, b_ih, b_hh):
    """One linear layer over word and memory side by side. 把词和记忆并排，只用一个线性层。"""
    weight = torch.cat([w_ih, w_hh], dim=1)
    return torch.nn.functional.linear(torch.cat([x, h], dim=1), weight, b_ih + b_hh).tanh()


def rnn_forward(x, h0, w_ih, w_hh, b_ih, b_hh):
    """All words through w_ih at once; only the memory needs a loop. 所有词一次通过 w_ih，只有记忆需要循环。"""
    from_words = torch.einsum("tbi,hi->tbh", x, w_ih) + b_ih + b_hh
    state = torch.zeros(1, x.shape[1], len(b_hh), dtype=x.dtype) if h0 is None else h0
    states = []
    for t in range(len(x)):
        state = torch.tanh(from_words[t : t + 1] + torch.einsum("lbk,hk->lbh", state, w_hh))
        states.append(state)
    return torch.cat(states, dim=0), state


def rnn_shapes(seq_len, batch, input_size, hidden_size, num_layers=1, bidirectional=False, batch_first=False):
    """Write down the default and swap two numbers. 先写默认的形状，再交换两个数。"""
    both = 1 + int(bidirectional)
    source, output = [seq_len, batch, input_size], [seq_len, batch, both * hidden_size]
    if batch_first:
        for shape in (source, output):
            shape[0], shape[1] = shape[1], shape[0]
    return tuple(source), tuple(output), (both * num_layers, batch, hidden_size)


def rnn_param_count(input_size, hidden_size, num_layers=1):
    """Multiply out: one narrow matrix, and the square ones of all layers. 展开公式：一个输入矩阵，加上各层的方阵和偏置。"""
    square_matrices = 2 * num_layers - 1
    return input_size * hidden_size + square_matrices * hidden_size**2 + 2 * num_layers * hidden_size


class TextGenerator(torch.nn.Module):
    """One word at a time, with the state handed on. 一次读一个词，逐步传递状态。"""

    def __init__(self, vocab_size, embed_dim, hidden_size):
        super().__init__()
        self.out = torch.nn.Linear(hidden_size, vocab_size)
        self.embed = torch.nn.Embedding(vocab_size, embed_dim)
        self.rnn = torch.nn.RNN(input_size=embed_dim, hidden_size=hidden_size)

    def forward(self, ids, h=None):
        logits = []
        for words in self.embed(ids):
            state, h = self.rnn(words[None], h)
            logits.append(self.out(state[0]))
        return torch.stack(logits), h


@torch.inference_mode()
def generate_greedy(model, start, length):
    """One queue of words to be read: first those of start, then the new ones. 一个待读的队列：先是 start，再是新词。"""
    if len(start) == 0:
        raise ValueError("there is no first word")
    text, state, place = [*start], None, 0
    while len(text) < len(start) + length:
        scores, state = model(torch.full((1, 1), text[place]), state)
        place += 1
        if place == len(text):
            text += scores[0].argmax(dim=-1).tolist()
    return text


def last_hidden(output, lengths):
    """Go through the sentences one by one. 逐个句子处理。"""
    rows = []
    for sentence, length in zip(output.unbind(dim=1), lengths.tolist(), strict=True):
        if length not in range(1, len(sentence) + 1):
            raise ValueError(f"no sentence of this batch has {length} words")
        rows.append(sentence[length - 1])
    return torch.stack(rows) if rows else output[0]
