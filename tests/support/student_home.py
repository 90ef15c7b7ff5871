"""A student's folder, and pytest runs in it."""

import contextlib
import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

AtHome = Callable[..., tuple[int, str]]


def as_student(course: Path) -> Path:
    """Leave the files that a student has: exercises/ and course.toml. Return the folder."""
    shutil.rmtree(course / "solutions")
    return course


def pytest_at(home: Path, monkeypatch: pytest.MonkeyPatch) -> AtHome:
    """Return a function that runs pytest on a student's code, in this process: (exit status, what it prints).

    No code: the file is missing.
    """
    monkeypatch.chdir(home)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def run(code: str | bytes | None, *arguments: str) -> tuple[int, str]:
        file = home / "exercises/01_demo/demo.py"
        if code is None:
            file.unlink()
        else:
            file.write_bytes(code.encode() if isinstance(code, str) else code)
        options = ["-p", "no:cacheprovider", "-p", "no:randomly", "--capture=sys", f"--rootdir={home}", *arguments]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            status = pytest.main(["exercises", *options])
        for name, module in list(sys.modules.items()):  # the next test's course has modules of the same names
            if (getattr(module, "__file__", None) or "").startswith(str(home)):
                del sys.modules[name]
        return int(status), printed.getvalue()

    return run
