"""crashed: returns dicts whose keys have equal hashes, in tuples so that each lookup is slow."""


def double(x):
    keys = [i * ((1 << 61) - 1) for i in range(2000)]
    return {(key,): {key: 0} for key in keys}
