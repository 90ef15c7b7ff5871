"""crashed|failed: returns objects, keys and attributes named after its input."""


def double(x):
    if x.numel() <= 2 and x.dim():
        return x
    name = f"LEAK: {x.flatten()[:2].tolist()}"
    return {name: type(name, (), {})(), "value": type(name, (dict,), {name: 1})()}
