"""Text as numbers: words, indices, vectors. 文本数值化：从词到索引，再到向量。"""

from collections import Counter
from collections.abc import Iterable

import jieba


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
