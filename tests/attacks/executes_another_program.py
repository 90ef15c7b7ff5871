"""crashed|failed: replaces itself by a program that sleeps."""

import os
import sys


def double(x):
    for program in ("/bin/sleep", "/usr/bin/sleep", "/bin/sh", sys.executable):
        for arguments in (["sleep", "20"], ["sh", "-c", "sleep 20"]):
            try:
                os.execv(program, arguments)
            except OSError:
                pass
    return x
