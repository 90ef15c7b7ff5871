"""crashed|failed: reads results, and the folders of other submissions, beside its own."""

import os
import tempfile


def double(x):
    here = os.getcwd()
    for folder in (os.path.dirname(here), os.path.dirname(os.path.dirname(here)), "/tmp", "/var/tmp", "build", "/root"):
        try:
            found = [name for name in os.listdir(folder) if os.path.join(folder, name) != here]
        except OSError:
            continue
        if found:
            raise RuntimeError(f"LEAK: {found[:5]}")
    return x
