"""unreadable: a zip of sixty thousand empty entries."""

import zipfile


def build(folder):
    path = folder / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(60_000):
            archive.writestr(f"{number}", b"")
    return path
