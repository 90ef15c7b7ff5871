"""Second solutions, written another way. 另一种写法的解答。"""

from collections.abc import Iterable

import jieba
import torch


def tokenize(text: str, drop: str = "") -> list[str]:
    """Read the generator of jieba, and compare with one character at a time."""
    words = []
    for word in jieba.cut(text):
        if word.isspace() or any(word == character for character in drop):
            continue
        words.append(word)
    return words


def build_vocab(
    tokens: Iterable[str], min_freq: int = 1, specials: tuple[str, ...] = ("<pad>", "<unk>")
) -> tuple[dict[str, int], list[str]]:
    """Count by hand, and let each frequency from the highest down take its words."""
    counts: dict[str, int] = {}
    for token in tokens:
        counts[token] = counts.get(token, 0) + 1
    word_to_index: dict[str, int] = {}
    for special in specials:
        word_to_index[special] = len(word_to_index)
    for frequency in sorted(set(counts.values()), reverse=True):
        if frequency < min_freq:
            break
        for word, count in counts.items():
            if count == frequency and word not in word_to_index:
                word_to_index[word] = len(word_to_index)
    return word_to_index, list(word_to_index)


def decode(ids: torch.Tensor, index_to_word: list[str], skip: tuple[str, ...] = ("<pad>",)) -> str:
    """Read a dict of the vocabulary, which has no negative keys, and build the text word by word."""
    vocabulary = dict(enumerate(index_to_word))
    text = ""
    for index in ids:
        if int(index) not in vocabulary:
            raise IndexError(f"no word has the index {index}")
        word = vocabulary[int(index)]
        text += "" if word in skip else word
    return text


def one_hot_embedding(weight: torch.Tensor, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Take the one-hot vectors from the identity matrix, and look the word vectors up."""
    return torch.eye(weight.shape[0], dtype=weight.dtype)[ids], weight[ids]


def embedding_grad(ids: torch.Tensor, grad_out: torch.Tensor, num_embeddings: int, padding_idx: int | None = None):
    """Word by word of the vocabulary: select its places in the sentence, and add their gradients."""
    rows = []
    for word in range(num_embeddings):
        places = ids == word
        if word == padding_idx:
            places = torch.zeros_like(places)
        rows.append(grad_out[places].sum(dim=0))
    return torch.stack(rows)


def pad_batch(seqs: list[list[int]], pad: int = 0, batch_first: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
    """Lengthen copies of the lists, and read them row by row or column by column."""
    longest = max(map(len, seqs))
    rows = [[*seq, *[pad] * (longest - len(seq))] for seq in seqs]
    if batch_first:
        ids = torch.tensor(rows, dtype=torch.int64).reshape(len(seqs), longest)
    else:
        columns = [[row[t] for row in rows] for t in range(longest)]
        ids = torch.tensor(columns, dtype=torch.int64).reshape(longest, len(seqs))
    return ids, torch.tensor(list(map(len, seqs)))


def lm_windows(ids: torch.Tensor, seq_len: int, stride: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Walk along the text and cut the inputs and the targets one by one."""
    inputs, targets = [], []
    start = 0
    while start + seq_len < len(ids):
        inputs.append(ids[start : start + seq_len].tolist())
        targets.append(ids[start + 1 : start + seq_len + 1].tolist())
        start += stride
    shape = (len(inputs), seq_len)
    return torch.tensor(inputs, dtype=torch.int64).reshape(shape), torch.tensor(targets, dtype=torch.int64).reshape(
        shape
    )
