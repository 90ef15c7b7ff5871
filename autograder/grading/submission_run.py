"""One submission in one worker: which checks run when, and the result of each exercise."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from ..checks.collect import Check
from ..checks.describe import Description, describe
from ..checks.remote import RemoteModule, SubmissionWorker
from ..checks.rules import find_banned, find_suspicious
from ..checks.run import Outcome
from ..checks.state import may_keep_state, state_is_kept, with_state_named
from ..checks.student import Student, Transport
from ..course.model import Exercise, Topic
from ..course.reveal import Reveal
from ..results.model import CheckResult, ExerciseResult, Suspicion, Verdict
from ..results.points import exercise_result, is_mixed, without_trivial
from ..sandbox.channel import WorkerDied
from ..sandbox.fork_server import ForkServer
from ..source import Source, Unreadable
from ..text import NOTHING, Text
from .diagnosis import FailedCheck
from .prefetch.attempt import Attempt, CheckedOutcome
from .prefetch.batch import LEAST_SECONDS, PrefetchedReplies, RequestBatch, seconds_for
from .prefetch.script import student_for
from .prepared import Prepared

MISSING_FILE = Text("{file} was not handed in.", "没有提交 {file}。")
MISTAKES = (Verdict.FAILED, Verdict.CRASHED)
BROKEN_CHECK = Text(
    "This check is at fault, not your answer. It costs you nothing.", "是检查本身有问题，不是你的答案，不会扣分。"
)

# What a worker may report of a watched call, and what the instructor reads. Anything else is ignored.
TRICKS = {
    "thread": "a thread runs beside a call that is watched for forbidden functions",
    "subclass": "the answer is a tensor of a class of the student's own, which may compute when it is looked at",
}

Location = tuple[str, int | None]  # file and line in the submission
NOWHERE: Location = ("", None)


class HandedIn(NamedTuple):
    """An exercise, and what was handed in for its topic."""

    topic: Topic
    source: Source | Unreadable | None
    exercise: Exercise


class ExerciseRun:
    """One exercise whose checks are being run."""

    def __init__(self, topic: Topic, exercise: Exercise, module: RemoteModule) -> None:
        self.topic = topic
        self.exercise = exercise
        self.module = module
        self.checked: list[CheckedOutcome] = []
        self.fatal: list[Outcome] = []  # of its checks that cost a worker


class CheckBatch(NamedTuple):
    """Some checks of an exercise, to be run."""

    run: ExerciseRun
    requests: RequestBatch


class SubmissionRun:
    """One submission in one worker.

    All visible checks run before the first hidden one: what a student reads in full comes from a process that has not
    seen a hidden input yet.
    paths: topic -> its file in the submission
    """

    def __init__(self, prepared: Prepared, server: ForkServer, paths: Mapping[str, str]) -> None:
        self.prepared = prepared
        self.paths = paths
        self.worker = SubmissionWorker(server, prepared.limits)

    def results(self, handed_in: Sequence[HandedIn]) -> list[ExerciseResult]:
        """Return the results of the exercises, in the same order."""
        begun = [self._begin(*exercise_handed_in) for exercise_handed_in in handed_in]
        self._run([run for run in begun if isinstance(run, ExerciseRun)])
        return [self._result(run) for run in begun]

    def _begin(
        self, topic: Topic, source: Source | Unreadable | None, exercise: Exercise
    ) -> ExerciseRun | ExerciseResult:
        """Return a run of the exercise, or its result if nothing is to be run."""
        if source is None:
            return self._not_run(exercise, Verdict.NOT_ATTEMPTED, MISSING_FILE.filled(file=topic.filename), NOWHERE)
        location = self._location(exercise, source)
        if isinstance(source, Unreadable):
            return self._not_run(exercise, Verdict.CRASHED, source.sentence, location)
        broken_rule = find_banned(source, exercise.name, exercise.banned)
        if broken_rule is not None:
            return self._not_run(exercise, Verdict.REFUSED, describe(broken_rule, [], {}).full, location)
        return ExerciseRun(topic, exercise, self.worker.load(source, topic.name))

    def _location(self, exercise: Exercise, source: Source | Unreadable) -> Location:
        path = self.paths.get(exercise.topic, "")
        if not path.endswith(".py"):
            return path, None  # a line of a notebook's cell is not a line of its file
        if isinstance(source, Unreadable):
            return path, source.line
        return path, source.line_of(exercise.name)

    # Running

    def _run(self, runs: Sequence[ExerciseRun]) -> None:
        """Run all checks, visible ones first, and close the worker."""
        for run in runs:  # recording takes time that is not the submission's
            self.prepared.scripts(run.topic, run.exercise)
        self.worker.until = time.monotonic() + self.prepared.limits.submission_seconds
        try:
            self._run_checks(runs, is_visible=True)
            self._run_checks(runs, is_visible=False)
            for run in runs:  # at the end: until then the worker may still be asked if shared state has changed
                self._name_state(run)
        finally:
            self.worker.close()

    def _run_checks(self, runs: Sequence[ExerciseRun], is_visible: bool) -> None:
        """Run the visible checks of all exercises, or the hidden ones."""
        batches = self._batches(runs, is_visible)
        for group in _groups(batches):
            prefetched = self._prefetch(group)
            for batch in group:
                self._run_batch(batch, prefetched.get(batch.run.exercise.name))

    def _batches(self, runs: Sequence[ExerciseRun], is_visible: bool) -> list[CheckBatch]:
        """Return the visible checks of each exercise that has some, or the hidden ones, with their requests."""
        batches = []
        for run in runs:
            checks = [check for check in self.prepared.checks[run.exercise.name] if check.visible is is_visible]
            if checks:
                requests = RequestBatch(checks, self.prepared.scripts(run.topic, run.exercise))
                batches.append(CheckBatch(run, requests))
        return batches

    def _prefetch(self, group: Sequence[CheckBatch]) -> dict[str, Mapping[str, PrefetchedReplies]]:
        """Ask for all replies of a group in one exchange. Return them by exercise; nothing if that fails."""
        if len(group) == 1 or self.worker.is_out_of_time:
            return {}
        seconds = min(seconds_for(_reference_seconds(group)), self.prepared.limits.call_seconds)
        requests = [(batch.run.module, batch.requests.requests) for batch in group]
        try:
            replies = self.worker.send_batches(requests, seconds)
        except WorkerDied:
            return {}
        prefetched: dict[str, Mapping[str, PrefetchedReplies]] = {}
        for batch, frames in zip(group, replies, strict=True):
            prefetched[batch.run.exercise.name] = batch.requests.read(frames, self.prepared.cache)
        return prefetched

    def _run_batch(self, batch: CheckBatch, prefetched: Mapping[str, PrefetchedReplies] | None) -> None:
        """Run the checks of a batch; once more in a fresh worker if another topic's file may have changed an outcome."""
        run, checks = batch.run, batch.requests.checks
        checked = self._attempt(run, checks, prefetched)
        has_mistake = any(one.outcome.verdict in MISTAKES for one in checked)
        if has_mistake and self._may_be_spoiled(run):
            self.worker.close()  # another topic's file may be at fault: only what this file does alone counts
            checked = self._attempt(run, checks, None)
        run.checked += checked

    def _attempt(
        self, run: ExerciseRun, checks: Sequence[Check], prefetched: Mapping[str, PrefetchedReplies] | None
    ) -> list[CheckedOutcome]:
        about = self.prepared.exercise_checks(run.topic, run.exercise)
        return list(Attempt(about, checks, run.module, fatal=run.fatal, prefetched=prefetched).run())

    def _name_state(self, run: ExerciseRun) -> None:
        """Let the message of the first mistake say so if the code keeps state between calls."""
        positions = [number for number, one in enumerate(run.checked) if one.outcome.verdict in MISTAKES]
        if not positions or run.fatal or self.worker.is_out_of_time or not may_keep_state(run.module.source):
            return
        first = run.checked[positions[0]]

        def student(transport: Transport) -> Student:
            return student_for(transport, run.topic, run.exercise, first.check, self.prepared.limits)

        if state_is_kept(first.check, student, run.module.renewed):
            run.checked[positions[0]] = msgspec.structs.replace(first, outcome=with_state_named(first.outcome))

    def _may_be_spoiled(self, run: ExerciseRun) -> bool:
        try:
            return run.module.may_be_spoiled()
        except WorkerDied:
            return True

    # Results

    def _result(self, begun: ExerciseRun | ExerciseResult) -> ExerciseResult:
        """Return the result of a run; a result that is known already as it is."""
        if isinstance(begun, ExerciseResult):
            return begun
        return self._finish(begun)

    def _finish(self, run: ExerciseRun) -> ExerciseResult:
        """Return the exercise's result, once its checks have run."""
        failed = []
        passed = set()
        results: dict[str, CheckResult] = {}  # by check
        for checked in run.checked:
            check, outcome = checked.check, checked.outcome
            check_result = self._check_result(run, checked)
            results[check.id] = check_result
            if not self._may_be_diagnosed(check):
                continue
            if check_result.verdict is Verdict.PASSED:
                passed.add(check.id)
            elif check_result.verdict in MISTAKES and outcome.calls:
                failed.append(FailedCheck(check.id, outcome.calls, checked.script, checked.key))
        misconceptions = self.prepared.diagnosticians[run.topic.name].diagnose(run.exercise.name, failed, passed)
        in_order = [results[check.id] for check in self.prepared.checks[run.exercise.name]]
        if is_mixed(in_order):
            in_order = without_trivial(in_order, self._trivial(run))
        source = run.module.source
        result = exercise_result(
            run.exercise,
            in_order,
            misconceptions,
            place=self._location(run.exercise, source),
            key=self.prepared.keys.keys([run.exercise], source)[run.exercise.name],
        )
        return msgspec.structs.replace(result, suspicious=_suspicions(run))

    def _trivial(self, run: ExerciseRun) -> set[str]:
        """Return the ids, as results show them, of the checks that a trivial answer passes."""
        labels = self.prepared.labels[run.exercise.name]
        return {labels[check_id].id for check_id in self.prepared.trivial(run.topic, run.exercise)}

    def _may_be_diagnosed(self, check: Check) -> bool:
        return check.visible or self.prepared.settings.reveal.covers(Reveal.MISCONCEPTION)

    def _check_result(self, run: ExerciseRun, checked: CheckedOutcome) -> CheckResult:
        """Return the check's result: BROKEN if its own reference fails it, with the message that may be shown."""
        check, outcome = checked.check, checked.outcome
        if outcome.verdict in (*MISTAKES, Verdict.TIMED_OUT):
            script = self.prepared.scripts(run.topic, run.exercise)[check.id]
            if not script.passes:
                return self._labelled(check, Verdict.BROKEN, BROKEN_CHECK)
        message = NOTHING
        if outcome.description is not None:
            message = self._message(check, outcome.verdict, outcome.description)
        return self._labelled(check, outcome.verdict, message)

    def _message(self, check: Check, verdict: Verdict, description: Description) -> Text:
        """Return as much of what was wrong as the reveal policy allows."""
        reveal = self.prepared.settings.reveal
        if check.visible or reveal.covers(Reveal.CALL):
            return description.full
        # A forbidden shortcut is about the student's file, not about the check that ran into it.
        if reveal.covers(Reveal.TITLE) or verdict is Verdict.REFUSED:
            return description.brief
        return NOTHING

    def _not_run(self, exercise: Exercise, verdict: Verdict, message: Text, location: Location) -> ExerciseResult:
        """Return a result in which every check has the same verdict: none was run."""
        results = [self._labelled(check, verdict, message) for check in self.prepared.checks[exercise.name]]
        return exercise_result(exercise, results, place=location)

    def _labelled(self, check: Check, verdict: Verdict, message: Text) -> CheckResult:
        label = self.prepared.labels[check.exercise][check.id]
        return CheckResult(verdict=verdict, message=message, **msgspec.structs.asdict(label))


def _suspicions(run: ExerciseRun) -> tuple[Suspicion, ...]:
    """Return what the instructor should look at, in an exercise that forbids something."""
    if not run.exercise.banned and not run.exercise.banned_operators:
        return ()
    suspicions = find_suspicious(run.module.source, run.exercise.name)
    reported: set[str] = set()
    for checked in run.checked:
        for call in checked.outcome.calls:
            if call.reply is not None:
                reported.update(call.reply.tricks)
    for trick, what in TRICKS.items():
        if trick in reported:
            suspicions.append(Suspicion(what, ""))
    return tuple(suspicions)


def _reference_seconds(batches: Iterable[CheckBatch]) -> float:
    return sum(batch.requests.reference_seconds for batch in batches)


def _groups(batches: Iterable[CheckBatch]) -> Iterator[list[CheckBatch]]:
    """Yield batches to be sent together: so many that they get no more time than a single one would.

    A batch whose exercise has cost a worker is sent alone.
    """
    group: list[CheckBatch] = []
    for batch in batches:
        if group and not _may_join(group, batch):
            yield group
            group = []
        group.append(batch)
    if group:
        yield group


def _may_join(group: Sequence[CheckBatch], batch: CheckBatch) -> bool:
    """Return True if a batch may be sent together with the group."""
    if batch.run.fatal or group[-1].run.fatal:
        return False
    return seconds_for(_reference_seconds([*group, batch])) <= LEAST_SECONDS


def grade_exercise(
    prepared: Prepared, server: ForkServer, topic: Topic, exercise: Exercise, source: Source
) -> ExerciseResult:
    """Grade one exercise of one source, with all its checks."""
    (result,) = SubmissionRun(prepared, server, {}).results([HandedIn(topic, source, exercise)])
    return result


def first_failure(
    prepared: Prepared, server: ForkServer, topic: Topic, exercise: Exercise, source: Source
) -> Check | None:
    """Return the first hidden check that the source does not pass; None if it passes all."""
    hidden = [check for check in prepared.checks[exercise.name] if not check.visible]
    if find_banned(source, exercise.name, exercise.banned) is not None:
        return hidden[0]
    worker = SubmissionWorker(server, prepared.limits)
    attempt = Attempt(
        prepared.exercise_checks(topic, exercise),
        hidden,
        worker.load(source, topic.name),
        fatal=[],
    )
    try:
        for checked in attempt.run():
            if checked.outcome.verdict is not Verdict.PASSED:
                return checked.check
        return None
    finally:
        worker.close()
