"""crashed|failed: leaves a file in every folder that programs share."""

import os
import site
import sys
import tempfile


def double(x):
    home = os.path.expanduser("~root")
    folders = [home, f"{home}/.cache", "/tmp", "/var/tmp", "/dev/shm", "/run", "/", tempfile.gettempdir()]
    folders += [os.path.dirname(os.__file__), *site.getsitepackages(), *sys.path, f"/proc/{os.getppid()}/cwd"]
    for folder in folders:
        try:
            open(os.path.join(folder, "torchstone-was-here"), "w").close()
        except OSError:
            pass
    return x
