"""The environment: nothing of the grader's, only where the scratch folder is."""

import os

from . import Confinement


def empty_environment(limits: Confinement) -> None:
    """Leave what student code may need to find its scratch folder."""
    os.environ.clear()
    for name, value in (("HOME", limits.scratch), ("TMPDIR", limits.scratch), ("USER", "student")):
        os.environ[name] = value  # update() asks abstract classes, which costs a fresh process dearly
