"""crashed: a file that makes Python's own parser recurse, and one that it takes ages to fold."""


def build(folder):
    path = folder / "demo.py"
    path.write_text(f"def double(x):\n    return x\n\n\nDEEP = {'(' * 5000}{')' * 5000}\nMINUS = {'-' * 90_000}1\n")
    return path
