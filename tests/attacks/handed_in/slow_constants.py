"""crashed|failed|timed_out: a file whose constants the compiler folds into gigabytes."""


def build(folder):
    path = folder / "demo.py"
    lines = [f"C{n} = ((((1 << 9999) ** 8) ** 8) * 'x') if 0 else {'9' * 4000} ** 1" for n in range(50)]
    path.write_text("def double(x):\n    return x\n\n\n" + "\n".join(lines) + "\n")
    return path
