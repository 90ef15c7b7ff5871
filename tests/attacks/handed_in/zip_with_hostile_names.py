"""failed: a zip of files and a student whose names hold HTML, escapes and three hundred characters."""

import zipfile

NAMES = ["<script>alert(1)</script>.py", "\x1b[2J\x07.py", "\u202eyp.omed", "n" * 300 + ".py", "[red]x[/].py", "\u200f.py"]


def build(folder):
    path = folder / "\x1b[31m<b>Eve\u202e\u200f[bold].zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in NAMES:
            archive.writestr(f"helpers/{name}", "def double(x):\n    return 2 * x\n")
            archive.writestr(f"../{name}", "")
        archive.writestr("demo.py", "def double(x):\n    return x\n")
    return path
