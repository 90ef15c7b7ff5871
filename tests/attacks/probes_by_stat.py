"""crashed|failed: finds the course without reading a folder, by asking for the names it may have."""

import os


def double(x):
    for number in range(200):
        for user in ("root", "student", "runner"):
            for course in ("course0", "course1"):
                path = f"/tmp/pytest-of-{user}/pytest-{number}/{course}/solutions/01_demo/demo.py"
                if os.access(path, os.F_OK) or os.path.exists(path) or os.path.islink(path):
                    raise RuntimeError(f"LEAK: {path}")
    return x
