"""crashed|failed: opens its parent's memory, folders and descriptors by /proc."""

import os


def double(x):
    for pid in (os.getppid(), 1):
        for name in ("mem", "maps", "environ", "cmdline", "cwd/.", "root/etc/passwd", "fd/3", "task", "fdinfo/3"):
            try:
                descriptor = os.open(f"/proc/{pid}/{name}", os.O_RDONLY)
            except OSError:
                continue
            raise RuntimeError(f"LEAK: /proc/{pid}/{name} is {descriptor}")
    return x
