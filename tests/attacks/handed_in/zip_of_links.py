"""failed: a zip with symbolic links and devices where files are expected."""

import stat
import zipfile


def build(folder):
    path = folder / "links.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, kind in enumerate((stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK)):
            entry = zipfile.ZipInfo(f"helper{number}.py")
            entry.external_attr = (kind | 0o777) << 16
            archive.writestr(entry, "/etc/passwd")
        archive.writestr("demo.py", "import helper0\n\n\ndef double(x):\n    return x\n")
        archive.writestr("demo (1).py", "def double(x):\n    return x\n")
        archive.writestr("01_demo/demo.py", "def double(x):\n    return x\n")
    return path
