"""The one folder that a worker may write: a file system of its own in memory, of bounded size, gone with the worker."""

import os
import resource

from .. import linux
from . import Confinement
from .limits import TASKS
from .namespaces import NEWNS, NEWUSER, NODEV, NOSUID, keep_user

MAX_FILES = 1000


def bounded_scratch(limits: Confinement) -> None:
    """Mount it in a mount namespace of the worker's own. Needs the server's namespaces.

    An ordinary user's worker gets a user namespace of its own, too, in which its threads are counted alone.
    """
    if limits.uid:
        linux.unshare(NEWNS)
    else:
        uid, gid = os.geteuid(), os.getegid()
        linux.unshare(NEWNS | NEWUSER)
        keep_user(limits.proc, uid, gid)
        resource.setrlimit(resource.RLIMIT_NPROC, (TASKS, TASKS))
    options = f"size={limits.scratch_bytes},nr_inodes={MAX_FILES},mode=700"
    if limits.uid:
        options += f",uid={limits.uid},gid={limits.uid}"
    linux.mount("tmpfs", limits.scratch, "tmpfs", NOSUID | NODEV, options)
