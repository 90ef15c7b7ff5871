"""unreadable: a zip whose directory claims that 40 MiB are ten bytes."""

import struct
import zipfile


def build(folder):
    path = folder / "lies.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("demo.py", bytes(40 << 20))
    data = path.read_bytes().replace(struct.pack("<I", 40 << 20), struct.pack("<I", 10))
    path.write_bytes(data)
    return path
