"""Recurrent networks: a layer with a memory writes text. 循环神经网络：有记忆的网络，一个词一个词地写下去。"""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def rnn_cell_step(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """Take one step of a recurrent network: read one word of each sentence and update the memory.

    The hidden state h is the memory. The new state depends on the current word x and on the old state, so it can hold
    something of all words up to now. This is the formula of nn.RNNCell; in the notes it is a picture.

        new h  =  tanh( x W_ih^T + b_ih + h W_hh^T + b_hh )

    x: (B, I), one word vector for each of B sentences.  h: (B, H), the state after the previous word.
    w_ih: (H, I).  w_hh: (H, H).  b_ih, b_hh: (H,). As in nn.Linear, row j of each matrix belongs to unit j.
    All six are float32, or all float64. They need not be contiguous in memory. Change none of them.
    Returns the new h: (B, H), with the same dtype. Autograd must reach all six arguments.
    Large sums give 1 or -1, never NaN: use torch.tanh, which is safe there.
    Not allowed: torch's own recurrent layers, cells and functions (nn.RNN, nn.RNNCell, torch.rnn_tanh_cell and so on).

    >>> x, h = torch.tensor([[1.0, 2.0]]), torch.tensor([[0.5, -1.0]])
    >>> w_ih, w_hh = torch.tensor([[1.0, 0.0], [0.0, 0.5]]), torch.tensor([[0.0, 1.0], [0.0, 0.0]])
    >>> rnn_cell_step(x, h, w_ih, w_hh, b_ih=torch.zeros(2), b_hh=torch.tensor([0.0, 1.0]))
    tensor([[0.0000, 0.9640]])

    Unit 0: tanh(1 - 1) = 0. Its memory is the old state of unit 1, because row 0 of w_hh is [0, 1].
    Unit 1: tanh(0.5 * 2 + 1) = tanh(2) = 0.9640.

    中文：循环神经网络的一步：每个句子读入一个词，更新记忆。隐藏状态 h 就是记忆，新的状态由当前词 x 和旧状态 h 共同决定，
    所以前面读过的词都能在里面留下痕迹。笔记里的公式是一张图片，就是上面这一行：两部分相加，加上两个偏置，最后整体取一次 tanh。
    和 nn.Linear 一样，权重矩阵的第 j 行属于第 j 个神经元，两个矩阵都要转置。六个参数 dtype 相同，内存不一定连续，
    一个都不能修改；梯度要能传回全部六个参数。数值很大时结果是 1 或 -1，不能出现 NaN（用 torch.tanh 就没有问题）。
    不允许使用 torch 自带的循环层、循环单元和相应的函数（nn.RNN、nn.RNNCell、torch.rnn_tanh_cell 等）。
    """
    ### BEGIN SOLUTION
    from_input = x @ w_ih.T + b_ih
    from_memory = h @ w_hh.T + b_hh
    return torch.tanh(from_input + from_memory)
    ### END SOLUTION


def rnn_forward(
    x: Tensor, h0: Tensor | None, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> tuple[Tensor, Tensor]:
    """Read whole sentences, one word after the other, as nn.RNN(I, H) does.

    A diagram of a recurrent network shows a box for every word. It is always the same cell: the same four weights
    are used at every time step, and each step starts from the state that the step before has left.

        h_t  =  cell(x_t, h_(t-1))        t = 1, …, T

    x: (T, B, I): T words, B sentences, I numbers for each word. Time comes FIRST. T >= 1, B >= 0.
    h0: (1, B, H), the state before the first word, or None: then start from zeros.
    The weights are those of rnn_cell_step, which you may call. All tensors are float32, or all float64, and
    need not be contiguous in memory. Change none of them.
    Returns (output, h_n), both with the dtype of x:
        output  (T, B, H): the states after every word, h_1 to h_T
        h_n     (1, B, H): the last state, h_T. The 1 counts the layers.
    Autograd must reach all arguments, through all time steps.
    Not allowed: torch's own recurrent layers, cells and functions (nn.RNN, nn.RNNCell, torch.rnn_tanh and so on).

    >>> x = torch.tensor([1.0, 0.0, 0.0]).reshape(3, 1, 1)  # one sentence of three words
    >>> one, half, zero = torch.tensor([[1.0]]), torch.tensor([[0.5]]), torch.zeros(1)
    >>> output, h_n = rnn_forward(x, None, one, half, zero, zero)
    >>> output.flatten(), h_n.shape  # only the first word is not 0; the memory of it fades
    (tensor([0.7616, 0.3634, 0.1797]), torch.Size([1, 1, 1]))

    中文：像 nn.RNN(I, H) 那样，从头到尾读完整个句子。展开图里画了很多个单元，其实只有一个：每个时间步用的都是同一组权重，
    并且从上一步留下的隐藏状态出发。x 的形状是 (T, B, I)，时间在最前面；h0 的形状是 (1, B, H)，为 None 时从全 0 开始。
    返回 (output, h_n)：output 是每个词之后的隐藏状态，形状 (T, B, H)；h_n 是最后一个隐藏状态，形状 (1, B, H)，
    最前面的 1 是层数，不能去掉。例子里只有第一个词不为 0，可以看到对它的记忆逐步变淡。可以调用 rnn_cell_step。
    不要修改任何参数；梯度要能穿过所有时间步传回每个参数，包括 h0。
    不允许使用 torch 自带的循环层、循环单元和相应的函数（nn.RNN、nn.RNNCell、torch.rnn_tanh 等）。
    """
    ### BEGIN SOLUTION
    h = x.new_zeros(x.shape[1], w_hh.shape[0]) if h0 is None else h0[0]
    output = []
    for x_t in x:
        h = rnn_cell_step(x_t, h, w_ih, w_hh, b_ih, b_hh)
        output.append(h)
    return torch.stack(output), h.unsqueeze(0)
    ### END SOLUTION


def rnn_shapes(
    seq_len: int,
    batch: int,
    input_size: int,
    hidden_size: int,
    num_layers: int = 1,
    bidirectional: bool = False,
    batch_first: bool = False,
) -> tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]:
    """Compute the shapes of nn.RNN: those of its input, of its output and of its last hidden states.

    Most errors with recurrent networks are errors of shape. output has an entry for every word, but only of the
    topmost layer. h_n has an entry for every layer, but only after the last word. A bidirectional layer also reads
    the sentence from its end: output joins both directions along its last axis, h_n lists them as separate entries.

                  batch_first=False       batch_first=True        D = 2 if bidirectional, otherwise 1
        input     (T, B, I)               (B, T, I)               T = seq_len     B = batch
        output    (T, B, D * H)           (B, T, D * H)           I = input_size  H = hidden_size
        h_n       (D * num_layers, B, H)  the same: batch_first does not change h_n

    All sizes are ints, at least 1.
    Returns (input, output, h_n): a tuple of three tuples of three ints.
    Not allowed: building one of torch's recurrent layers (nn.RNN, nn.GRU, nn.LSTM or their functions) and asking it.

    >>> rnn_shapes(8, 16, 128, 256)  # the notes' batch: 16 sentences of 8 words
    ((8, 16, 128), (8, 16, 256), (1, 16, 256))
    >>> rnn_shapes(8, 16, 128, 256, num_layers=3, bidirectional=True, batch_first=True)
    ((16, 8, 128), (16, 8, 512), (6, 16, 256))

    中文：写出 nn.RNN 的输入、output 和 h_n 的形状。用循环网络时，出错多半错在形状上。output 对每个词都有一项，但只含最上面一层；
    h_n 对每一层都有一项，但只含最后一个词之后的状态。双向时还会从句尾往回读一遍：output 把两个方向拼在最后一维，
    h_n 则把它们分开列出。batch_first=True 只影响输入和 output，不影响 h_n，这一点最容易弄错。
    返回由三个元组组成的元组，里面都是整数。不允许建立 torch 的循环层（nn.RNN、nn.GRU、nn.LSTM 或相应的函数）来试出形状。
    """
    ### BEGIN SOLUTION
    directions = 2 if bidirectional else 1
    words = (batch, seq_len) if batch_first else (seq_len, batch)
    return (
        (*words, input_size),
        (*words, directions * hidden_size),
        (directions * num_layers, batch, hidden_size),
    )
    ### END SOLUTION


def rnn_param_count(input_size: int, hidden_size: int, num_layers: int = 1) -> int:
    """Count the numbers that nn.RNN learns.

    A longer sentence needs no more parameters, because all time steps share the same weights. What counts is how wide
    the layers are and how many of them lie on top of each other. The first layer reads the word vectors. Every other
    layer reads the hidden states of the layer below, so its input has the size H.

        each layer:   H * in  +  H * H  +  H + H       (w_ih, w_hh, b_ih and b_hh)

    in is input_size for the first layer and hidden_size for the others; H is hidden_size. One direction.
    All sizes are ints, at least 1.
    Returns an int, exact for any size.
    Not allowed: torch.nn. Compute the number; do not build layers and count their parameters.

    >>> rnn_param_count(128, 256)  # the layer of the notes
    98816
    >>> rnn_param_count(4, 3, num_layers=2)  # 27 for the first layer, 24 for the second
    51

    A trap: the two biases are always added to each other, so one would do. torch still keeps both.

    中文：计算 nn.RNN 要学习多少个数。所有时间步共用同一组权重，所以参数个数与句子长度无关，只取决于每层多宽、一共几层。
    第一层读入词向量，其余各层读入下面一层的隐藏状态，输入大小就是 hidden_size。每层有 w_ih、w_hh 两个矩阵和 b_ih、b_hh
    两个偏置。两个偏置总是加在一起，本来一个就够，但 torch 两个都保留，都要计入。只考虑单向。返回精确的 Python 整数。
    请直接按公式计算，不要建好层再数：不允许使用 torch.nn。
    """
    ### BEGIN SOLUTION
    count = 0
    size_in = input_size
    for _ in range(num_layers):
        count += hidden_size * (size_in + hidden_size + 2)
        size_in = hidden_size
    return count
    ### END SOLUTION


class TextGenerator(nn.Module):
    """The network that the notes promise: it reads words and rates which word may come next.

    The notes end before the text is generated. Three layers are enough: words become vectors, the recurrent layer reads
    them, and a linear layer gives every word of the vocabulary a score. It does so after every word, because in
    training each word of a text has a next word to be guessed.

        embed   nn.Embedding, vocab_size -> embed_dim
        rnn     nn.RNN, embed_dim -> hidden_size: one layer, one direction, time first
        out     nn.Linear, hidden_size -> vocab_size

    __init__ makes these three, new ones for each object, and keeps them under these names. The state_dict holds only
    their parameters.
    ids: (T, B), int64: T words of B sentences. Time comes first.
    h: (1, B, H), the state after the words before, or None (the default): the text begins here.
    forward returns (logits, new h), in the dtype of the parameters:
        logits  (T, B, vocab_size): the scores of the next word, after each of the T words, without softmax
        new h   (1, B, H): the state after the last word. Given to the next call, it continues the text.
    Neither ids nor h is changed. Autograd must reach h and all parameters.

    >>> model = TextGenerator(vocab_size=7, embed_dim=4, hidden_size=5)
    >>> logits, h = model(torch.tensor([[1, 2], [3, 4], [0, 6]]))  # two sentences of three words
    >>> logits.shape, h.shape
    (torch.Size([3, 2, 7]), torch.Size([1, 2, 5]))

    中文：笔记说要“完成文本生成任务”，却没有写到那里就结束了，这里把它补上。网络只有三层：embed 把词变成向量，rnn 依次读入，
    out 给词表中的每个词打分。三个属性的名字必须一致，每个对象都新建自己的层，state_dict 里只有它们的参数。
    ids 的形状是 (T, B)，时间在前；h 是之前读完的状态，为 None（默认值）表示从头开始。返回 (logits, 新的 h)：
    logits 的形状是 (T, B, vocab_size)，每读入一个词都要给出对下一个词的打分，不做 softmax（交给损失函数或抽样去做）；
    新的 h 传给下一次调用，就能接着往下读。不要修改 ids 和 h；梯度要能传到 h 和所有参数。
    """

    def __init__(self, vocab_size: int, embed_dim: int, hidden_size: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.embed = nn.Embedding(vocab_size, embed_dim)
        self.rnn = nn.RNN(embed_dim, hidden_size)
        self.out = nn.Linear(hidden_size, vocab_size)
        ### END SOLUTION

    def forward(self, ids: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read the words of ids, starting from the state h. 从状态 h 出发，读入 ids 中的词。"""
        ### BEGIN SOLUTION
        states, h = self.rnn(self.embed(ids), h)
        return self.out(states), h
        ### END SOLUTION


def generate_greedy(
    model: Callable[[Tensor, Tensor | None], tuple[Tensor, Tensor]], start: list[int], length: int
) -> list[int]:
    """Write a text: read the start, then append the most probable next word, again and again.

    This is the text generation that the notes announce: after 我 and 爱 the model rates every word, 你 is the best and
    becomes the next input. The hidden state holds all that was read, so the model reads each word only ONCE: first the
    start, then each new word on its own, together with the state that the call before returned.

        next word  =  argmax of the logits after the LAST word        (the first of them, if several are equal)

    model: called as model(ids, h), like TextGenerator. ids: (T, 1), int64, the words of one text, T >= 1. h: None in
        the first call, afterwards the state that the model returned. It returns (logits, h), logits: (T, 1, V).
    start: a list with the indices of the first words. Do not change it. If it is empty, raise ValueError.
    length: how many words to append, an int >= 0.
    Returns a new list of ints: the words of start, then the new ones.
    Nothing is trained here: call the model with autograd switched off, in a block of torch.no_grad().

    >>> def model(ids, h):  # a toy: h is the sum of all words so far, the next word is its last digit
    ...     sums = ids.cumsum(0) + (0 if h is None else h[0])
    ...     return nn.functional.one_hot(sums % 10, 10).float(), sums[-1:, None]
    >>> generate_greedy(model, [1, 2], length=5)  # the sums 3, 6, 12, 14, 18
    [1, 2, 3, 6, 2, 4, 8]

    A trap: if you hand on the state and feed the whole text again, its words are read twice.

    中文：笔记预告的文本生成就在这里完成：模型读入“我”“爱”，给每个词打分，得分最高的“你”接到后面，再作为下一步的输入，如此循环。
    h 已经记住了读过的内容，所以每个词只读一次：先把 start 一次读完，之后每次只读入刚选出的那个词，并带上上一次返回的 h。
    如果带着旧的 h 又送入整段文本，前面的词就被算了两遍。下一个词取最后一个时间步的 logits 的 argmax（有并列时取第一个）。
    model 的用法与 TextGenerator 相同：model(ids, h)，ids 的形状是 (T, 1)，dtype 为 int64，第一次调用时 h 为 None。
    返回新的整数列表：先是 start，再接上生成的 length 个词；length 可以是 0。不要修改 start；start 为空时抛出 ValueError。
    生成时不训练，调用模型时要用 torch.no_grad() 关闭自动求导。
    """
    ### BEGIN SOLUTION
    if not start:
        raise ValueError("start must contain at least one word")
    words = list(start)
    unread = words
    h = None
    with torch.no_grad():
        for _ in range(length):
            logits, h = model(torch.tensor(unread).unsqueeze(1), h)
            best = logits[-1, 0].argmax().item()
            unread = [best]
            words.append(best)
    return words
    ### END SOLUTION


def temperature_probs(logits: Tensor, temperature: float = 1.0) -> Tensor:
    """Turn logits into the probabilities from which the next word is drawn.

    A generator that always takes the most probable word soon repeats itself, so one often draws the word at random.
    The temperature sets how bold the draw is: below 1 the probable words become more probable, above 1 the
    probabilities become more alike, and 0 means "take the best word".

        temperature > 0:   softmax( logits / temperature ), over the words
        temperature = 0:   1 for the word with the largest logit (the first of them, if several are equal), 0 for others

    logits: (…, V), the LAST axis counts the words of the vocabulary; float32 or float64; up to 10000 in size. Do not
    change it. A logit of -inf rules a word out: its probability is 0. At least one word of each row is not ruled out.
    temperature: a float or an int, 0 or at least 0.001. If it is negative, raise ValueError.
    Returns a tensor with the shape and dtype of logits. Autograd must reach logits if temperature > 0.
    Functions of torch such as torch.softmax are allowed.

    >>> logits = torch.tensor([1.0, 2.0, 3.0])
    >>> temperature_probs(logits), temperature_probs(logits, 0.5)
    (tensor([0.0900, 0.2447, 0.6652]), tensor([0.0159, 0.1173, 0.8668]))
    >>> temperature_probs(logits, temperature=0)
    tensor([0., 0., 1.])

    中文：把 logits 变成抽取下一个词用的概率。每次都取概率最大的词，生成的文本很快就会重复，所以常常随机抽取。温度决定抽得多大胆：
    小于 1 时，大概率的词更占优势；大于 1 时，各词的概率更接近；等于 0 时只取最好的词（有并列时取第一个），返回 one-hot。
    要缩放的是 logits，而不是概率，否则概率之和不再是 1。最后一维是词表。logits 为 -inf 的词概率为 0，每行至少有一个词不是 -inf。
    温度为负时抛出 ValueError。返回值的形状和 dtype 与 logits 相同；温度大于 0 时梯度要能传回 logits。不要修改 logits。
    可以使用 torch.softmax 等 torch 函数。
    """
    ### BEGIN SOLUTION
    if temperature < 0:
        raise ValueError(f"the temperature must not be negative, but is {temperature}")
    if temperature == 0:
        best = logits.argmax(dim=-1, keepdim=True)
        return torch.zeros_like(logits).scatter(-1, best, 1.0)
    return torch.softmax(logits / temperature, dim=-1)
    ### END SOLUTION


def last_hidden(output: Tensor, lengths: Tensor) -> Tensor:
    """Take the state after the last real word of each padded sentence.

    Sentences of a batch differ in length, so short ones are filled up with padding. The recurrent layer reads on
    through the padding, and output[-1] is then the state after the padding. What stands for the whole sentence is the
    state after its last word.

        result[b] = output[lengths[b] - 1, b]

    output: (T, B, H), the states after every time step, float32 or float64. The states in the padding may be
        anything, even NaN: they must not matter.
    lengths: (B,), int64, the number of real words of each sentence, in any order. B may be 0.
    They need not be contiguous in memory. Change neither of them.
    If a length is less than 1 or greater than T, raise ValueError.
    Returns (B, H), with the dtype of output. Autograd must reach output.

    >>> output = torch.tensor([[[1.0, 2.0], [5.0, 6.0]], [[3.0, 4.0], [7.0, 8.0]]])  # T = B = H = 2
    >>> last_hidden(output, torch.tensor([2, 1]))
    tensor([[3., 4.],
            [5., 6.]])

    A trap: a length of 0 gives the index -1, and that is the last time step. It raises no error by itself.

    中文：从一批填充过的句子里，取出每个句子最后一个真正的词之后的隐藏状态。批次中的句子长短不一，短句用填充符补齐，循环层会把填充符
    也读进去，所以 output[-1] 是读完填充之后的状态；能代表整句话的，是最后一个词之后的状态。output 的形状是 (T, B, H)，
    填充位置上的值不能影响结果，即使是 NaN。lengths 是每句的词数，形状 (B,)，dtype 为 int64，次序任意，B 可以为 0。
    长度小于 1 或大于 T 时抛出 ValueError。注意：长度为 0 时索引是 -1，会取到最后一个时间步，并不报错。
    返回形状 (B, H)，dtype 与 output 相同，梯度要能传回 output。不要修改 output 和 lengths。
    """
    ### BEGIN SOLUTION
    if torch.any(lengths < 1) or torch.any(lengths > output.shape[0]):
        raise ValueError("every length must be between 1 and the number of time steps")
    sentences = torch.arange(output.shape[1])
    return output[lengths - 1, sentences]
    ### END SOLUTION
