"""Chooses the misconceptions, or the general slip, that fit a student's failed checks.

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
from collections.abc import Mapping, Sequence, Set

from ...checks.collect import Check
from ...checks.student import RecordedCall
from ...course.model import Topic
from ...results.model import Diagnosis
from ...sandbox.worker.protocol import CallFunction
from ..misconceptions import Misconception, load_misconceptions
from .relations import Pair
from .replay import FailedCheck, Variants
from .replies import is_same_reply
from .slips import find_slip

MAX_KNOWN = 1024  # sets of failed checks whose diagnosis is remembered
LEAST_OVERLAP = 0.4  # of the failed checks and those of a misconception; docs/misconceptions.md shows why

Known = tuple[str, frozenset[str], tuple[bytes | None, ...]]


class Diagnostician:
    """Names misconceptions and slips in the exercises of one topic.

    checks: by exercise
    """

    def __init__(self, topic: Topic, checks: Mapping[str, Sequence[Check]]) -> None:
        self.misconceptions = load_misconceptions(topic)
        self.variants = Variants(topic, checks)
        self._known: dict[Known, tuple[Diagnosis, ...]] = {}

    def diagnose(self, exercise: str, failed: Sequence[FailedCheck], passed: Set[str]) -> tuple[Diagnosis, ...]:
        """Return the misconceptions that fit best, all that fit equally well; the general slip if none fits.

        passed: ids of the checks that the student passed. A misconception that fails them does not fit.
        """
        if not failed:
            return ()
        keys = tuple(check.key for check in failed)
        known_as: Known = exercise, frozenset(passed), keys
        known = self._known.get(known_as)
        if known is not None:
            return known
        with warnings.catch_warnings():  # torch's warnings about a misconception help nobody
            warnings.simplefilter("ignore")
            diagnoses = self._misconceptions(exercise, failed, passed) or self._slip(exercise, failed)
        if None not in keys and len(self._known) < MAX_KNOWN:
            self._known[known_as] = diagnoses
        return diagnoses

    def _misconceptions(self, exercise: str, failed: Sequence[FailedCheck], passed: Set[str]) -> tuple[Diagnosis, ...]:
        """Return the diagnoses of the misconceptions with the largest overlap."""
        wrong = self._wrong_checks(exercise, failed)
        best_overlap = LEAST_OVERLAP
        best: list[Diagnosis] = []
        for misconception in self.misconceptions.get(exercise, []):
            explained = self._explained(exercise, misconception, wrong, at_least=best_overlap * len(failed))
            if not explained:
                continue
            overlap = explained / self._failed_by_either(exercise, misconception, failed, passed)
            if overlap < best_overlap:
                continue
            if overlap > best_overlap:
                best_overlap = overlap
                best = []
            best.append(misconception.diagnosis)
        return tuple(best)

    def _wrong_checks(self, exercise: str, failed: Sequence[FailedCheck]) -> list[FailedCheck]:
        """Return the failed checks in which the student's replies differ from the reference's, quick ones first."""
        wrong = [check for check in failed if not self._gives_the_same(exercise, None, check)]
        return sorted(wrong, key=lambda check: check.script is None)

    def _explained(
        self, exercise: str, misconception: Misconception, wrong: Sequence[FailedCheck], *, at_least: float
    ) -> int:
        """Return in how many checks the misconception gives the student's replies; 0 if in less than `at_least`."""
        explained = 0
        for position, check in enumerate(wrong):
            remaining = len(wrong) - position
            if explained + remaining < at_least:
                return 0
            if self._gives_the_same(exercise, misconception, check):
                explained += 1
        return explained

    def _failed_by_either(
        self, exercise: str, misconception: Misconception, failed: Sequence[FailedCheck], passed: Set[str]
    ) -> int:
        """Return how many checks the student or the misconception fails."""
        student_fails = {check.id for check in failed}
        misconception_fails = self.variants.failing(exercise, misconception) & passed
        return len(student_fails | misconception_fails)

    def _gives_the_same(self, exercise: str, misconception: Misconception | None, check: FailedCheck) -> bool:
        """Return True if the same requests get the student's replies; no misconception means the reference itself."""
        replies = self.variants.replies(exercise, misconception, check)
        for reply, call in zip(replies, check.calls, strict=False):
            if not is_same_reply(reply, call.reply, of_gradient=_asks_for_gradient(call)):
                return False
        return True

    def _slip(self, exercise: str, failed: Sequence[FailedCheck]) -> tuple[Diagnosis, ...]:
        """Return the general slip that explains every failed check."""
        pairs = []
        for check in failed:
            for right, call in zip(self.variants.replies(exercise, None, check), check.calls, strict=False):
                if right is None or call.reply is None:
                    continue
                if is_same_reply(right, call.reply, of_gradient=_asks_for_gradient(call)):
                    continue
                pairs.append(Pair(check=check.id, call=call, right=right, answer=call.reply))
                break  # what follows may depend on it
        slip = find_slip(pairs, failed={check.id for check in failed})
        return () if slip is None else (slip,)


def _asks_for_gradient(call: RecordedCall) -> bool:
    return isinstance(call.request, CallFunction) and bool(call.request.wrt)
