"""Text as numbers: words, indices, vectors. 文本数值化：从词到索引，再到向量。"""

from collections import Counter
from collections.abc import Iterable


def build_vocab(
    tokens: Iterable[str], min_freq: int = 1, specials: tuple[str, ...] = ("<pad>", "<unk>")
) -> tuple[dict[str, int], list[str]]:
    """The vocabulary of a text: each word once, with an index of its own.

    nn.Embedding knows no words, only row numbers 0, 1, 2, …; the vocabulary translates both ways. The order is
    fixed: first the specials as given, then the words by falling frequency, and among equally frequent words
    the one that occurs first. (list(set(words)) in the notes gives other indices in every run: a saved
    embedding would then belong to other words.)

    tokens: the words of the text, such as jieba.lcut cuts them; any iterable, also one that can be read only once.
    min_freq: words that occur fewer times than this are left out; the specials never are.
    specials: entries that need no text: "<pad>" fills up short sentences, "<unk>" stands for unknown words.
        A token that equals a special keeps the special's place and is not listed again.
    Returns (word_to_index, index_to_word): a dict word -> index and the list of words in index order, so that
    index_to_word[word_to_index[word]] == word.

    >>> import jieba
    >>> tokens = jieba.lcut("我爱深度学习，我爱学习")
    >>> tokens
    ['我', '爱', '深度', '学习', '，', '我', '爱', '学习']
    >>> word_to_index, index_to_word = build_vocab(tokens)
    >>> index_to_word
    ['<pad>', '<unk>', '我', '爱', '学习', '深度', '，']
    >>> word_to_index["学习"]
    4

    中文：由分词结果（例如 jieba.lcut 的返回值）构建词表，返回“词到索引”的字典和“索引到词”的列表。特殊符号按给定顺序排在
    最前，其余的词按词频从高到低排列，词频相同的，先出现的在前；出现次数少于 min_freq 的词不收录。每个词只占一个索引，
    与特殊符号同名的词也不重复收录。不要用 list(set(...)) 去重：集合的顺序每次运行都可能不同，索引就对不上了。
    tokens 可能是生成器，只能遍历一次。
    """
    raise NotImplementedError("build_vocab is yours to write")
