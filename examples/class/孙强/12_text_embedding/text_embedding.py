import collections


def build_vocab(tokens, min_freq=1, specials=('<pad>', '<unk>')):
    cnt = collections.Counter(tokens)
    lst = [k for k, c in sorted(cnt.items(), key=lambda kv: -kv[1]) if c >= min_freq and k not in specials]
    lst = list(specials) + lst
    return {k: lst.index(k) for k in lst}, lst
