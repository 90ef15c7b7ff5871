"""crashed|failed: kills its parent through pidfds, and by messages that carry signals."""

import ctypes
import os
import signal

libc = ctypes.CDLL(None)


def double(x):
    for pid in (os.getppid(), 1):
        try:
            signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGKILL)
        except OSError:
            pass
        libc.sigqueue(pid, signal.SIGKILL, 0)
        libc.tgkill(pid, pid, signal.SIGKILL)
    return x
