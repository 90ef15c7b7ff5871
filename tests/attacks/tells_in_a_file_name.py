"""crashed: raises from code and syntax errors whose file, function and line are named after its input."""


def double(x):
    if x.numel() <= 2 and x.dim():
        raise ValueError
    text = f"LEAK: {x.flatten()[:2].tolist()}"
    if x.dtype.itemsize == 8:
        raise SyntaxError(text, ("demo.py", 3, 1, text))
    exec(compile(f"def f():\n    raise ValueError({text!r})\nf()", f"{text}/demo.py", "exec"), {})
