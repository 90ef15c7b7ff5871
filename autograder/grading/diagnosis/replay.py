"""Runs the reference and the misconceptions of one topic on a student's calls.

They are the course's own code, so they run in this process.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ...checks.collect import Check
from ...checks.local import LocalTransport
from ...checks.run import passes
from ...checks.student import RecordedCall
from ...course.limits import Limits
from ...course.model import Topic
from ...sandbox.channel import WorkerDied
from ...sandbox.worker.protocol import Reply, Request
from ...sandbox.worker.wire import Handle
from ...source import Source
from ..misconceptions import Misconception, read_reference, variant
from ..prefetch.script import Script, student_for

REPLAY_LIMITS = Limits(call_seconds=5.0)  # only so that a misconception that loops ends


class FailedCheck(msgspec.Struct, frozen=True):
    """A check that did not pass, with what it asked."""

    id: str
    calls: Sequence[RecordedCall]
    script: Script | None  # the calls are the first of this; None where they depended on the student's answers
    key: bytes | None  # equal keys: equal replies; None where they are this student's own


class Variants:
    """The reference of a topic and its misconceptions, loaded when first needed. No misconception: the reference.

    checks: by exercise
    """

    def __init__(self, topic: Topic, checks: Mapping[str, Sequence[Check]]) -> None:
        self.topic = topic
        self.checks = checks
        self._loaded: dict[str, LocalTransport] = {}
        self._replayed: dict[tuple[str, str, str], list[Reply]] = {}  # variant, exercise, check -> replies
        self._failing: dict[tuple[str, str], frozenset[str]] = {}  # exercise, misconception -> checks

    def replies(self, exercise: str, misconception: Misconception | None, check: FailedCheck) -> Iterator[Reply | None]:
        """Yield the variant's reply to each of the check's calls; None from the call on that gets none."""
        if check.script is None:
            yield from self._live(exercise, misconception, check.calls)
            return
        replies = self._scripted(exercise, misconception, check.id, check.script)
        for position, _ in enumerate(check.calls):
            yield replies[position] if position < len(replies) else None

    def failing(self, exercise: str, misconception: Misconception) -> frozenset[str]:
        """Return the ids of the checks that the misconception does not pass."""
        key = exercise, misconception.name
        if key not in self._failing:
            self._failing[key] = self._run_checks(exercise, misconception)
        return self._failing[key]

    def _run_checks(self, exercise: str, misconception: Misconception) -> frozenset[str]:
        transport = self._transport(exercise, misconception)
        (about,) = [one for one in self.topic.exercises if one.name == exercise]
        failing = set()
        never_ends = False
        for check in self.checks[exercise]:
            student = student_for(transport, self.topic, about, check, REPLAY_LIMITS)
            if never_ends or not passes(check, student):
                failing.add(check.id)
            if student.calls and student.calls[-1].reply is None:
                never_ends = True
        return frozenset(failing)

    def _scripted(
        self, exercise: str, misconception: Misconception | None, check_id: str, script: Script
    ) -> list[Reply]:
        """Return the replies to a check's script, replayed when first needed."""
        name = misconception.name if misconception else ""
        key = name, exercise, check_id
        if key not in self._replayed:
            self._replayed[key] = _replay(self._transport(exercise, misconception), script)
        return self._replayed[key]

    def _live(
        self, exercise: str, misconception: Misconception | None, calls: Sequence[RecordedCall]
    ) -> Iterator[Reply | None]:
        """Yield the replies to calls that depended on the student's answers.

        Handles in later requests are translated to what this module made in their place.
        """
        transport = self._transport(exercise, misconception)
        handles: dict[int, Handle] = {}
        for call in calls:
            try:
                request = _translated_request(call.request, handles)
                reply = transport.request(request, REPLAY_LIMITS.call_seconds)
            except (KeyError, WorkerDied):
                yield None
                return
            yield reply
            if call.reply is not None:
                _pair(call.reply.value, reply.value, handles)

    def _transport(self, exercise: str, misconception: Misconception | None) -> LocalTransport:
        """Return the loaded reference, or the loaded misconception."""
        key = f"{exercise}.{misconception.name}" if misconception else ""
        if key not in self._loaded:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._loaded[key] = LocalTransport(self._source(exercise, misconception))
        return self._loaded[key]

    def _source(self, exercise: str, misconception: Misconception | None) -> Source:
        """Return the reference, or the reference with the misconception put in."""
        if misconception is None:
            return read_reference(self.topic)
        return variant(self.topic.reference, exercise, misconception)


def _replay(transport: LocalTransport, script: Script) -> list[Reply]:
    """Return what a module answers to a script, as far as it gets."""
    replies: list[Reply] = []
    for recorded in script.requests:
        try:
            replies.append(transport.reply(recorded.frame, REPLAY_LIMITS.call_seconds))
        except (KeyError, WorkerDied):  # an object that was never made here; a misconception that never ends
            break
    return replies


def _translated_request(request: Request, handles: dict[int, Handle]) -> Request:
    """Return the request with our own handles in the place of the student's."""
    changes = {}
    for name in ("on", "args", "kwargs", "names", "cotangent"):
        if hasattr(request, name):
            changes[name] = _translated(getattr(request, name), handles)
    return msgspec.structs.replace(request, **changes)


def _translated(value: Any, handles: dict[int, Handle]) -> Any:
    if isinstance(value, Handle):
        return handles[value.id]
    if isinstance(value, dict):
        return {key: _translated(item, handles) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_translated(item, handles) for item in value)
    return value


def _pair(theirs: Any, ours: Any, handles: dict[int, Handle]) -> None:
    """Note which of our handles stands for each of the student's, at the same place of two answers."""
    match theirs, ours:
        case Handle(), Handle():
            handles[theirs.id] = ours
        case ((list() | tuple()), (list() | tuple())):
            for their_item, our_item in zip(theirs, ours, strict=False):
                _pair(their_item, our_item, handles)
        case dict(), dict():
            for key in theirs.keys() & ours.keys():
                _pair(theirs[key], ours[key], handles)
