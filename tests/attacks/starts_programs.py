"""crashed|failed: starts other programs in every way of the standard library."""

import os
import subprocess
import sys


def double(x):
    ways = (
        lambda: subprocess.Popen(["sleep", "20"]),
        lambda: subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20)"]),
        lambda: os.system("sleep 20 &"),
        lambda: os.popen("sleep 20 &"),
        lambda: os.posix_spawn("/bin/sleep", ["sleep", "20"], {}),
    )
    for way in ways:
        try:
            way()
        except OSError:
            pass
    return x
