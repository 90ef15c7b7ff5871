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


def embedding_grad(ids: torch.Tensor, grad_out: torch.Tensor, num_embeddings: int, padding_idx: int | None = None):
    """Word by word of the vocabulary: select its places in the sentence, and add their gradients."""
    rows = []
    for word in range(num_embeddings):
        places = ids == word
        if word == padding_idx:
            places = torch.zeros_like(places)
        rows.append(grad_out[places].sum(dim=0))
    return torch.stack(rows)
