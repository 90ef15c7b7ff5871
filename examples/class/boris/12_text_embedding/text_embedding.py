from collections import Counter


def build_vocab(tokens, min_freq=1, specials=("<pad>", "<unk>")):
    counts = Counter(tokens)
    for special in specials:
        counts.pop(special, None)
    frequent = [word for word in counts if counts[word] >= min_freq]
    frequent.sort(key=counts.get, reverse=True)  # stable, ties stay in the order of the text
    itos = list(specials) + frequent
    stoi = {}
    for i, word in enumerate(itos):
        stoi[word] = i
    return stoi, itos
