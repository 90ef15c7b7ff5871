"""failed: a folder with names that are no UTF-8, of 255 bytes, and of terminal escapes."""

import os


def build(folder):
    student = folder / "stu\x1b[2Jdent\u202e"
    student.mkdir()
    for name in (b"\xff\xfe.py", b"\x1b]0;owned\x07.py", b"n" * 252 + b".py", b"a\nb\r.py", "\u200f\u061c.py".encode()):
        with open(os.path.join(os.fsencode(student), name), "w") as file:
            file.write("def double(x):\n    return 2 * x\n")
    (student / "demo.py").write_text("def double(x):\n    return x\n")
    return student
