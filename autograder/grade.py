"""Hold one submission against the course: every exercise, every check, in sandboxed workers."""

import hashlib
import time
from collections.abc import Sequence
from enum import StrEnum

import msgspec
import torch

from .checks.collect import Check, collect_checks
from .checks.describe import Description, describe
from .checks.failures import CheckFailure, Crashed, TimedOut
from .checks.local import LocalTransport
from .checks.remote import RemoteTransport
from .checks.rules import find_banned
from .checks.run import Outcome, run_check
from .checks.student import Student, Transport
from .course import Course, Exercise, Topic
from .diagnosis import Diagnostician, read_reference
from .limits import Limits
from .results import CheckResult, Diagnosis, ExerciseResult, SubmissionResult, Verdict, exercise_result
from .sandbox.channel import WorkerDied
from .sandbox.fork_server import ForkServer
from .source import Source, Unreadable
from .submission import Submission
from .text import NOTHING, Text

MISSING_FILE = Text("{file} was not handed in.", "没有提交 {file}。")
BROKEN_CHECK = Text(
    "This check is at fault, not your answer. It costs you nothing.", "是检查本身有问题，不是你的答案，不会扣分。"
)
NOT_TRIED = Text("not tried: earlier checks of this exercise ran into a limit", "未运行：此练习之前的检查已触及限制")
OUT_OF_BUDGET = Text("not tried: the submission has used up its time", "未运行：这份提交的总时间已用完")


REFERENCE_LIMITS = Limits(call_seconds=60.0)  # only so that a broken reference does not hang the grader


class Reveal(StrEnum):
    """What a hidden check tells its student: its title and what kind of fault, or the call with its values."""

    TITLES = "titles"
    CALLS = "calls"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What is graded, and how much of it is told."""

    topics: tuple[str, ...]  # folder names of the topics to grade
    reveal: Reveal = Reveal.TITLES


class Grader:
    """Everything that is loaded once and used for many submissions."""

    def __init__(self, course: Course, server: ForkServer, settings: Settings) -> None:
        torch.set_num_threads(1)  # checks are small; idle OpenMP threads of several graders would spin on each other
        self.course = course
        self.server = server
        self.settings = settings
        self.limits = course.limits
        self.topics = [topic for topic in course.topics if topic.name in settings.topics]
        self.checks = collect_checks(self.topics)
        self.parameters = {exercise.name: exercise.parameters for exercise in course.exercises}
        self.references = References(self.parameters)
        for topic in self.topics:  # before any student code runs: whether a check is broken must not depend on it
            for exercise in topic.exercises:
                for check in self.checks[exercise.name]:
                    self.references.judge(topic, exercise, check)
        self._diagnosticians = {topic.name: Diagnostician(topic) for topic in self.topics}

    def grade(self, submission: Submission) -> SubmissionResult:
        """Grade every chosen topic. Never raises for what the submission does."""
        until = time.monotonic() + self.limits.submission_seconds
        exercises: list[ExerciseResult] = []
        layers: dict[str, str] = {}
        for topic in self.topics:
            graded = TopicRun(self, topic, submission.sources.get(topic.name), until)
            exercises += graded.run(topic.exercises)
            layers |= graded.layers
        return SubmissionResult(
            submission=submission.id,
            content_hash=submission.content_hash,
            grading_key=grading_key(submission, self.course, self.settings),
            points=round(sum(e.points for e in exercises), 4),
            worth=round(sum(e.worth for e in exercises), 4),
            problems=submission.problems,
            exercises=tuple(exercises),
            confinement=layers,
        )

    def grade_exercise(self, topic: Topic, exercise: Exercise, source: Source) -> ExerciseResult:
        """One exercise of one source, with all its checks."""
        return TopicRun(self, topic, source, time.monotonic() + self.limits.submission_seconds).run([exercise])[0]

    def first_failure(self, topic: Topic, exercise: Exercise, source: Source) -> Check | None:
        """The first hidden check that the source does not pass; None where it passes all."""
        if find_banned(source, exercise.name, exercise.banned) is not None:
            return self.checks[exercise.name][0]
        transport = RemoteTransport(self.server, source, self.limits)
        try:
            for check in self.checks[exercise.name]:
                if check.visible:
                    continue
                try:
                    transport.ensure_loaded()
                except WorkerDied:
                    return check
                student = ask(transport, topic, exercise, self.limits)
                if run_check(check, student, self.parameters).verdict is not Verdict.PASSED:
                    return check
            return None
        finally:
            transport.close()

    def diagnose(self, topic: Topic, exercise: str, failed: Sequence[Outcome]) -> tuple[Diagnosis, ...]:
        return self._diagnosticians[topic.name].diagnose(exercise, [outcome.calls for outcome in failed])


def grading_key(submission: Submission, course: Course, settings: Settings) -> str:
    """Equal keys mean equal results: the submission's files, the course, the engine and the settings."""
    parts = [submission.id, submission.content_hash, course.digest, msgspec.json.encode(settings).decode()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class References:
    """Whether a check passes on its own reference. One that doesn't is broken, and nobody's loss."""

    def __init__(self, parameters: dict[str, tuple[str, ...]]) -> None:
        self.parameters = parameters
        self._transports: dict[str, LocalTransport] = {}
        self._passes: dict[tuple[str, str], bool] = {}

    def judge(self, topic: Topic, exercise: Exercise, check: Check) -> None:
        """Run the check on the reference, once and for all."""
        if topic.name not in self._transports:
            self._transports[topic.name] = LocalTransport(read_reference(topic))
        student = ask(self._transports[topic.name], topic, exercise, REFERENCE_LIMITS)
        self._passes[exercise.name, check.id] = run_check(check, student, self.parameters).verdict is Verdict.PASSED

    def passes(self, exercise: Exercise, check: Check) -> bool:
        return self._passes[exercise.name, check.id]


def ask(transport: Transport, topic: Topic, exercise: Exercise, limits: Limits) -> Student:
    """The proxy that a check of `exercise` gets."""
    return Student(
        transport,
        exercise.name,
        filename=topic.filename,
        seconds=limits.call_seconds,
        banned_operators=exercise.banned_operators,
    )


class TopicRun:
    """One topic of one submission, in a worker of its own."""

    def __init__(self, grader: Grader, topic: Topic, source: Source | Unreadable | None, until: float) -> None:
        self.grader = grader
        self.topic = topic
        self.source = source
        self.until = until
        self.layers: dict[str, str] = {}

    def run(self, exercises: Sequence[Exercise]) -> list[ExerciseResult]:
        if self.source is None:
            why = MISSING_FILE.filled(file=self.topic.filename)
            return [self._all(exercise, Verdict.NOT_ATTEMPTED, why) for exercise in exercises]
        if isinstance(self.source, Unreadable):
            return [self._all(exercise, Verdict.CRASHED, self.source.sentence) for exercise in exercises]
        transport = RemoteTransport(self.grader.server, self.source, self.grader.limits)
        try:
            return [self._exercise(exercise, transport) for exercise in exercises]
        finally:
            self.layers = transport.layers
            transport.close()

    def _exercise(self, exercise: Exercise, transport: RemoteTransport) -> ExerciseResult:
        assert isinstance(self.source, Source)
        broken_rule = find_banned(self.source, exercise.name, exercise.banned)
        if broken_rule is not None:
            return self._all(exercise, Verdict.REFUSED, describe(broken_rule, [], {}).full)
        outcomes: list[tuple[Check, Outcome]] = []
        fatal: list[Outcome] = []
        for check in self.grader.checks[exercise.name]:
            outcome = self._check(check, exercise, transport, fatal)
            outcomes.append((check, outcome))
            fatal += [] if transport.is_alive else [outcome]
        results = [self._judged(exercise, check, outcome) for check, outcome in outcomes]
        failed = [
            outcome
            for (_, outcome), result in zip(outcomes, results, strict=True)
            if result.verdict in (Verdict.FAILED, Verdict.CRASHED) and outcome.calls
        ]
        diagnoses = self.grader.diagnose(self.topic, exercise.name, failed)
        return exercise_result(exercise.name, self.topic.name, exercise.points, results, diagnoses)

    def _check(self, check: Check, exercise: Exercise, transport: RemoteTransport, fatal: list[Outcome]) -> Outcome:
        """fatal: the outcomes of this exercise's earlier checks that cost a worker."""
        if len(fatal) >= self.grader.limits.strikes:
            return Outcome(verdict=fatal[-1].verdict, description=Description(NOT_TRIED, NOT_TRIED))
        if time.monotonic() > self.until:
            return Outcome(verdict=Verdict.TIMED_OUT, description=Description(OUT_OF_BUDGET, OUT_OF_BUDGET))
        try:
            transport.ensure_loaded()
        except WorkerDied as died:
            return self._failed_to_load(died)
        student = ask(transport, self.topic, exercise, self.grader.limits)
        return run_check(check, student, self.grader.parameters)

    def _failed_to_load(self, died: WorkerDied) -> Outcome:
        failure: CheckFailure
        if died.cause == "time":
            failure = TimedOut(self.topic.filename, self.grader.limits.load_seconds)
        else:
            failure = Crashed(self.topic.filename, None, died.detail)
        told = describe(failure, [], {}).full  # no check had handed over an input yet
        return Outcome(verdict=failure.verdict, description=Description(told, told))

    def _judged(self, exercise: Exercise, check: Check, outcome: Outcome) -> CheckResult:
        """The check's result: broken where its own reference fails it, and with the message that may be shown."""
        verdict, message = outcome.verdict, NOTHING
        if outcome.description is not None:
            is_open = check.visible or self.grader.settings.reveal is Reveal.CALLS
            message = outcome.description.full if is_open else outcome.description.brief
        is_judgement = verdict in (Verdict.FAILED, Verdict.CRASHED, Verdict.TIMED_OUT)
        if is_judgement and not self.grader.references.passes(exercise, check):
            verdict, message = Verdict.BROKEN, BROKEN_CHECK
        return _result(check, verdict, message, outcome.duration)

    def _all(self, exercise: Exercise, verdict: Verdict, message: Text) -> ExerciseResult:
        """Every check of the exercise with the same verdict: none was run."""
        results = [_result(check, verdict, message, 0.0) for check in self.grader.checks[exercise.name]]
        return exercise_result(exercise.name, self.topic.name, exercise.points, results, ())


def _result(check: Check, verdict: Verdict, message: Text, duration: float) -> CheckResult:
    return CheckResult(
        id=check.id,
        title=check.title,
        visible=check.visible,
        verdict=verdict,
        weight=check.weight,
        message=message,
        duration=round(duration, 6),
    )
