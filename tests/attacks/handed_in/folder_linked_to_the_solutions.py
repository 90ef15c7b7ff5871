"""failed: a folder with links to the course's solutions, for files and for whole folders."""

import tempfile
from pathlib import Path


def build(folder):
    student = folder / "student"
    student.mkdir()
    for number, course in enumerate(Path(tempfile.gettempdir()).glob("pytest-of-*/pytest-*/course*")):
        (student / f"linked{number}").symlink_to(course / "solutions")
        (student / f"helper{number}.py").symlink_to(course / "solutions" / "01_demo" / "demo.py")
    (student / "01_demo").symlink_to(student)
    (student / "demo.py").write_text("try:\n    from helper0 import double\nexcept ImportError:\n    def double(x):\n        return x\n")
    return student
