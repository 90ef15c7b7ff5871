"""Landlock: from here on this process may read its libraries and write its scratch folder, and nothing else.

Linux system calls by ctypes; the numbers are those of every architecture (landlock(7)).
"""

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable

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


def _call(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    result = int(libc.syscall(number, *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def restrict(*, readable: Iterable[str], writable: Iterable[str]) -> None:
    """Deny every file but what lies beneath the given paths; no TCP, no signals to others, where the kernel can.

    The caller has set no_new_privs. Raises OSError where the kernel has no Landlock.
    """
    abi = _call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(GET_VERSION))
    rights = FILE_RIGHTS.get(abi, FILE_RIGHTS_LATEST)
    attributes = struct.pack("=QQQ", rights, TCP if abi >= 4 else 0, SCOPES if abi >= 6 else 0)
    attributes = attributes[: 8 if abi < 4 else 16 if abi < 6 else 24]
    ruleset = _call(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0))
    try:
        for paths, granted in ((readable, READ_FILE | READ_DIR), (writable, rights & ~EXECUTE)):
            for path in paths:
                with contextlib.suppress(FileNotFoundError):
                    _allow(ruleset, path, granted & rights)
        _call(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, granted: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        allowed = granted if os.path.isdir(path) else granted & ON_FILES
        rule = struct.pack("=Qi", allowed, descriptor)
        _call(ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
