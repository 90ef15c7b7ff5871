"""crashed|failed: reads and writes other folders through links in its own."""

import os


def double(x):
    for number, target in enumerate(("/etc/passwd", "/proc/1/environ", f"/proc/{os.getppid()}/cmdline")):
        for link in (os.symlink, os.link):
            try:
                link(target, f"{link.__name__}{number}")
                found = open(f"{link.__name__}{number}").read()
            except OSError:
                continue
            raise RuntimeError(f"LEAK: {found[:80]!r}")
    try:
        os.symlink("/tmp", "elsewhere")
        open("elsewhere/torchstone-was-here", "w").close()
    except OSError:
        pass
    return x
