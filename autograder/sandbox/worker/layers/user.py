"""The user that student code runs as: never root, and without any capability."""

import os
import struct

from .. import linux
from . import Confinement

CAPSET = {"x86_64": 126, "aarch64": 91}
CAPABILITY_VERSION_3 = 0x20080522
CAPABILITIES = 64


def unprivileged_user(limits: Confinement) -> None:
    """Become another user if the server is root; give up every capability in any case."""
    for capability in range(CAPABILITIES):
        try:
            linux.prctl(linux.PR_CAPBSET_DROP, capability)
        except OSError:  # without privileges there is nothing to drop; and the kernel knows fewer than 64
            break
    try:
        if limits.uid:
            os.setgroups([])
            os.setresgid(limits.uid, limits.uid, limits.uid)
            os.setresuid(limits.uid, limits.uid, limits.uid)
    finally:  # for the old user or the new one
        header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
        linux.syscall(CAPSET[os.uname().machine], header, bytes(24))
