"""Finds the misconception that a student holds: known wrong answers, replayed on the calls of the checks that failed.

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
from collections.abc import Iterable, Sequence
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
from ..source import Source
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
        """Return the misconceptions that explain most of the failed checks, and more than half; all that tie."""
        if not failed:
            return ()
        keys = tuple(check.key for check in failed)
        known = self._known.get((exercise, keys))
        if known is not None:
            return known
        with warnings.catch_warnings():  # torch's warnings about a misconception help nobody
            warnings.simplefilter("ignore")
            diagnoses = self._diagnose(exercise, failed)
        if None not in keys and len(self._known) < MAX_KNOWN:
            self._known[exercise, keys] = diagnoses
        return diagnoses

    def _diagnose(self, exercise: str, failed: Sequence[FailedCheck]) -> tuple[Diagnosis, ...]:
        """Return the diagnoses of the misconceptions with the best score."""
        wrong = self._wrong_checks(exercise, failed)
        best_score = 0
        best: list[Diagnosis] = []
        for misconception in self.misconceptions.get(exercise, []):
            score = self._score(exercise, misconception, wrong, more_than=len(failed) / 2)
            if score == 0 or score < best_score:
                continue
            if score > best_score:
                best_score = score
                best = []
            best.append(misconception.diagnosis)
        return tuple(best)

    def _wrong_checks(self, exercise: str, failed: Sequence[FailedCheck]) -> list[FailedCheck]:
        """Return the failed checks in which the student's replies differ from the reference's."""
        scripted, unscripted = [], []
        for check in failed:
            if self._gives_the_same(exercise, None, check):
                continue
            if check.script is None:
                unscripted.append(check)
            else:
                scripted.append(check)
        return scripted + unscripted  # those that are quick to compare come first

    def _score(
        self, exercise: str, misconception: Misconception, wrong: Sequence[FailedCheck], *, more_than: float
    ) -> int:
        """Return how many of the checks the misconception explains; 0 if that is not more than `more_than`."""
        score = 0
        for position, check in enumerate(wrong):
            remaining = len(wrong) - position
            if score + remaining <= more_than:
                return 0
            if self._gives_the_same(exercise, misconception, check):
                score += 1
        if score <= more_than:
            return 0
        return score

    def _gives_the_same(self, exercise: str, misconception: Misconception | None, check: FailedCheck) -> bool:
        """Return True if the same requests get the student's replies; no misconception means the reference itself."""
        transport = self._transport(exercise, misconception)
        if check.script is None:
            return _gives_the_same_live(transport, check.calls)
        replies = self._replies(exercise, misconception, check.id, check.script)
        if len(replies) < len(check.calls):
            return False
        return all(map(_matches, replies, check.calls))

    def _replies(
        self, exercise: str, misconception: Misconception | None, check_id: str, script: Script
    ) -> list[Reply]:
        """Return the replies to a check's script, replayed when first needed."""
        name = misconception.name if misconception else ""
        key = name, exercise, check_id
        if key not in self._replayed:
            self._replayed[key] = _replay(self._transport(exercise, misconception), script)
        return self._replayed[key]

    def _transport(self, exercise: str, misconception: Misconception | None) -> LocalTransport:
        """Return the loaded reference, or the loaded misconception."""
        key = f"{exercise}.{misconception.name}" if misconception else ""
        if key not in self._loaded:
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
            replies.append(transport.reply(recorded.frame, REPLAY_SECONDS))
        except (KeyError, WorkerDied):  # an object that was never made here; a misconception that never ends
            break
    return replies


def _gives_the_same_live(transport: LocalTransport, calls: Sequence[RecordedCall]) -> bool:
    """Return True if the same requests get the student's replies, call by call.

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
    """Return True if the student's code gave this reply to the call."""
    if call.reply is None:
        return False
    try:
        return _same_reply(reply, call.reply)
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


def _same_reply(a: Reply, b: Reply) -> bool:
    """Return True if two replies have errors of the same type, or equal values."""
    if a.error is not None and b.error is not None:
        return a.error.type == b.error.type
    if a.error is not None or b.error is not None:
        return False
    return _equal(a.value, b.value) and _equal(a.inputs, b.inputs)


def _equal(a: Any, b: Any) -> bool:
    """Return True if two answers are equal up to rounding. A tuple equals a list with the same items."""
    match a, b:
        case torch.Tensor(), torch.Tensor():
            return _equal_tensors(a, b)
        case np.ndarray(), np.ndarray():
            return a.dtype == b.dtype and _equal_tensors(torch.from_numpy(a.copy()), torch.from_numpy(b.copy()))
        case Handle(), Handle():
            return a.type_name == b.type_name
        case dict(), dict():
            return list(a) == list(b) and _equal_items(a.values(), b.values())
        case ((list() | tuple()), (list() | tuple())):
            return len(a) == len(b) and _equal_items(a, b)
        case float(), float():
            return bool(np.isclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True))
    return type(a) is type(b) and bool(a == b)


def _equal_items(a: Iterable[Any], b: Iterable[Any]) -> bool:
    """Return True if the items of two containers of the same length are equal, pair by pair."""
    return all(map(_equal, a, b))


def _equal_tensors(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Return True if shapes and dtypes are the same and the values equal up to rounding."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    rtol, atol = TOLERANCE.get(a.dtype, DEFAULT_TOLERANCE)
    return torch.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True)
