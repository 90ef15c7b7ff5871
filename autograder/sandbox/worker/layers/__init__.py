"""The rights that are taken from student code, layer by layer: each layer in a file of its own.

The server applies its layers once, before it has imported anything; each worker adds its own between fork and the
first student line. A layer is a function that raises OSError where this machine cannot give it.

Layers of the server:

cgroup        bounds the memory and number of all its workers together
namespaces    processes, network, IPC and mounts of its own
private_root  a disk with Python on it and nothing else

Layers of a worker, in this order:

environment   clears the environment variables
scratch       a folder of its own, the only one that it may write
limits        memory, CPU time, file size
user          an unprivileged user
privileges    no capabilities, and no way to new ones
landlock      files that it may open
system_calls  system calls that it may make

`apply` notes what holds and what is missing, so that a result can say under which isolation it was made.

To add a layer, write its function in a file of this folder, and call it by name where `apply` is used: in server.py
for the server, in LAYERS of worker_main.py for a worker. Then say in sandbox/level.py how a machine can get it, add it
to the table of docs/sandbox.md, and list in HELD_BACK of tests/sandbox/test_isolation.py an act that only it refuses.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

ON = "on"
Report = dict[str, str]  # layer -> "on", or why it is missing


@dataclass(frozen=True, kw_only=True, slots=True)
class Confinement:
    """The limits of one worker."""

    scratch: str  # the only folder that it may write
    memory_bytes: int  # address space on top of what the warm server has mapped
    cpu_seconds: int
    file_bytes: int  # the largest file that it may write
    scratch_bytes: int  # all files together
    uid: int  # the user that it becomes where the server is root
    proc: int  # a descriptor of /proc, closed before student code runs
    readable: tuple[str, ...]  # trees that it may read: the interpreter and its libraries


def apply(layers: Mapping[str, Callable[..., None]], without: Collection[str], *arguments: Any) -> Report:
    """Call each layer with the arguments, in order. `without` leaves some out: for tests, and for the doctor."""
    report = {}
    for name, layer in layers.items():
        if name in without:
            report[name] = "missing: turned off"
            continue
        try:
            layer(*arguments)
            report[name] = ON
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            report[name] = f"missing: {error.strerror or error}{where}"
    return report
