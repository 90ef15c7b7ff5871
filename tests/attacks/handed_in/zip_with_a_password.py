"""unreadable: a zip whose entries claim to be encrypted."""

import zipfile


def build(folder):
    path = folder / "secret.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("demo.py", "def double(x):\n    return 2 * x\n")
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    return path
