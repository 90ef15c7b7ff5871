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
    """Turn indices back into text: the way back from encode.

    A network answers with indices. Each of them is a place in index_to_word. The words are joined without spaces, as
    Chinese is written, and what only fills up the sentence is left out.

        text = index_to_word[ids[0]] + index_to_word[ids[1]] + …        without the words in skip

    ids: (T,), int64; T may be 0.  index_to_word: the list of words, as from build_vocab.  Change neither of them.
    skip: words to leave out, each as a whole. "<unk>" is not among them by default: a reader should see that a word
        was unknown.
    Returns a string.
    Raises IndexError if an index is negative, or not smaller than the length of index_to_word.

    >>> index_to_word = ["<pad>", "<unk>", "我", "爱", "你"]
    >>> decode(torch.tensor([2, 3, 4, 0, 0]), index_to_word)
    '我爱你'
    >>> decode(torch.tensor([2, 3, 1, 0, 0]), index_to_word)
    '我爱<unk>'

    A trap: Python's lists accept the index -1 and give their last word.

    中文：把索引还原成文字，与 encode 相反。模型给出的是索引，每个索引对应 index_to_word 中的一个词。中文的词之间没有空格，
    所以直接连起来；skip 中的词（默认只有填充符 "<pad>"）不输出，按整个词比较。"<unk>" 默认保留，让读者看到这里有生词。
    返回字符串。索引为负数，或者不小于 index_to_word 的长度时，抛出 IndexError；注意 Python 的列表接受 -1，会取到最后一个词。
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
    """Show what an embedding is: a linear layer without bias, on one-hot vectors.

    A one-hot vector has a 1 at the place of its word and 0 everywhere else. Its product with the weight adds all rows,
    each multiplied by 0 or 1, so only the row of the word is left. nn.Embedding picks that row directly, and saves
    the multiplications: with 50,000 words, 49,999 of every 50,000.

        one_hot[t, v] = 1 if v = ids[t], else 0           vectors = one_hot @ weight

    weight: (V, D), float32 or float64.  ids: (T,), int64, from 0 to V - 1; T may be 0.  Change neither of them.
    Returns (one_hot, vectors), of the shapes (T, V) and (T, D), both with the dtype of weight. Autograd must reach
    weight through vectors.
    Not allowed: F.one_hot, and torch's own embedding (F.embedding, nn.Embedding and the like).

    >>> weight = torch.tensor([[0.0, 0.0], [0.5, -1.0], [2.0, 3.0]])
    >>> one_hot, vectors = one_hot_embedding(weight, torch.tensor([2, 1, 2]))
    >>> one_hot
    tensor([[0., 0., 1.],
            [0., 1., 0.],
            [0., 0., 1.]])
    >>> vectors
    tensor([[ 2.0000,  3.0000],
            [ 0.5000, -1.0000],
            [ 2.0000,  3.0000]])

    A trap: one_hot[:, ids] = 1 writes every 1 into every row.

    中文：说明词嵌入究竟是什么：对 one-hot 向量做一次没有偏置的线性变换。one-hot 向量在词的位置上是 1，其余全是 0，与 weight 相乘
    就是把各行乘以 0 或 1 再相加，最后只剩下这个词的那一行。nn.Embedding 直接取出这一行，省去了几乎全部乘法。
    返回 (one_hot, vectors)，形状分别是 (T, V) 和 (T, D)，dtype 都与 weight 相同；梯度要能通过 vectors 传回 weight。
    宽度 V 是词表大小，即 weight 的行数，与这句话里最大的索引无关。注意：one_hot[:, ids] = 1 会把所有的 1 写进每一行。
    不要修改 weight 和 ids。不允许使用 F.one_hot 和 torch 自带的词嵌入（F.embedding、nn.Embedding 等）。
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
    Not allowed: torch's own padding (pad_sequence, pack_sequence and all of nn.utils.rnn, nested tensors).

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
    不允许使用 torch 自带的填充（pad_sequence、pack_sequence 等 nn.utils.rnn 中的函数，以及嵌套张量）。
    """
    raise NotImplementedError("pad_batch is yours to write")


def lm_windows(ids: Tensor, seq_len: int, stride: int = 1) -> tuple[Tensor, Tensor]:
    """Cut a text into pairs for training a text generator: some words, and the same words moved on by one.

    A text generator is trained to name the next word. So the target of each word is the word after it: for the words
    0 1 2 the targets are 1 2 3. One window gives seq_len such questions at once.

        x[i] = ids[s : s + seq_len]        y[i] = ids[s + 1 : s + seq_len + 1]        s = i * stride

    ids: (n,), int64: a text as indices. Do not change it.
    seq_len: L, the length of a window, at least 1.
    stride: by how many words the next window begins later, at least 1. With stride = seq_len, no word is in two of
        the x.
    Returns (x, y), both int64 of shape (k, L). k counts the windows whose last target is still in the text. If the
    text is too short for one window, k is 0.

    >>> x, y = lm_windows(torch.tensor([5, 6, 7, 8, 9]), seq_len=3)
    >>> x
    tensor([[5, 6, 7],
            [6, 7, 8]])
    >>> y
    tensor([[6, 7, 8],
            [7, 8, 9]])

    Two traps: the window 7 8 9 has no third target, so it is left out. And torch.stack of no windows raises an error.

    中文：把一段文本切成训练文本生成器用的样本：输入是若干个词，目标是同样这些词往后错开一位。文本生成器要学的是“下一个词是什么”，
    所以每个词的目标就是它后面的那个词：输入 0 1 2 的目标是 1 2 3，一个窗口同时给出 seq_len 个问题。
    stride 是相邻两个窗口起点的距离；stride 等于 seq_len 时，各个输入互不重叠。返回 (x, y)，形状都是 (k, L)，dtype 为 int64，
    k 是最后一个目标仍在文本之内的窗口个数。文本不够一个窗口时，k 为 0，形状仍是 (0, L)（torch.stack 空列表会报错）。
    ids 是形状为 (n,) 的 int64 张量，不要修改。
    """
    raise NotImplementedError("lm_windows is yours to write")
