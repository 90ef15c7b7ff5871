"""crashed|failed: has the kernel tell it which files others open, create and move."""

import ctypes

libc = ctypes.CDLL(None)


def double(x):
    watcher = libc.inotify_init1(0)
    for path in (b"/etc/passwd", b"/root", b"/home", b"/var/tmp"):
        if libc.inotify_add_watch(watcher, path, 0xFFF) >= 0:
            raise RuntimeError(f"LEAK: {path.decode()} is watched")
    return x
