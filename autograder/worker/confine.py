"""What is taken from a worker between fork and the first student line: a list of layers, applied in order.

Each layer takes the `Confinement` and raises OSError where this machine cannot give it. `confine` returns what
holds and what is missing, layer by layer, so that a result can say under which confinement it was made.
"""

import ctypes
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import landlock

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38


@dataclass(frozen=True, kw_only=True, slots=True)
class Confinement:
    """What a worker may have."""

    scratch: Path  # the only folder that it may write
    memory_bytes: int  # address space on top of what the warm server has mapped
    cpu_seconds: int
    file_bytes: int  # the largest file it may write
    readable: tuple[str, ...] = ()  # trees that it may read: the interpreter and its libraries


def prctl(option: int, value: int) -> None:
    """prctl(2) with one argument. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def dies_with_server(limits: Confinement) -> None:
    """Be killed when the fork server ends, however it ends."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def no_new_privileges(limits: Confinement) -> None:
    """No setuid program helps, and no other process of the same user may look inside."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_DUMPABLE, 0)


def empty_environment(limits: Confinement) -> None:
    """Only what student code may need to find its scratch folder."""
    os.environ.clear()
    os.environ.update(HOME=str(limits.scratch), TMPDIR=str(limits.scratch), USER="student")


def resource_limits(limits: Confinement) -> None:
    """Bounds on memory, CPU time, file size and open files."""
    import resource

    page = os.sysconf("SC_PAGE_SIZE")
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * page
    bounds = {
        resource.RLIMIT_AS: mapped + limits.memory_bytes,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    for kind, bound in bounds.items():
        resource.setrlimit(kind, (bound, bound))


def file_access(limits: Confinement) -> None:
    """Read the interpreter and its libraries, write the scratch folder, see no other file."""
    landlock.restrict(readable=limits.readable, writable=(str(limits.scratch),))


LAYERS: tuple[Callable[[Confinement], None], ...] = (
    dies_with_server,
    empty_environment,
    resource_limits,
    no_new_privileges,
    file_access,
)


def confine(limits: Confinement) -> dict[str, str]:
    """Apply every layer; layer name -> "on", or why it is missing."""
    report = {}
    os.chdir(limits.scratch)
    for layer in LAYERS:
        try:
            layer(limits)
            report[layer.__name__] = "on"
        except OSError as error:
            report[layer.__name__] = f"missing: {error.strerror or error}"
    return report
