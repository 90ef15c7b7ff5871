"""crashed|failed: makes files that announce a petabyte."""

import os


def double(x):
    with open("sparse", "wb") as file:
        for size in (1 << 50, 1 << 40, 1 << 30):
            for grow in (lambda: file.truncate(size), lambda: os.posix_fallocate(file.fileno(), 0, size)):
                try:
                    grow()
                except OSError:
                    pass
    return x
