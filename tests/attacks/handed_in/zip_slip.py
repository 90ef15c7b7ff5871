"""failed: a zip whose entries lead out of it, by dots, roots, drives and backslashes."""

import zipfile

WRONG = "def double(x):\n    return x\n"
NAMES = ["../torchstone-was-here", "/tmp/torchstone-was-here", "a/../../../../tmp/torchstone-was-here"]
NAMES += ["C:\\torchstone-was-here", "..\\..\\torchstone-was-here", "../../solutions/01_demo/demo.py"]


def build(folder):
    path = folder / "slip.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in NAMES:
            archive.writestr(name, "x")
        archive.writestr("demo.py", WRONG)
    return path
