"""Hold one submission against the course: every exercise, every check, in sandboxed workers."""

import hashlib
import time
from collections.abc import Sequence
from enum import StrEnum

import msgspec
import torch

from .attempt import Attempt, Attempted, Memory
from .checks.collect import Check, collect_checks
from .checks.describe import describe
from .checks.local import LocalTransport
from .checks.remote import RemoteTransport
from .checks.rules import find_banned
from .checks.script import Script, write_script
from .course import Course, Exercise, Topic
from .diagnosis import Diagnostician, FailedCheck, read_reference
from .results import CheckResult, ExerciseResult, Problem, SubmissionResult, Verdict, exercise_result
from .sandbox.fork_server import ForkServer
from .sandbox.level import Level, level_of
from .source import Source, Unreadable
from .submission import Submission
from .text import NOTHING, Text

MISSING_FILE = Text("{file} was not handed in.", "没有提交 {file}。")
MISTAKES = (Verdict.FAILED, Verdict.CRASHED)
MUCH_OUTPUT = 1 << 20  # bytes
PRINTED_MUCH = Text(
    "Your code printed more than 1 MiB. Nobody reads it here: print less.",
    "你的代码打印了超过 1 MiB 的内容。评分时没有人会看，请减少打印。",
)
BROKEN_CHECK = Text(
    "This check is at fault, not your answer. It costs you nothing.", "是检查本身有问题，不是你的答案，不会扣分。"
)


class Reveal(StrEnum):
    """What a hidden check tells its student: its title and what kind of fault, or the call with its values."""

    TITLES = "titles"
    CALLS = "calls"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What is graded, and how much of it is told."""

    topics: tuple[str, ...]  # folder names of the topics to grade
    reveal: Reveal = Reveal.TITLES
    isolation: Level = Level.STRICT  # below it, nothing is graded


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
        # Before any student code runs: whether a check is broken must not depend on it.
        self.scripts = {name: script for topic in self.topics for name, script in self._scripts(topic).items()}
        self.memory = Memory()
        self.diagnosticians = {topic.name: Diagnostician(topic) for topic in self.topics}

    def _scripts(self, topic: Topic) -> dict[str, dict[str, Script]]:
        """Exercise -> check -> what it asks its reference."""
        reference = LocalTransport(read_reference(topic))
        return {
            exercise.name: {
                check.id: write_script(reference, topic, exercise, check, self.parameters)
                for check in self.checks[exercise.name]
            }
            for exercise in topic.exercises
        }

    def grade(self, submission: Submission) -> SubmissionResult:
        """Grade every chosen topic. Never raises for what the submission does."""
        run = SubmissionRun(self)
        try:
            exercises = [
                result
                for topic in self.topics
                for result in run.topic(topic, submission.sources.get(topic.name), topic.exercises)
            ]
        finally:
            run.transport.close()
        problems = submission.problems
        if run.transport.printed > MUCH_OUTPUT:
            problems += (Problem(file="", sentence=PRINTED_MUCH),)
        return SubmissionResult(
            submission=submission.id,
            content_hash=submission.content_hash,
            grading_key=grading_key(submission, self.course, self.settings),
            points=round(sum(e.points for e in exercises), 4),
            worth=round(sum(e.worth for e in exercises), 4),
            problems=problems,
            exercises=tuple(exercises),
            isolation=level_of(run.transport.layers) if run.transport.layers else None,
            confinement=run.transport.layers,
        )

    def grade_exercise(self, topic: Topic, exercise: Exercise, source: Source) -> ExerciseResult:
        """One exercise of one source, with all its checks."""
        run = SubmissionRun(self)
        try:
            return run.topic(topic, source, [exercise])[0]
        finally:
            run.transport.close()

    def first_failure(self, topic: Topic, exercise: Exercise, source: Source) -> Check | None:
        """The first hidden check that the source does not pass; None where it passes all."""
        hidden = [check for check in self.checks[exercise.name] if not check.visible]
        if find_banned(source, exercise.name, exercise.banned) is not None:
            return hidden[0]
        transport = RemoteTransport(self.server, self.limits)
        transport.enter(source, topic.name)
        try:
            for attempted in self.attempt(topic, exercise, hidden, transport).run():
                if attempted.outcome.verdict is not Verdict.PASSED:
                    return attempted.check
            return None
        finally:
            transport.close()

    def attempt(self, topic: Topic, exercise: Exercise, checks: Sequence[Check], transport: RemoteTransport) -> Attempt:
        """The checks, about to be run against the source that the transport has entered."""
        return Attempt(
            topic,
            exercise,
            checks,
            scripts=self.scripts[exercise.name],
            memory=self.memory,
            transport=transport,
            limits=self.limits,
            parameters=self.parameters,
        )


def grading_key(submission: Submission, course: Course, settings: Settings) -> str:
    """Equal keys mean equal results: the submission's files, the course, the engine and the settings."""
    parts = [submission.id, submission.content_hash, course.digest, msgspec.json.encode(settings).decode()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class SubmissionRun:
    """One submission in one worker, as long as that lives."""

    def __init__(self, grader: Grader) -> None:
        self.grader = grader
        until = time.monotonic() + grader.limits.submission_seconds
        self.transport = RemoteTransport(grader.server, grader.limits, until)

    def topic(
        self, topic: Topic, source: Source | Unreadable | None, exercises: Sequence[Exercise]
    ) -> list[ExerciseResult]:
        """The exercises of one topic."""
        if source is None:
            why = MISSING_FILE.filled(file=topic.filename)
            return [self._all(exercise, Verdict.NOT_ATTEMPTED, why) for exercise in exercises]
        if isinstance(source, Unreadable):
            return [self._all(exercise, Verdict.CRASHED, source.sentence) for exercise in exercises]
        self.transport.enter(source, topic.name)
        return [self._exercise(topic, exercise, source) for exercise in exercises]

    def _exercise(self, topic: Topic, exercise: Exercise, source: Source) -> ExerciseResult:
        started = time.perf_counter()
        broken_rule = find_banned(source, exercise.name, exercise.banned)
        if broken_rule is not None:
            return self._all(exercise, Verdict.REFUSED, describe(broken_rule, [], {}).full)
        attempted = self._attempt(topic, exercise)
        if self.transport.is_shared and any(one.outcome.verdict in MISTAKES for one in attempted):
            self.transport.leave_others()  # another topic's file may be at fault: only what it does alone counts
            attempted = self._attempt(topic, exercise)
        results = [self._judged(exercise, one) for one in attempted]
        failed = [
            FailedCheck(one.check.id, one.outcome.calls, one.script, one.key)
            for one, result in zip(attempted, results, strict=True)
            if result.verdict in MISTAKES and one.outcome.calls
        ]
        diagnoses = self.grader.diagnosticians[topic.name].diagnose(exercise.name, failed)
        duration = round(time.perf_counter() - started, 6)
        return exercise_result(exercise.name, topic.name, exercise.points, results, diagnoses, duration)

    def _attempt(self, topic: Topic, exercise: Exercise) -> list[Attempted]:
        checks = self.grader.checks[exercise.name]
        return list(self.grader.attempt(topic, exercise, checks, self.transport).run())

    def _judged(self, exercise: Exercise, attempted: Attempted) -> CheckResult:
        """The check's result: broken where its own reference fails it, and with the message that may be shown."""
        check, outcome = attempted.check, attempted.outcome
        verdict, message = outcome.verdict, NOTHING
        if outcome.description is not None:
            is_open = check.visible or self.grader.settings.reveal is Reveal.CALLS
            message = outcome.description.full if is_open else outcome.description.brief
        is_judgement = verdict in (*MISTAKES, Verdict.TIMED_OUT)
        if is_judgement and not self.grader.scripts[exercise.name][check.id].passes:
            verdict, message = Verdict.BROKEN, BROKEN_CHECK
        return _result(check, verdict, message)

    def _all(self, exercise: Exercise, verdict: Verdict, message: Text) -> ExerciseResult:
        """Every check of the exercise with the same verdict: none was run."""
        results = [_result(check, verdict, message) for check in self.grader.checks[exercise.name]]
        return exercise_result(exercise.name, exercise.topic, exercise.points, results, ())


def _result(check: Check, verdict: Verdict, message: Text) -> CheckResult:
    return CheckResult(
        id=check.id,
        title=check.title,
        visible=check.visible,
        verdict=verdict,
        weight=check.weight,
        message=message,
    )
