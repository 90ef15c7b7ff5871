"""Landlock: from here on this process may read its libraries and write its scratch folder, and nothing else.

The numbers are those of every architecture (landlock(7)).
"""

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable

from .. import linux
from . import Confinement

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
GET_VERSION = 1
RULE_PATH_BENEATH = 1

READ_FILE, READ_DIR = 1 << 2, 1 << 3
WRITE_FILE, TRUNCATE = 1 << 1, 1 << 14
EXECUTE = 1 << 0
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | 1 << 15  # rights that a rule for a single file may give
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}  # by ABI version
FILE_RIGHTS_LATEST = (1 << 16) - 1
TCP = 0b11  # bind and connect, from ABI 4
SCOPES = 0b11  # abstract Unix sockets and signals, from ABI 6


def file_access(limits: Confinement) -> None:
    """Read the interpreter and its libraries, write the scratch folder; no other file, TCP port, signal or socket.

    After no_new_privileges. Raises OSError where the kernel has no Landlock.
    """
    ruleset, rights = _ruleset()
    try:
        _allow(ruleset, limits.readable, (READ_FILE | READ_DIR) & rights)
        _allow(ruleset, (limits.scratch,), rights & ~EXECUTE)
        linux.syscall(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _ruleset() -> tuple[int, int]:
    """A descriptor, and the file rights that are denied from now on unless a rule gives them."""
    abi = linux.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(GET_VERSION))
    rights = FILE_RIGHTS.get(abi, FILE_RIGHTS_LATEST)
    attributes = struct.pack("=QQQ", rights, TCP if abi >= 4 else 0, SCOPES if abi >= 6 else 0)
    attributes = attributes[: 8 if abi < 4 else 16 if abi < 6 else 24]
    return linux.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0)), rights


def _allow(ruleset: int, paths: Iterable[str], granted: int) -> None:
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                rule = struct.pack("=Qi", granted if os.path.isdir(path) else granted & ON_FILES, descriptor)
                linux.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0)
            finally:
                os.close(descriptor)
