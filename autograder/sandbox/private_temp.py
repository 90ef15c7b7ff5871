"""Keeps temporary files and caches where no other user of the machine can write.

jieba, torch and others read caches of fixed names from the temporary folder, which all users share, and trust them.
"""

import atexit
import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

PREFIX = "torchstone-"
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def use_private_temporary_folder() -> Path:
    """Make a folder of this user the temporary folder of this process and of those that it starts. Return it.

    It is kept, so that the next run finds its caches. Workers of other users pass through it, and cannot list it.
    """
    current = Path(tempfile.gettempdir())
    if not hasattr(os, "geteuid"):  # Windows: each user has a temporary folder
        return current
    if _is_private(current):
        return current
    folder = current / f"{PREFIX}{os.geteuid()}"
    with contextlib.suppress(FileExistsError):  # a file or a link of that name: somebody else's
        folder.mkdir(mode=0o711, exist_ok=True)
    if not _is_private(folder):
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        folder.chmod(0o711)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    tempfile.tempdir = str(folder)
    os.environ["TMPDIR"] = str(folder)
    return folder


def _is_private(folder: Path) -> bool:
    """Return whether it is a folder of this user in which nobody else can write. A link is none."""
    try:
        state = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid() and not state.st_mode & OTHERS_WRITE
