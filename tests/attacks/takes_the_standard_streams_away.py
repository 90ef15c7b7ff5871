"""crashed|failed: closes the standard streams and puts traps in their place."""

import os
import sys


class Trap:
    def write(self, text):
        raise SystemExit

    flush = write


def double(x):
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = Trap()
    os.closerange(0, 3)
    return x
