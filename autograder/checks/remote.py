"""The student in a worker: loads the source on first use, and loads it again in a fresh worker after one has died."""

from typing import Any, NoReturn

import msgspec

from ..limits import Limits
from ..sandbox.channel import Worker, WorkerDied
from ..sandbox.fork_server import ForkServer
from ..source import Source
from .failures import CheckFailure, Raised
from .student import Reply, why_missing


class RemoteTransport:
    """One topic's source in a worker of its own; what the file does to its process ends with it."""

    def __init__(self, server: ForkServer, source: Source, limits: Limits) -> None:
        self.server = server
        self.source = source
        self.limits = limits
        self.names: frozenset[str] = frozenset()
        self.problems: tuple[Raised, ...] = ()
        self.layers: dict[str, str] = {}
        self.load_death: WorkerDied | None = None
        self._lines = {name: code.split("\n") for name, code in source.chunks}
        self._worker: Worker | None = None
        self._was_loaded = False

    def ensure_loaded(self) -> None:
        """Have a live worker that has run the student's file. Raises WorkerDied where the file itself kills it."""
        if self.load_death is not None:
            raise self.load_death
        if self.is_alive:
            return
        self._worker = self.server.spawn()
        self.layers = self._worker.layers
        message = {"op": "load", "chunks": self.source.chunks, "files": self.source.files}
        try:
            reply = self._exchange(message, self.limits.load_seconds)
            names = frozenset(msgspec.convert(reply.value, list[str]))
            self.names = self.names if self._was_loaded else names
        except msgspec.ValidationError:
            self.load_death = WorkerDied("protocol", "malformed reply")
            raise self.load_death from None
        except WorkerDied as died:
            is_first = not self._was_loaded
            self.load_death = died if is_first else WorkerDied(died.cause, "exit" if died.cause == "exit" else "again")
            raise self.load_death from None
        if not self._was_loaded:  # a later load could tell what an earlier worker was given
            self.problems = tuple(reply.problems)
            self._was_loaded = True

    @property
    def is_alive(self) -> bool:
        return self._worker is not None and self._worker.is_alive

    def why_missing(self, name: str) -> Raised | None:
        return why_missing(self.source, self.problems, name)

    def request(self, message: dict[str, Any], seconds: float) -> Reply:
        return self._exchange(message, seconds)

    def _exchange(self, message: dict[str, Any], seconds: float) -> Reply:
        assert self._worker is not None
        raw = self._worker.request(message, seconds)
        try:
            reply = msgspec.convert(raw, Reply)
        except msgspec.ValidationError:
            self._worker.end()
            raise WorkerDied("protocol", "malformed reply") from None
        if reply.error is not None:
            reply = msgspec.structs.replace(reply, error=self._credible(reply.error))
        return msgspec.structs.replace(
            reply,
            problems=[self._credible(problem) for problem in reply.problems],
            operators=[
                (name, line if any(self._line(file, line) for file in self._lines) else 0)
                for name, line in reply.operators
            ],
        )

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

    def blame(self, failure: CheckFailure) -> NoReturn:
        raise failure

    def close(self) -> None:
        if self._worker is not None:
            self._worker.end()
