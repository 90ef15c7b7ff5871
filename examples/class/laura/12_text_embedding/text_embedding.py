from collections import Counter


def build_vocab(tokens, min_freq=1, specials=("<pad>", "<unk>")):
    counts = Counter(tokens)
    words = [w for w, c in counts.most_common() if c >= min_freq]
    itos = list(dict.fromkeys([*specials, *words]))
    return {w: i for i, w in enumerate(itos)}, itos
