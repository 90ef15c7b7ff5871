"""crashed|failed: keeps data in memory files, which no memory limit counts."""

import os


def double(x):
    try:
        for number in range(4):
            os.write(os.memfd_create(f"memory{number}"), b"x" * (8 << 20))
    except OSError:
        return x
    raise RuntimeError(f"LEAK: {32} MiB beside the limit")
