"""Hidden checks of the vocabulary and the embedding. 词表与词嵌入的隐藏检查。"""

import logging
from collections import Counter
from typing import Any

import jieba
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

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

jieba.setLogLevel(logging.WARNING)  # no report of how fast the dictionary was loaded

DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
SPECIALS = ("<pad>", "<unk>")
OLYMPICS = "北京冬奥的进度条已经过半，不少外国运动员在完成自己的比赛后踏上归途。"
LEARNING = "深度学习是机器学习的分支，机器学习离不开数据，深度学习更离不开数据。"
MIXED = "PyTorch和torch都要学，torch先学，PyTorch后学，学会torch再学PyTorch 2.0"


def listed(tokens: list[str], min_freq: int = 1, specials: tuple[str, ...] = SPECIALS) -> list[str]:
    """The oracle: index_to_word, by sorting on count and place of first occurrence."""
    counts = Counter(tokens)
    kept = [word for word in counts if counts[word] >= min_freq and word not in specials]
    return [*specials, *sorted(kept, key=lambda word: (-counts[word], tokens.index(word)))]


def assert_vocabulary(answer: Any, index_to_word: list[str]) -> None:
    """Both halves are right. In which order the dict was filled does not matter."""
    word_to_index = {word: index for index, word in enumerate(index_to_word)}
    match answer:
        case [dict() as theirs, _] if theirs.keys() == word_to_index.keys():
            word_to_index = {word: word_to_index[word] for word in theirs}
    assert_equal(answer, (word_to_index, index_to_word))


def drawn(count: int, seed: int) -> list[str]:
    """`count` words, drawn from 24 of them; small numbers come more often, so that counts differ and tie."""
    generator = torch.Generator().manual_seed(seed)
    numbers = (24 * torch.rand(count, generator=generator) ** 2).long().tolist()
    return [f"词{97 * number % 50}" for number in numbers]


# tokenize


@check("tokenize", weight=2)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("深度学习是机器学习的分支。", ["深度", "学习", "是", "机器", "学习", "的", "分支", "。"]),
        ("他来到了网易杭研大厦", ["他", "来到", "了", "网易", "杭研", "大厦"]),
        ("春眠不觉晓，处处闻啼鸟。", ["春眠", "不觉", "晓", "，", "处处", "闻啼鸟", "。"]),
    ],
    ids=["learning", "netease", "spring"],
)
def test_tokenize_of_a_sentence(student, text, words):
    """Words longer than one character stay whole; repeated words stay. 词不拆成单字，重复的词都保留。"""
    assert_equal(student.tokenize(text), words)


@check("tokenize")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PyTorch和torch都要学 PyTorch 2.0！", ["PyTorch", "和", "torch", "都", "要学", "PyTorch", "2.0", "！"]),
        ("圆周率是3.14，约等于22/7", ["圆周率", "是", "3.14", "，", "约等于", "22", "/", "7"]),
    ],
    ids=["words", "numbers"],
)
def test_tokenize_mixed_text(student, text, words):
    """Latin words and numbers stay whole, with their capitals. 英文单词和数字不拆开，大小写不变。"""
    assert_equal(student.tokenize(text), words)


@check("tokenize")
def test_tokenize_of_nothing(student):
    """An empty text and a text of blanks have no words; one word gives one. 空文本、只有空白的文本都没有词；一个词就得到一个词。"""
    for text in ["", " ", "   \n\t ", "\u3000\u3000", "\r\n\r\n"]:
        assert_equal(student.tokenize(text), [])
    assert_equal(student.tokenize("\u3000学习\n"), ["学习"])


@check("tokenize")
@pytest.mark.parametrize("blank", ["  ", "\n", "\t", "\u3000", "\r\n"], ids=["two", "line", "tab", "wide", "windows"])
def test_tokenize_leaves_out_every_blank(student, blank):
    """Line breaks, tabs and full-width spaces are left out, too. 换行、制表符和全角空格也要去掉。"""
    text = f"我爱{blank}北京{blank}，你呢{blank}"
    assert_equal(student.tokenize(text), ["我", "爱", "北京", "，", "你", "呢"])


@check("tokenize")
def test_tokenize_cuts_at_blanks(student):
    """A space or a comma ends a word, even if it is left out of the answer. 空格和标点即使不保留，也会隔开前后的词。"""
    assert_equal(student.tokenize("我 爱 你"), ["我", "爱", "你"])
    assert_equal(student.tokenize("不，好", drop="，"), ["不", "好"])


@check("tokenize")
def test_tokenize_drops_full_width_punctuation(student):
    """Every character in drop is left out, wherever it occurs. drop 中的每个字符，无论在哪里都去掉。"""
    text = "“深度学习”难吗？不难！学，就会；不学……就不会。"
    words = ["深度", "学习", "难", "吗", "？", "不难", "学", "就", "会", "不", "学", "就", "不会"]
    assert_equal(student.tokenize(text, drop="“”，。！；…"), words)


@check("tokenize")
def test_tokenize_drops_words_of_one_character(student):
    """drop may also name a word of one character. drop 也可以列出单字的词，例如“的”。"""
    assert_equal(student.tokenize("我的比赛，你的目的", drop="的"), ["我", "比赛", "，", "你", "目的"])


@check("tokenize", weight=2)
def test_tokenize_keeps_longer_words(student):
    """A word of two characters stays, even if drop contains both. 两个字的词即使都在 drop 中，也要保留。"""
    assert_equal(student.tokenize("我爱学习，北京。", drop="学习北京。"), ["我", "爱", "学习", "，", "北京"])


@check("tokenize")
def test_tokenize_loses_no_character(student):
    """Joined again, the words are the text. 把分出的词连起来，就是原文。"""
    for text in [OLYMPICS, LEARNING, "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？"]:
        words = student.tokenize(text)
        expect(
            "".join(words) == text,
            "joined again, the words are not the text. Leave out only white space and what drop names.",
            "分出的词连起来不等于原文。只应去掉空白和 drop 中的字符。",
            answer=words,
        )
        assert_equal(words, jieba.lcut(text))


# build_vocab


def indices(*shape: int, below: int, seed: int) -> Tensor:
    """Random indices from 0 to below - 1, the same on every run."""
    return torch.randint(below, shape, generator=torch.Generator().manual_seed(seed))


@check("build_vocab", weight=2)
@pytest.mark.parametrize("text", [OLYMPICS, LEARNING, MIXED], ids=["olympics", "learning", "mixed"])
def test_build_vocab_of_a_sentence(student, text):
    """The words of a sentence cut by jieba get the right places and indices. jieba 分出的词都有正确的位置和索引。"""
    tokens = jieba.lcut(text)
    assert_vocabulary(student.build_vocab(tokens), listed(tokens))


@check("build_vocab")
def test_build_vocab_falling_frequency(student):
    """Words with the counts 3, 2 and 1 come in this order. “我”三次、“爱”两次、“你”一次，按此顺序排列。"""
    assert_vocabulary(student.build_vocab(["你", "爱", "我", "爱", "我", "我"]), ["<pad>", "<unk>", "我", "爱", "你"])


@check("build_vocab")
def test_build_vocab_ties_in_order_of_occurrence(student):
    """Equally frequent words keep the order of the text. 词频相同的词保持在文中首次出现的顺序。"""
    tokens = jieba.lcut("春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。")
    index_to_word = [*SPECIALS, *dict.fromkeys(tokens)]
    answer = student.build_vocab(list(dict.fromkeys(tokens)) * 2)
    expect(
        sorted(answer[1]) != sorted(index_to_word) or answer[1] == index_to_word,
        "equally frequent words left the order of the text. A set forgets that order, a dict keeps it.",
        "词频相同的词没有保持文中的顺序。集合会丢失顺序，字典会保留。",
        answer=answer,
    )
    assert_vocabulary(answer, index_to_word)


@check("build_vocab")
@pytest.mark.parametrize("min_freq", [2, 3, 4, 99], ids=["2", "3", "4", "99"])
def test_build_vocab_min_freq(student, min_freq):
    """A word that occurs exactly min_freq times stays; rarer words are left out. 恰好出现 min_freq 次的词保留，更少的去掉。"""
    tokens = jieba.lcut(LEARNING)
    assert_vocabulary(student.build_vocab(tokens, min_freq), listed(tokens, min_freq))


@check("build_vocab", weight=2)
@pytest.mark.parametrize("min_freq", [1, 5], ids=["all", "frequent"])
def test_build_vocab_of_a_long_text(student, min_freq):
    """Correct for 300 random words, many of them equally frequent. 随机抽取的 300 个词，其中不少词频相同。"""
    tokens = drawn(300, seed=1)
    assert_vocabulary(student.build_vocab(tokens, min_freq=min_freq), listed(tokens, min_freq))


@check("build_vocab")
def test_build_vocab_of_many_words(student):
    """A vocabulary of 1500 words is complete. 词表有 1500 个词时，一个也不少。"""
    tokens = [f"词{97 * number % 1500}" for number in range(1500)] + [f"词{number}" for number in range(0, 1500, 7)]
    assert_vocabulary(student.build_vocab(tokens), listed(tokens))


@check("build_vocab")
def test_build_vocab_lists_a_special_once(student):
    """A token that equals a special keeps the special's index. 与特殊符号同名的词沿用特殊符号的索引，不重复收录。"""
    tokens = ["<unk>", *jieba.lcut("我爱学习"), "<unk>", "<pad>", "学习", "<unk>"]
    assert_vocabulary(student.build_vocab(tokens), ["<pad>", "<unk>", "学习", "我", "爱"])


@check("build_vocab")
@pytest.mark.parametrize("min_freq", [2, 3], ids=["2", "3"])
def test_build_vocab_keeps_a_rare_special(student, min_freq):
    """A special stays even if the text has it fewer than min_freq times. 特殊符号在文中出现次数少于 min_freq 时也保留。"""
    tokens = ["学习", "<unk>", "我", "学习", "<pad>", "<pad>", "学习"]
    assert_vocabulary(student.build_vocab(tokens, min_freq), ["<pad>", "<unk>", "学习"])


@check("build_vocab")
@pytest.mark.parametrize(
    "specials", [("<unk>", "<bos>", "<eos>", "<pad>"), ("，",), ()], ids=["four", "a comma", "none"]
)
def test_build_vocab_own_specials(student, specials):
    """Other specials come first, in their order; there may be none. 自定义的特殊符号（或没有）按给定顺序排在最前。"""
    tokens = jieba.lcut(LEARNING)
    assert_vocabulary(student.build_vocab(tokens, specials=specials), listed(tokens, specials=specials))


@check("build_vocab")
def test_build_vocab_of_nothing(student):
    """Without tokens the vocabulary has only the specials, whatever min_freq is. 没有词时只剩特殊符号，与 min_freq 无关。"""
    for specials in [("<bos>",), SPECIALS, ()]:
        assert_vocabulary(student.build_vocab([], 3, specials), list(specials))


@check("build_vocab")
@pytest.mark.parametrize("one_pass", ["(w for w in words)", "iter(words)"], ids=["generator", "iterator"])
def test_build_vocab_reads_its_tokens_once(student, one_pass):
    """A generator gives the same vocabulary as a list. 传入生成器与传入列表，结果相同。"""
    tokens = jieba.lcut(LEARNING)
    assert_vocabulary(student.build_vocab(tokens), listed(tokens))
    assert_vocabulary(student.build_vocab(student.build(one_pass, words=tokens)), listed(tokens))


@check("build_vocab")
def test_build_vocab_numbers_the_rows_of_an_embedding(student):
    """The indices are 0 to V - 1, each used once, and give back their words. 索引为 0 到 V - 1，各用一次，且能查回原词。"""
    word_to_index, index_to_word = student.build_vocab(jieba.lcut(OLYMPICS))
    expect(
        sorted(word_to_index.values()) == list(range(len(index_to_word))),
        "the indices are not 0 to V - 1: rows of nn.Embedding would stay unused, or be missing.",
        "索引不是 0 到 V - 1：nn.Embedding 会有多余的行，或者越界。",
        answer=word_to_index,
    )
    assert_equal([index_to_word[index] for index in word_to_index.values()], list(word_to_index))


@check("build_vocab")
def test_build_vocab_of_a_text_read_twice(student):
    """Reading the text twice changes no index. 同一文本读两遍，索引不变。"""
    tokens = jieba.lcut(MIXED)
    assert_vocabulary(student.build_vocab(tokens + tokens), listed(tokens))


@check("build_vocab")
def test_build_vocab_leaves_its_tokens_alone(student):
    """The list of tokens is not changed. 只读取传入的词列表，不作修改。"""
    tokens = jieba.lcut(LEARNING)
    assert_vocabulary(student.build_vocab(tokens, 2), listed(tokens, 2))
    assert_inputs_unchanged(student.build_vocab, tokens, 2)


# encode

WORD_TO_INDEX = {"<pad>": 0, "<unk>": 1, "学习": 2, "深度": 3, "机器": 4, "数据": 5, "，": 6}


@check("encode", weight=2)
def test_encode_known_words(student):
    """Each word gets its index, and repeated words the same one. 每个词得到各自的索引，重复的词索引相同。"""
    tokens = ["深度", "学习", "，", "机器", "学习", "，", "数据"]
    assert_close(student.encode(tokens, WORD_TO_INDEX), torch.tensor([3, 2, 6, 4, 2, 6, 5]), EXACT)


@check("encode", weight=2)
def test_encode_unknown_words(student):
    """Unknown words get the index of <unk>, in their places. 生词在原位换成 <unk> 的索引。"""
    tokens = ["强化", "学习", "离不开", "数据", "吗"]
    assert_close(student.encode(tokens, WORD_TO_INDEX), torch.tensor([1, 2, 1, 5, 1]), EXACT)


@check("encode")
def test_encode_only_unknown_words(student):
    """A sentence of unknown words keeps its length. 全是生词时，长度也不变。"""
    for index in [0, 1, 5]:
        answer = student.encode(["春", "眠", "不", "觉", "晓"], {"<unk>": index, "学习": 2})
        assert_close(answer, torch.full((5,), index), EXACT)


@check("encode")
def test_encode_an_own_unk(student):
    """The entry for unknown words may have another name and place. 表示生词的符号可以换名字，也可以在任何位置。"""
    word_to_index = {"学习": 0, "<unk>": 1, "[UNK]": 7, "爱": 3}
    assert_close(student.encode(["爱", "你", "学习"], word_to_index, unk="[UNK]"), torch.tensor([3, 7, 0]), EXACT)
    assert_close(student.encode(["爱", "你", "学习"], word_to_index, "学习"), torch.tensor([3, 0, 0]), EXACT)


@check("encode")
def test_encode_the_index_zero(student):
    """The index 0 is an index like any other. 索引 0 与其他索引一样有效。"""
    assert_close(student.encode(["我", "爱", "我"], {"我": 0, "<unk>": 1, "爱": 2}), torch.tensor([0, 2, 0]), EXACT)


@check("encode")
def test_encode_the_specials_themselves(student):
    """ "<pad>" and "<unk>" as tokens get their own indices. 特殊符号作为词出现时，用它们自己的索引。"""
    tokens = ["<unk>", "学习", "<pad>", "<pad>"]
    assert_close(student.encode(tokens, WORD_TO_INDEX), torch.tensor([1, 2, 0, 0]), EXACT)


@check("encode")
def test_encode_counts_the_words_as_they_are(student):
    """Upper case, lower case and blanks make different words. 大小写不同、带空格的词，都算不同的词。"""
    word_to_index = {"<unk>": 0, "torch": 1, "Torch": 2, " ": 3}
    answer = student.encode(["Torch", "torch", " ", "TORCH", " torch"], word_to_index)
    assert_close(answer, torch.tensor([2, 1, 3, 0, 0]), EXACT)


@check("encode", weight=2)
def test_encode_without_an_entry_for_unknown_words(student):
    """Without unk an unknown word raises KeyError, and known words are encoded. 没有 unk 时，遇到生词抛出 KeyError，其余照常。"""
    word_to_index = {"爱": 0, "我": 1}
    assert_close(student.encode(["我", "爱"], word_to_index), torch.tensor([1, 0]), EXACT)
    assert_raises(KeyError, student.encode, ["我", "你"], word_to_index)
    assert_raises(KeyError, student.encode, ["你"], {"<unk>": 0, "爱": 1}, "[UNK]")


@check("encode")
def test_encode_nothing(student):
    """No tokens give shape (0,) and int64, whether or not there is an unk. 没有词时形状为 (0,)，dtype 为 int64，与有没有 unk 无关。"""
    for word_to_index in [WORD_TO_INDEX, {"爱": 0}, {}]:
        assert_close(student.encode([], word_to_index), torch.zeros(0, dtype=torch.int64), EXACT)
    assert_close(student.encode(["爱"], {"爱": 0}), torch.tensor([0]), EXACT)


@check("encode")
def test_encode_of_a_long_text(student):
    """Two texts, one after the other, give their ids one after the other. 把两段文本接起来，索引也首尾相接。"""
    first, second = drawn(200, seed=2), drawn(150, seed=3)
    word_to_index = {word: index for index, word in enumerate([*SPECIALS, *dict.fromkeys(first)][:15])}
    expected = [word_to_index.get(word, 1) for word in first + second]
    assert_close(student.encode(first + second, word_to_index), torch.tensor(expected), EXACT)


@check("encode")
def test_encode_a_large_vocabulary(student):
    """Large indices stay exact; float32 would round them. 很大的索引也要精确，经过 float32 就会被舍入。"""
    word_to_index = {"<unk>": 2**24 + 1, "学习": 2**40 + 3}
    assert_close(student.encode(["学习", "你"], word_to_index), torch.tensor([2**40 + 3, 2**24 + 1]), EXACT)


@check("encode")
def test_encode_leaves_its_inputs_alone(student):
    """Unknown words are not added to the vocabulary, and no token is replaced. 不把生词加进词表，也不替换列表里的词。"""
    answer = assert_inputs_unchanged(student.encode, ["学习", "你", "学习"], {"<unk>": 4, "学习": 2})
    assert_close(answer, torch.tensor([2, 4, 2]), EXACT)


# decode


WORDS = ["<pad>", "<unk>", "我", "爱", "学习", "，", "PyTorch", " "]


@check("decode", weight=2)
@pytest.mark.parametrize("length", [1, 2, 25], ids=str)
def test_decode_of_random_words(student, length):
    """Correct for random words, many of them repeated. 随机的词也正确，其中不少重复。"""
    ids = indices(length, below=6, seed=80 + length) + 2
    assert_equal(student.decode(ids, WORDS), "".join(WORDS[index] for index in ids.tolist()))


@check("decode", weight=2)
@pytest.mark.parametrize("text", [OLYMPICS, LEARNING, MIXED], ids=["olympics", "learning", "mixed"])
def test_decode_of_an_encoded_sentence(student, text):
    """Encoded and decoded again, a sentence is the same. 先编码再解码，得到原来的句子。"""
    tokens = jieba.lcut(text)
    index_to_word = listed(tokens)
    ids = torch.tensor([index_to_word.index(token) for token in tokens])
    assert_equal(student.decode(ids, index_to_word), text)


@check("decode")
def test_decode_of_nothing(student):
    """No indices, or only padding, give an empty string. 没有索引或只有填充符时，得到空字符串。"""
    assert_equal(student.decode(torch.tensor([4]), WORDS), "学习")
    for length in [0, 1, 4]:
        assert_equal(student.decode(torch.zeros(length, dtype=torch.int64), WORDS), "")


@check("decode")
def test_decode_leaves_out_padding_everywhere(student):
    """Padding in front and in the middle is left out, and the words after it stay. 开头和中间的填充符也去掉，后面的词保留。"""
    assert_equal(student.decode(torch.tensor([0, 2, 0, 0, 3, 4]), WORDS), "我爱学习")


@check("decode")
def test_decode_keeps_unknown_words(student):
    """ "<unk>" stays unless skip contains it. skip 中没有 "<unk>" 时，要保留它。"""
    ids = torch.tensor([2, 1, 4, 1, 0])
    assert_equal(student.decode(ids, WORDS), "我<unk>学习<unk>")
    assert_equal(student.decode(ids, WORDS, ("<unk>", "<pad>")), "我学习")
    assert_equal(student.decode(ids, WORDS, ("<unk>",)), "我学习<pad>")


@check("decode", weight=2)
def test_decode_skips_words_and_not_indices(student):
    """What is left out depends on the word, not on its place in the vocabulary. 是否去掉看的是词，不是它在词表中的位置。"""
    index_to_word = ["学习", "我", "<pad>", "爱"]
    assert_equal(student.decode(torch.tensor([1, 3, 0, 2]), index_to_word), "我爱学习")
    assert_equal(student.decode(torch.tensor([1, 3, 0, 2]), index_to_word, ("爱", "我")), "学习<pad>")


@check("decode")
def test_decode_skips_whole_words(student):
    """A word that only contains a skipped word, or is a piece of one, stays. 只是包含 skip 中的词，或是它的一部分，都要保留。"""
    index_to_word = ["学", "习", "学习", "爱学习"]
    assert_equal(student.decode(torch.tensor([3, 0, 2, 1]), index_to_word, ("学习",)), "爱学习学习")


@check("decode")
@pytest.mark.parametrize("place", [0, 3, 99], ids=["the_size", "larger", "far"])
def test_decode_refuses_large_indices(student, place):
    """An index beyond the vocabulary raises IndexError; the last word may be used. 超出词表时抛出 IndexError，最后一个词可以取。"""
    assert_raises(IndexError, student.decode, torch.tensor([2, len(WORDS) + place, 0]), WORDS)
    assert_equal(student.decode(torch.tensor([2, len(WORDS) - 1, 2]), WORDS), "我 我")


@check("decode", weight=2)
@pytest.mark.parametrize("index", [-1, -3, -8, -9], ids=str)
def test_decode_refuses_negative_indices(student, index):
    """A negative index raises IndexError, at any place. 负数索引无论在哪里，都抛出 IndexError。"""
    assert_raises(IndexError, student.decode, torch.tensor([2, index]), WORDS)
    assert_raises(IndexError, student.decode, torch.tensor([index, 2]), WORDS)
    assert_equal(student.decode(torch.tensor([2, 6]), WORDS), "我PyTorch")


@check("decode")
def test_decode_of_any_memory_layout(student):
    """A strided column of a batch works. 从批次中取出的一列（内存不连续）也正确。"""
    batch = torch.tensor([[2, 5], [3, 6], [4, 7]])
    assert_equal(student.decode(batch[:, 0], WORDS), "我爱学习")


@check("decode")
def test_decode_leaves_its_inputs_alone(student):
    """Nothing is removed from ids or from the vocabulary. 不从 ids 和词表中删去任何一项。"""
    answer = assert_inputs_unchanged(student.decode, torch.tensor([0, 2, 1, 0]), ["<pad>", "<unk>", "爱"], ("<unk>",))
    assert_equal(answer, "<pad>爱<pad>")


# embedding_lookup


@check("embedding_lookup", weight=2)
@DTYPES
def test_embedding_lookup_of_random_words(student, dtype):
    """Correct for 30 words, many of them repeated, with the dtype of the weight. 30 个词，多有重复；dtype 与 weight 相同。"""
    weight, ids = randn(12, 5, seed=1, dtype=dtype), indices(30, below=12, seed=2)
    assert_close(student.embedding_lookup(weight, ids), F.embedding(ids, weight), EXACT)


@check("embedding_lookup", weight=2)
@pytest.mark.parametrize("shape", [(7, 3), (2, 3, 4), (1, 1), (5, 1)], ids=str)
def test_embedding_lookup_of_any_shape(student, shape):
    """The axes of ids come first, then D. 结果先是 ids 的各维，最后是 D。"""
    weight, ids = randn(6, 4, seed=3), indices(*shape, below=6, seed=4)
    assert_close(student.embedding_lookup(weight, ids), F.embedding(ids, weight), EXACT)


@check("embedding_lookup")
def test_embedding_lookup_of_a_square_matrix(student):
    """The vector of a word is a row of the matrix, not a column. 词向量是矩阵的一行，不是一列。"""
    weight, ids = randn(4, 4, seed=5), torch.tensor([3, 0, 1])
    assert_close(student.embedding_lookup(weight, ids), F.embedding(ids, weight), EXACT)


@check("embedding_lookup")
def test_embedding_lookup_of_one_index(student):
    """An index without axes gives one vector of shape (D,). 单个索引（零维张量）得到形状为 (D,) 的一个向量。"""
    weight = randn(3, 2, seed=6)
    for index in range(3):
        assert_close(student.embedding_lookup(weight, torch.tensor(index)), weight[index], EXACT)


@check("embedding_lookup")
@pytest.mark.parametrize("shape", [(0,), (4, 0), (0, 3)], ids=str)
def test_embedding_lookup_of_no_index(student, shape):
    """No indices give no vectors, and the shape is still right. 没有索引就没有向量，形状仍然正确。"""
    weight = randn(3, 2, seed=7, dtype=torch.float64)
    assert_close(student.embedding_lookup(weight, torch.tensor([2])), weight[2:], EXACT)
    ids = torch.zeros(shape, dtype=torch.int64)
    assert_close(student.embedding_lookup(weight, ids), torch.zeros(*shape, 2, dtype=torch.float64), EXACT)


@check("embedding_lookup")
def test_embedding_lookup_small_matrices(student):
    """A vocabulary of one word and vectors of one number work. 词表只有一个词、词向量只有一维时也正确。"""
    for rows, columns in [(1, 3), (3, 1), (1, 1)]:
        weight, ids = randn(rows, columns, seed=8), indices(4, below=rows, seed=9)
        assert_close(student.embedding_lookup(weight, ids), F.embedding(ids, weight), EXACT)


@check("embedding_lookup")
@pytest.mark.parametrize(
    "ids",
    [torch.tensor([0, 5]), torch.tensor(5), torch.tensor([[1, 2], [99, 0]])],
    ids=["the_number_of_rows", "one_index", "batch"],
)
def test_embedding_lookup_refuses_large_indices(student, ids):
    """An index that has no row raises IndexError; the last row may be used. 超出行数时抛出 IndexError，最后一行可以取。"""
    weight = randn(5, 3, seed=10)
    assert_raises(IndexError, student.embedding_lookup, weight, ids)
    assert_close(student.embedding_lookup(weight, torch.tensor([4])), weight[4:], EXACT)


@check("embedding_lookup", weight=2)
@pytest.mark.parametrize(
    "ids",
    [torch.tensor([-1, 0]), torch.tensor(-5), torch.tensor([[1, 2], [3, -2]])],
    ids=["minus_one", "one_index", "batch"],
)
def test_embedding_lookup_refuses_negative_indices(student, ids):
    """A negative index raises IndexError; the index 0 may be used. 负数索引抛出 IndexError，索引 0 可以取。"""
    weight = randn(5, 3, seed=11)
    assert_raises(IndexError, student.embedding_lookup, weight, ids)
    assert_close(student.embedding_lookup(weight, torch.tensor([0])), weight[:1], EXACT)


@check("embedding_lookup")
def test_embedding_lookup_of_any_memory_layout(student):
    """Transposed and strided inputs work. 转置的、间隔取出的输入也正确。"""
    weight, ids = randn(5, 8, seed=12).T, indices(6, 8, below=8, seed=13)[::2, ::2].T
    assert_close(student.embedding_lookup(weight, ids), F.embedding(ids, weight), EXACT)


@check("embedding_lookup")
@pytest.mark.parametrize("shape", [(6,), (3, 4)], ids=["sentence", "batch"])
def test_embedding_lookup_has_the_right_gradient(student, shape):
    """The gradient reaches the rows that were used; repeated words add up. 梯度传回用到的行，重复的词梯度相加。"""
    weight, ids = randn(5, 3, seed=14, dtype=torch.float64), indices(*shape, below=4, seed=15)
    cotangent = randn(*shape, 3, seed=16, dtype=torch.float64)
    leaf = weight.clone().requires_grad_()
    F.embedding(ids, leaf).backward(cotangent)
    assert_close(gradient(student.embedding_lookup, weight, ids, cotangent=cotangent), leaf.grad, REDUCTION)


@check("embedding_lookup")
def test_embedding_lookup_keeps_special_values(student):
    """Rows with NaN or infinity stay in their places. 含 NaN 或无穷大的行只影响用到它们的词。"""
    weight = torch.tensor([[float("nan"), 1.0], [2.0, float("inf")], [3.0, -0.0]])
    assert_close(student.embedding_lookup(weight, torch.tensor([2, 1, 2])), weight[[2, 1, 2]], EXACT)


@check("embedding_lookup")
def test_embedding_lookup_leaves_its_inputs_alone(student):
    """Neither the weight nor the indices are changed, in a batch either. 处理一个批次时，也不修改 weight 和 ids。"""
    weight, ids = randn(4, 3, seed=17), indices(5, 2, below=4, seed=18)
    assert_close(assert_inputs_unchanged(student.embedding_lookup, weight, ids), F.embedding(ids, weight), EXACT)


# one_hot_embedding


def one_hot_and_vectors(weight: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    """The oracle: torch's one-hot vectors and torch's embedding."""
    return F.one_hot(ids, len(weight)).to(weight.dtype), F.embedding(ids, weight)


@check("one_hot_embedding", weight=2)
@DTYPES
def test_one_hot_embedding_of_random_words(student, dtype):
    """Correct for 20 words, many of them repeated, with the dtype of the weight. 20 个词，多有重复；dtype 与 weight 相同。"""
    weight, ids = randn(9, 4, seed=90, dtype=dtype), indices(20, below=9, seed=91)
    assert_close(student.one_hot_embedding(weight, ids), one_hot_and_vectors(weight, ids), ELEMENTWISE)


@check("one_hot_embedding", weight=2)
def test_one_hot_embedding_is_as_wide_as_the_vocabulary(student):
    """The width is V, even if the last words do not occur. 宽度是词表大小 V，即使最后几个词没有出现。"""
    weight, ids = randn(8, 3, seed=92), torch.tensor([1, 0, 2, 2])
    assert_close(student.one_hot_embedding(weight, ids), one_hot_and_vectors(weight, ids), ELEMENTWISE)


@check("one_hot_embedding")
@DTYPES
def test_one_hot_embedding_of_an_empty_sentence(student, dtype):
    """No words give the shapes (0, V) and (0, D). 没有词时，形状是 (0, V) 和 (0, D)。"""
    weight = randn(5, 3, seed=93, dtype=dtype)
    for ids in [torch.tensor([4]), torch.zeros(0, dtype=torch.int64)]:
        assert_close(student.one_hot_embedding(weight, ids), one_hot_and_vectors(weight, ids), ELEMENTWISE)


@check("one_hot_embedding")
@pytest.mark.parametrize(("rows", "columns"), [(1, 3), (4, 1), (1, 1)], ids=["one_word", "one_number", "both"])
def test_one_hot_embedding_small_matrices(student, rows, columns):
    """A vocabulary of one word and vectors of one number work. 词表只有一个词、词向量只有一维时也正确。"""
    weight, ids = randn(rows, columns, seed=94), indices(6, below=rows, seed=95)
    assert_close(student.one_hot_embedding(weight, ids), one_hot_and_vectors(weight, ids), ELEMENTWISE)


@check("one_hot_embedding")
def test_one_hot_embedding_of_a_square_matrix(student):
    """With T = V = D a transposed matrix would fit, but is wrong. T = V = D 时，转置后形状也合适，但结果是错的。"""
    weight, ids = randn(4, 4, seed=96), torch.tensor([1, 2, 3, 1])
    assert_close(student.one_hot_embedding(weight, ids), one_hot_and_vectors(weight, ids), ELEMENTWISE)


@check("one_hot_embedding")
def test_one_hot_embedding_of_the_whole_vocabulary(student):
    """If every word occurs once, in order, the product is the weight. 每个词依次出现一次时，乘积就是 weight 本身。"""
    weight = randn(6, 5, seed=97, dtype=torch.float64)
    expected = (torch.eye(6, dtype=torch.float64), weight)
    assert_close(student.one_hot_embedding(weight, torch.arange(6)), expected, ELEMENTWISE)


@check("one_hot_embedding")
def test_one_hot_embedding_of_any_memory_layout(student):
    """Transposed and strided inputs work. 转置的、间隔取出的输入也正确。"""
    weight, ids = randn(3, 7, seed=98).T, indices(10, below=7, seed=99)[::2]
    assert_close(student.one_hot_embedding(weight, ids), one_hot_and_vectors(weight, ids), ELEMENTWISE)


@check("one_hot_embedding", weight=2)
@DTYPES
def test_one_hot_embedding_has_the_right_gradient(student, dtype):
    """The gradient of a word's row is the sum over its places; absent words get 0. 每个词的梯度是各处之和，没出现的词为 0。"""
    weight, ids = randn(5, 3, seed=28, dtype=dtype), torch.tensor([4, 0, 4, 2])
    cotangent = randn(4, 1, seed=29, dtype=dtype)  # one number for each word: it multiplies both results
    expected = torch.zeros(5, 3, dtype=dtype).index_add(0, ids, cotangent.expand(4, 3))
    assert_close(gradient(student.one_hot_embedding, weight, ids, cotangent=cotangent), expected, REDUCTION)


@check("one_hot_embedding")
def test_one_hot_embedding_leaves_its_inputs_alone(student):
    """Neither the weight nor the indices are changed, in a longer sentence either. 句子较长时，也不修改 weight 和 ids。"""
    weight, ids = randn(4, 3, seed=103), indices(9, below=4, seed=104)
    answer = assert_inputs_unchanged(student.one_hot_embedding, weight, ids)
    assert_close(answer, one_hot_and_vectors(weight, ids), ELEMENTWISE)


# embedding_grad


def weight_grad(ids: Tensor, grad_out: Tensor, rows: int, padding_idx: int | None = None) -> Tensor:
    """The oracle of embedding_grad: autograd through torch's embedding."""
    weight = torch.zeros(rows, grad_out.shape[1], dtype=grad_out.dtype, requires_grad=True)
    F.embedding(ids, weight, padding_idx=padding_idx).backward(grad_out)
    return weight.grad


@check("embedding_grad", weight=2)
@DTYPES
def test_embedding_grad_agrees_with_autograd(student, dtype):
    """Agrees with autograd for 40 words, with the dtype of grad_out. 40 个词，与自动求导一致，dtype 与 grad_out 相同。"""
    ids, grad_out = indices(40, below=9, seed=20), randn(40, 5, seed=21, dtype=dtype)
    assert_close(student.embedding_grad(ids, grad_out, 12), weight_grad(ids, grad_out, 12), REDUCTION)


@check("embedding_grad", weight=2)
def test_embedding_grad_of_one_word_repeated(student):
    """If one word fills the sentence, its row is the sum of all gradients. 整句都是同一个词时，这一行是所有梯度之和。"""
    ids, grad_out = torch.full((6,), 2), randn(6, 3, seed=22)
    expected = torch.zeros(4, 3)
    expected[2] = grad_out.sum(dim=0)
    assert_close(student.embedding_grad(ids, grad_out, 4), expected, REDUCTION)


@check("embedding_grad", weight=2)
@pytest.mark.parametrize("padding_idx", [0, 3, 5], ids=str)
def test_embedding_grad_with_padding(student, padding_idx):
    """The row padding_idx stays 0, wherever it is. padding_idx 所在的行为 0，无论它是哪一行。"""
    ids, grad_out = indices(30, below=6, seed=23), randn(30, 4, seed=24, dtype=torch.float64)
    answer = student.embedding_grad(ids, grad_out, 6, padding_idx)
    assert_close(answer, weight_grad(ids, grad_out, 6, padding_idx), REDUCTION)


@check("embedding_grad")
def test_embedding_grad_without_padding(student):
    """Without padding_idx, row 0 is trained like the others. 没有 padding_idx 时，第 0 行与其他行一样训练。"""
    ids, grad_out = torch.tensor([0, 1, 0]), randn(3, 2, seed=25)
    assert_close(student.embedding_grad(ids, grad_out, 2, None), weight_grad(ids, grad_out, 2), REDUCTION)


@check("embedding_grad")
def test_embedding_grad_of_an_empty_sentence(student):
    """Without words all gradients are 0; one word gives one row. 没有词时梯度全为 0；只有一个词时只有一行不为 0。"""
    for length in [0, 1]:
        ids, grad_out = torch.full((length,), 1), randn(length, 3, seed=26, dtype=torch.float64)
        assert_close(student.embedding_grad(ids, grad_out, 4, 0), weight_grad(ids, grad_out, 4, 0), REDUCTION)


@check("embedding_grad")
def test_embedding_grad_of_the_order(student):
    """The order of the words does not matter, if grad_out has the same order. 词与梯度一起打乱顺序，结果不变。"""
    ids, grad_out = indices(12, below=4, seed=27), randn(12, 3, seed=28)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(29))
    assert_close(student.embedding_grad(ids[order], grad_out[order], 5), weight_grad(ids, grad_out, 5), REDUCTION)


@check("embedding_grad")
def test_embedding_grad_of_two_sentences(student):
    """The gradient of two sentences is the sum of both gradients. 两句话合在一起的梯度，等于两个梯度之和。"""
    ids, grad_out = indices(10, below=5, seed=30), randn(10, 2, seed=31, dtype=torch.float64)
    expected = weight_grad(ids[:6], grad_out[:6], 5) + weight_grad(ids[6:], grad_out[6:], 5)
    assert_close(student.embedding_grad(ids, grad_out, 5), expected, REDUCTION)


@check("embedding_grad")
def test_embedding_grad_of_any_memory_layout(student):
    """Transposed and strided inputs work. 转置的、间隔取出的输入也正确。"""
    ids, grad_out = indices(16, below=5, seed=32)[::2], randn(3, 8, seed=33).T
    assert_close(student.embedding_grad(ids, grad_out, 5), weight_grad(ids, grad_out, 5), REDUCTION)


@check("embedding_grad")
def test_embedding_grad_keeps_infinity_in_its_row(student):
    """NaN and infinity at one word stay in its row, and out of the padding row. NaN 和无穷大只影响那个词的行，不进入填充行。"""
    grad_out = torch.tensor([[1.0, float("nan")], [2.0, 3.0], [float("inf"), 4.0]])
    expected = torch.tensor([[0.0, 0.0], [2.0, 3.0], [float("inf"), 4.0]])
    assert_close(student.embedding_grad(torch.tensor([0, 1, 2]), grad_out, 3, 0), expected, REDUCTION)


@check("embedding_grad")
def test_embedding_grad_leaves_its_inputs_alone(student):
    """Neither ids nor grad_out is changed, with padding either. 有填充时，也不修改 ids 和 grad_out。"""
    ids, grad_out = torch.tensor([0, 3, 0, 1, 3]), randn(5, 3, seed=34)
    answer = assert_inputs_unchanged(student.embedding_grad, ids, grad_out, 4, 0)
    assert_close(answer, weight_grad(ids, grad_out, 4, 0), REDUCTION)


# pad_batch


def padded(seqs: list[list[int]], pad: int = 0, batch_first: bool = False) -> tuple[Tensor, Tensor]:
    """The oracle: torch's pad_sequence."""
    tensors = [torch.tensor(seq, dtype=torch.int64) for seq in seqs]
    ids = torch.nn.utils.rnn.pad_sequence(tensors, batch_first=batch_first, padding_value=pad)
    return ids, torch.tensor([len(seq) for seq in seqs])


def sentences(*lengths: int, seed: int) -> list[list[int]]:
    """Random sentences of the given lengths."""
    return [indices(length, below=50, seed=seed + place).tolist() for place, length in enumerate(lengths)]


BOTH_LAYOUTS = pytest.mark.parametrize("batch_first", [False, True], ids=["T_B", "B_T"])


@check("pad_batch", weight=2)
@BOTH_LAYOUTS
def test_pad_batch_of_random_sentences(student, batch_first):
    """Correct for five sentences, in their order. 五个长短不一的句子，顺序不变。"""
    seqs = sentences(4, 7, 2, 7, 5, seed=40)
    assert_close(student.pad_batch(seqs, 0, batch_first), padded(seqs, 0, batch_first), EXACT)


@check("pad_batch", weight=2)
@BOTH_LAYOUTS
@pytest.mark.parametrize("pad", [1, 99, -100], ids=str)
def test_pad_batch_own_pad(student, pad, batch_first):
    """The argument pad fills the free places. 空位用参数 pad 填充。"""
    seqs = sentences(3, 1, 6, seed=50)
    assert_close(student.pad_batch(seqs, pad, batch_first), padded(seqs, pad, batch_first), EXACT)


@check("pad_batch")
@BOTH_LAYOUTS
def test_pad_batch_of_one_sentence(student, batch_first):
    """A batch of one sentence keeps its two axes. 只有一句话时，仍然是两维。"""
    for seqs in [[[7, 8, 9]], [[3]]]:
        assert_close(student.pad_batch(seqs, batch_first=batch_first), padded(seqs, 0, batch_first), EXACT)


@check("pad_batch")
@BOTH_LAYOUTS
def test_pad_batch_of_equal_lengths(student, batch_first):
    """Sentences of equal length need no padding, and are not mixed. 长度相同时不用补齐，句子也不能打乱。"""
    seqs = sentences(4, 4, 4, seed=60)
    assert_close(student.pad_batch(seqs, 5, batch_first), padded(seqs, 5, batch_first), EXACT)


@check("pad_batch")
@BOTH_LAYOUTS
def test_pad_batch_with_an_empty_sentence(student, batch_first):
    """A sentence of length 0 is all padding. 长度为 0 的句子，全部是填充。"""
    for seqs in [[[], [5]], [[1, 2], [], [3]], [[6, 7, 8], []]]:
        assert_close(student.pad_batch(seqs, 4, batch_first), padded(seqs, 4, batch_first), EXACT)


@check("pad_batch")
@BOTH_LAYOUTS
def test_pad_batch_of_empty_sentences(student, batch_first):
    """If all sentences are empty, T is 0 and both results are int64. 句子全为空时 T 为 0，两个结果都是 int64。"""
    assert_close(student.pad_batch([[], [2]], 1, batch_first), padded([[], [2]], 1, batch_first), EXACT)
    expected = (torch.zeros((2, 0) if batch_first else (0, 2), dtype=torch.int64), torch.tensor([0, 0]))
    assert_close(student.pad_batch([[], []], 1, batch_first), expected, EXACT)


@check("pad_batch")
def test_pad_batch_counts_real_words(student):
    """An index that equals pad is a word, and counts for the length. 与 pad 相同的索引也是词，要算进长度。"""
    seqs = [[0, 2, 0], [0], [3, 0]]
    assert_close(student.pad_batch(seqs), padded(seqs), EXACT)


@check("pad_batch")
def test_pad_batch_large_indices(student):
    """Large indices stay exact. 很大的索引也要精确。"""
    seqs = [[2**24 + 1, 2], [2**40 + 3]]
    assert_close(student.pad_batch(seqs), padded(seqs), EXACT)


@check("pad_batch")
def test_pad_batch_in_another_order(student):
    """Sentences in another order give columns in that order. 句子换个次序，各列也按同样的次序排列。"""
    seqs = sentences(2, 5, 3, seed=70)
    ids, lengths = padded(seqs)
    order = [2, 0, 1]
    assert_close(student.pad_batch([seqs[b] for b in order]), (ids[:, order], lengths[order]), EXACT)


@check("pad_batch")
def test_pad_batch_leaves_its_sentences_alone(student):
    """Nothing is appended to the lists, in both layouts. 无论哪种布局，都不在传入的列表上追加。"""
    seqs = [[1], [2, 3, 4], []]
    for batch_first in [True, False]:
        answer = assert_inputs_unchanged(student.pad_batch, seqs, 8, batch_first)
        assert_close(answer, padded(seqs, 8, batch_first), EXACT)


# lm_windows


def windows(ids: Tensor, seq_len: int, stride: int = 1) -> tuple[Tensor, Tensor]:
    """The oracle: windows one word longer, by torch's unfold, without their last and without their first word."""
    if len(ids) <= seq_len:
        return ids.new_zeros(0, seq_len), ids.new_zeros(0, seq_len)
    pairs = ids.unfold(0, seq_len + 1, stride)
    return pairs[:, :-1], pairs[:, 1:]


@check("lm_windows", weight=2)
@pytest.mark.parametrize("seq_len", [1, 2, 5, 12], ids=str)
def test_lm_windows_of_a_random_text(student, seq_len):
    """Correct for a text of 30 words, in the order of the text. 30 个词的文本，顺序与文本一致。"""
    ids = indices(30, below=20, seed=110)
    assert_close(student.lm_windows(ids, seq_len), windows(ids, seq_len), EXACT)


@check("lm_windows", weight=2)
@pytest.mark.parametrize(
    ("seq_len", "stride"), [(4, 2), (3, 3), (2, 5), (6, 4), (1, 3)], ids=["4_2", "3_3", "2_5", "6_4", "1_3"]
)
def test_lm_windows_in_steps(student, seq_len, stride):
    """The windows begin stride words apart; an incomplete one at the end is left out. 相邻窗口的起点相隔 stride，末尾不完整的不要。"""
    for length in range(18, 24):
        ids = indices(length, below=30, seed=111)
        assert_close(student.lm_windows(ids, seq_len, stride), windows(ids, seq_len, stride), EXACT)


@check("lm_windows", weight=2)
@pytest.mark.parametrize("stride", [1, 4, 9], ids=str)
def test_lm_windows_of_one_pair(student, stride):
    """A text of seq_len + 1 words gives one pair. 文本恰好有 seq_len + 1 个词时，只有一对样本。"""
    ids = indices(5, below=30, seed=112)
    assert_close(student.lm_windows(ids, 4, stride), (ids[None, :-1], ids[None, 1:]), EXACT)


@check("lm_windows")
@pytest.mark.parametrize("stride", [1, 3], ids=str)
def test_lm_windows_of_too_few_words(student, stride):
    """seq_len words or fewer give the shape (0, seq_len) and int64. 不超过 seq_len 个词时，形状是 (0, seq_len)，dtype 为 int64。"""
    for length in [6, 4, 3, 1, 0]:
        ids = indices(length, below=30, seed=113)
        assert_close(student.lm_windows(ids, 4, stride), windows(ids, 4, stride), EXACT)


@check("lm_windows")
def test_lm_windows_of_the_first_and_the_last_word(student):
    """The first word is in inputs only, the last one in targets only. 第一个词只作输入，最后一个词只作目标。"""
    ids = torch.tensor([101, 5, 6, 7, 8, 202])
    assert_close(student.lm_windows(ids, 2), windows(ids, 2), EXACT)


@check("lm_windows")
def test_lm_windows_of_one_word_repeated(student):
    """Equal words make equal windows, and none is left out. 词都相同时，窗口也都相同，一个也不能少。"""
    ids = torch.full((9,), 3)
    assert_close(student.lm_windows(ids, 3), windows(ids, 3), EXACT)


@check("lm_windows")
def test_lm_windows_large_indices(student):
    """Large indices stay exact. 很大的索引也要精确。"""
    ids = torch.arange(6) + 2**40 + 1
    assert_close(student.lm_windows(ids, 2), windows(ids, 2), EXACT)


@check("lm_windows")
def test_lm_windows_of_any_memory_layout(student):
    """A strided column of a batch works. 从批次中取出的一列（内存不连续）也正确。"""
    ids = indices(10, 3, below=30, seed=114)[:, 1]
    assert_close(student.lm_windows(ids, 3, 2), windows(ids, 3, 2), EXACT)


@check("lm_windows")
def test_lm_windows_of_the_text_without_its_first_words(student):
    """Without the first stride words, only the first pair is missing. 去掉开头的 stride 个词，只会少第一对样本。"""
    ids = indices(21, below=30, seed=115)
    x, y = windows(ids, 4, 3)
    assert_close(student.lm_windows(ids[3:], 4, 3), (x[1:], y[1:]), EXACT)


@check("lm_windows")
def test_lm_windows_leaves_its_text_alone(student):
    """The text is not changed with windows that overlap. 窗口重叠时，也不修改 ids。"""
    ids = indices(12, below=30, seed=116)
    assert_close(assert_inputs_unchanged(student.lm_windows, ids, 5, 2), windows(ids, 5, 2), EXACT)
