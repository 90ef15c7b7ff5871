"""A disk of the server's own: Python, its packages and a few devices, read-only. Nothing else can be opened or seen."""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from .. import linux
from .namespaces import BIND, NODEV, NOEXEC, NOSUID, READ_ONLY, RECURSIVE, REMOUNT

MOUNT_SETATTR, PIVOT_ROOT = 442, {"x86_64": 155, "aarch64": 41}
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
ATTR_READ_ONLY, ATTR_NOSUID, ATTR_NODEV = 1, 2, 4
BASE = "/tmp"  # covered by the new root while it is made; in a mount namespace of our own
SCRATCH, OLD = "/scratch", "/old"


def private_root(readable: Iterable[str]) -> None:
    """Make it and move there. Needs the server's namespaces."""
    linux.mount("tmpfs", BASE, "tmpfs", NOSUID | NODEV, "size=1m,mode=755")
    try:
        _fill(path for path in readable if not path.startswith("/proc/"))
        linux.syscall(PIVOT_ROOT[os.uname().machine], BASE.encode(), (BASE + OLD).encode())
    except OSError:
        linux.detach(BASE)
        raise
    os.chdir("/")
    linux.detach(OLD)
    os.rmdir(OLD)
    linux.mount("", "/", "", REMOUNT | BIND | READ_ONLY | NOSUID | NODEV)


def _fill(readable: Iterable[str]) -> None:
    for folder in ("/proc", SCRATCH, OLD):
        os.mkdir(BASE + folder)
    linux.mount("proc", BASE + "/proc", "proc", NOSUID | NODEV | NOEXEC)
    for path in readable:
        _show(path)


def _show(path: str) -> None:
    """Bind `path` below the new root, at its own place."""
    shown = Path(BASE + path)
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
