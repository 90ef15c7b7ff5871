"""failed: returns subclasses of int, float, str, tuple and dict that equal everything."""

calls = [0]


def liar(base):
    lies = {"__eq__": lambda s, o: True, "__ne__": lambda s, o: False, "__hash__": lambda s: 0}
    lies |= {"__len__": lambda s: 1 << 62, "__iter__": lambda s: iter(int, 1), "__float__": lambda s: 2.0}
    lies |= {"__index__": lambda s: 2, "__str__": lambda s: "2", "items": lambda s: iter(int, 1)}
    return type("Liar", (base,), lies)


def double(x):
    calls[0] += 1
    return liar((int, float, str, tuple, dict, list)[calls[0] % 6])()
