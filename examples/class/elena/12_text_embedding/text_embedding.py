from collections import Counter, OrderedDict
from collections.abc import Iterable


def build_vocab(tokens: Iterable[str], min_freq: int = 1, specials=("<pad>", "<unk>")):
    special_set = set(specials)
    c = Counter(t for t in tokens if t not in special_set)
    itos = [*specials] + [w for w, n in c.most_common() if n >= min_freq]
    return {w: i for i, w in enumerate(itos)}, itos
