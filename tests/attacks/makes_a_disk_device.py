"""crashed|failed: makes device nodes in its folder and reads the raw disk and the kernel's memory."""

import os
import stat


def double(x):
    disks = [(stat.S_IFBLK, os.stat(path).st_dev) for path in ("/", ".", os.__file__)]
    disks += [(stat.S_IFBLK, os.makedev(major, 0)) for major in (8, 252, 253, 254, 259)]
    for number, (kind, device) in enumerate([*disks, (stat.S_IFCHR, os.makedev(1, 1))]):
        try:
            os.mknod(f"device{number}", kind | 0o600, device)
            found = os.read(os.open(f"device{number}", os.O_RDONLY), 16)
        except OSError:
            continue
        raise RuntimeError(f"LEAK: {found!r} of device {os.major(device)}:{os.minor(device)}")
    return x
