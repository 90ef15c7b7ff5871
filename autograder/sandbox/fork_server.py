"""One warm server process: started by exec with a clean environment, asked for workers, restarted if lost."""

import contextlib
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from ..course.limits import Limits
from ..errors import SandboxError
from .level import REMEDIES, Level, missing
from .worker.control import (
    Connect,
    Reap,
    Reaped,
    Refused,
    ServerAnswer,
    ServerRequest,
    Spawn,
    Spawned,
    encode,
    read_answer,
)
from .worker.layers.cgroup import remove_groups
from .worker.setup import SLOW, Setup

if TYPE_CHECKING:
    from .channel import Worker

WORKER_PACKAGE = Path(__file__).resolve().parent / "worker"
START_SECONDS = 120.0
CONTROL_SECONDS = 20.0
CONTROL_BYTES = 1 << 16
LAST_WORDS = 800  # characters of a lost server's log

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",  # the same submission gives the same answers twice
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONMALLOC": "malloc",  # with the next line: Python's memory in huge pages, so that fork copies fewer entries
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "MALLOC_ARENA_MAX": "1",  # arenas of threads would eat the address space limit
}


class ForkServer:
    """A warm server and the workers forked from it. Use it as a context manager.

    minimum: the isolation below which no worker is given out.
    workers: how many run at a time at the most, for their common limits.
    without: layers that are left out, for tests and measurements.
    preload: the slow libraries that workers find loaded.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        minimum: Level = Level.STRICT,
        workers: int = 1,
        without: frozenset[str] = frozenset(),
        preload: frozenset[str] = frozenset(SLOW),
    ) -> None:
        if not sys.platform.startswith("linux"):
            raise SandboxError(
                f"Grading in separate processes needs Linux; this is {sys.platform}.",
                fix="`pytest exercises/` works everywhere. To grade, use Linux, WSL 2 or a Linux container.",
            )
        self.limits = limits
        self.minimum = minimum
        self.workers = workers
        self.without = without
        self.preload = preload
        self.cpu_seconds = 0.0  # of all workers that were ended
        self._start()

    def _start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="torchstone-"))
        self.folder.chmod(0o711)  # a worker of another user reaches its own folder, and can list nothing
        temporary = self.folder / "temporary"
        temporary.mkdir(mode=0o700)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115  closed in close()
        setup = Setup(
            scratch=str(self.folder),
            memory_bytes=self.limits.memory_mb << 20,
            cpu_seconds=int(self.limits.submission_seconds) + 1,
            file_bytes=self.limits.file_mb << 20,
            scratch_bytes=self.limits.scratch_mb << 20,
            workers=self.workers,
            without=self.without,
            preload=self.preload,
        )
        command = [sys.executable, "-P", str(WORKER_PACKAGE / "__main__.py"), str(theirs.fileno())]
        with theirs:
            self.process: subprocess.Popen[bytes] | None = subprocess.Popen(
                [*command, msgspec.json.encode(setup).decode()],
                pass_fds=[theirs.fileno()],
                env=ENVIRONMENT | {"TMPDIR": str(temporary)},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=self.log,
                start_new_session=True,
            )
        self.is_ready = False

    def _wait_until_ready(self) -> None:
        """The server imports torch while we do: it is only waited for when the first worker is needed."""
        if not self.is_ready:
            self._receive(START_SECONDS)
            self.is_ready = True

    def has_started(self) -> bool:
        """Return True if a worker can start without waiting for the import of torch."""
        return self.is_ready or bool(select.select([self.control], [], [], 0)[0])

    def connected(self) -> Self:
        """Another connection to the same server, for another grader process; it starts a server of its own if this is lost."""
        self._wait_until_ready()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._ask(Connect(), [theirs.fileno()])
        other = object.__new__(type(self))
        other.__dict__ |= self.__dict__ | {"control": ours, "process": None}
        return other

    def check(self) -> None:
        """Raise SandboxError if workers cannot start, or would be less isolated than the minimum."""
        self.spawn().end()

    def spawn(self) -> "Worker":
        """Return a fresh worker with a scratch folder of its own. Start a new server if the old one has ended.

        Raises SandboxError where the worker would be less isolated than the minimum.
        """
        from .channel import Watched, Worker  # they import torch: the server has been started by now

        if self.process is not None and self.process.poll() is not None:
            self.close()
            self._start()
        self._wait_until_ready()
        channel, their_channel = socket.socketpair()
        output, their_output = os.pipe()
        with their_channel:
            try:
                spawned, descriptors = self._ask(Spawn(), [their_channel.fileno(), their_output])
            except SandboxError:
                channel.close()
                os.close(output)
                raise
            finally:
                os.close(their_output)
        assert isinstance(spawned, Spawned)
        folder = self.folder / spawned.scratch if spawned.scratch else None
        watched = Watched(folder, self.limits.scratch_mb << 20)
        worker = Worker(self, spawned.pid, descriptors[0], channel, output, watched)
        if not self.minimum.allows(worker.layers):
            worker.end()
            raise _too_open(worker.layers)
        return worker

    def reap(self, pid: int) -> int:
        """Wait for a worker that has been killed or has ended; its exit status, negative for a signal."""
        reaped, _ = self._ask(Reap(pid))
        assert isinstance(reaped, Reaped)
        return reaped.status

    def _ask(self, request: ServerRequest, descriptors: list[int] | None = None) -> tuple[ServerAnswer, list[int]]:
        try:
            socket.send_fds(self.control, [encode(request)], descriptors or [])
        except OSError:
            raise self._lost() from None
        return self._receive(CONTROL_SECONDS)

    def _receive(self, seconds: float) -> tuple[ServerAnswer, list[int]]:
        self.control.settimeout(seconds)
        try:
            message, descriptors, _, _ = socket.recv_fds(self.control, CONTROL_BYTES, 1)
        except OSError:
            message, descriptors = b"", []
        if not message:
            raise self._lost()
        answer = read_answer(message)
        if isinstance(answer, Refused):
            raise SandboxError(f"The fork server refused: {answer.reason}.")
        return answer, descriptors

    def _lost(self) -> SandboxError:
        """Return the error for a lost server. A connection without a process of its own starts one at once."""
        if self.process is None:
            self.control.close()
            self._start()
            return SandboxError("The fork server that several graders shared ended unexpectedly.")
        self.process.kill()
        self.process.wait()
        self.log.seek(0)
        last_words = self.log.read()[-LAST_WORDS:].strip()
        return SandboxError(
            f"The fork server ended unexpectedly{': ' + last_words if last_words else ''}.",
            fix="Check that torch, numpy, jieba and msgspec can be imported by this Python.",
        )

    def close(self) -> None:
        """Hang up: this connection's workers end, and with the last connection the server; its folder is removed."""
        self.control.close()
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5 if self.is_ready else 0)
        self.process.kill()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        remove_groups(self.process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


def _too_open(layers: dict[str, str]) -> SandboxError:
    lacking = missing(layers)
    reasons = "; ".join(f"{layer} ({layers[layer].removeprefix('missing: ')})" for layer in lacking)
    remedies = "; ".join(f"{layer}: {REMEDIES[layer]}" for layer in lacking)
    return SandboxError(
        f"This machine cannot shut student code in: it lacks {reasons}.",
        fix=f"{remedies}. `autograder doctor` shows every layer. "
        "To grade code whose authors you trust all the same, add --isolation basic.",
    )
