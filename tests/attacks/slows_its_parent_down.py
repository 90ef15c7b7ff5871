"""crashed|failed: gives the server less priority and fewer processors."""

import ctypes
import os

libc = ctypes.CDLL(None)


def double(x):
    parent, changed = os.getppid(), []
    for way in (
        lambda: os.setpriority(os.PRIO_PROCESS, parent, os.getpriority(os.PRIO_PROCESS, parent) + 1),
        lambda: os.sched_setaffinity(parent, os.sched_getaffinity(parent)),
        lambda: os.sched_setscheduler(parent, os.SCHED_OTHER, os.sched_param(0)),
    ):
        try:
            way()
            changed.append(parent)
        except OSError:
            pass
    if changed or libc.syscall(251, 1, parent, 4 << 13 | 7) == 0:
        raise RuntimeError(f"LEAK: {changed}")
    return x
