"""Namespaces: the server and its workers see no other process, no network, no IPC object and no later mount.

Each worker is the first process of a namespace of its own. So no number of a process tells one worker anything of
another, and the kernel ends whatever a worker has started when the worker ends.
"""

import os
import signal

from .. import linux

NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
NOSUID, NODEV, READ_ONLY, REMOUNT, BIND, RECURSIVE, PRIVATE = 2, 4, 1, 32, 4096, 16384, 1 << 18


def own_namespaces() -> None:
    """Leave the machine's namespaces for ones of our own; the next fork is process 1 of its own.

    Tried in a child first: a user namespace that allows too little cannot be left again.
    """
    if os.geteuid() != 0:
        _try_in_child()
    _leave()


def _leave() -> None:
    uid, gid = os.geteuid(), os.getegid()  # before the user namespace, which hides them
    kinds = NEWNS | NEWPID | NEWNET | NEWIPC | NEWUTS | NEWCGROUP
    if uid == 0:
        linux.unshare(kinds)
    else:
        linux.unshare(kinds | NEWUSER)
        proc = open_proc()
        keep_user(proc, uid, gid)
        os.close(proc)
    linux.mount("", "/", "", RECURSIVE | PRIVATE)


def keep_user(proc: int, uid: int, gid: int) -> None:
    """Map the user into the user namespace that this process has just made, as itself.

    proc: a descriptor of /proc.
    """
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        descriptor = os.open(f"self/{name}", os.O_WRONLY, dir_fd=proc)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def open_proc() -> int:
    """Return a descriptor of /proc, which the private root does not have."""
    return os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)


def _try_in_child() -> None:
    pid = os.fork()
    if pid == 0:
        try:
            _leave()
            linux.mount("tmpfs", "/tmp", "tmpfs", NOSUID | NODEV, "size=1m")
            os._exit(0)
        except OSError as error:
            os._exit(error.errno or 1)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        raise OSError(code, f"user namespaces are not allowed: {os.strerror(code)}")


def become_first_process() -> None:
    """Continue as process 1 of the new namespace; the old process waits for it, and takes it along when it is killed."""
    pid = os.fork()
    if pid:
        for descriptor in range(3, 64):  # the control socket among them: the grader must see it close
            try:
                os.close(descriptor)
            except OSError:
                continue
        os._exit(abs(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)


class ProcessNamespaces:
    """Gives each worker a process namespace of its own. Made by the server, in its own namespaces."""

    def __init__(self, proc: int) -> None:
        self.own = os.open("self/ns/pid", os.O_RDONLY, dir_fd=proc)

    def fork(self) -> int:
        """Fork a process that is the first of a new namespace. Return 0 in it, and its id here."""
        linux.unshare(NEWPID)
        pid = os.fork()
        if pid:
            linux.setns(self.own, NEWPID)  # only from here can the next one be made
        return pid
