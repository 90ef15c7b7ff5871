"""The student in a worker: one worker for a submission, into which the topics' files are loaded as they are needed.

A worker that has died is replaced by a fresh one, which loads the file in question again.
"""

import time
from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec

from ..course.limits import Limits
from ..sandbox.channel import Frame, Worker, WorkerDied, decode, encode
from ..sandbox.fork_server import ForkServer
from ..sandbox.worker.wire import WireError
from ..source import Source
from .failures import CheckFailure, Crashed, Raised, TimedOut
from .student import Reply, why_missing

MAX_RECEIVED = 256 << 20  # bytes of all replies of one submission: what failed is kept until it has been diagnosed
TOO_LARGE = "the replies are too large in all"
HEADER_WEIGHT = 400  # a byte of a header costs the grader as much time as so many of a tensor


def decoded(frame: Frame) -> Reply | WireError:
    """A raw reply; or, for what no honest worker sends, what is wrong with it."""
    try:
        return msgspec.convert(decode(frame), Reply)
    except WireError as error:
        return error
    except msgspec.ValidationError:
        return WireError("malformed reply")


class Loaded:
    """One source, and what loading it has shown. It outlives the workers that it is loaded into."""

    def __init__(self, source: Source, folder: str) -> None:
        self.source = source
        self.folder = folder
        self.names: frozenset[str] = frozenset()
        self.problems: tuple[Raised, ...] = ()
        self.death: WorkerDied | None = None  # the file itself kills its worker
        self.chunks = list(source.chunks)  # without the fatal ones
        self.fatal: dict[str, CheckFailure] = {}  # cells that hold up or kill their worker; the others do without them
        self.was_loaded = False
        self.lines = {name: code.split("\n") for name, code in source.chunks}

    @property
    def request(self) -> dict[str, Any]:
        return {
            "op": "load",
            "module": self.source.filename.removesuffix(".py"),
            "folder": self.folder,
            "chunks": self.chunks,
            "files": self.source.files,
        }


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
        self.received = 0  # bytes of replies
        self._sources: dict[str, Loaded] = {}  # by folder
        self._worker: Worker | None = None
        self._in_worker: list[str] = []  # folders whose sources the living worker has run; it is in the last one

    def enter(self, source: Source, folder: str) -> None:
        """From now on the student is this source. It is loaded on first use, into a folder of its own.

        An earlier source stays in the process; `leave_others` gets rid of it.
        """
        self._now = self._sources.setdefault(folder, Loaded(source, folder))

    @property
    def names(self) -> frozenset[str]:
        return self._now.names

    @property
    def is_alive(self) -> bool:
        return self._worker is not None and self._worker.is_alive

    @property
    def is_out_of_time(self) -> bool:
        """Whether the submission's time is over."""
        return self.until is not None and time.monotonic() > self.until

    def may_be_spoiled(self) -> bool:
        """Whether the living worker has run another source, too, and something that they share is not as it was."""
        if not self.is_alive or not set(self._in_worker) - {self._now.folder}:
            return False
        return self._exchange({"op": "is_changed"}, self.limits.call_seconds).value is not False

    def leave_others(self) -> None:
        """Go on in a fresh worker, which loads this source alone."""
        self.close()

    def ensure_loaded(self) -> None:
        """Have a live worker that has run the student's file. Raises WorkerDied where the file itself kills it."""
        if self._now.death is not None:
            raise self._now.death
        self._ensure_worker()
        if self._now.folder not in self._in_worker:
            self._load()
            self._in_worker.append(self._now.folder)

    def _ensure_worker(self) -> None:
        if self.received > MAX_RECEIVED:  # whatever it would send now is too much
            raise WorkerDied("protocol", TOO_LARGE)
        if not self.is_alive:
            self.close()
            self._worker = self.server.spawn()
            self.layers = self._worker.layers

    def _load(self) -> None:
        now = self._now
        try:
            self._note(self._exchange(now.request, self.limits.load_seconds))
        except WorkerDied as died:
            if not now.was_loaded and died.cause != "protocol" and self._leave_out_fatal():
                self._load()
                return
            again = WorkerDied(died.cause, "exit" if died.cause == "exit" else "again")
            now.death = again if now.was_loaded else died
            raise now.death from None

    def _note(self, reply: Reply) -> None:
        """What loading the source has shown. Raises WorkerDied for what no honest worker sends."""
        now = self._now
        try:
            names = frozenset(msgspec.convert(reply.value, list[str]))
        except msgspec.ValidationError:
            raise self._breach("malformed reply") from None
        if not now.was_loaded:  # a later load could tell what an earlier worker was given
            now.names, now.problems, now.was_loaded = names - now.source.borrowed(), tuple(reply.problems), True

    def _leave_out_fatal(self) -> bool:
        """Run the cells one by one and leave out the one that ends or holds up its worker; False where there is none.

        Leaves a fresh worker for the others.
        """
        now = self._now
        if len(now.chunks) < 2 or len(now.fatal) >= self.limits.strikes:
            return False
        failure = self._first_fatal(now)
        self.close()
        if failure is None:
            return False
        self._worker = self.server.spawn()
        now.fatal |= failure
        now.chunks = [chunk for chunk in now.chunks if chunk[0] not in failure]
        return True

    def _first_fatal(self, now: Loaded) -> dict[str, CheckFailure] | None:
        self.close()
        self._worker = self.server.spawn()
        until = time.monotonic() + self.limits.load_seconds
        message: dict[str, Any] = {**now.request, "chunks": ()}
        running = None
        try:
            self._exchange(message, self.limits.load_seconds)
            for name, code in now.chunks:
                running = name
                self._exchange({"op": "extend", "chunks": ((name, code),)}, max(0.01, until - time.monotonic()))
        except WorkerDied as died:
            if running is not None and died.cause != "protocol":
                if died.cause == "time":
                    return {running: TimedOut(running, self.limits.load_seconds)}
                return {running: Crashed(running, None, died.detail or died.cause)}
        return None

    def why_missing(self, name: str) -> Raised | None:
        chunk = self._now.source.chunk_defining(name)
        if chunk in self._now.fatal:
            raise self._now.fatal[chunk]
        return why_missing(self._now.source, self._now.problems, name)

    def request(self, message: dict[str, Any], seconds: float) -> Reply:
        return self._exchange(message, seconds)

    def send_ahead(self, requests: Sequence[Frame], seconds: float) -> list[Frame]:
        """The raw replies to requests that are known beforehand, in one exchange. Raises WorkerDied."""
        entering = self._entering()
        return self._sent([*entering, *requests], seconds)[len(entering) :]

    def send_together(self, parts: Sequence[tuple[Source, str, Sequence[Frame]]], seconds: float) -> list[list[Frame]]:
        """The raw replies to the requests of each (source, folder, requests), all in one exchange.

        A source that is not in the worker yet is loaded on the way. Raises WorkerDied; it is for `ensure_loaded` to find
        out which source was at fault.
        """
        self._ensure_worker()
        frames: list[Frame] = []
        loading: dict[int, tuple[Source, str]] = {}  # position of the request -> what it loads
        starts = []
        for source, folder, requests in parts:
            self.enter(source, folder)
            if folder not in self._in_worker:
                loading[len(frames)] = source, folder
            frames += self._on_the_way()
            starts.append(len(frames))
            frames += requests
        replies = self._sent(frames, seconds)
        for position, place in loading.items():
            self.enter(*place)
            self._note(self.checked(decoded(replies[position])))
        return [replies[start : start + len(part[2])] for part, start in zip(parts, starts, strict=True)]

    def _on_the_way(self) -> list[Frame]:
        """What must be asked before this source's own requests."""
        if self._now.death is not None:
            self.close()  # the requests for the parts before it will not be sent
            raise self._now.death
        if self._now.folder in self._in_worker:
            return self._entering()
        self._in_worker.append(self._now.folder)
        try:
            return [encode(self._now.request)]
        except WireError as error:
            raise self._breach(str(error)) from None

    def _sent(self, requests: Sequence[Frame], seconds: float) -> list[Frame]:
        assert self._worker is not None
        replies = self._worker.send(requests, self._within(seconds))
        self.received += sum(HEADER_WEIGHT * len(reply.header) + len(reply.payload) for reply in replies)
        if self.received > MAX_RECEIVED:
            raise self._breach(TOO_LARGE)
        return replies

    def _entering(self) -> list[Frame]:
        """What makes the worker go back to this source, where it has run another one since."""
        folder = self._now.folder
        if folder not in self._in_worker or self._in_worker[-1] == folder:
            return []
        self._in_worker.remove(folder)
        self._in_worker.append(folder)
        return [encode({"op": "enter", "folder": folder})]

    def checked(self, reply: Reply | WireError) -> Reply:
        """The reply, with nothing in it that cannot be. Raises WorkerDied for what no honest worker sends."""
        if isinstance(reply, WireError):
            raise self._breach(str(reply))
        if reply.error is None and not reply.operators and not reply.problems:
            return reply
        return msgspec.structs.replace(
            reply,
            error=reply.error and self._credible(reply.error),
            problems=[self._credible(problem) for problem in reply.problems],
            operators=[
                (name, line if any(self._line(file, line) for file in self._now.lines) else 0)
                for name, line in reply.operators
            ],
        )

    def blame(self, failure: CheckFailure) -> NoReturn:
        raise failure

    def close(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self.printed += self._worker.printed
            self._worker = None
            self._in_worker = []

    # Parts of the above

    def _within(self, seconds: float) -> float:
        """No longer than the submission may run."""
        return seconds if self.until is None else max(0.01, min(seconds, self.until - time.monotonic()))

    def _exchange(self, message: dict[str, Any], seconds: float) -> Reply:
        try:
            return self.checked(decoded(self.send_ahead([encode(message)], seconds)[0]))
        except WireError as error:
            raise self._breach(str(error)) from None

    def _breach(self, detail: str) -> WorkerDied:
        assert self._worker is not None
        self._worker.end()
        return WorkerDied("protocol", detail)

    def _line(self, file: str, line: int) -> str:
        """A line of the submission, stripped; empty where there is none."""
        lines = self._now.lines.get(file, [])
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""

    def _credible(self, raised: Raised) -> Raised:
        """Only frames that can be, with our own copy of the line: a worker could write a hidden input into them."""
        frames = [
            (file, line, "", self._line(file, line)) for file, line, _, _ in raised.frames if self._line(file, line)
        ]
        return msgspec.structs.replace(raised, type=raised.type[:80], frames=frames)
