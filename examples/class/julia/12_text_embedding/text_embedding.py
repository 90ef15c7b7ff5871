from collections import Counter


def build_vocab(tokens, min_freq=1, specials=("<pad>", "<unk>")):
    index_to_word = list(specials)
    for word, n in Counter(tokens).most_common():
        if n < min_freq:
            break
        if word not in index_to_word:
            index_to_word.append(word)
    word_to_index = dict(map(reversed, enumerate(index_to_word)))
    return word_to_index, index_to_word
