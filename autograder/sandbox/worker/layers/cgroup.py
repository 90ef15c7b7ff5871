"""A control group for the server and all its workers: a common bound on memory and tasks, where this process may make one."""

import contextlib
import os
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PREFIX = "torchstone-"
LIMITS = {"memory": ("memory.limit_in_bytes", "memory.max"), "pids": ("pids.max", "pids.max")}  # version 1, version 2


def common_limits(memory_bytes: int, tasks: int) -> None:
    """Join a new control group with these bounds. Before the server's namespaces, which hide where groups are."""
    values = {"memory": memory_bytes, "pids": tasks}
    groups = {folder / f"{PREFIX}{os.getpid()}": controllers for folder, controllers in _parents().items()}
    try:
        for group, controllers in groups.items():
            group.mkdir(exist_ok=True)
            for controller in controllers:
                _limit_file(group, controller).write_text(str(values[controller]))
    except OSError:
        for group in groups:
            with contextlib.suppress(OSError):
                group.rmdir()
        raise
    for group in groups:
        (group / "cgroup.procs").write_text("0")


def _limit_file(group: Path, controller: str) -> Path:
    """Return the file of a group that holds the controller's limit: its name differs between version 1 and 2."""
    old, new = LIMITS[controller]
    return group / old if (group / old).exists() else group / new


def _parents() -> dict[Path, list[str]]:
    """Return folder to make a group in -> which of our controllers it has. Raise OSError if no folder has one of them."""
    found: dict[Path, list[str]] = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        for controller in LIMITS.keys() & set(names.split(",")):
            found.setdefault(ROOT / names / path.lstrip("/"), []).append(controller)
    enabled = ROOT / "cgroup.subtree_control"  # version 2: only the root may hold both processes and groups
    if enabled.exists():
        unified = sorted(LIMITS.keys() & set(enabled.read_text().split()))
        if unified:
            found[ROOT] = unified
    available: set[str] = set()
    for controllers in found.values():
        available.update(controllers)
    if not available.issuperset(LIMITS):
        raise OSError("this machine gives no memory and pids control group")
    return found


def remove_groups(pid: int) -> None:
    """Remove the groups of a server that has ended, and of servers whose grader was killed before it could."""
    for folder in _known_folders():
        for group in folder.glob(f"{PREFIX}*"):
            owner = group.name.removeprefix(PREFIX)
            if owner == str(pid) or not Path(f"/proc/{owner}").exists():
                with contextlib.suppress(OSError):
                    group.rmdir()


def _known_folders() -> list[Path]:
    with contextlib.suppress(OSError):
        return list(_parents())
    return []
