"""seccomp: the system calls that numerical Python needs, and no others.

Refused with EPERM: processes, programs, sockets, other processes' memory and signals, shared memory, namespaces,
mounts, keys, BPF, io_uring, performance events, priorities, changes of owner and mode. Threads are allowed.

Also refused is what would tell one worker something of another: locks on files that both can read, wakes across
processes, clocks of other processes, and the kernel's counters of processes, memory, free space and inodes.
"""

import ctypes
import errno
import functools
import os
import struct
from collections.abc import Iterable

from .. import linux
from . import Confinement

# Name -> (number on x86_64, number on aarch64); None where the architecture has no such call.
CALLS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "preadv": (295, 69),
    "pwritev": (296, 70),
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "close": (3, 57),
    "close_range": (436, 436),
    "stat": (4, None),
    "lstat": (6, None),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "lseek": (8, 62),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    "eventfd2": (290, 19),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "msync": (26, 227),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137),
    "rt_sigsuspend": (130, 133),
    "sigaltstack": (131, 132),
    "setitimer": (38, 103),
    "getitimer": (36, 102),
    "alarm": (37, None),
    "pause": (34, None),
    "sched_yield": (24, 124),
    "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "chdir": (80, 49),
    "fchdir": (81, 50),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "umask": (95, 166),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "ftruncate": (77, 46),
    "truncate": (76, 45),
    "fallocate": (285, 47),
    "copy_file_range": (326, 285),
    "sendfile": (40, 71),
    "getxattr": (191, 8),
    "lgetxattr": (192, 9),
    "fgetxattr": (193, 10),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrlimit": (97, 163),
    "getrusage": (98, 165),
    "uname": (63, 160),
    "getuid": (102, 174),
    "getgid": (104, 176),
    "geteuid": (107, 175),
    "getegid": (108, 177),
    "getppid": (110, 173),
    "getpgrp": (111, None),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getgroups": (115, 158),
    "getresuid": (118, 148),
    "getresgid": (120, 150),
    "capget": (125, 90),
    "set_tid_address": (218, 96),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "nanosleep": (35, 101),
    "getrandom": (318, 278),
    "getcpu": (309, 168),
    "arch_prctl": (158, None),
    "restart_syscall": (219, 128),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "wait4": (61, 260),
    "waitid": (247, 95),
}
# Calls whose arguments decide.
JUDGED: dict[str, tuple[int | None, int | None]] = {
    "clone": (56, 220),
    "clone3": (435, 435),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "kill": (62, 129),
    "tgkill": (234, 131),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "futex": (202, 98),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "sched_getaffinity": (204, 123),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "sched_getattr": (315, 275),
    "getsid": (124, 156),
    "getpgid": (121, 155),
}
# The worker's own descriptors come from the grader. Their inode numbers count what the whole machine has made.
OF_OWN_FILES = ("dup", "dup2", "dup3", "fstat", "newfstatat", "statx")
OF_CLOCKS = ("clock_gettime", "clock_getres", "clock_nanosleep")
OF_PROCESSES = ("sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_getattr", "getsid", "getpgid")
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000  # x86_64 numbers from here on are the other ABI's
NEWER = 460  # calls that this table does not know yet: "no such call", so that libc falls back

FCNTL = (0, 1, 2, 3, 4, 1030)  # duplicate, flags; no locks, no signals to other owners
FIRST_DESCRIPTOR = 4  # of the files that student code opens
CLOCKS = 16  # clock ids from here on, and negative ones, are those of other processes
PRIVATE_FUTEX = 0x80
FUTEX_WAKE = 1
FUTEX_WAITS = (0, 9, 0x100, 0x109)  # FUTEX_WAIT and FUTEX_WAIT_BITSET, with either clock
IOCTL = (0x5401, 0x5413, 0x5450, 0x5451, 0x5421, 0x541B)  # is it a terminal, its size, close-on-exec, blocking, unread
PRCTL = (15, 16, 0x53564D41)  # a thread's name, a mapping's name
CLONE_THREAD = 0x10000

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE, UNKNOWN = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
AGAIN = 0x00050000 | errno.EAGAIN
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data


def _step(code: int, value: int = 0, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value & 0xFFFFFFFF)


def _ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Sorted numbers as (first, last) of each unbroken run: few steps for many calls."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def _judge(number: int, argument: int, tests: bytes) -> bytes:
    """Return the filter for call `number`: load the low half of an argument and test it; refuse what no test allows."""
    body = _step(LOAD, ARGUMENTS + 8 * argument) + tests + _step(RETURN, REFUSE)
    return _step(EQUAL, number, 0, len(body) // 8) + body


def _one_of(values: Iterable[int]) -> bytes:
    return b"".join(_step(EQUAL, value, 0, 1) + _step(RETURN, ALLOW) for value in values)


@functools.cache
def common_steps(machine: str) -> bytes:
    """Return the part of the filter that is the same for every worker. Raise OSError for a machine without a table."""
    if machine not in AUDIT:
        raise OSError(errno.ENOSYS, f"no table of system calls for {machine}")
    judged = _numbers(machine)
    column = list(AUDIT).index(machine)
    steps = _step(LOAD, ARCHITECTURE) + _step(EQUAL, AUDIT[machine], 1, 0) + _step(RETURN, KILL) + _step(LOAD, NUMBER)
    if machine == "x86_64":
        steps += _step(AT_LEAST, X32, 0, 1) + _step(RETURN, KILL)
    for first, last in _ranges(number for pair in CALLS.values() if (number := pair[column]) is not None):
        # below the run: go on to the next one; within: allow; above: go on
        steps += _step(AT_LEAST, first, 0, 2) + _step(AT_LEAST, last + 1, 1, 0) + _step(RETURN, ALLOW)
    steps += _step(EQUAL, judged["clone3"], 0, 1) + _step(RETURN, UNKNOWN)  # its flags lie in memory: clone's don't
    steps += _step(AT_LEAST, NEWER, 0, 1) + _step(RETURN, UNKNOWN)
    steps += _judge(judged["clone"], 0, _step(ANY_BIT, CLONE_THREAD, 0, 1) + _step(RETURN, ALLOW))
    for name, argument, values in (("ioctl", 1, IOCTL), ("prctl", 0, PRCTL)):
        steps += _judge(judged[name], argument, _one_of(values))
    is_own_file = _step(AT_LEAST, FIRST_DESCRIPTOR, 0, 1) + _step(RETURN, ALLOW)
    for name in OF_OWN_FILES:
        if name in judged:
            steps += _judge(judged[name], 0, is_own_file)
    command = _step(LOAD, ARGUMENTS + 8) + _one_of(FCNTL)
    steps += _judge(judged["fcntl"], 0, _step(AT_LEAST, FIRST_DESCRIPTOR, 1, 0) + _step(RETURN, REFUSE) + command)
    is_common_clock = _step(AT_LEAST, CLOCKS, 1, 0) + _step(RETURN, ALLOW)
    for name in OF_CLOCKS:
        steps += _judge(judged[name], 0, is_common_clock)
    steps += _judge(judged["futex"], 1, _futex_tests())
    # prlimit64(pid, resource, new limit = NULL, …) reads a limit
    high_half = _step(LOAD, ARGUMENTS + 8 * 2 + 4) + _step(EQUAL, 0, 0, 1) + _step(RETURN, ALLOW)
    return steps + _judge(judged["prlimit64"], 2, _step(EQUAL, 0, 0, 3) + high_half)


def _futex_tests() -> bytes:
    """Return the tests of a futex's operation.

    A futex that is not private may lie in a file that two workers have mapped, and a wake counts who waits. So nobody
    may wait there: "try again" makes libc and libstdc++ look at the value in a loop (pthread_join, static variables).
    """
    tests = _step(ANY_BIT, PRIVATE_FUTEX, 0, 1) + _step(RETURN, ALLOW) + _one_of([FUTEX_WAKE])
    for wait in FUTEX_WAITS:
        tests += _step(EQUAL, wait, 0, 1) + _step(RETURN, AGAIN)
    return tests


def _numbers(machine: str) -> dict[str, int]:
    """Return name -> number of the judged calls that this machine has."""
    column = list(AUDIT).index(machine)
    numbers = {}
    for name, of_machines in JUDGED.items():
        number = of_machines[column]
        if number is not None:
            numbers[name] = number
    return numbers


def _filter(machine: str, pid: int) -> bytes:
    """Return the whole filter for the process `pid`, which may signal itself and ask about itself."""
    steps = common_steps(machine)
    judged = _numbers(machine)
    for name in ("kill", "tgkill"):
        steps += _judge(judged[name], 0, _one_of([pid]))
    for name in OF_PROCESSES:
        steps += _judge(judged[name], 0, _one_of([0, pid]))
    return steps + _step(RETURN, REFUSE)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def system_calls(limits: Confinement) -> None:
    """Refuse every other system call from here on. The last layer: the others need calls that it refuses."""
    steps = _filter(os.uname().machine, os.getpid())
    buffer = ctypes.create_string_buffer(steps, len(steps))
    program = _Program(len(steps) // 8, ctypes.addressof(buffer))
    linux.prctl(linux.PR_SET_SECCOMP, 2, ctypes.byref(program))
