"""One warm server process: started by exec with a clean environment, asked for workers, restarted if lost."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..errors import SandboxError
from ..limits import Limits
from .channel import Worker

WORKER_PACKAGE = Path(__file__).resolve().parent.parent / "worker"
START_SECONDS = 120.0
CONTROL_SECONDS = 20.0
CONTROL_BYTES = 1 << 16

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
    """A warm server and the workers forked from it. Use it as a context manager."""

    def __init__(self, limits: Limits) -> None:
        if not sys.platform.startswith("linux"):
            raise SandboxError(
                f"Grading in separate processes needs Linux; this is {sys.platform}.",
                fix="`pytest exercises/` works everywhere. To grade, use Linux, WSL 2 or a Linux container.",
            )
        self.limits = limits
        self._start()

    def _start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="torchstone-"))
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.log = open(self.folder / "server.log", "w+", encoding="utf-8")  # noqa: SIM115  closed in close()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", str(WORKER_PACKAGE / "__main__.py"), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=ENVIRONMENT,
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

    def spawn(self) -> Worker:
        """A fresh worker with a scratch folder of its own. Starts a new server when the old one is gone."""
        if self.process.poll() is not None:
            self.close()
            self._start()
        self._wait_until_ready()
        scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=self.folder))
        ours, theirs = socket.socketpair()
        with theirs:
            request = {
                "op": "spawn",
                "scratch": str(scratch),
                "memory_bytes": self.limits.memory_mb << 20,
                "cpu_seconds": int(self.limits.submission_seconds) + 1,
                "file_bytes": self.limits.file_mb << 20,
            }
            reply, descriptors = self._ask(request, [theirs.fileno()])
        return Worker(ours, reply["pid"], descriptors[0], scratch, self)

    def reap(self, pid: int) -> int:
        """Wait for a worker that has been killed or has ended; its exit status, negative for a signal."""
        reply, _ = self._ask({"op": "reap", "pid": pid})
        return int(reply["exit"])

    def _ask(self, request: dict[str, Any], descriptors: list[int] | None = None) -> tuple[dict[str, Any], list[int]]:
        try:
            socket.send_fds(self.control, [json.dumps(request).encode()], descriptors or [])
        except OSError:
            raise self._lost() from None
        return self._receive(CONTROL_SECONDS)

    def _receive(self, seconds: float) -> tuple[dict[str, Any], list[int]]:
        self.control.settimeout(seconds)
        try:
            message, descriptors, _, _ = socket.recv_fds(self.control, CONTROL_BYTES, 1)
        except OSError:
            message, descriptors = b"", []
        if not message:
            raise self._lost()
        reply = json.loads(message)
        if "error" in reply:
            raise SandboxError(f"The fork server refused: {reply['error']}.")
        return reply, descriptors

    def _lost(self) -> SandboxError:
        self.process.kill()
        self.process.wait()
        self.log.seek(0)
        last_words = self.log.read()[-800:].strip()
        return SandboxError(
            f"The fork server ended unexpectedly{': ' + last_words if last_words else ''}.",
            fix="Check that torch, numpy, jieba and msgspec can be imported by this Python.",
        )

    def close(self) -> None:
        """Hang up: the server and its workers end, and their folders are removed."""
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5 if self.is_ready else 0)
        self.process.kill()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()
