"""crashed|failed: returns dicts and tuples that hold themselves."""


def double(x):
    cycle = {}
    cycle["self"] = (cycle, [cycle])
    return cycle
