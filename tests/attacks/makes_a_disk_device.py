"""crashed|failed: makes device nodes in its folder and reads the raw disk and the kernel's memory."""

import os
import stat


def double(x):
    for number, (kind, major, minor) in enumerate(
        [(stat.S_IFBLK, 254, 0), (stat.S_IFBLK, 8, 0), (stat.S_IFBLK, 259, 0), (stat.S_IFCHR, 1, 1), (stat.S_IFCHR, 10, 229)]
    ):
        try:
            os.mknod(f"device{number}", kind | 0o600, os.makedev(major, minor))
            found = os.read(os.open(f"device{number}", os.O_RDONLY), 16)
        except OSError:
            continue
        raise RuntimeError(f"LEAK: {found!r} of device {major}:{minor}")
    return x
