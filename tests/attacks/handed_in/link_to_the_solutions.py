"""unreadable: a link in the place of a submission, to the reference itself."""

import tempfile
from pathlib import Path


def build(folder):
    course = next(iter(Path(tempfile.gettempdir()).glob("pytest-of-*/pytest-*/course*")))
    link = folder / "demo.py"
    link.symlink_to(course / "solutions" / "01_demo" / "demo.py")
    return link
