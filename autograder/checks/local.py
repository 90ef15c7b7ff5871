"""The student in this process: at home, so that `--pdb` and `print` work, and in self-tests of trusted code.

Requests and replies are copied as they would be on their way to a worker, so that a check cannot pass at home
and break in grading.
"""

import contextlib
import itertools
import shutil
import signal
import tempfile
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from ..sandbox.channel import Frame, WorkerDied, encode
from ..sandbox.worker import wire
from ..sandbox.worker.protocol import LoadModule, Raised, Reply, Request, plain, read_reply, read_request
from ..sandbox.worker.session import Session
from ..source import Source
from .failures import CheckFailure
from .student import why_missing

_serial = itertools.count()


class LocalTransport:
    """One module loaded into this process.

    has_deadlines: stop calls that run too long, by SIGALRM where there is one; off under a debugger.
    load_seconds: stop the module itself after so many seconds; None for a module that is trusted.
    """

    def __init__(self, source: Source, *, has_deadlines: bool = True, load_seconds: float | None = None) -> None:
        self.has_deadlines = has_deadlines
        self.load_seconds = load_seconds if has_deadlines else None
        scratch = tempfile.mkdtemp(prefix="torchstone-")
        weakref.finalize(self, shutil.rmtree, scratch, ignore_errors=True)
        self.session = Session(Path(scratch))
        self.source = source
        self.was_stopped = False
        self.names, self.problems = self._load()

    def _load(self) -> tuple[frozenset[str], list[Raised]]:
        """Run the source as a module of its own. Return the names that it defines and the exceptions that it raised."""
        module = f"_torchstone_{next(_serial)}_{self.source.filename.removesuffix('.py')}"
        with _alarm(self.load_seconds):
            reply = self.session.answer(LoadModule(module=module, chunks=self.source.chunks))
        self.was_stopped = isinstance(self.session.last_error, _Alarm)
        return frozenset(reply.value) - self.source.borrowed(), reply.problems

    def why_missing(self, name: str) -> Raised | None:
        return why_missing(self.source, self.problems, name)

    def request(self, request: Request, seconds: float) -> Reply:
        return self.reply(encode(request), seconds)

    def reply(self, request: Frame, seconds: float) -> Reply:
        """Return the reply to an encoded request. Raises KeyError for an object that is not there."""
        record = wire.unpack(request.header, request.payload, self.session.kept, strides=True)
        try:
            with _alarm(seconds if self.has_deadlines else None):
                answer = self.session.answer(read_request(record))
        except _Alarm:  # it rang just outside the student's code
            raise WorkerDied("time") from None
        if isinstance(self.session.last_error, _Alarm):
            raise WorkerDied("time")
        try:
            copied = wire.copied(plain(answer), keep=self.session.keep, handle=lambda handle: handle)
        except wire.WireError as error:
            raise WorkerDied("protocol", str(error)) from None
        return read_reply(copied)

    def blame(self, failure: CheckFailure) -> NoReturn:
        """Raise with the student's own traceback, so that a debugger opens at the student's line."""
        error = self.session.last_error
        raise failure.with_traceback(error.__traceback__ if error else None) from error


class _Alarm(BaseException):
    """Raised in the student's code when its time is over."""


@contextlib.contextmanager
def _alarm(seconds: float | None) -> Iterator[None]:
    if seconds is None or not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: object) -> NoReturn:
        raise _Alarm

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
