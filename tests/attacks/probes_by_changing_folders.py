"""crashed|failed: walks into the course by chdir and readlink, which open nothing."""

import os


def double(x):
    for number in range(200):
        for user in ("root", "student", "runner"):
            try:
                os.chdir(f"/tmp/pytest-of-{user}/pytest-{number}/course0/solutions")
            except OSError:
                continue
            raise RuntimeError(f"LEAK: {os.getcwd()}")
    return x
