"""The student in a worker: one worker for a submission, into which the topics' files are loaded as they are needed.

A worker that has died is replaced by a fresh one, which loads the file in question again.
"""

import time
from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec

from ..limits import Limits
from ..sandbox.channel import Frame, Worker, WorkerDied, decode
from ..sandbox.fork_server import ForkServer
from ..source import Source
from ..worker.wire import WireError
from .failures import CheckFailure, Raised
from .student import Reply, why_missing


class RemoteTransport:
    """A submission's code in a worker of its own; what it does to its process ends with it.

    until: when the submission's time is over, by time.monotonic(); None for no such bound.
    """

    def __init__(self, server: ForkServer, limits: Limits, until: float | None = None) -> None:
        self.server = server
        self.limits = limits
        self.until = until
        self.layers: dict[str, str] = {}
        self.printed = 0  # bytes, by all workers so far
        self._worker: Worker | None = None
        self._others = False  # the worker has loaded another source before this one
        self._is_loaded = False

    def enter(self, source: Source, folder: str) -> None:
        """From now on the student is this source. It is loaded on first use, into a folder of its own.

        An earlier source stays in the process; `leave_others` gets rid of it.
        """
        self.source = source
        self.folder = folder
        self.names: frozenset[str] = frozenset()
        self.problems: tuple[Raised, ...] = ()
        self.load_death: WorkerDied | None = None
        self._lines = {name: code.split("\n") for name, code in source.chunks}
        self._was_loaded = False
        self._others = self._others or self._is_loaded
        self._is_loaded = False

    @property
    def is_alive(self) -> bool:
        return self._worker is not None and self._worker.is_alive

    @property
    def is_out_of_time(self) -> bool:
        """Whether the submission's time is over."""
        return self.until is not None and time.monotonic() > self.until

    @property
    def is_shared(self) -> bool:
        """Whether the living worker has run another source, too: what that did to the process may be at fault."""
        return self.is_alive and self._others

    def leave_others(self) -> None:
        """Go on in a fresh worker, which loads this source alone."""
        self.close()
        self._is_loaded = self._others = False

    def ensure_loaded(self) -> None:
        """Have a live worker that has run the student's file. Raises WorkerDied where the file itself kills it."""
        if self.load_death is not None:
            raise self.load_death
        if self.is_alive and self._is_loaded:
            return
        if not self.is_alive:
            self._worker = self.server.spawn()
            self._others = False
            self.layers = self._worker.layers
        message = {
            "op": "load",
            "module": self.source.filename.removesuffix(".py"),
            "folder": self.folder,
            "chunks": self.source.chunks,
            "files": self.source.files,
        }
        try:
            reply = self._exchange(message, self.limits.load_seconds)
            names = frozenset(msgspec.convert(reply.value, list[str]))
            self.names = self.names if self._was_loaded else names
        except msgspec.ValidationError:
            self.load_death = self._breach("malformed reply")
            raise self.load_death from None
        except WorkerDied as died:
            is_first = not self._was_loaded
            self.load_death = died if is_first else WorkerDied(died.cause, "exit" if died.cause == "exit" else "again")
            raise self.load_death from None
        if not self._was_loaded:  # a later load could tell what an earlier worker was given
            self.problems = tuple(reply.problems)
            self._was_loaded = True
        self._is_loaded = True

    def why_missing(self, name: str) -> Raised | None:
        return why_missing(self.source, self.problems, name)

    def request(self, message: dict[str, Any], seconds: float) -> Reply:
        return self._exchange(message, seconds)

    def send_ahead(self, requests: Sequence[Frame], seconds: float) -> list[Frame]:
        """The raw replies to requests that are known beforehand, in one exchange. Raises WorkerDied."""
        assert self._worker is not None
        return self._worker.send(requests, self._within(seconds))

    def read(self, frame: Frame) -> Reply:
        """A raw reply, decoded and checked. Raises WorkerDied for what no honest worker sends."""
        try:
            return self._checked(decode(frame))
        except WireError as error:
            raise self._breach(str(error)) from None

    def blame(self, failure: CheckFailure) -> NoReturn:
        raise failure

    def close(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self.printed += self._worker.printed
            self._worker = None

    # Parts of the above

    def _within(self, seconds: float) -> float:
        """No longer than the submission may run."""
        return seconds if self.until is None else max(0.01, min(seconds, self.until - time.monotonic()))

    def _exchange(self, message: dict[str, Any], seconds: float) -> Reply:
        assert self._worker is not None
        return self._checked(self._worker.request(message, self._within(seconds)))

    def _checked(self, raw: dict[str, Any]) -> Reply:
        try:
            reply = msgspec.convert(raw, Reply)
        except msgspec.ValidationError:
            raise self._breach("malformed reply") from None
        if reply.error is None and not reply.operators and not reply.problems:
            return reply
        return msgspec.structs.replace(
            reply,
            error=reply.error and self._credible(reply.error),
            problems=[self._credible(problem) for problem in reply.problems],
            operators=[
                (name, line if any(self._line(file, line) for file in self._lines) else 0)
                for name, line in reply.operators
            ],
        )

    def _breach(self, detail: str) -> WorkerDied:
        assert self._worker is not None
        self._worker.end()
        return WorkerDied("protocol", detail)

    def _line(self, file: str, line: int) -> str:
        """A line of the submission, stripped; empty where there is none."""
        lines = self._lines.get(file, [])
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""

    def _credible(self, raised: Raised) -> Raised:
        """Only frames that can be, with our own copy of the line: a worker could write a hidden input into them."""
        frames = [
            (file, line, "", self._line(file, line)) for file, line, _, _ in raised.frames if self._line(file, line)
        ]
        return msgspec.structs.replace(raised, type=raised.type[:80], frames=frames)
