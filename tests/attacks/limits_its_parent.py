"""crashed|failed: lowers the limits of the server that it was forked from."""

import os
import resource


def double(x):
    try:
        soft, hard = resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)
        resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (soft - 1, hard))
    except OSError:
        return x
    raise RuntimeError(f"LEAK: its parent may open {soft - 1} files")
