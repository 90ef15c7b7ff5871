"""Visible checks of the vocabulary and the embedding. 词表与词嵌入的公开检查。"""

import logging

import jieba
import torch

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    REDUCTION,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    check,
)

jieba.setLogLevel(logging.WARNING)  # no report of how fast the dictionary was loaded


# tokenize


@check("tokenize")
def test_tokenize_the_sentence_of_the_notes(student):
    """The sentence of the notes gives 19 words. 笔记中的句子分成 19 个词。"""
    text = "北京冬奥的进度条已经过半,不少外国运动员在完成自己的比赛后踏上归途。"
    words = [
        "北京",
        "冬奥",
        "的",
        "进度条",
        "已经",
        "过半",
        ",",
        "不少",
        "外国",
        "运动员",
        "在",
        "完成",
        "自己",
        "的",
        "比赛",
        "后",
        "踏上",
        "归途",
        "。",
    ]
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


# encode


@check("encode")
def test_encode_worked_example(student):
    """Known words get their indices, and the unknown word gets 1. 词表里的词用各自的索引，生词“你”用 1。"""
    word_to_index = {"<pad>": 0, "<unk>": 1, "我": 2, "爱": 3}
    assert_close(student.encode(["我", "爱", "你"], word_to_index), torch.tensor([2, 3, 1]), EXACT)


@check("encode")
def test_encode_of_an_empty_list(student):
    """No tokens give an empty tensor of int64. 没有词时，得到空的 int64 张量。"""
    assert_close(student.encode(["学习"], {"<unk>": 0, "学习": 1}), torch.tensor([1]), EXACT)
    assert_close(student.encode([], {"<unk>": 0}), torch.zeros(0, dtype=torch.int64), EXACT)


@check("encode")
def test_encode_keeps_its_inputs(student):
    """Neither the tokens nor the vocabulary are changed. 不修改词列表，也不修改词表。"""
    answer = assert_inputs_unchanged(student.encode, ["猫", "狗", "鸟"], {"<unk>": 0, "狗": 1, "猫": 2})
    assert_close(answer, torch.tensor([2, 1, 0]), EXACT)


# decode


@check("decode")
def test_decode_worked_example(student):
    """The words are joined without spaces and without padding. 词与词之间不加空格，填充符不输出。"""
    index_to_word = ["<pad>", "<unk>", "我", "爱", "你"]
    assert_equal(student.decode(torch.tensor([2, 3, 4, 0, 0]), index_to_word), "我爱你")


@check("decode")
def test_decode_skips_nothing(student):
    """With an empty skip every word is kept. skip 为空时，所有的词都保留。"""
    index_to_word = ["<pad>", "<unk>", "学习"]
    assert_equal(student.decode(torch.tensor([1, 2, 0]), index_to_word, skip=()), "<unk>学习<pad>")


@check("decode")
def test_decode_refuses_minus_one(student):
    """The index -1 raises IndexError; it is not the last word. 索引 -1 要抛出 IndexError，而不是取最后一个词。"""
    assert_raises(IndexError, student.decode, torch.tensor([1, -1]), ["<pad>", "猫", "狗"])


@check("decode")
def test_decode_keeps_its_inputs(student):
    """Neither the indices nor the vocabulary are changed. 不修改 ids，也不修改词表。"""
    answer = assert_inputs_unchanged(student.decode, torch.tensor([0, 2, 1]), ["<pad>", "猫", "狗"])
    assert_equal(answer, "狗猫")


# embedding_lookup


@check("embedding_lookup")
def test_embedding_lookup_of_a_sentence(student):
    """Each index gives its row; repeated indices give equal rows. 每个索引取出对应的一行，重复的索引得到相同的行。"""
    weight = torch.tensor([[0.0, 0.0], [0.5, -1.0], [2.0, 3.0]])
    expected = torch.tensor([[2.0, 3.0], [0.5, -1.0], [2.0, 3.0]])
    assert_close(student.embedding_lookup(weight, torch.tensor([2, 1, 2])), expected, EXACT)


@check("embedding_lookup")
def test_embedding_lookup_of_a_batch(student):
    """Indices of shape (3, 2) give vectors of shape (3, 2, 4). 索引的形状是 (3, 2)，结果的形状是 (3, 2, 4)。"""
    weight = torch.arange(40.0).reshape(10, 4)
    expected = torch.stack([weight[[1, 2]], weight[[1, 9]], weight[[0, 0]]])
    assert_close(student.embedding_lookup(weight, torch.tensor([[1, 2], [1, 9], [0, 0]])), expected, EXACT)


@check("embedding_lookup")
def test_embedding_lookup_in_the_matrix_of_the_notes(student):
    """100 words with 128 numbers each: a matrix of shape (100, 128). 100 个词，每个词 128 维：矩阵的形状是 (100, 128)。"""
    weight = torch.arange(12800.0).reshape(100, 128)
    expected = torch.stack([weight[99], weight[0]])
    assert_close(student.embedding_lookup(weight, torch.tensor([99, 0])), expected, EXACT)


@check("embedding_lookup")
def test_embedding_lookup_refuses_minus_one(student):
    """The index -1 raises IndexError; it is not the last row. 索引 -1 要抛出 IndexError，而不是取最后一行。"""
    assert_raises(IndexError, student.embedding_lookup, torch.ones(3, 2), torch.tensor([1, -1]))


@check("embedding_lookup")
def test_embedding_lookup_keeps_its_inputs(student):
    """Neither the weight nor the indices are changed. 不修改 weight，也不修改 ids。"""
    weight = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    answer = assert_inputs_unchanged(student.embedding_lookup, weight, torch.tensor([1]))
    assert_close(answer, torch.tensor([[3.0, 4.0]], dtype=torch.float64), EXACT)


# one_hot_embedding


@check("one_hot_embedding")
def test_one_hot_embedding_worked_example(student):
    """Each row has one 1, and the product picks the rows 2 and 0. 每行只有一个 1，乘积取出第 2 行和第 0 行。"""
    weight = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    one_hot = torch.tensor([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    vectors = torch.tensor([[5.0, 6.0], [1.0, 2.0]])
    assert_close(student.one_hot_embedding(weight, torch.tensor([2, 0])), (one_hot, vectors), ELEMENTWISE)


@check("one_hot_embedding")
def test_one_hot_embedding_keeps_its_inputs(student):
    """Neither the weight nor the indices are changed. 不修改 weight，也不修改 ids。"""
    weight = torch.tensor([[7.0], [8.0]], dtype=torch.float64)
    answer = assert_inputs_unchanged(student.one_hot_embedding, weight, torch.tensor([0]))
    expected = (torch.tensor([[1.0, 0.0]], dtype=torch.float64), torch.tensor([[7.0]], dtype=torch.float64))
    assert_close(answer, expected, ELEMENTWISE)


# embedding_grad


@check("embedding_grad")
def test_embedding_grad_worked_example(student):
    """Word 1 occurs twice, and its gradients add up: 1 + 5 = 6. 词 1 出现两次，梯度相加：1 + 5 = 6。"""
    grad_out = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    expected = torch.tensor([[0.0, 0.0], [6.0, 8.0], [0.0, 0.0], [3.0, 4.0]])
    assert_close(student.embedding_grad(torch.tensor([1, 3, 1]), grad_out, 4), expected, REDUCTION)


@check("embedding_grad")
def test_embedding_grad_padding(student):
    """The padding row gets the gradient 0. 填充符所在的行，梯度为 0。"""
    grad_out = torch.tensor([[1.0], [2.0], [4.0]], dtype=torch.float64)
    expected = torch.tensor([[0.0], [0.0], [2.0]], dtype=torch.float64)
    assert_close(student.embedding_grad(torch.tensor([0, 2, 0]), grad_out, 3, padding_idx=0), expected, REDUCTION)


@check("embedding_grad")
def test_embedding_grad_keeps_its_inputs(student):
    """Neither the indices nor grad_out are changed. 不修改 ids，也不修改 grad_out。"""
    ids, grad_out = torch.tensor([1, 0]), torch.tensor([[3.0, -1.0], [2.0, 5.0]])
    answer = assert_inputs_unchanged(student.embedding_grad, ids, grad_out, 2, 0)
    assert_close(answer, torch.tensor([[0.0, 0.0], [3.0, -1.0]]), REDUCTION)


# pad_batch


@check("pad_batch")
def test_pad_batch_worked_example(student):
    """Each sentence is a column, filled up at its end. 每句话是一列，在末尾补齐。"""
    expected = (torch.tensor([[1, 4], [2, 0], [3, 0]]), torch.tensor([3, 1]))
    assert_close(student.pad_batch([[1, 2, 3], [4]]), expected, EXACT)


@check("pad_batch")
def test_pad_batch_batch_first(student):
    """With batch_first each sentence is a row; here pad is 9. batch_first 时每句话是一行；这里 pad 是 9。"""
    expected = (torch.tensor([[4, 9, 9], [1, 2, 3]]), torch.tensor([1, 3]))
    assert_close(student.pad_batch([[4], [1, 2, 3]], pad=9, batch_first=True), expected, EXACT)


@check("pad_batch")
def test_pad_batch_keeps_its_sentences(student):
    """The lists of indices are not changed. 不修改传入的列表。"""
    answer = assert_inputs_unchanged(student.pad_batch, [[5], [6, 7]])
    assert_close(answer, (torch.tensor([[5, 6], [0, 7]]), torch.tensor([1, 2])), EXACT)


# lm_windows


@check("lm_windows")
def test_lm_windows_worked_example(student):
    """Five words give two windows of three; each target is one place further on. 五个词给出两个长度为 3 的窗口，目标错开一位。"""
    x = torch.tensor([[10, 11, 12], [11, 12, 13]])
    y = torch.tensor([[11, 12, 13], [12, 13, 14]])
    assert_close(student.lm_windows(torch.tensor([10, 11, 12, 13, 14]), 3), (x, y), EXACT)


@check("lm_windows")
def test_lm_windows_without_overlap(student):
    """With stride=2 the windows of two words do not overlap. stride=2 时，长度为 2 的窗口互不重叠。"""
    x = torch.tensor([[0, 1], [2, 3], [4, 5]])
    y = torch.tensor([[1, 2], [3, 4], [5, 6]])
    assert_close(student.lm_windows(torch.arange(7), 2, 2), (x, y), EXACT)


@check("lm_windows")
def test_lm_windows_of_a_short_text(student):
    """Four words have one window of three; three words have none: shape (0, 3). 四个词有一个长度为 3 的窗口；三个词一个也没有，形状是 (0, 3)。"""
    one = (torch.tensor([[7, 8, 9]]), torch.tensor([[8, 9, 5]]))
    assert_close(student.lm_windows(torch.tensor([7, 8, 9, 5]), 3), one, EXACT)
    none = torch.zeros(0, 3, dtype=torch.int64)
    assert_close(student.lm_windows(torch.tensor([7, 8, 9]), 3), (none, none), EXACT)


@check("lm_windows")
def test_lm_windows_keeps_its_text(student):
    """The indices of the text are not changed. 不修改 ids。"""
    answer = assert_inputs_unchanged(student.lm_windows, torch.tensor([5, 3, 5]), 1)
    assert_close(answer, (torch.tensor([[5], [3]]), torch.tensor([[3], [5]])), EXACT)
