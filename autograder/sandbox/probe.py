"""Forbidden acts, for `autograder doctor`. Never imported: its text runs in a worker, as a student's would."""

import ctypes
import fcntl
import mmap
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)


def call(number: int, *arguments: object) -> None:
    """Make a system call by its x86_64 number. Raise OSError for EPERM and the like."""
    if os.uname().machine != "x86_64":
        raise OSError("only tried on x86_64")
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def many_threads() -> None:
    for _ in range(300):
        threading.Thread(target=time.sleep, args=(2,), daemon=True).start()


def write(path: str) -> None:
    Path(path).write_text("x")
    os.unlink(path)


def fill_scratch() -> None:
    for number in range(40):
        Path(f"fill{number}").write_bytes(bytes(8 << 20))


def be_root() -> None:
    if os.geteuid() != 0:
        raise OSError("it is not")


def lock_shared_file() -> None:
    with open(os.__file__, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def wait_on_shared_page() -> None:
    """Wait on a futex in a file that every worker maps: another worker's wake would count who waits."""
    file = os.open(os.__file__, os.O_RDONLY)
    value = int.from_bytes(os.pread(file, 4, 0), "little")
    libc.mmap.restype = ctypes.c_void_p
    address = ctypes.c_void_p(libc.mmap(None, ctypes.c_size_t(4096), mmap.PROT_READ, mmap.MAP_SHARED, file, 0))
    try:
        call(202, address, 0, ctypes.c_uint(value), ctypes.byref(TENTH_OF_A_SECOND), None, 0)
    except TimeoutError:
        return  # it has waited
    finally:
        os.close(file)


class Time(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


TENTH_OF_A_SECOND = Time(0, 100_000_000)

ACTS: dict[str, Callable[[str, int], object]] = {
    "read the grader's secret file": lambda secret, grader: Path(secret).read_text(),
    "see that the secret file exists": lambda secret, grader: os.stat(secret),
    "read /etc/passwd": lambda secret, grader: Path("/etc/passwd").read_text(),
    "list the processes": lambda secret, grader: os.listdir("/proc"),
    "read the grader's environment": lambda secret, grader: Path(f"/proc/{grader}/environ").read_bytes(),
    "read its server's memory": lambda secret, grader: os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY),
    "write to /tmp": lambda secret, grader: write("/tmp/torchstone-doctor"),
    "write to /dev/shm": lambda secret, grader: write("/dev/shm/torchstone-doctor"),
    "write more than its scratch folder may hold": lambda secret, grader: fill_scratch(),
    "signal the grader": lambda secret, grader: os.kill(grader, 0),
    "signal its server": lambda secret, grader: os.kill(os.getppid(), 0),
    "start a process": lambda secret, grader: fork(),
    "run a program": lambda secret, grader: os.posix_spawn("/bin/true", ["true"], {}),
    "start 300 threads": lambda secret, grader: many_threads(),
    "open a TCP socket": lambda secret, grader: socket.socket().close(),
    "open a UDP socket": lambda secret, grader: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
    "open a Unix socket": lambda secret, grader: socket.socket(socket.AF_UNIX).close(),
    "share memory by System V": lambda secret, grader: call(29, 0, 1 << 20, 0o1600),
    "make a file in memory": lambda secret, grader: os.memfd_create("x"),
    "trace its server": lambda secret, grader: call(101, 16, os.getppid(), 0, 0),
    "make a user namespace": lambda secret, grader: call(272, 0x10000000),
    "use io_uring": lambda secret, grader: call(425, 8, ctypes.create_string_buffer(200)),
    "load a BPF program": lambda secret, grader: call(321, 0, 0, 0),
    "use a keyring": lambda secret, grader: call(250, 0, -3, 0),
    "change its priority": lambda secret, grader: os.nice(1),
    "raise a limit": lambda secret, grader: resource.setrlimit(resource.RLIMIT_CPU, (10**6, 10**6)),
    "take 64 GiB of memory": lambda secret, grader: bytearray(64 << 30),
    "map 16 GiB of shared memory": lambda secret, grader: mmap.mmap(-1, 16 << 30),
    "see another process by its number": lambda secret, grader: os.stat(f"/proc/{grader}"),
    "read the clock of another process": lambda secret, grader: time.clock_gettime(~grader << 3 | 2),
    "read how much the machine has to do": lambda secret, grader: call(99, ctypes.create_string_buffer(200)),
    "read the free space of a shared disk": lambda secret, grader: os.statvfs(os.__file__),
    "read a counter of the kernel from its own output": lambda secret, grader: os.fstat(1),
    "lock a file that others can lock": lambda secret, grader: lock_shared_file(),
    "wait where others can see it": lambda secret, grader: wait_on_shared_page(),
    "be root": lambda secret, grader: be_root(),
}


def acts() -> list[str]:
    return list(ACTS)


def attempt(name: str, secret: str, grader: int) -> tuple[bool, str]:
    """Return True if the act succeeded, and the error that it ran into."""
    signal.alarm(5)
    try:
        ACTS[name](secret, grader)
    except Exception as error:
        return False, f"{type(error).__name__}: {error}"
    return True, ""
