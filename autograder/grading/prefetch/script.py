"""The requests of a check, recorded on its reference, and replies played back to it.

The requests are the same for every student as long as they do not depend on a student's answers.
"""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

import msgspec

from ...checks.collect import Check
from ...checks.failures import CheckFailure
from ...checks.local import LocalTransport
from ...checks.remote import RemoteModule
from ...checks.run import Parameters, run_check
from ...checks.student import Student, Transport
from ...course.limits import Limits
from ...course.model import Exercise, Topic
from ...results.model import Verdict
from ...sandbox.channel import Frame, encode
from ...sandbox.worker.protocol import Raised, Reply, Request, plain
from ...sandbox.worker.wire import WireError
from .snapshot import equals, snapshot

REFERENCE_LIMITS = Limits(call_seconds=60.0)  # only so that a broken reference does not hang the grader


class RecordedRequest(NamedTuple):
    """One request: as it travels, and as it was when it was sent."""

    frame: Frame
    snapshot: Any


class Script(msgspec.Struct, frozen=True):
    """One check's requests."""

    requests: tuple[RecordedRequest, ...]
    seconds: float  # that the reference took over them
    passes: bool  # the check passes on its own reference; if not, it is broken, and nobody loses points


def student_for(transport: Transport, topic: Topic, exercise: Exercise, check: Check, limits: Limits) -> Student:
    """Return the proxy that the check gets."""
    return Student(
        transport,
        exercise.name,
        filename=topic.filename,
        seconds=limits.call_seconds,
        banned_operators=exercise.banned_operators if check.is_watched else {},
    )


def record_script(
    reference: LocalTransport, topic: Topic, exercise: Exercise, check: Check, parameters: Parameters
) -> Script:
    """Run the check on its reference and record its requests."""
    recorder = RecordingTransport(reference)
    started = time.perf_counter()
    outcome = run_check(check, student_for(recorder, topic, exercise, check, REFERENCE_LIMITS), parameters)
    seconds = time.perf_counter() - started
    return Script(tuple(recorder.requests), seconds, outcome.verdict is Verdict.PASSED)


class RecordingTransport:
    """The reference, and the requests that it got."""

    def __init__(self, reference: LocalTransport) -> None:
        self.reference = reference
        self.names = reference.names
        self.requests: list[RecordedRequest] = []

    def why_missing(self, name: str) -> Raised | None:
        return self.reference.why_missing(name)

    def request(self, request: Request, seconds: float) -> Reply:
        frame = encode(request)
        self.requests.append(RecordedRequest(frame, snapshot(plain(request))))
        return self.reference.reply(frame, seconds)

    def blame(self, failure: CheckFailure) -> NoReturn:
        self.reference.blame(failure)


class Deviation(BaseException):
    """The check asks something else than it asked its reference. Not an Exception: no check may catch it."""


class ScriptedTransport:
    """The student's replies to a script's requests, handed out one by one."""

    def __init__(self, module: RemoteModule, script: Script, replies: Sequence[Reply | WireError]) -> None:
        self.module = module
        self.script = script
        self.replies = replies
        self.names = module.names
        self.position = 0
        self.is_plain = True  # no reply so far depends on the lines of the student's file

    def why_missing(self, name: str) -> Raised | None:
        self.is_plain = False
        return self.module.why_missing(name)

    def request(self, request: Request, seconds: float) -> Reply:
        requests = self.script.requests
        if self.position >= len(requests) or not _is_same(request, requests[self.position]):
            raise Deviation
        reply = self.module.checked(self.replies[self.position])
        self.position += 1
        self.is_plain = self.is_plain and reply.error is None and not reply.operators
        return reply

    def blame(self, failure: CheckFailure) -> NoReturn:
        raise failure


def _is_same(request: Request, recorded: RecordedRequest) -> bool:
    return equals(recorded.snapshot, plain(request)) or encode(request) == recorded.frame
