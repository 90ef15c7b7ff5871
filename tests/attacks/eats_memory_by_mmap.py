"""crashed|failed|timed_out: maps and touches up to 8 GiB of anonymous memory."""

import mmap

hoard = []


def double(x):
    try:
        for _ in range(64):
            hoard.append(mmap.mmap(-1, 128 << 20))
            for page in range(0, 128 << 20, 4096):
                hoard[-1][page] = 1
    except (MemoryError, OSError):
        pass
    return x
