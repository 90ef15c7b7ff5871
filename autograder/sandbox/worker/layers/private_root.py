"""A disk of the server's own: Python, its packages and a few devices, read-only. Nothing else can be opened or seen.

There is no /proc: it counts processes, threads and memory of the whole machine.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

from .. import linux
from .namespaces import BIND, NODEV, NOSUID, READ_ONLY, RECURSIVE, REMOUNT

MOUNT_SETATTR, PIVOT_ROOT = 442, {"x86_64": 155, "aarch64": 41}
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
ATTR_READ_ONLY, ATTR_NOSUID, ATTR_NODEV = 1, 2, 4
BASES = ("/mnt", "/media", "/srv", "/tmp", "/home")  # covered by the new root while it is made; only for this process
SCRATCH, OLD = "/scratch", "/old"


def private_root(readable: Iterable[str]) -> None:
    """Make it and move there. Needs the server's namespaces."""
    shown = list(readable)
    base = _base(shown)
    linux.mount("tmpfs", base, "tmpfs", NOSUID | NODEV, "size=1m,mode=755")
    try:
        _fill(base, shown)
        linux.syscall(PIVOT_ROOT[os.uname().machine], base.encode(), (base + OLD).encode())
    except OSError:
        linux.detach(base)
        raise
    os.chdir("/")
    linux.detach(OLD)
    os.rmdir(OLD)
    linux.mount("", "/", "", REMOUNT | BIND | READ_ONLY | NOSUID | NODEV)


def _base(shown: Sequence[str]) -> str:
    """A folder that may be covered: nothing that is to be shown lies in it."""
    for folder in BASES:
        if os.path.isdir(folder) and not any(os.path.realpath(path).startswith(f"{folder}/") for path in shown):
            return folder
    raise OSError(errno.ENOENT, f"Python has files in each of {', '.join(BASES)}")


def _fill(base: str, shown: Iterable[str]) -> None:
    for folder in (SCRATCH, OLD):
        os.mkdir(base + folder)
    for path in shown:
        _show(path, base)


def _show(path: str, base: str) -> None:
    """Bind `path` below the new root, at its own place."""
    shown = Path(base + path)
    if not os.path.exists(path) or shown.exists():  # not on this machine, or beneath a tree that is shown already
        return
    shown.parent.mkdir(parents=True, exist_ok=True)
    if os.path.islink(path):
        shown.symlink_to(os.readlink(path))
        return
    if os.path.isdir(path):
        shown.mkdir()
    else:
        shown.touch()
    linux.mount(path, str(shown), "", BIND | RECURSIVE)
    is_device = path.startswith("/dev/")
    attributes = ATTR_READ_ONLY | ATTR_NOSUID | (0 if is_device else ATTR_NODEV)
    structure = struct.pack("=QQQQ", ATTR_NOSUID if is_device else attributes, 0, 0, 0)
    target = os.fsencode(shown)
    size = ctypes.c_size_t(len(structure))
    linux.syscall(MOUNT_SETATTR, AT_FDCWD, target, AT_RECURSIVE, structure, size)
