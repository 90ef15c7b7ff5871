"""Hold one submission against the course: every exercise, every check, in sandboxed workers."""

import time
from collections.abc import Mapping, Sequence

import torch

from .attempt import Attempt, Attempted, Memory
from .checks.collect import Check, collect_checks
from .checks.describe import Description, describe
from .checks.local import LocalTransport
from .checks.remote import RemoteTransport
from .checks.rules import find_banned
from .checks.run import Outcome
from .checks.script import Script, write_script
from .course import Course, Exercise, Topic
from .diagnosis import Diagnostician, FailedCheck, read_reference
from .exercise_keys import ExerciseKeys
from .quiz.grading import QuizGrader
from .regrade import Earlier, Label
from .results import PRINTED_MUCH, CheckResult, ExerciseResult, Problem, SubmissionResult, Verdict, exercise_result
from .reveal import Reveal
from .sandbox.channel import WorkerDied
from .sandbox.fork_server import ForkServer
from .sandbox.level import level_of
from .settings import Settings, grading_key
from .source import Source, Unreadable
from .submission import Submission, examined
from .text import NOTHING, Text

MISSING_FILE = Text("{file} was not handed in.", "没有提交 {file}。")
MISTAKES = (Verdict.FAILED, Verdict.CRASHED)
MUCH_OUTPUT = 1 << 20  # bytes
HIDDEN_CHECK = Text("Hidden check {number}.", "隐藏检查 {number}。")
BROKEN_CHECK = Text(
    "This check is at fault, not your answer. It costs you nothing.", "是检查本身有问题，不是你的答案，不会扣分。"
)


class Grader:
    """Everything that is loaded once and used for many submissions."""

    def __init__(self, course: Course, server: ForkServer, settings: Settings) -> None:
        torch.set_num_threads(1)  # checks are small; idle OpenMP threads of several graders would spin on each other
        self.course = course
        self.server = server
        self.settings = settings
        self.limits = course.limits
        self.topics = [topic for topic in course.topics if topic.name in settings.topics]
        coded = [topic for topic in self.topics if topic.exercises]
        self.quizzes = QuizGrader(course, settings.topics, settings.reveal)
        self.checks = collect_checks(coded)
        self.keys = ExerciseKeys(coded, self.checks, course.limits, f"{settings.reveal} {settings.isolation}")
        self.labels = {
            exercise: _labels(checks, self.keys.of_checks[exercise], settings.reveal)
            for exercise, checks in self.checks.items()
        }
        self.parameters = {exercise.name: exercise.parameters for exercise in course.exercises}
        self.references = {topic.name: LocalTransport(read_reference(topic)) for topic in coded}
        self._scripts: dict[str, dict[str, Script]] = {}  # by exercise; see `scripts`
        self.memory = Memory()
        self.diagnosticians = {topic.name: Diagnostician(topic) for topic in coded}

    def scripts(self, topic: Topic, exercise: Exercise) -> dict[str, Script]:
        """Check -> what it asks its reference.

        Written when they are first needed, and from the course alone: no student code ever runs in this process, so
        that nothing a student does decides whether a check is broken.
        """
        if exercise.name not in self._scripts:
            reference = self.references[topic.name]
            self._scripts[exercise.name] = {
                check.id: write_script(reference, topic, exercise, check, self.parameters)
                for check in self.checks[exercise.name]
            }
        return self._scripts[exercise.name]

    def grade(self, submission: Submission) -> SubmissionResult:
        """Grade every chosen topic. Never raises for what the submission does."""
        earlier = Earlier(submission.earlier)
        kept = self._kept(earlier, submission)
        run = SubmissionRun(self, submission.paths, kept)
        whole = {
            e.name: earlier.whole(e, kept[e.name])
            for topic in self.topics
            for e in topic.exercises
            if e.name in kept and len(kept[e.name]) == len(self.checks[e.name])
        }
        to_run = [(topic, e) for topic in self.topics for e in topic.exercises if e.name not in whole]
        submission = examined(submission, {topic.name for topic, _ in to_run})
        parts = [(topic, submission.sources.get(topic.name), exercise) for topic, exercise in to_run]
        fresh = {result.name: result for result in run.results(parts)}
        exercises = [whole.get(e.name) or fresh[e.name] for topic in self.topics for e in topic.exercises]
        if self.settings.never_lower and earlier.content_hash == submission.content_hash:
            exercises = [earlier.not_lower(result) for result in exercises]
        quizzes, told = self.quizzes.grade(submission.id, submission.answers)
        problems = (*submission.problems, *told)
        if run.transport.printed > MUCH_OUTPUT or (kept and earlier.has_problem(PRINTED_MUCH)):
            problems += (Problem(file="", sentence=PRINTED_MUCH),)
        layers = run.transport.layers or (earlier.confinement if kept else {})
        return SubmissionResult(
            submission=submission.id,
            content_hash=submission.content_hash,
            grading_key=grading_key(submission, self.course, self.settings),
            points=round(sum(e.points for e in exercises) + sum(q.points for q in quizzes), 4),
            worth=round(sum(e.worth for e in exercises) + sum(q.worth for q in quizzes), 4),
            problems=problems,
            exercises=tuple(exercises),
            reveal=self.settings.reveal,
            isolation=level_of(layers) if layers else None,
            confinement=layers,
            quizzes=quizzes,
        )

    def _kept(self, earlier: Earlier, submission: Submission) -> dict[str, dict[str, CheckResult]]:
        """Exercise -> check -> its earlier result, where everything that it depends on is as it was."""
        found: dict[str, dict[str, CheckResult]] = {}
        for topic in self.topics if earlier.exercises else ():
            place = submission.paths.get(topic.name, ""), submission.sources.get(topic.name)
            keys = self.keys.keys(topic.exercises, place[1])
            found |= {
                e.name: earlier.kept(e, keys[e.name], place, self.checks[e.name], self.labels[e.name])
                for e in topic.exercises
            }
        return {exercise: checks for exercise, checks in found.items() if checks}

    def grade_exercise(self, topic: Topic, exercise: Exercise, source: Source) -> ExerciseResult:
        """One exercise of one source, with all its checks."""
        return SubmissionRun(self, {}, {}).results([(topic, source, exercise)])[0]

    def first_failure(self, topic: Topic, exercise: Exercise, source: Source) -> Check | None:
        """The first hidden check that the source does not pass; None where it passes all."""
        hidden = [check for check in self.checks[exercise.name] if not check.visible]
        if find_banned(source, exercise.name, exercise.banned) is not None:
            return hidden[0]
        transport = RemoteTransport(self.server, self.limits)
        transport.enter(source, topic.name)
        try:
            for attempted in self.attempt(topic, exercise, hidden, transport, []).run():
                if attempted.outcome.verdict is not Verdict.PASSED:
                    return attempted.check
            return None
        finally:
            transport.close()

    def attempt(
        self,
        topic: Topic,
        exercise: Exercise,
        checks: Sequence[Check],
        transport: RemoteTransport,
        fatal: list[Outcome],
    ) -> Attempt:
        """The checks, about to be run against the source that the transport has entered.

        fatal: outcomes of the exercise's checks that cost a worker so far.
        """
        return Attempt(
            topic,
            exercise,
            checks,
            scripts=self.scripts(topic, exercise),
            memory=self.memory,
            transport=transport,
            limits=self.limits,
            parameters=self.parameters,
            fatal=fatal,
        )


def _labels(checks: Sequence[Check], keys: Mapping[str, str], reveal: Reveal) -> dict[str, Label]:
    """Check -> what results call it."""
    labels = {check.id: Label(check.id, check.title, keys[check.id]) for check in checks}
    if reveal is Reveal.NOTHING:
        hidden = [check.id for check in checks if not check.visible]
        labels |= {
            check: Label(f"hidden[{number}]", HIDDEN_CHECK.filled(number=number), keys[check])
            for number, check in enumerate(hidden, 1)
        }
    return labels


Part = tuple[Topic, Source | Unreadable | None, Exercise]
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


class SubmissionRun:
    """One submission in one worker, as long as that lives.

    All visible checks run before the first hidden one: what a student is told in full comes from a process that has
    not seen a hidden input yet.
    """

    def __init__(self, grader: Grader, paths: Mapping[str, str], kept: Mapping[str, Mapping[str, CheckResult]]) -> None:
        self.grader = grader
        self.paths = paths  # topic -> its file in the submission
        self.kept = kept  # exercise -> check -> its result; these are not run
        self.transport = RemoteTransport(grader.server, grader.limits)

    def results(self, parts: Sequence[Part]) -> list[ExerciseResult]:
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
            for one in running:
                checks = [check for check in self.grader.checks[one.exercise.name] if check.visible is is_visible]
                self._run(one, [check for check in checks if check.id not in one.kept])

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

    def _run(self, one: Running, checks: Sequence[Check]) -> None:
        if not checks:
            return
        started = time.perf_counter()
        self.transport.enter(one.source, one.topic.name)
        attempted = self._attempt(one, checks)
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

    def _attempt(self, one: Running, checks: Sequence[Check]) -> list[Attempted]:
        return list(self.grader.attempt(one.topic, one.exercise, checks, self.transport, one.fatal).run())

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
        return CheckResult(
            id=label.id,
            title=label.title,
            visible=check.visible,
            verdict=verdict,
            weight=check.weight,
            message=message,
            key=label.key,
        )
