"""Hidden checks of the vocabulary and the embedding. 词表与词嵌入的隐藏检查。"""

import logging
from collections import Counter
from typing import Any

import jieba
import pytest
import torch

from autograder.checks import assert_equal, assert_inputs_unchanged, check, expect

jieba.setLogLevel(logging.WARNING)  # no report of how fast the dictionary was loaded

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
