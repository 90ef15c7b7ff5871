"""What a check asks, known before it asks: its requests to its own reference, as bytes.

They are the same for every student as long as they do not depend on a student's answers. So a worker gets all
requests of an exercise in one go, and the checks then run on the replies. A check that asks something else than it
asked its reference is run again, live.
"""

import time
from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec

from ..checks.collect import Check
from ..checks.failures import CheckFailure, Raised
from ..checks.local import Asked, LocalTransport
from ..checks.remote import RemoteTransport
from ..checks.run import Parameters, run_check
from ..checks.snapshot import equals
from ..checks.student import Reply, Student, Transport
from ..course.limits import Limits
from ..course.model import Exercise, Topic
from ..results.model import Verdict
from ..sandbox.channel import encode
from ..sandbox.worker.wire import WireError

REFERENCE_LIMITS = Limits(call_seconds=60.0)  # only so that a broken reference does not hang the grader


class Script(msgspec.Struct, frozen=True):
    """One check's requests."""

    asked: tuple[Asked, ...]
    seconds: float  # that the reference took over them
    passes: bool  # the check passes on its own reference; one that doesn't is broken, and nobody's loss


def ask(transport: Transport, topic: Topic, exercise: Exercise, check: Check, limits: Limits) -> Student:
    """The proxy that the check gets."""
    return Student(
        transport,
        exercise.name,
        filename=topic.filename,
        seconds=limits.call_seconds,
        banned_operators=exercise.banned_operators if check.is_watched else {},
    )


def write_script(
    reference: LocalTransport, topic: Topic, exercise: Exercise, check: Check, parameters: Parameters
) -> Script:
    """Run the check on its reference and note what it asks."""
    reference.asked = []
    started = time.perf_counter()
    outcome = run_check(check, ask(reference, topic, exercise, check, REFERENCE_LIMITS), parameters)
    seconds = time.perf_counter() - started
    return Script(tuple(reference.asked), seconds, outcome.verdict is Verdict.PASSED)


class Deviation(BaseException):
    """The check asks something else than it asked its reference. Not an Exception: no check may catch it."""


def _is_same(message: dict[str, Any], asked: Asked) -> bool:
    return equals(asked.message, message) or encode(message) == asked.frame


class ScriptedTransport:
    """The student's replies to a script's requests, handed out one by one."""

    def __init__(self, remote: RemoteTransport, script: Script, replies: Sequence[Reply | WireError]) -> None:
        self.remote = remote
        self.script = script
        self.replies = replies
        self.names = remote.names
        self.position = 0
        self.is_plain = True  # no reply so far depends on which lines the student's file has

    def why_missing(self, name: str) -> Raised | None:
        self.is_plain = False
        return self.remote.why_missing(name)

    def request(self, message: dict[str, Any], seconds: float) -> Reply:
        if self.position >= len(self.replies) or not _is_same(message, self.script.asked[self.position]):
            raise Deviation
        reply = self.remote.checked(self.replies[self.position])
        self.position += 1
        self.is_plain = self.is_plain and reply.error is None and not reply.operators
        return reply

    def blame(self, failure: CheckFailure) -> NoReturn:
        raise failure
