"""unreadable: a file of random bytes between the marks of a zip."""

import random


def build(folder):
    path = folder / "rubbish.zip"
    draw = random.Random(0)
    path.write_bytes(b"PK\x03\x04" + draw.randbytes(100_000) + b"PK\x01\x02" * 500 + b"PK\x05\x06" + draw.randbytes(18))
    return path
