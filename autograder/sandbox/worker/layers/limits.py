"""setrlimit(2): what one process may use."""

import os
import resource

from . import Confinement

STACK_BYTES = 8 << 20
OPEN_FILES = 64
TASKS = 64  # threads, counted for the worker's user; not for root


def resource_limits(limits: Confinement) -> None:
    """Bounds on memory, CPU time, file size, stack, threads, open files; no core dumps, no locked memory."""
    page = os.sysconf("SC_PAGE_SIZE")
    with open(os.open("self/statm", os.O_RDONLY, dir_fd=limits.proc), "rb") as statm:
        mapped = int(statm.read().split()[0]) * page
    bounds = {
        resource.RLIMIT_AS: mapped + limits.memory_bytes,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_STACK: STACK_BYTES,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, bound in bounds.items():
        resource.setrlimit(kind, (bound, bound))
    if limits.uid:  # a user of its own; an ordinary user's other processes would count
        resource.setrlimit(resource.RLIMIT_NPROC, (TASKS, TASKS))
