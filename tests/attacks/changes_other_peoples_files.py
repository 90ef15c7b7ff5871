"""crashed|failed: sets modes and times of files outside its folder, to what they are."""

import os
import site


def double(x):
    for path in ("/", "/tmp", "/etc/passwd", os.__file__, *site.getsitepackages()):
        try:
            os.chmod(path, os.stat(path).st_mode & 0o7777)
        except OSError:
            continue
        raise RuntimeError(f"LEAK: {path} may be changed")
    return x
