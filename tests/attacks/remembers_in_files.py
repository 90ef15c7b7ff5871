"""crashed: keeps its input in any file that another worker may find, and tells it when it is loaded again."""

import os

PATHS = [f"{folder}/torchstone-was-here" for folder in ("..", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run")]
for path in PATHS:
    if os.path.exists(path):
        raise RuntimeError(f"LEAK: {path}")


def double(x):
    for path in PATHS:
        try:
            os.mkdir(path)
        except OSError:
            pass
    os._exit(0)
