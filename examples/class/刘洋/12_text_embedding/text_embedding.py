import torch


def build_vocab(tokens, min_freq=1, specials=("<pad>", "<unk>")):
    freq = dict()
    for t in tokens:
        if t in freq:
            freq[t] += 1
        else:
            freq[t] = 1
    # 集合的顺序每次不一样，所以排个序
    words = sorted([t for t in freq if freq[t] >= min_freq and t not in specials])
    index_to_word = list(specials)
    index_to_word.extend(words)
    word_to_index = {}
    for i in range(len(index_to_word)):
        word_to_index[index_to_word[i]] = i
    return word_to_index, index_to_word


def lm_windows(ids, seq_len, stride=1):
    # 每次取 seq_len 个词
    starts = [s for s in range(0, len(ids) - seq_len, stride)]
    if len(starts) == 0:
        return torch.zeros(0, seq_len, dtype=torch.long), torch.zeros(0, seq_len, dtype=torch.long)
    x = torch.stack([ids[s : s + seq_len] for s in starts])
    y = torch.stack([ids[s : s + seq_len] for s in starts])
    return x, y
