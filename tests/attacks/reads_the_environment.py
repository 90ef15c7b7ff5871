"""crashed|failed: looks for secrets in its environment, and in those of other processes."""

import os


def double(x):
    found = [name for name in os.environ if any(word in name for word in ("PYTEST", "TOKEN", "KEY", "SSH", "VIRTUAL"))]
    for pid in [os.getppid(), *range(1, 50)]:
        for name in ("environ", "cmdline"):
            try:
                found.append(open(f"/proc/{pid}/{name}").read(200)) if pid != os.getpid() else None
            except OSError:
                pass
    if found:
        raise RuntimeError(f"LEAK: {found}")
    return x
