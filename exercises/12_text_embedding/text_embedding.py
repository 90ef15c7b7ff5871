"""Text as numbers: words, indices, vectors. 文本数值化：从词到索引，再到向量。"""

from collections import Counter
from collections.abc import Iterable

import jieba
import torch
from torch import Tensor


def tokenize(text: str, drop: str = "") -> list[str]:
    """Cut a text into words, without blanks and without the characters in drop.

    Chinese is written without spaces between words, so text.split() does not find them. jieba.lcut does. It also
    gives a token for each comma, space and line break. Spaces and line breaks carry no meaning here: leave them out.
    Punctuation stays, unless drop names it.

        tokens = what jieba.lcut gives, in order, without white space and without the characters in drop

    text: any string; it may be empty. Pass it to jieba as it is: a space or a comma in the text also shows jieba
        where a word ends.
    drop: characters to leave out, such as "，。". Only tokens of one character are left out: with drop="学习" the
        token "学习" stays.
    Returns a list of strings, in the order of the text. Words that occur twice are listed twice.

    >>> tokenize("北京冬奥的进度条已经过半，不少运动员 踏上归途。", drop="，。")
    ['北京', '冬奥', '的', '进度条', '已经', '过半', '不少', '运动员', '踏上', '归途']

    A trap: "学习" in "学习，。" is True, because in looks for a piece of a string and not for one character.

    中文：用 jieba.lcut 对文本分词，去掉空白（空格、全角空格、换行、制表符），再去掉 drop 中列出的字符，例如 drop="，。"。
    drop 只针对单个字符：drop="学习" 时，“学习”这个词仍然保留。注意 "学习" in "学习，。" 的结果是 True，因为对字符串来说，
    in 查找的是子串。text 要原样交给 jieba，不要先删掉空格或标点，否则前后的字连在一起，分词结果就变了。
    返回字符串列表，保持原文的顺序，重复的词不去重。
    """
    raise NotImplementedError("tokenize is yours to write")


def build_vocab(
    tokens: Iterable[str], min_freq: int = 1, specials: tuple[str, ...] = ("<pad>", "<unk>")
) -> tuple[dict[str, int], list[str]]:
    """Build the vocabulary of a text: each different word gets one index.

    nn.Embedding knows no words, only row numbers 0, 1, 2, …. The vocabulary translates in both directions. Its
    order is fixed: first the specials, as given; then the words, the most frequent first. Words that are equally
    frequent keep the order in which they first occur. (list(set(words)) in the notes gives other indices in every
    run, and then a saved embedding no longer fits its words.)

    tokens: the words of the text, for example from jieba.lcut. Any iterable, even one that can be read only once;
        do not change it. Each token counts as it is: do not change it to lower case, and keep spaces too.
    min_freq: leave out words that occur fewer times than this. It does not apply to the specials.
    specials: entries that every vocabulary has. "<pad>" fills up short sentences, and "<unk>" stands for unknown
        words. A token that equals a special is not listed a second time. There may be no specials.
    Returns (word_to_index, index_to_word): a dict from word to index, and the list of words in the order of their
    indices, so that index_to_word[word_to_index[word]] == word.

    >>> import jieba
    >>> tokens = jieba.lcut("我爱深度学习，我爱学习")
    >>> tokens
    ['我', '爱', '深度', '学习', '，', '我', '爱', '学习']
    >>> word_to_index, index_to_word = build_vocab(tokens)
    >>> index_to_word
    ['<pad>', '<unk>', '我', '爱', '学习', '深度', '，']
    >>> word_to_index["学习"]
    4

    中文：根据分词结果（例如 jieba.lcut 的返回值）构建词表，返回“词到索引”的字典和“索引到词”的列表。特殊符号按给定顺序排在
    最前（也可以没有），其余的词按词频从高到低排列，词频相同时先出现的在前。出现次数少于 min_freq 的词不收录，特殊符号则始终收录。
    每个词只占一个索引，与特殊符号同名的词不重复收录。词要原样统计，不要改成小写，空格也算一个词。不要用 list(set(...)) 去重：
    集合的顺序每次运行都可能不同，索引就对不上了。tokens 可能是生成器，只能遍历一次；不要修改它。
    """
    raise NotImplementedError("build_vocab is yours to write")


def encode(tokens: list[str], word_to_index: dict[str, int], unk: str = "<unk>") -> Tensor:
    """Replace each token by its index: the form in which nn.Embedding takes a text.

    The vocabulary was built from the training text. A new text may contain words that are not in it. In the notes,
    such a word raises a KeyError. Here it gets the index of "<unk>", so the sentence keeps its length.

        ids[t] = word_to_index[tokens[t]]      or word_to_index[unk], if the vocabulary lacks tokens[t]

    tokens: a list of words; it may be empty.  word_to_index: the vocabulary, as from build_vocab.  Do not change them.
    unk: the entry that stands for unknown words.
    Returns a tensor of shape (T,) for T tokens, int64, also if T is 0: nn.Embedding refuses floating point.
    Raises KeyError if a token is unknown and unk is not in the vocabulary either. If all tokens are known, the
    vocabulary needs no unk.

    >>> word_to_index = {"<pad>": 0, "<unk>": 1, "我": 2, "爱": 3}
    >>> encode(["我", "爱", "你"], word_to_index)
    tensor([2, 3, 1])

    A trap: word_to_index.get(token, word_to_index[unk]) looks up unk each time, even if the token is known.

    中文：把每个词换成它在词表中的索引，nn.Embedding 接收的就是这样的索引。词表里没有的词（生词）用 unk 的索引，不要跳过，
    否则句子会变短。返回形状为 (T,) 的 int64 张量；tokens 为空时，dtype 也必须是 int64（torch.tensor([]) 默认是 float32）。
    遇到生词而词表里又没有 unk 时，抛出 KeyError；如果所有的词都在词表里，没有 unk 也不应报错。注意：
    word_to_index.get(token, word_to_index[unk]) 每次都会先查 unk。不要修改 tokens 和 word_to_index。
    """
    raise NotImplementedError("encode is yours to write")


def decode(ids: Tensor, index_to_word: list[str], skip: tuple[str, ...] = ("<pad>",)) -> str:
    """Turn indices back into text: the way from a network's answer to something that people can read.

    This is the opposite of encode. Each index picks its word from the vocabulary, and the words are joined. Words in
    skip, such as "<pad>", belong to the batch and not to the text, so they are left out wherever they are.

        text = index_to_word[ids[0]] + index_to_word[ids[1]] + …, without the words in skip

    ids: (T,), int64; T may be 0.  index_to_word: the vocabulary, as from build_vocab.  Do not change them.
    skip: the words to leave out; there may be none. "<unk>" stays unless skip contains it.
    Returns one string. Chinese is joined without spaces.
    Raises IndexError if an index is negative, or not smaller than the size of the vocabulary.

    >>> index_to_word = ["<pad>", "<unk>", "我", "爱", "你"]
    >>> decode(torch.tensor([2, 3, 4, 0, 0]), index_to_word)
    '我爱你'

    A trap: index_to_word[-1] is the last word of a Python list and raises no error.

    中文：encode 的反方向：把索引换回词，再拼成一段文本。网络输出的是索引，这样人才能读。skip 中的词（例如 "<pad>"）只是为了
    凑成批次，不属于文本，无论出现在哪里都要去掉；skip 可以为空，"<unk>" 不在 skip 中时要保留。词与词之间不加空格，返回一个字符串。
    索引为负数，或者不小于词表大小时，抛出 IndexError。注意：index_to_word[-1] 会取到最后一个词，并不报错。
    不要修改 ids 和 index_to_word。
    """
    raise NotImplementedError("decode is yours to write")


def embedding_lookup(weight: Tensor, ids: Tensor) -> Tensor:
    """Look up word vectors, as nn.Embedding does: each index picks a row of the weight.

    The notes describe the layer as a matrix with one row for each word. For the weight of shape (10, 4) in their
    example, the index 3 gives row 3: four numbers that represent the word. The rows are parameters and are learned.

        out[...] = weight[ids[...]]           the shape of out: the shape of ids, then D

    weight: (V, D), float32 or float64.  ids: int64, any shape: one index, a sentence (T,), a batch (T, B), no index.
    Change neither of them.
    Returns the shape of ids with D appended, and the dtype of weight. Autograd must reach weight.
    Raises IndexError if an index is negative, or V or larger, as nn.Embedding does.
    Not allowed: torch's own embedding (F.embedding, F.embedding_bag, nn.Embedding and the like).

    >>> weight = torch.tensor([[0.0, 0.0], [0.5, -1.0], [2.0, 3.0]])
    >>> embedding_lookup(weight, torch.tensor([2, 1, 2]))
    tensor([[ 2.0000,  3.0000],
            [ 0.5000, -1.0000],
            [ 2.0000,  3.0000]])

    A trap: indexing a tensor with -1 takes its last row and raises no error.

    中文：实现 nn.Embedding 的计算：每个索引从词嵌入矩阵 weight 中取出一行，也就是这个词的词向量。ids 可以是任意形状：单个索引、
    一句话 (T,)、一个批次 (T, B)，也可以是空的；结果的形状是 ids 的形状再加一维 D，dtype 与 weight 相同，梯度要能传回 weight。
    索引为负数，或者不小于 V 时，抛出 IndexError，与 nn.Embedding 一致。注意：直接用 -1 索引张量会取到最后一行，并不报错。
    不要修改 weight 和 ids。不允许使用 torch 自带的词嵌入（F.embedding、F.embedding_bag、nn.Embedding 等）。
    """
    raise NotImplementedError("embedding_lookup is yours to write")


def one_hot_embedding(weight: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    """Compute word vectors the slow way: one-hot vectors times the embedding matrix.

    A one-hot vector has one entry for each word of the vocabulary: 1 at the index of its word, 0 elsewhere. Multiplied
    by the matrix, the 1 picks a row and the zeros remove all others. So an embedding is a linear layer without bias on
    one-hot vectors. Looking the row up gives the same, without multiplying by all those zeros.

        one_hot[t, v] = 1 if ids[t] == v, else 0;      vectors = one_hot @ weight = weight[ids]

    weight: (V, D), float32 or float64.  ids: (T,), int64, from 0 to V - 1; T may be 0.  Change neither of them.
    Returns (one_hot, vectors), of shapes (T, V) and (T, D), both with the dtype of weight. Autograd must reach weight
    through vectors.
    Not allowed: torch's own one-hot vectors and embedding (F.one_hot, F.embedding, F.embedding_bag, nn.Embedding and
    the like), torch.ops.

    >>> weight = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> one_hot, vectors = one_hot_embedding(weight, torch.tensor([2, 0]))
    >>> one_hot
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    >>> vectors
    tensor([[5., 6.],
            [1., 2.]])

    A trap: one_hot[:, ids] = 1 writes into every row. Each row gets only one 1.

    中文：用 one-hot 向量乘词嵌入矩阵，求出词向量。one-hot 向量的长度等于词表大小，只在这个词的索引处为 1，其余为 0。乘上矩阵后，
    1 选中一行，0 去掉其他各行，所以词嵌入就是作用在 one-hot 向量上的、没有偏置的线性层；直接查表结果相同，还省去了大量乘 0 的计算。
    返回 (one_hot, vectors)，形状为 (T, V) 和 (T, D)，dtype 都与 weight 相同，T 可以为 0。梯度要能通过 vectors 传回 weight。
    不要修改 weight 和 ids。注意：one_hot[:, ids] = 1 会在每一行都填上 1，而每行只能有一个 1。
    不允许使用 torch 自带的 one-hot 和词嵌入（F.one_hot、F.embedding、F.embedding_bag、nn.Embedding 等），以及 torch.ops。
    """
    raise NotImplementedError("one_hot_embedding is yours to write")


def embedding_grad(ids: Tensor, grad_out: Tensor, num_embeddings: int, padding_idx: int | None = None) -> Tensor:
    """Compute the gradient of an embedding with respect to its weight: this is how word vectors are learned.

    The T words of a sentence picked T rows of the weight, and grad_out holds the gradient of the loss at each picked
    row. A word that occurs several times reaches the loss on several paths, so its gradients add up. Words that do
    not occur get the gradient 0. The row of "<pad>" is not to be trained, so its gradient is set to 0 as well.

        grad[v] = sum of grad_out[t] over all t with ids[t] = v;     grad[padding_idx] = 0

    ids: (T,), int64, from 0 to num_embeddings - 1; T may be 0.  grad_out: (T, D), float32 or float64.
    Change neither of them.
    num_embeddings: V, the number of rows of the weight.
    padding_idx: the row that is not trained, from 0 to V - 1, or None if all rows are. 0 is a row, too.
    Returns (V, D), with the dtype of grad_out.
    Not allowed: autograd (backward, torch.autograd, torch.func), torch.ops, torch's own embedding (F.embedding,
    nn.Embedding and the like).

    >>> grad_out = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> embedding_grad(torch.tensor([1, 3, 1]), grad_out, num_embeddings=4)
    tensor([[0., 0.],
            [6., 8.],
            [0., 0.],
            [3., 4.]])

    A trap: grad[ids] += grad_out adds only one of the gradients of a repeated word.

    中文：求损失对词嵌入矩阵的梯度，词向量就是这样学出来的。一句话的 T 个词取出了矩阵的 T 行，grad_out 的第 t 行是损失对第 t 个
    词向量的梯度。同一个词出现几次，就有几条路径通向损失，这些梯度要相加；没有出现的词，梯度为 0。padding_idx 所在的行不训练，
    梯度也置为 0；None 表示所有行都训练，注意 0 也是有效的行号。返回形状为 (V, D)、dtype 与 grad_out 相同的张量，不要修改输入。
    注意：grad[ids] += grad_out 遇到重复的索引只会加一次。不允许使用自动求导（backward、torch.autograd、torch.func）、
    torch.ops 和 torch 自带的词嵌入（F.embedding、nn.Embedding 等）。
    """
    raise NotImplementedError("embedding_grad is yours to write")


def pad_batch(seqs: list[list[int]], pad: int = 0, batch_first: bool = False) -> tuple[Tensor, Tensor]:
    """Make one tensor of sentences of different lengths: a batch for nn.Embedding and nn.RNN.

    A tensor is rectangular, and sentences are not. So the index of "<pad>" is appended to the shorter ones until all
    are as long as the longest. The lengths say later which words are real.

        ids[t, b] = seqs[b][t] if t < lengths[b], else pad          (ids[b, t] with batch_first)

    seqs: B lists of indices, at least one; do not change them. A sentence may be empty, or all of them.
    pad: the index to append.
    batch_first: the default of nn.RNN is (T, B), so each column is a sentence. With True it is (B, T).
    Returns (ids, lengths). ids has the shape (T, B) or (B, T), where T is the longest length; lengths has the shape
    (B,). Both are int64. The sentences keep their order: column b of ids belongs to seqs[b].
    Not allowed: torch's own padding (pad_sequence, pack_sequence and all of nn.utils.rnn, nested tensors),
    torch.ops.

    >>> ids, lengths = pad_batch([[1, 2, 3], [4]])
    >>> ids
    tensor([[1, 4],
            [2, 0],
            [3, 0]])
    >>> lengths
    tensor([3, 1])

    中文：把长短不一的句子拼成一个批次。张量必须是矩形，所以短句要在末尾（右边）补上 pad，直到与最长的句子一样长，长度则另外记录。
    默认布局与 nn.RNN 一致，是 (T, B)，每一列是一句话；batch_first=True 时是 (B, T)，每一行是一句话。T 是最长句子的长度，
    B 是句子数，至少有一句，句子可以是空的。返回 (ids, lengths)，都是 int64；句子的顺序不变，不要修改 seqs。
    不允许使用 torch 自带的填充（pad_sequence、pack_sequence 等 nn.utils.rnn 中的函数，以及嵌套张量）和 torch.ops。
    """
    raise NotImplementedError("pad_batch is yours to write")


def lm_windows(ids: Tensor, seq_len: int, stride: int = 1) -> tuple[Tensor, Tensor]:
    """Cut a text into training examples for a network that predicts the next word.

    The text is its own answer: at each place, the target is the word that follows. So a window of seq_len words is the
    input, and the window one place further on is the target. The next pair begins stride places later. For the last
    word of the text nobody knows the next one, so it occurs in targets only.

        x[i] = ids[s : s + seq_len]      y[i] = ids[s + 1 : s + seq_len + 1]      with s = i * stride

    ids: (n,), int64, the whole text, as from encode; do not change it.
    seq_len: the number of words in a window, at least 1.
    stride: how far apart two windows begin, at least 1. stride=seq_len gives windows that do not overlap.
    Returns (x, y), both of shape (windows, seq_len) and int64. All windows that lie whole in the text, with their
    targets, are there, in the order of the text. A text of seq_len words or fewer gives the shape (0, seq_len).

    >>> x, y = lm_windows(torch.tensor([10, 11, 12, 13, 14]), seq_len=3)
    >>> x
    tensor([[10, 11, 12],
            [11, 12, 13]])
    >>> y
    tensor([[11, 12, 13],
            [12, 13, 14]])

    中文：把一段文本切成训练样本，供网络学习预测下一个词。答案就在文本里：每个位置的目标，就是紧跟在后面的那个词。所以输入 x 取
    seq_len 个词，目标 y 是往后错开一位的 seq_len 个词；下一个窗口的起点向后移动 stride 个词，stride=seq_len 时窗口互不重叠。
    最后一个词后面没有词，所以它只作目标。窗口和它的目标都要完整地落在文本里，不完整的不要；顺序与文本一致。
    返回 (x, y)，形状都是 (windows, seq_len)，windows 是窗口个数，dtype 为 int64。文本不超过 seq_len 个词时，
    一个窗口也没有，形状是 (0, seq_len)。不要修改 ids。
    """
    raise NotImplementedError("lm_windows is yours to write")
