"""The student in a worker. One submission has one worker, into which the topics' files are loaded as they are needed.

`SubmissionWorker` is the process; `load` gives out a `RemoteModule` for each file, which a check asks through `Student`.
A worker that died is replaced by a fresh one, which loads the file in question again.
"""

import time
from collections.abc import Sequence
from typing import NoReturn

import msgspec

from ..course.limits import Limits
from ..sandbox.channel import Frame, Worker, WorkerDied, decode, encode
from ..sandbox.fork_server import ForkServer
from ..sandbox.worker.protocol import (
    AskIfChanged,
    EnterModule,
    LoadModule,
    Raised,
    Reply,
    Request,
    RunChunks,
)
from ..sandbox.worker.protocol import Frame as TracebackFrame
from ..sandbox.worker.wire import WireError
from ..source import Source
from .failures import CheckFailure, Crashed, TimedOut
from .student import why_missing

MAX_RECEIVED = 256 << 20  # bytes of all replies of one submission: what failed is kept until it has been diagnosed
TOO_LARGE = "the replies are too large in all"
HEADER_WEIGHT = 400  # a byte of a header costs the grader as much time as so many of a tensor
LEAST_SECONDS = 0.01  # of an exchange, once the submission's time is nearly over


class SubmissionWorker:
    """The worker of one submission; what the submission does to its process ends with it.

    until: the end of the submission's time, by time.monotonic(); None for no such bound.
    """

    def __init__(self, server: ForkServer, limits: Limits, until: float | None = None) -> None:
        self.server = server
        self.limits = limits
        self.until = until
        self.layers: dict[str, str] = {}
        self.printed = 0  # bytes, by all workers so far
        self.received = 0  # bytes of replies, weighted
        self._modules: dict[str, RemoteModule] = {}  # by folder
        self._worker: Worker | None = None
        self._in_worker: list[str] = []  # folders whose modules the living worker has run; it is in the last one

    def load(self, source: Source, folder: str) -> "RemoteModule":
        """Return a handle to the source, loaded on first use, into a folder of its own.

        Other modules of the submission stay in the process; `close` gets rid of them.
        """
        if folder not in self._modules:
            self._modules[folder] = RemoteModule(self, source, folder)
        return self._modules[folder]

    @property
    def is_alive(self) -> bool:
        return self._worker is not None and self._worker.is_alive

    @property
    def is_out_of_time(self) -> bool:
        """Return True if the submission's time is over."""
        return self.until is not None and time.monotonic() > self.until

    def has_other_modules(self, folder: str) -> bool:
        """Return True if the living worker has run a module of another folder."""
        return self.is_alive and any(other != folder for other in self._in_worker)

    def has_loaded(self, folder: str) -> bool:
        """Return True if the living worker has run the module of this folder."""
        return folder in self._in_worker

    def ensure_alive(self) -> None:
        """Start a worker if there is none. Raises WorkerDied if the submission has sent too much."""
        if self.received > MAX_RECEIVED:
            raise WorkerDied("protocol", TOO_LARGE)
        if not self.is_alive:
            self.restart()

    def restart(self) -> None:
        """Start a fresh worker that has run nothing."""
        self.close()
        self._worker = self.server.spawn()
        self.layers = self._worker.layers

    def close(self) -> None:
        """End the worker. The next use of a module starts a fresh one, which loads that module alone."""
        if self._worker is not None:
            self._worker.end()
            self.printed += self._worker.printed
            self._worker = None
            self._in_worker = []

    def note_loaded(self, folder: str) -> None:
        """Note that the worker has run the module of this folder, and is in it."""
        self._in_worker.append(folder)

    def entering(self, folder: str) -> list[Frame]:
        """Return the request that makes the worker go back to a module, if it has run another one since."""
        if folder not in self._in_worker or self._in_worker[-1] == folder:
            return []
        self._in_worker.remove(folder)
        self._in_worker.append(folder)
        return [encode(EnterModule(folder=folder))]

    def send(self, requests: Sequence[Frame], seconds: float) -> list[Frame]:
        """Return the raw replies to requests that are sent at once. Raises WorkerDied."""
        assert self._worker is not None
        if self.until is not None:
            seconds = max(LEAST_SECONDS, min(seconds, self.until - time.monotonic()))
        replies = self._worker.send(requests, seconds)
        for reply in replies:
            self.received += HEADER_WEIGHT * len(reply.header) + len(reply.payload)
        if self.received > MAX_RECEIVED:
            raise self.breach(TOO_LARGE)
        return replies

    def send_batches(
        self, batches: Sequence[tuple["RemoteModule", Sequence[Frame]]], seconds: float
    ) -> list[list[Frame]]:
        """Return the raw replies to the requests for several modules, all in one exchange.

        A module that the worker has not run yet is loaded on the way. Raises WorkerDied; `RemoteModule.ensure_loaded`
        then finds out which module was at fault.
        """
        self.ensure_alive()
        frames: list[Frame] = []
        loading: list[tuple[int, RemoteModule]] = []  # positions of the requests that load a module
        starts = []
        for module, requests in batches:
            if self.has_loaded(module.folder):
                frames += self.entering(module.folder)
            else:
                loading.append((len(frames), module))
                frames += module.loading()
            starts.append(len(frames))
            frames += requests
        replies = self.send(frames, seconds)
        for position, module in loading:
            module.note_loaded(module.checked(decoded(replies[position])))
        return [replies[start : start + len(requests)] for start, (_, requests) in zip(starts, batches, strict=True)]

    def breach(self, detail: str) -> WorkerDied:
        """End the worker for sending what no honest worker sends. Return the error to raise."""
        assert self._worker is not None
        self._worker.end()
        return WorkerDied("protocol", detail)


class RemoteModule:
    """One source in the submission's worker, and what loading it has shown. It outlives the workers it is loaded into."""

    def __init__(self, worker: SubmissionWorker, source: Source, folder: str) -> None:
        self.worker = worker
        self.source = source
        self.folder = folder
        self.names: frozenset[str] = frozenset()
        self.problems: tuple[Raised, ...] = ()
        self.death: WorkerDied | None = None  # the file itself kills its worker
        self.chunks = list(source.chunks)  # without the fatal ones
        self.fatal: dict[str, CheckFailure] = {}  # cells that stop or kill their worker; the others do without them
        self.was_loaded = False
        self.lines = {name: code.split("\n") for name, code in source.chunks}

    def ensure_loaded(self) -> None:
        """Have a live worker that has run the file. Raises WorkerDied if the file itself kills its worker."""
        if self.death is not None:
            raise self.death
        self.worker.ensure_alive()
        if not self.worker.has_loaded(self.folder):
            self._load()
            self.worker.note_loaded(self.folder)

    def renewed(self) -> "RemoteModule":
        """Return this module, loaded alone into a fresh worker. Raises WorkerDied."""
        self.worker.close()
        self.ensure_loaded()
        return self

    def loading(self) -> list[Frame]:
        """Return the request that loads the module, to be sent with others. Raises WorkerDied."""
        if self.death is not None:
            self.worker.close()  # the requests before it will not be sent
            raise self.death
        try:
            frame = encode(self._load_request(self.chunks))
        except WireError as error:
            raise self.worker.breach(str(error)) from None
        self.worker.note_loaded(self.folder)
        return [frame]

    def note_loaded(self, reply: Reply) -> None:
        """Keep what loading has shown. Raises WorkerDied for what no honest worker sends."""
        try:
            names = frozenset(msgspec.convert(reply.value, list[str]))
        except msgspec.ValidationError:
            raise self.worker.breach("malformed reply") from None
        if not self.was_loaded:  # a later load could pass on what an earlier worker was given
            self.names = names - self.source.borrowed()
            self.problems = tuple(reply.problems)
            self.was_loaded = True

    def may_be_spoiled(self) -> bool:
        """Return True if the worker has run another module too, and state that they share has changed."""
        if not self.worker.has_other_modules(self.folder):
            return False
        return self.request(AskIfChanged(), self.worker.limits.call_seconds).value is not False

    def why_missing(self, name: str) -> Raised | None:
        chunk = self.source.chunk_defining(name)
        if chunk in self.fatal:
            raise self.fatal[chunk]
        return why_missing(self.source, self.problems, name)

    def request(self, request: Request, seconds: float) -> Reply:
        try:
            frames = self.send_ahead([encode(request)], seconds)
        except WireError as error:
            raise self.worker.breach(str(error)) from None
        return self.checked(decoded(frames[0]))

    def send_ahead(self, requests: Sequence[Frame], seconds: float) -> list[Frame]:
        """Return the raw replies to requests that are known beforehand, in one exchange. Raises WorkerDied."""
        entering = self.worker.entering(self.folder)
        return self.worker.send([*entering, *requests], seconds)[len(entering) :]

    def checked(self, reply: Reply | WireError) -> Reply:
        """Return the reply with nothing in it that cannot be. Raises WorkerDied for what no honest worker sends."""
        if isinstance(reply, WireError):
            raise self.worker.breach(str(reply))
        if reply.error is None and not reply.operators and not reply.problems:
            return reply
        error = reply.error
        if error is not None:
            error = self._credible(error)
        return msgspec.structs.replace(
            reply,
            error=error,
            problems=[self._credible(problem) for problem in reply.problems],
            operators=[(name, self._credible_line(line)) for name, line in reply.operators],
        )

    def blame(self, failure: CheckFailure) -> NoReturn:
        raise failure

    # Loading

    def _load_request(self, chunks: Sequence[tuple[str, str]]) -> LoadModule:
        return LoadModule(
            module=self.source.filename.removesuffix(".py"),
            folder=self.folder,
            chunks=chunks,
            files=self.source.files,
        )

    def _load(self) -> None:
        """Run the file in the worker, without the cells that end or stop it. Raises WorkerDied."""
        try:
            reply = self.request(self._load_request(self.chunks), self.worker.limits.load_seconds)
            self.note_loaded(reply)
        except WorkerDied as died:
            if self.was_loaded:
                # A later load says as little as it can: it could pass on what an earlier worker was given.
                detail = "exit" if died.cause == "exit" else "again"
                self.death = WorkerDied(died.cause, detail)
                raise self.death from None
            if died.cause != "protocol" and self._leave_out_fatal():
                self._load()
                return
            self.death = died
            raise self.death from None

    def _leave_out_fatal(self) -> bool:
        """Leave out the cell that ends or stops its worker, and start a fresh one. Return False if no cell does."""
        if len(self.chunks) < 2 or len(self.fatal) >= self.worker.limits.strikes:
            return False
        first_fatal = self._first_fatal()
        self.worker.close()
        if first_fatal is None:
            return False
        name, failure = first_fatal
        self.worker.restart()
        self.fatal[name] = failure
        self.chunks = [chunk for chunk in self.chunks if chunk[0] != name]
        return True

    def _first_fatal(self) -> tuple[str, CheckFailure] | None:
        """Run the cells one by one in a fresh worker. Return the first that ends or stops it."""
        limits = self.worker.limits
        self.worker.restart()
        until = time.monotonic() + limits.load_seconds
        running = None
        try:
            self.request(self._load_request(()), limits.load_seconds)
            for name, code in self.chunks:
                running = name
                left = max(LEAST_SECONDS, until - time.monotonic())
                self.request(RunChunks(chunks=((name, code),)), left)
        except WorkerDied as died:
            if running is None or died.cause == "protocol":
                return None
            if died.cause == "time":
                return running, TimedOut(running, limits.load_seconds)
            return running, Crashed(running, None, died.detail or died.cause)
        return None

    # Replies

    def _line(self, file: str, line: int) -> str:
        """Return a line of the submission, stripped; "" if there is none."""
        lines = self.lines.get(file, [])
        if not 0 < line <= len(lines):
            return ""
        return lines[line - 1].strip()

    def _credible_line(self, line: int) -> int:
        """Return the line's number if one of the submission's files has such a line; else 0."""
        for file in self.lines:
            if self._line(file, line):
                return line
        return 0

    def _credible(self, raised: Raised) -> Raised:
        """Keep only frames that exist, with our own copy of the line: a worker could write a hidden input into them."""
        frames: list[TracebackFrame] = []
        for file, line, _, _ in raised.frames:
            text = self._line(file, line)
            if text:
                frames.append((file, line, "", text))
        return msgspec.structs.replace(raised, type=raised.type[:80], frames=frames)


def decoded(frame: Frame) -> Reply | WireError:
    """Return the reply in a frame; or, for what no honest worker sends, the error that says what is wrong with it."""
    try:
        return decode(frame)
    except WireError as error:
        return error
