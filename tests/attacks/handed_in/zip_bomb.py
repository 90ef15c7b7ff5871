"""unreadable: a zip of 40 MiB of zeros in forty kilobytes."""

import zipfile


def build(folder):
    path = folder / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("demo.py", "w") as file:
        for _ in range(40):
            file.write(bytes(1 << 20))
    return path
