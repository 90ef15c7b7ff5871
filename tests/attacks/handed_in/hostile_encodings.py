"""crashed: a file in an encoding that runs code, takes hours, or is no text."""

import random

ENCODINGS = ["punycode", "idna", "unicode_escape", "zlib_codec", "utf_7", "rot13", "undefined", "mbcs", "../../evil"]


def build(folder):
    path = folder / "demo.py"
    encoding = random.choice(ENCODINGS)
    path.write_bytes(f"# -*- coding: {encoding} -*-\ndef double(x):\n    return 2 * x\n".encode() + b"#" * 200_000)
    return path
