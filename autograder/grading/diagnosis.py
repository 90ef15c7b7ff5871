"""Which misconception a student holds: known wrong answers, replayed on the calls of the checks that failed.

A misconception is the reference with one thing written differently (solutions/TOPIC/misconceptions.toml):

    [[double]]
    name = "squares"
    instead_of = "return 2 * x"                   # stands exactly once in the exercise's reference
    wrote = "return x**2"
    en = "…"                                      # what the student did, and what to do instead
    zh = "…"

`wrote` alone is a whole definition of the exercise.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import torch

from ..checks.local import LocalTransport
from ..checks.student import RecordedCall
from ..course.model import Topic
from ..results.model import Diagnosis
from ..sandbox.channel import WorkerDied
from ..sandbox.worker.protocol import Reply, Request
from ..sandbox.worker.wire import Handle
from .misconceptions import Misconception, load_misconceptions, read_reference, variant
from .prefetch.script import Script

REPLAY_SECONDS = 2.0
MAX_KNOWN = 1024  # sets of failed checks whose diagnosis is remembered
TOLERANCE = {torch.float64: (1e-7, 1e-9), torch.complex128: (1e-7, 1e-9)}  # (rtol, atol); coarser than any check's
DEFAULT_TOLERANCE = (1e-4, 1e-6)


class FailedCheck(msgspec.Struct, frozen=True):
    """A check that did not pass, with what it asked."""

    id: str
    calls: Sequence[RecordedCall]
    script: Script | None  # the calls are the first of this; None where they depended on the student's answers
    key: bytes | None  # equal keys: equal replies; None where they are this student's own


class Diagnostician:
    """Replays the misconceptions of one topic in this process. They are the course's own code, so that is safe."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.misconceptions = load_misconceptions(topic)
        self._loaded: dict[str, LocalTransport] = {}
        self._replayed: dict[tuple[str, str, str], list[Reply]] = {}  # variant, exercise, check -> replies
        self._known: dict[tuple[str, tuple[bytes | None, ...]], tuple[Diagnosis, ...]] = {}

    def diagnose(self, exercise: str, failed: Sequence[FailedCheck]) -> tuple[Diagnosis, ...]:
        """The misconceptions that explain most of the failed checks, and more than half of them; all that tie."""
        if not failed:
            return ()
        keys = exercise, tuple(check.key for check in failed)
        if keys in self._known:
            return self._known[keys]
        with warnings.catch_warnings():  # torch's warnings about a misconception are nobody's business
            warnings.simplefilter("ignore")
            diagnoses = self._diagnose(exercise, failed)
        if None not in keys[1] and len(self._known) < MAX_KNOWN:
            self._known[keys] = diagnoses
        return diagnoses

    def _diagnose(self, exercise: str, failed: Sequence[FailedCheck]) -> tuple[Diagnosis, ...]:
        wrong = [check for check in failed if not self._gives_the_same(exercise, None, check)]
        wrong.sort(key=lambda check: check.script is None)  # those that are quick to compare come first
        scores = {
            misconception.name: self._score(exercise, misconception, wrong, more_than=len(failed) / 2)
            for misconception in self.misconceptions.get(exercise, [])
        }
        best = max(scores.values(), default=0)
        return tuple(m.diagnosis for m in self.misconceptions.get(exercise, []) if best and scores[m.name] == best)

    def _score(
        self, exercise: str, misconception: Misconception, wrong: Sequence[FailedCheck], *, more_than: float
    ) -> int:
        """How many of the checks the misconception explains; 0 where that is not `more_than` so many."""
        score = 0
        for position, check in enumerate(wrong):
            if score + len(wrong) - position <= more_than:
                return 0
            score += self._gives_the_same(exercise, misconception, check)
        return score if score > more_than else 0

    def _gives_the_same(self, exercise: str, misconception: Misconception | None, check: FailedCheck) -> bool:
        """Whether the same requests get the student's replies; `None` is the reference itself."""
        transport = self._transport(exercise, misconception)
        if check.script is None:
            return _gives_the_same(transport, check.calls)
        key = misconception.name if misconception else "", exercise, check.id
        if key not in self._replayed:
            self._replayed[key] = _replies(transport, check.script)
        replies = self._replayed[key]
        return len(replies) >= len(check.calls) and all(map(_matches, replies, check.calls))

    def _transport(self, exercise: str, misconception: Misconception | None) -> LocalTransport:
        key = f"{exercise}.{misconception.name}" if misconception else ""
        if key not in self._loaded:
            source = (
                variant(self.topic.reference, exercise, misconception) if misconception else read_reference(self.topic)
            )
            self._loaded[key] = LocalTransport(source)
        return self._loaded[key]


def _replies(transport: LocalTransport, script: Script) -> list[Reply]:
    """What this module answers to a script, as far as it gets."""
    replies: list[Reply] = []
    for recorded in script.requests:
        try:
            replies.append(transport.reply(recorded.frame, REPLAY_SECONDS))
        except (KeyError, WorkerDied):  # an object that was never made here; a misconception that never ends
            break
    return replies


def _gives_the_same(transport: LocalTransport, calls: Sequence[RecordedCall]) -> bool:
    """Whether the same requests get the student's replies, call by call.

    Handles in later requests are translated to what this module made in their place.
    """
    handles: dict[int, Handle] = {}
    for call in calls:
        try:
            reply = transport.request(_translated_request(call.request, handles), REPLAY_SECONDS)
        except (KeyError, WorkerDied):
            return False
        if call.reply is None or not _matches(reply, call):
            return False
        _pair(call.reply.value, reply.value, handles)
    return True


def _matches(reply: Reply, call: RecordedCall) -> bool:
    try:
        return call.reply is not None and _same_reply(reply, call.reply)
    except (RuntimeError, TypeError, ValueError):  # what a student returned may not even compare
        return False


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
    if isinstance(theirs, Handle) and isinstance(ours, Handle):
        handles[theirs.id] = ours
    elif isinstance(theirs, list | tuple) and isinstance(ours, list | tuple):
        for their, our in zip(theirs, ours, strict=False):
            _pair(their, our, handles)
    elif isinstance(theirs, dict) and isinstance(ours, dict):
        for key in theirs.keys() & ours.keys():
            _pair(theirs[key], ours[key], handles)


def _same_reply(a: Reply, b: Reply) -> bool:
    if a.error is not None or b.error is not None:
        return a.error is not None and b.error is not None and a.error.type == b.error.type
    return _equal(a.value, b.value) and _equal(a.inputs, b.inputs)


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.dtype == b.dtype and _equal(torch.from_numpy(a.copy()), torch.from_numpy(b.copy()))
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        rtol, atol = TOLERANCE.get(a.dtype, DEFAULT_TOLERANCE)
        return torch.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True)
    if isinstance(a, Handle) and isinstance(b, Handle):
        return a.type_name == b.type_name
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(_equal(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(_equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, float):
        return bool(np.isclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True))
    return type(a) is type(b) and bool(a == b)
