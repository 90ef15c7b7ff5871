"""One exercise of one submission: every check's outcome, from replies sent for in one go where that can be.

Whatever goes wrong on the quick way (a worker that dies or takes long, a check that asks what could not be foreseen)
is done again the slow way, call by call, so that a loop costs its own check and the answers that came before it count.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from ..checks.collect import Check
from ..checks.describe import Description, describe
from ..checks.failures import CheckFailure, Crashed, TimedOut
from ..checks.remote import RemoteTransport, decoded
from ..checks.run import Outcome, Parameters, run_check
from ..checks.student import Reply
from ..course.limits import Limits
from ..course.model import Exercise, Topic
from ..results.model import Verdict
from ..sandbox.channel import Frame, WorkerDied
from ..sandbox.worker.wire import WireError
from ..text import Text
from .script import Deviation, Script, ScriptedTransport, ask

_NOT_TRIED = Text("not tried: earlier checks of this exercise ran into a limit", "未运行：此练习之前的检查已触及限制")
_OUT_OF_BUDGET = Text("not tried: the submission has used up its time", "未运行：这份提交的总时间已用完")
NOT_TRIED, OUT_OF_BUDGET = Description(_NOT_TRIED, _NOT_TRIED), Description(_OUT_OF_BUDGET, _OUT_OF_BUDGET)

AHEAD_FACTOR = 20.0  # how much longer than the reference a submission may take over requests sent ahead
AHEAD_SECONDS = 0.3  # and what it gets in any case
MAX_REMEMBERED = 1024  # outcomes of failed checks, which keep the calls that they made


class Attempted(msgspec.Struct, frozen=True):
    """One check and what became of it."""

    check: Check
    outcome: Outcome
    script: Script | None = None  # what it asked; None where that depended on the student's answers
    key: bytes | None = None  # equal keys: equal replies to the script; None where they are this student's own


class Ahead(msgspec.Struct, frozen=True):
    """The replies to one check's script, all there before it runs."""

    key: bytes
    known: Outcome | None  # of an earlier check with these replies
    replies: list[Reply | WireError]  # empty where the outcome is known


class Memory:
    """Outcomes by check and replies: what many students answer is judged once."""

    def __init__(self) -> None:
        self.passed: set[bytes] = set()
        self.failed: dict[bytes, Outcome] = {}

    def recall(self, key: bytes) -> Outcome | None:
        """The outcome of an earlier check with these replies."""
        return Outcome(verdict=Verdict.PASSED) if key in self.passed else self.failed.get(key)

    def keep(self, key: bytes, outcome: Outcome) -> None:
        if outcome.verdict is Verdict.PASSED:
            if len(self.passed) < 64 * MAX_REMEMBERED:
                self.passed.add(key)
        else:
            while len(self.failed) >= MAX_REMEMBERED:
                del self.failed[next(iter(self.failed))]
            self.failed[key] = outcome


class Questions:
    """What some checks of one exercise ask."""

    def __init__(self, checks: Sequence[Check], scripts: Mapping[str, Script]) -> None:
        self.checks = checks
        self.scripts = [scripts[check.id] for check in checks]
        self.seconds = sum(script.seconds for script in self.scripts)  # that the reference took
        self.requests = [request for script in self.scripts for request, _ in script.asked]

    def looked_up(self, replies: Iterable[Frame], memory: Memory) -> dict[str, Ahead]:
        """Check -> what it is told, decoded in one go: then the code for it is in the processor's caches."""
        waiting = iter(replies)
        return {
            check.id: _looked_up(check, [next(waiting) for _ in script.asked], memory)
            for check, script in zip(self.checks, self.scripts, strict=True)
        }


def _looked_up(check: Check, replies: list[Frame], memory: Memory) -> Ahead:
    key = _key(check, replies)
    known = memory.recall(key)
    return Ahead(key, known, [] if known else [*map(decoded, replies)])


def seconds_for(reference: float) -> float:
    """How long a student may take over requests sent ahead that the reference took so long over."""
    return max(AHEAD_SECONDS, AHEAD_FACTOR * reference)


class Attempt:
    """Runs the checks of one exercise against the source that the transport has entered."""

    def __init__(
        self,
        topic: Topic,
        exercise: Exercise,
        checks: Sequence[Check],
        *,
        scripts: Mapping[str, Script],
        memory: Memory,
        transport: RemoteTransport,
        limits: Limits,
        parameters: Parameters,
        fatal: list[Outcome],
        ahead: Mapping[str, Ahead] | None = None,
    ) -> None:
        self.topic = topic
        self.exercise = exercise
        self.checks = checks
        self.scripts = scripts
        self.memory = memory
        self.transport = transport
        self.limits = limits
        self.parameters = parameters
        self.fatal = fatal  # of the exercise's checks that cost a worker so far; grows
        self.ahead = ahead  # where replies have been asked for already

    def run(self) -> Iterator[Attempted]:
        """Each check's outcome, in order; as lazily as it is asked for."""
        ahead = self._ahead() if self.ahead is None or not self._is_loaded() else self.ahead
        for check in self.checks:
            attempted = self._check(check, ahead.get(check.id))
            if not self.transport.is_alive:
                self.fatal.append(attempted.outcome)
            yield attempted

    @property
    def is_struck_out(self) -> bool:
        return len(self.fatal) >= self.limits.strikes

    def _is_loaded(self) -> bool:
        """Whether there is a worker that has run the student's file: one that died earlier is nothing of this exercise."""
        if self.transport.is_alive:
            return True
        if self.transport.is_out_of_time or self.is_struck_out:
            return False
        try:
            self.transport.ensure_loaded()
        except WorkerDied:
            return False
        return True

    def _ahead(self) -> Mapping[str, Ahead]:
        """Check -> the replies to its script; nothing where the worker did not live to send them all."""
        if self.transport.is_out_of_time or self.is_struck_out:
            return {}
        asked = Questions(self.checks, self.scripts)
        try:
            self.transport.ensure_loaded()
            replies = self.transport.send_ahead(
                asked.requests, min(seconds_for(asked.seconds), self.limits.call_seconds)
            )
        except WorkerDied:
            return {}
        return asked.looked_up(replies, self.memory)

    def _check(self, check: Check, ahead: Ahead | None) -> Attempted:
        if self.is_struck_out:
            return Attempted(check, Outcome(verdict=self.fatal[-1].verdict, description=NOT_TRIED))
        on_replies = self._on_replies(check, ahead) if ahead is not None else None
        return on_replies or Attempted(check, self._live(check))

    def _on_replies(self, check: Check, ahead: Ahead) -> Attempted | None:
        """The outcome by the replies that are there; None where the check asks something else."""
        script, key = self.scripts[check.id], ahead.key
        if ahead.known is not None:
            return Attempted(check, ahead.known, script, key)
        transport = ScriptedTransport(self.transport, script, ahead.replies)
        try:
            outcome = run_check(check, ask(transport, self.topic, self.exercise, check, self.limits), self.parameters)
        except Deviation:
            return None
        if not transport.is_plain:
            return Attempted(check, outcome, script)
        self.memory.keep(key, outcome)
        return Attempted(check, outcome, script, key)

    def _live(self, check: Check) -> Outcome:
        if self.transport.is_out_of_time:
            return Outcome(verdict=Verdict.TIMED_OUT, description=OUT_OF_BUDGET)
        try:
            self.transport.ensure_loaded()
        except WorkerDied as died:
            return self._failed_to_load(died)
        student = ask(self.transport, self.topic, self.exercise, check, self.limits)
        return run_check(check, student, self.parameters)

    def _failed_to_load(self, died: WorkerDied) -> Outcome:
        failure: CheckFailure
        if died.cause == "time":
            failure = TimedOut(self.topic.filename, self.limits.load_seconds)
        else:
            failure = Crashed(self.topic.filename, None, died.detail or died.cause)
        told = describe(failure, [], {}).full  # no check had handed over an input yet
        return Outcome(verdict=failure.verdict, description=Description(told, told))


def _key(check: Check, replies: Sequence[Frame]) -> bytes:
    digest = hashlib.blake2b(f"{check.exercise}\0{check.id}".encode(), digest_size=32)
    for reply in replies:
        digest.update(b"%d %d " % (len(reply.header), len(reply.payload)))
        digest.update(reply.header)
        digest.update(reply.payload)
    return digest.digest()
