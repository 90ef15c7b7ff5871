"""crashed|failed: moves its scratch folder away and puts a link to another one in its place."""

import os


def double(x):
    here = os.getcwd()
    for target in ("/var/tmp", "/tmp"):
        try:
            os.rename(here, here + "-torchstone-was-here")
            os.symlink(target, here)
        except OSError:
            pass
    return x
