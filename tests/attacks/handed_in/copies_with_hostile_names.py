"""failed: copies of one exercise whose names hold escapes, each of which is told as not used."""


def build(folder):
    student = folder / "student"
    (student / "\x1b[31m\u202e<b>").mkdir(parents=True)
    (student / "\x1b[31m\u202e<b>" / "demo.py").write_text("def double(x):\n    return 2 * x\n")
    (student / "\x1b[31m\u200f[red]").mkdir()
    (student / "\x1b[31m\u200f[red]" / "demo (1).py").write_text("def double(x):\n    return 2 * x\n")
    (student / "demo.py").write_text("def double(x):\n    return x\n")
    return student
