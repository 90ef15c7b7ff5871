"""One submission in one worker: which checks are run when, and what becomes of each exercise."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ..checks.collect import Check
from ..checks.describe import Description, describe
from ..checks.remote import RemoteTransport
from ..checks.rules import find_banned
from ..checks.run import Outcome
from ..course.model import Exercise, Topic
from ..course.reveal import Reveal
from ..results.model import CheckResult, ExerciseResult, Verdict
from ..results.points import exercise_result
from ..sandbox.channel import WorkerDied
from ..source import Source, Unreadable
from ..text import NOTHING, Text
from .attempt import AHEAD_SECONDS, Ahead, Attempted, Questions, seconds_for
from .diagnosis import FailedCheck

if TYPE_CHECKING:
    from .grader import Grader

MISSING_FILE = Text("{file} was not handed in.", "没有提交 {file}。")
MISTAKES = (Verdict.FAILED, Verdict.CRASHED)
BROKEN_CHECK = Text(
    "This check is at fault, not your answer. It costs you nothing.", "是检查本身有问题，不是你的答案，不会扣分。"
)

HandedIn = tuple[Topic, Source | Unreadable | None, Exercise]  # an exercise, and what there is for it
Place = tuple[str, int | None]  # file and line in the submission


class Running:
    """One exercise whose checks are being run, but for those that are kept."""

    def __init__(self, topic: Topic, source: Source, exercise: Exercise, kept: Mapping[str, CheckResult]) -> None:
        self.topic = topic
        self.source = source
        self.exercise = exercise
        self.seconds = 0.0
        self.begin(kept)

    def begin(self, kept: Mapping[str, CheckResult]) -> None:
        """Anew, where some of it has run."""
        self.kept = kept  # by check
        self.attempted: list[Attempted] = []
        self.fatal: list[Outcome] = []

    @property
    def is_in_doubt(self) -> bool:
        """Whether what was kept might not have been tried at all beside the checks that ran."""
        return bool(self.kept) and bool(self.fatal)


class Part(NamedTuple):
    """Some checks of an exercise, to be run."""

    one: Running
    questions: Questions


def _seconds(parts: Iterable[Part]) -> float:
    return sum(part.questions.seconds for part in parts)


def _groups(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Parts that are asked together: so many that they get no more time than a single one would.

    What has cost a worker is asked alone.
    """
    group: list[Part] = []
    for part in parts:
        is_alone = any(one.one.fatal for one in (part, *group[-1:]))
        if group and (is_alone or seconds_for(_seconds([*group, part])) > AHEAD_SECONDS):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


class SubmissionRun:
    """One submission in one worker, as long as that lives.

    All visible checks run before the first hidden one: what a student is told in full comes from a process that has
    not seen a hidden input yet.
    """

    def __init__(
        self, grader: "Grader", paths: Mapping[str, str], kept: Mapping[str, Mapping[str, CheckResult]]
    ) -> None:
        self.grader = grader
        self.paths = paths  # topic -> its file in the submission
        self.kept = kept  # exercise -> check -> its result; these are not run
        self.transport = RemoteTransport(grader.server, grader.limits)

    def results(self, parts: Sequence[HandedIn]) -> list[ExerciseResult]:
        """The exercises' results, in the same order."""
        begun = [self._begun(*part) for part in parts]
        running = [one for one in begun if isinstance(one, Running)]
        for one in running:
            self.grader.scripts(one.topic, one.exercise)
        self.transport.until = time.monotonic() + self.grader.limits.submission_seconds
        try:
            self._run_all(running)
            for one in [one for one in running if one.is_in_doubt]:
                self.transport.leave_others()  # this worker has seen hidden inputs
                one.begin({})
                self._run_all([one])
        finally:
            self.transport.close()
        return [self._finished(one) if isinstance(one, Running) else one for one in begun]

    def _run_all(self, running: Sequence[Running]) -> None:
        for is_visible in (True, False):
            parts = [self._part(one, is_visible) for one in running]
            for group in _groups([part for part in parts if part.questions.checks]):
                for part, ahead in zip(group, self._ahead(group), strict=True):
                    self._run(part, ahead)

    def _part(self, one: Running, is_visible: bool) -> Part:
        checks = [check for check in self.grader.checks[one.exercise.name] if check.visible is is_visible]
        to_run = [check for check in checks if check.id not in one.kept]
        return Part(one, Questions(to_run, self.grader.scripts(one.topic, one.exercise)))

    def _ahead(self, group: Sequence[Part]) -> Sequence[Mapping[str, Ahead] | None]:
        """What the group's exercises answer, asked in one exchange; where that fails, each is asked alone."""
        if len(group) == 1 or self.transport.is_out_of_time:
            return [None] * len(group)
        seconds = min(seconds_for(_seconds(group)), self.grader.limits.call_seconds)
        requests = [(part.one.source, part.one.topic.name, part.questions.requests) for part in group]
        try:
            replies = self.transport.send_together(requests, seconds)
        except WorkerDied:
            return [None] * len(group)
        return [
            part.questions.looked_up(its_replies, self.grader.memory)
            for part, its_replies in zip(group, replies, strict=True)
        ]

    def _begun(self, topic: Topic, source: Source | Unreadable | None, exercise: Exercise) -> Running | ExerciseResult:
        """The exercise, to be run; or its result, where nothing is to be run."""
        if source is None:
            return self._all(exercise, Verdict.NOT_ATTEMPTED, MISSING_FILE.filled(file=topic.filename))
        if isinstance(source, Unreadable):
            return self._all(exercise, Verdict.CRASHED, source.sentence, self._place(exercise, source))
        broken_rule = find_banned(source, exercise.name, exercise.banned)
        if broken_rule is not None:
            message = describe(broken_rule, [], {}).full
            return self._all(exercise, Verdict.REFUSED, message, self._place(exercise, source))
        return Running(topic, source, exercise, self.kept.get(exercise.name, {}))

    def _place(self, exercise: Exercise, source: Source | Unreadable) -> Place:
        path = self.paths.get(exercise.topic, "")
        if not path.endswith(".py"):
            return path, None  # the line of a notebook's cell is none of its file
        return path, source.line if isinstance(source, Unreadable) else source.line_of(exercise.name)

    def _run(self, part: Part, ahead: Mapping[str, Ahead] | None) -> None:
        one, checks = part.one, part.questions.checks
        started = time.perf_counter()
        self.transport.enter(one.source, one.topic.name)
        attempted = self._attempt(one, checks, ahead)
        if any(each.outcome.verdict in MISTAKES for each in attempted) and self._may_be_spoiled():
            self.transport.leave_others()  # another topic's file may be at fault: only what it does alone counts
            attempted = self._attempt(one, checks)
        one.attempted += attempted
        one.seconds += time.perf_counter() - started

    def _may_be_spoiled(self) -> bool:
        try:
            return self.transport.may_be_spoiled()
        except WorkerDied:
            return True

    def _attempt(
        self, one: Running, checks: Sequence[Check], ahead: Mapping[str, Ahead] | None = None
    ) -> list[Attempted]:
        attempt = self.grader.attempt(one.topic, one.exercise, checks, self.transport, one.fatal, ahead)
        return list(attempt.run())

    def _finished(self, one: Running) -> ExerciseResult:
        started = time.perf_counter()
        fresh = [(attempted, self._judged(one.topic, one.exercise, attempted)) for attempted in one.attempted]
        may_name = self.grader.settings.reveal.covers(Reveal.MISCONCEPTION)
        failed = [
            FailedCheck(attempted.check.id, attempted.outcome.calls, attempted.script, attempted.key)
            for attempted, result in fresh
            if result.verdict in MISTAKES and attempted.outcome.calls and (attempted.check.visible or may_name)
        ]
        by_check = {**one.kept, **{attempted.check.id: result for attempted, result in fresh}}
        results = [by_check[check.id] for check in self.grader.checks[one.exercise.name]]
        diagnoses = self.grader.diagnosticians[one.topic.name].diagnose(one.exercise.name, failed)
        duration = round(one.seconds + time.perf_counter() - started, 6)
        return exercise_result(
            *(one.exercise.name, one.topic.name, one.exercise.points, results, diagnoses),
            place=self._place(one.exercise, one.source),
            duration=duration,
            key=self.grader.keys.keys([one.exercise], one.source)[one.exercise.name],
        )

    def _judged(self, topic: Topic, exercise: Exercise, attempted: Attempted) -> CheckResult:
        """The check's result: broken where its own reference fails it, and with the message that may be shown."""
        check, outcome = attempted.check, attempted.outcome
        verdict, message = outcome.verdict, NOTHING
        if outcome.description is not None:
            message = self._told(check, verdict, outcome.description)
        is_judgement = verdict in (*MISTAKES, Verdict.TIMED_OUT)
        if is_judgement and not self.grader.scripts(topic, exercise)[check.id].passes:
            verdict, message = Verdict.BROKEN, BROKEN_CHECK
        return self._result(check, verdict, message)

    def _told(self, check: Check, verdict: Verdict, description: Description) -> Text:
        """As much of what was wrong as the check's student may know."""
        reveal = self.grader.settings.reveal
        if check.visible or reveal.covers(Reveal.CALL):
            return description.full
        # A forbidden shortcut is about the student's file, not about the check that ran into it.
        return description.brief if reveal.covers(Reveal.TITLE) or verdict is Verdict.REFUSED else NOTHING

    def _all(self, exercise: Exercise, verdict: Verdict, message: Text, place: Place = ("", None)) -> ExerciseResult:
        """Every check of the exercise with the same verdict: none was run."""
        results = [self._result(check, verdict, message) for check in self.grader.checks[exercise.name]]
        return exercise_result(exercise.name, exercise.topic, exercise.points, results, (), place=place)

    def _result(self, check: Check, verdict: Verdict, message: Text) -> CheckResult:
        label = self.grader.labels[check.exercise][check.id]
        return CheckResult(verdict=verdict, message=message, **msgspec.structs.asdict(label))
