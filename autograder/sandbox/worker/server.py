"""The warm process: imports torch and other slow libraries once, then forks a worker for each request to spawn one.

It holds no check, no reference and no submission: a worker gets its student's source over its own socket.
Its environment keeps OpenMP and BLAS to one thread: a forked child of a process with more hangs in its first
parallel operation.
control.py has the messages that it answers.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import traceback
from pathlib import Path
from typing import NoReturn

from . import linux
from .control import (
    Connect,
    Connected,
    Ready,
    Reap,
    Reaped,
    Refused,
    ServerAnswer,
    ServerRequest,
    Spawn,
    Spawned,
    encode,
    read_request,
)
from .layers import Report, apply
from .layers.cgroup import common_limits
from .layers.namespaces import ProcessNamespaces, become_first_process, open_proc, own_namespaces
from .layers.private_root import SCRATCH, private_root
from .malloc_tuning import fill_holes
from .setup import Setup

CONTROL_BYTES = 1 << 16
SWEEPS = 1000


SERVER_BYTES = 1 << 30  # of the server itself, in the common limits
SERVER_TASKS, WORKER_TASKS = 16, 80
WORKER_UIDS = range(61184, 65520)  # systemd's range for users of the moment: nobody's


class Server:
    """The state of the warm process."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.layers: Report = {}
        self.workers: dict[int, socket.socket] = {}  # pid -> whose worker it is
        self.uids: dict[int, int] = {}  # pid -> the user that the worker becomes
        self.processes: ProcessNamespaces | None = None
        self.proc = -1  # /proc, which the private root does not have

    def enter_namespaces(self) -> None:
        """Before anything is imported: this process is small, and what it forks stays behind."""
        bounds = SERVER_BYTES + self.setup.workers * self.setup.memory_bytes, self._tasks
        self.layers |= apply({"common_limits": common_limits}, self.setup.without, *bounds)
        self.layers |= apply({"namespaces": own_namespaces}, self.setup.without)
        if self.has("namespaces"):
            become_first_process()
        self.proc = open_proc()
        if self.has("namespaces"):
            self.processes = ProcessNamespaces(self.proc)

    @property
    def _tasks(self) -> int:
        return SERVER_TASKS + self.setup.workers * WORKER_TASKS

    def has(self, layer: str) -> bool:
        return self.layers.get(layer) == "on"

    def enter_private_root(self, readable: tuple[str, ...]) -> None:
        """After everything is imported: what is imported later is found there."""
        without = self.setup.without if self.has("namespaces") else {"private_root"}
        self.layers |= apply({"private_root": private_root}, without, readable)

    def serve(self, control: socket.socket) -> NoReturn:
        """Answer control messages until the last grader hangs up."""
        with contextlib.suppress(OSError):
            linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)  # what a worker leaves behind becomes ours, to be swept away
        gc.freeze()
        fill_holes()
        _say(control, Ready())
        poll = select.poll()
        controls = {control.fileno(): control}
        poll.register(control, select.POLLIN)
        while controls:
            for descriptor, _ in poll.poll():
                control = controls[descriptor]
                message, descriptors, _, _ = socket.recv_fds(control, CONTROL_BYTES, 2)
                if not message:
                    poll.unregister(descriptor)
                    del controls[descriptor]
                    self._hang_up(control)
                elif (another := self._answer(control, read_request(message), descriptors)) is not None:
                    controls[another.fileno()] = another
                    poll.register(another, select.POLLIN)
        os._exit(0)

    def _answer(self, control: socket.socket, request: ServerRequest, descriptors: list[int]) -> socket.socket | None:
        """Carry out one request. Return the new control socket if the request brought one."""
        match request:
            case Spawn():
                self._spawn(control, *descriptors)
            case Reap(pid=pid):
                _, status = os.waitpid(pid, 0)
                self._forget(pid)
                self._sweep()
                _say(control, Reaped(status=os.waitstatus_to_exitcode(status)))
            case Connect():
                _say(control, Connected())
                return socket.socket(fileno=descriptors[0])
        return None

    def _hang_up(self, control: socket.socket) -> None:
        """Kill the workers of a grader that has ended."""
        for pid in [pid for pid, owner in self.workers.items() if owner is control]:
            self._kill(pid)
            self._forget(pid)
        self._sweep()
        control.close()

    def _forget(self, pid: int) -> None:
        self.workers.pop(pid, None)
        self.uids.pop(pid, None)

    def _kill(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)

    def _sweep(self) -> None:
        """Kill and wait for every process that was forked from here and is no live worker; orphans come in generations.

        In namespaces, the kernel does so when a worker ends.
        """
        if self.processes is not None:
            return
        for _ in range(SWEEPS):
            try:
                children = {int(pid) for pid in Path("/proc/thread-self/children").read_text().split()}
            except OSError:  # a kernel without it
                return
            strays = children - self.workers.keys()
            if not strays:
                return
            for pid in strays:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for pid in strays:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)

    def _spawn(self, control: socket.socket, channel: int, output: int) -> None:
        """Fork a worker if that is safe."""
        threads = self._threads()
        if threads != 1:
            _say(control, Refused(f"the fork server runs {threads} threads: forking would not be safe"))
        else:
            self._fork(control, channel, output)
        os.close(channel)
        os.close(output)

    def _fork(self, control: socket.socket, channel: int, output: int) -> None:
        # Nothing that a worker sees of itself may count workers, or it would tell what earlier ones did.
        scratch = "" if self.has("private_root") else os.urandom(8).hex()
        uid = self._free_uid()
        pid = os.fork() if self.processes is None else self.processes.fork()
        if pid == 0:
            self._be_worker(channel, output, scratch, uid)
        self.workers[pid] = control
        self.uids[pid] = uid
        pidfd = os.pidfd_open(pid)
        _say(control, Spawned(pid=pid, scratch=scratch), [pidfd])
        os.close(pidfd)

    def _threads(self) -> int:
        tasks = os.open("self/task", os.O_RDONLY | os.O_DIRECTORY, dir_fd=self.proc)
        try:
            return len(os.listdir(tasks))
        finally:
            os.close(tasks)

    def _free_uid(self) -> int:
        """Return a user for the next worker, which no live worker has: threads are counted by user. 0 if not root."""
        if os.geteuid() != 0:
            return 0
        used = set(self.uids.values())
        while True:
            uid = WORKER_UIDS[int.from_bytes(os.urandom(4)) % len(WORKER_UIDS)]
            if uid not in used:
                return uid

    def _be_worker(self, channel: int, output: int, scratch: str, uid: int) -> NoReturn:
        from .worker_main import live  # here, since it imports torch

        folder = str(Path(self.setup.scratch) / scratch) if scratch else SCRATCH
        try:
            live(self.setup, self.layers, channel, output, scratch=folder, uid=uid, proc=self.proc)
        except BaseException:
            os.write(2, traceback.format_exc().encode())  # the grader hears it where the worker was not ready yet
        finally:
            os._exit(70)  # a worker's life only ends by an exception


def _say(control: socket.socket, answer: ServerAnswer, descriptors: list[int] | None = None) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it hung up: the next poll tells
        socket.send_fds(control, [encode(answer)], descriptors or [])
