"""The plugin of a Dask worker: starts a grader process before the first submission comes. Does not import torch.

The same plugin serves every run of the same course, settings and engine; a grader that nobody has asked for a while
ends by itself and is started again when it is needed.
"""

import contextlib
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path

import msgspec
from distributed import Worker, WorkerPlugin, get_worker

from ...sandbox.environment import HASH_SEED, ONE_THREAD
from .messages import SUPPORT, GraderReply, differences, engine, read_frame, write_frame

TRIES = 2  # a submission during which the grader was lost is tried once more
GOODBYE_SECONDS = 5.0


class GraderPlugin(WorkerPlugin):
    """One grader beside each Dask worker."""

    idempotent = True  # a cluster that has it keeps it, and its warm graders

    def __init__(self, course: bytes, settings: bytes, engine: dict[str, str]) -> None:
        self.course = course
        self.settings = settings
        self.engine = engine
        identity = hashlib.sha256(repr((hashlib.sha256(course).digest(), settings, engine)).encode())
        self.name = f"torchstone-{identity.hexdigest()[:16]}"

    def setup(self, worker: Worker) -> None:
        self.lock = threading.Lock()  # a Dask worker may have several threads
        self.grader: GraderProcess | None = None
        self.differences = differences(self.engine, engine())
        if not self.differences:
            with contextlib.suppress(OSError):  # the first submission tries again and reports it
                self.grader = GraderProcess(self.course, self.settings)

    def teardown(self, worker: Worker) -> None:
        if self.grader is not None:
            self.grader.close()

    def grade(self, submission: bytes) -> bytes:
        """Return the encoded reply to an encoded submission."""
        if self.differences:
            return _failed(error=f"A worker of the cluster has {self.differences}. {SUPPORT}")
        with self.lock:
            for _ in range(TRIES):
                self.grader = self.grader or GraderProcess(self.course, self.settings)
                reply = self.grader.ask(submission)
                if reply is not None:
                    return reply
                self.grader.close()
                self.grader = None
        return _failed(failure="A grader process was lost twice while grading it.")


def grade_remotely(plugin: str, submission: bytes) -> bytes:
    """Grade one submission: the task that Dask runs."""
    found = get_worker().plugins.get(plugin)
    if not isinstance(found, GraderPlugin):
        return _failed(error="A worker of the cluster could not set up its grader; its log says why.")
    return found.grade(submission)


def _failed(*, failure: str = "", error: str = "") -> bytes:
    return msgspec.msgpack.encode(GraderReply(failure=failure, error=error))


class GraderProcess:
    """A grader, and the private folder that holds its course and everything that it writes."""

    def __init__(self, course: bytes, settings: bytes) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="torchstone-"))
        with zipfile.ZipFile(io.BytesIO(course)) as archive:
            archive.extractall(self.folder / "course")
        (self.folder / "settings.json").write_bytes(settings)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autograder.classroom.cluster.process", str(self.folder)],
            env={**os.environ, **HASH_SEED, **ONE_THREAD, "TMPDIR": str(self.folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def ask(self, submission: bytes) -> bytes | None:
        """Return the reply; None if the grader has ended."""
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            write_frame(self.process.stdin, submission)
            return read_frame(self.process.stdout)
        except OSError:
            return None

    def close(self) -> None:
        """Hang up: the grader ends, and its folder is removed."""
        assert self.process.stdin is not None and self.process.stdout is not None
        with contextlib.suppress(OSError):  # it may have hung up first
            self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
