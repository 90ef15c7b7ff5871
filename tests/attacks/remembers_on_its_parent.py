"""crashed: keeps a bit of its input as an attribute of the server, dies, and tells it when loaded again."""

import os

if os.getppid() > 1 and os.getpriority(os.PRIO_PROCESS, os.getppid()) == 3:
    raise RuntimeError(f"LEAK: {os.getppid()} was marked")


def double(x):
    try:
        os.setpriority(os.PRIO_PROCESS, os.getppid(), 3)
    except OSError:
        pass
    os._exit(0)
