"""Runs some checks of one exercise: on prefetched replies if possible, live if not."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from ...checks.collect import Check
from ...checks.describe import Description, describe
from ...checks.failures import CheckFailure, Crashed, TimedOut
from ...checks.remote import RemoteModule
from ...checks.run import Outcome, Parameters, run_check
from ...course.limits import Limits
from ...course.model import Exercise, Topic
from ...results.model import Verdict
from ...sandbox.channel import WorkerDied
from ...text import Text
from .batch import PrefetchedReplies, RequestBatch, seconds_for
from .cache import OutcomeCache
from .script import Deviation, Script, ScriptedTransport, student_for

_NOT_TRIED = Text("not tried: earlier checks of this exercise ran into a limit", "未运行：此练习之前的检查已触及限制")
_OUT_OF_BUDGET = Text("not tried: the submission has used up its time", "未运行：这份提交的总时间已用完")
NOT_TRIED = Description(_NOT_TRIED, _NOT_TRIED)
OUT_OF_BUDGET = Description(_OUT_OF_BUDGET, _OUT_OF_BUDGET)


class CheckedOutcome(msgspec.Struct, frozen=True):
    """A check and its outcome."""

    check: Check
    outcome: Outcome
    script: Script | None = None  # the check's requests; None if they depended on the student's answers
    key: bytes | None = None  # equal keys: equal replies to the script; None if they are this student's own


class ExerciseChecks(msgspec.Struct, frozen=True, kw_only=True):
    """An exercise and what running its checks takes."""

    topic: Topic
    exercise: Exercise
    scripts: Mapping[str, Script]  # by check
    cache: OutcomeCache
    limits: Limits
    parameters: Parameters


class Attempt:
    """Runs checks of one exercise against a module.

    fatal: outcomes of the exercise's checks that cost a worker so far; grows.
    prefetched: replies by check, if they have been asked for already.
    """

    def __init__(
        self,
        about: ExerciseChecks,
        checks: Sequence[Check],
        module: RemoteModule,
        *,
        fatal: list[Outcome],
        prefetched: Mapping[str, PrefetchedReplies] | None = None,
    ) -> None:
        self.about = about
        self.checks = checks
        self.module = module
        self.worker = module.worker
        self.fatal = fatal
        self.prefetched = prefetched

    def run(self) -> Iterator[CheckedOutcome]:
        """Yield each check's outcome, in order."""
        prefetched = self.prefetched
        if prefetched is None or not self._is_loaded():
            prefetched = self._prefetch()
        for check in self.checks:
            checked = self._run_check(check, prefetched.get(check.id))
            if not self.worker.is_alive:
                self.fatal.append(checked.outcome)
            yield checked

    @property
    def is_struck_out(self) -> bool:
        """Return True if the exercise has cost as many workers as it may."""
        return len(self.fatal) >= self.about.limits.strikes

    @property
    def is_over(self) -> bool:
        """Return True if nothing more of the exercise may run."""
        return self.worker.is_out_of_time or self.is_struck_out

    def _is_loaded(self) -> bool:
        """Return True if a worker has run the module. A worker that died earlier is replaced: it was not ours."""
        if self.worker.is_alive:
            return True
        if self.is_over:
            return False
        try:
            self.module.ensure_loaded()
        except WorkerDied:
            return False
        return True

    def _prefetch(self) -> Mapping[str, PrefetchedReplies]:
        """Return the replies by check; nothing if the worker did not live to send them all."""
        if self.is_over:
            return {}
        batch = RequestBatch(self.checks, self.about.scripts)
        seconds = min(seconds_for(batch.reference_seconds), self.about.limits.call_seconds)
        try:
            self.module.ensure_loaded()
            replies = self.module.send_ahead(batch.requests, seconds)
        except WorkerDied:
            return {}
        return batch.read(replies, self.about.cache)

    def _run_check(self, check: Check, prefetched: PrefetchedReplies | None) -> CheckedOutcome:
        if self.is_struck_out:
            return CheckedOutcome(check, Outcome(verdict=self.fatal[-1].verdict, description=NOT_TRIED))
        if prefetched is not None:
            checked = self._run_on_replies(check, prefetched)
            if checked is not None:
                return checked
        return CheckedOutcome(check, self._run_live(check))

    def _run_on_replies(self, check: Check, prefetched: PrefetchedReplies) -> CheckedOutcome | None:
        """Return the outcome by the replies that are there; None if the check asks something else."""
        about, key = self.about, prefetched.key
        script = about.scripts[check.id]
        if prefetched.known is not None:
            return CheckedOutcome(check, prefetched.known, script, key)
        transport = ScriptedTransport(self.module, script, prefetched.replies)
        student = student_for(transport, about.topic, about.exercise, check, about.limits)
        try:
            outcome = run_check(check, student, about.parameters)
        except Deviation:
            return None
        if not transport.is_plain:
            return CheckedOutcome(check, outcome, script)
        about.cache.put(key, outcome)
        return CheckedOutcome(check, outcome, script, key)

    def _run_live(self, check: Check) -> Outcome:
        about = self.about
        if self.worker.is_out_of_time:
            return Outcome(verdict=Verdict.TIMED_OUT, description=OUT_OF_BUDGET)
        try:
            self.module.ensure_loaded()
        except WorkerDied as died:
            return self._failed_to_load(died)
        student = student_for(self.module, about.topic, about.exercise, check, about.limits)
        return run_check(check, student, about.parameters)

    def _failed_to_load(self, died: WorkerDied) -> Outcome:
        filename = self.about.topic.filename
        failure: CheckFailure
        if died.cause == "time":
            failure = TimedOut(filename, self.about.limits.load_seconds)
        else:
            failure = Crashed(filename, None, died.detail or died.cause)
        sentence = describe(failure, [], {}).full  # no check had handed over an input yet
        return Outcome(verdict=failure.verdict, description=Description(sentence, sentence))
