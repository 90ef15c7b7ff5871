"""Visible checks of the vocabulary and the embedding. 词表与词嵌入的公开检查。"""

import logging

import jieba

from autograder.checks import assert_equal, assert_inputs_unchanged, check

jieba.setLogLevel(logging.WARNING)  # no report of how fast the dictionary was loaded


# tokenize


@check("tokenize")
def test_tokenize_the_sentence_of_the_notes(student):
    """The sentence of the notes gives 19 words. 笔记中的句子分成 19 个词。"""
    text = "北京冬奥的进度条已经过半,不少外国运动员在完成自己的比赛后踏上归途。"
    words = "北京 冬奥 的 进度条 已经 过半 , 不少 外国 运动员 在 完成 自己 的 比赛 后 踏上 归途 。".split()
    assert_equal(student.tokenize(text), words)


@check("tokenize")
def test_tokenize_without_blanks(student):
    """Spaces are left out; the comma stays. 去掉空格，保留逗号。"""
    assert_equal(student.tokenize("我爱你, 我 爱 你"), ["我爱你", ",", "我", "爱", "你"])


@check("tokenize")
def test_tokenize_drops_punctuation(student):
    """With drop="，。" the text has no punctuation left. drop="，。" 时，标点都被去掉。"""
    assert_equal(student.tokenize("我爱北京，北京上海。", drop="，。"), ["我", "爱", "北京", "北京", "上海"])


# build_vocab


@check("build_vocab")
def test_build_vocab_worked_example(student):
    """A word that occurs twice comes before a word that occurs once. 词频高的在前：“学习”排到“深度”前面。"""
    _, index_to_word = student.build_vocab(jieba.lcut("我爱深度学习，我爱学习"))
    assert_equal(index_to_word, ["<pad>", "<unk>", "我", "爱", "学习", "深度", "，"])


@check("build_vocab")
def test_build_vocab_gives_each_word_an_index(student):
    """Four words that occur once get 2, 3, 4, 5, after the specials. “我爱深度学习”的四个词排在特殊符号之后：2、3、4、5。"""
    tokens = jieba.lcut("我爱深度学习")
    word_to_index, _ = student.build_vocab(tokens)
    assert_equal([word_to_index.get(word) for word in tokens], [2, 3, 4, 5])


@check("build_vocab")
def test_build_vocab_drops_rare_words(student):
    """With min_freq=2 only words that occur at least twice are listed. min_freq=2 时，至少出现两次的词才收录。"""
    _, index_to_word = student.build_vocab(jieba.lcut("我爱深度学习，我爱学习"), min_freq=2)
    assert_equal(index_to_word, ["<pad>", "<unk>", "我", "爱", "学习"])


@check("build_vocab")
def test_build_vocab_of_no_text(student):
    """An empty text gives a vocabulary of the specials only. 空文本的词表只有特殊符号。"""
    _, index_to_word = student.build_vocab([])
    assert_equal(index_to_word, ["<pad>", "<unk>"])


@check("build_vocab")
def test_build_vocab_keeps_its_tokens(student):
    """The list of tokens is not changed. 不修改传入的词列表。"""
    tokens = ["猫", "狗", "鸟", "狗"]
    _, index_to_word = assert_inputs_unchanged(student.build_vocab, tokens)
    assert_equal(index_to_word, ["<pad>", "<unk>", "狗", "猫", "鸟"])
