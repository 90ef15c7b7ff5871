"""The requests of some checks, sent at once, and the replies to them."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from ...checks.collect import Check
from ...checks.remote import decoded
from ...checks.run import Outcome
from ...sandbox.channel import Frame
from ...sandbox.worker.protocol import Reply
from ...sandbox.worker.wire import WireError
from .cache import OutcomeCache
from .script import Script

SLOWNESS = 20.0  # a submission may take so many times as long as the reference over requests that are sent ahead
LEAST_SECONDS = 0.3  # but never gets less


class PrefetchedReplies(msgspec.Struct, frozen=True):
    """The replies to one check's script, before the check runs."""

    key: bytes  # of the check and the replies
    known: Outcome | None  # of an earlier check with these replies
    replies: list[Reply | WireError]  # empty if the outcome is known


class RequestBatch:
    """The requests of some checks of one exercise."""

    def __init__(self, checks: Sequence[Check], scripts: Mapping[str, Script]) -> None:
        self.checks = checks
        self.scripts = [scripts[check.id] for check in checks]
        self.reference_seconds = sum(script.seconds for script in self.scripts)
        self.requests = [recorded.frame for script in self.scripts for recorded in script.requests]

    def read(self, frames: Sequence[Frame], cache: OutcomeCache) -> dict[str, PrefetchedReplies]:
        """Return the replies by check. They are decoded in one go, while the code is in the processor's caches."""
        found = {}
        start = 0
        for check, script in zip(self.checks, self.scripts, strict=True):
            end = start + len(script.requests)
            found[check.id] = _read(check, frames[start:end], cache)
            start = end
        return found


def _read(check: Check, frames: Sequence[Frame], cache: OutcomeCache) -> PrefetchedReplies:
    key = _key(check, frames)
    known = cache.get(key)
    if known is not None:
        return PrefetchedReplies(key, known, [])
    return PrefetchedReplies(key, None, [decoded(frame) for frame in frames])


def _key(check: Check, frames: Sequence[Frame]) -> bytes:
    digest = hashlib.blake2b(f"{check.exercise}\0{check.id}".encode(), digest_size=32)
    for frame in frames:
        digest.update(b"%d %d " % (len(frame.header), len(frame.payload)))
        digest.update(frame.header)
        digest.update(frame.payload)
    return digest.digest()


def seconds_for(reference_seconds: float) -> float:
    """Return the time that a student gets for requests that took the reference so long."""
    return max(LEAST_SECONDS, SLOWNESS * reference_seconds)
