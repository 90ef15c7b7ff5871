"""The one folder that a worker may write: a file system of its own in memory, of bounded size, gone with the worker."""

from .. import linux
from . import Confinement
from .namespaces import NEWNS, NODEV, NOSUID

MAX_FILES = 1000


def bounded_scratch(limits: Confinement) -> None:
    """Mount it in a mount namespace of the worker's own. Needs the server's namespaces."""
    linux.unshare(NEWNS)
    options = f"size={limits.scratch_bytes},nr_inodes={MAX_FILES},mode=700"
    if limits.uid:
        options += f",uid={limits.uid},gid={limits.uid}"
    linux.mount("tmpfs", limits.scratch, "tmpfs", NOSUID | NODEV, options)
