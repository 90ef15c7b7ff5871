"""crashed|failed: reads what the kernel tells of its own process: start environment, maps, root, files."""

import os


def double(x):
    for path in ("environ", "maps", "mountinfo", "cmdline", "root/etc/passwd", "cwd/../server.log", "stack", "auxv"):
        for me in ("/proc/self", "/proc/thread-self", f"/proc/{os.getpid()}"):
            try:
                found = open(f"{me}/{path}").read()
            except (OSError, UnicodeDecodeError):
                continue
            if any(word in found for word in ("autograder", "solutions", "root:x", "PYTEST")):
                raise RuntimeError(f"LEAK: {path}")
    return x
