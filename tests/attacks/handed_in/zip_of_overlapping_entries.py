"""unreadable: a zip whose two thousand entries all unpack the same megabyte."""

import zipfile


def build(folder):
    path = folder / "overlap.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("demo0.py", bytes(1 << 20))
        first = archive.infolist()[0]
        for number in range(1, 1900):
            entry = zipfile.ZipInfo(f"demo{number}.py")
            for field in ("header_offset", "compress_type", "CRC", "compress_size", "file_size"):
                setattr(entry, field, getattr(first, field))
            archive.filelist.append(entry)
    return path
