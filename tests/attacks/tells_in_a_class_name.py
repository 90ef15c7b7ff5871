"""crashed: raises exceptions named after its input, and of classes that claim to be builtin."""


def double(x):
    if x.numel() <= 2 and x.dim():
        raise ValueError
    name = f"LEAK: {x.flatten()[:2].tolist()}"
    bases = type(name, (Exception,), {"__module__": "builtins"})
    raise type(name, (bases,), {"__module__": "builtins", "__qualname__": name})(name)
