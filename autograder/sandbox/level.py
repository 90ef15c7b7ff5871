"""The isolation levels: the layers that each level needs."""

from collections.abc import Mapping
from enum import StrEnum

ON = "on"

# A level needs one layer of each group.
STRICT = (("file_access", "private_root"), ("system_calls",), ("resource_limits",), ("no_new_privileges",))

# Layer -> how a machine gets it.
REMEDIES = {
    "common_limits": "run as root, or in a control group that was delegated with memory and pids",
    "namespaces": "run as root, or allow user namespaces: sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    "private_root": "comes with namespaces",
    "bounded_scratch": "comes with namespaces",
    "environment": "always there",
    "resource_limits": "always there on Linux",
    "unprivileged_user": "run as an ordinary user; or, as root, keep Python where every user can read it",
    "no_new_privileges": "Linux 3.5 or newer",
    "file_access": "Linux 5.13 or newer with Landlock enabled: landlock in /sys/kernel/security/lsm",
    "system_calls": "Linux with seccomp, on x86_64 or aarch64",
}


class Level(StrEnum):
    """Under which isolation a submission was graded."""

    STRICT = "strict"  # no file, process, socket or memory of anybody else's can be reached
    BASIC = "basic"  # a process of its own with time limits: for code whose authors you trust

    def allows(self, layers: Mapping[str, str]) -> bool:
        """Return True if these layers make this level."""
        return self is Level.BASIC or not missing(layers)


def level_of(layers: Mapping[str, str]) -> Level:
    """Return the level that these layers make: layer -> "on", or why it is missing."""
    return Level.BASIC if missing(layers) else Level.STRICT


def missing(layers: Mapping[str, str]) -> list[str]:
    """Return the layers that are missing for the strict level: the first of each group that has none."""
    lacking = []
    for group in STRICT:
        states = [layers.get(layer) for layer in group]
        if ON not in states:
            lacking.append(group[0])
    return lacking
