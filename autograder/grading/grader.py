"""Hold one submission against the course: every exercise, every check, in sandboxed workers."""

from collections.abc import Callable, Mapping, Sequence

import torch

from ..checks.collect import Check, collect_checks
from ..checks.local import LocalTransport
from ..checks.remote import RemoteTransport
from ..checks.rules import find_banned
from ..checks.run import Outcome
from ..course.model import Course, Exercise, Topic
from ..quiz.grading import QuizGrader
from ..results.model import PRINTED_MUCH, ExerciseResult, Problem, SubmissionResult, Verdict
from ..results.points import total_points
from ..sandbox.fork_server import ForkServer
from ..sandbox.level import level_of
from ..source import Source
from ..submission import Submission, examined
from .attempt import Ahead, Attempt, Memory
from .diagnosis import Diagnostician
from .misconceptions import read_reference
from .prepared import _labels
from .regrade.earlier import Earlier, Kept
from .regrade.keys import ExerciseKeys
from .script import Script, write_script
from .settings import Settings, grading_key
from .submission_run import SubmissionRun

MUCH_OUTPUT = 1 << 20  # bytes


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
        whole = {name: one for name, one in kept.items() if isinstance(one, ExerciseResult)}
        run = SubmissionRun(self, submission.paths, {name: one for name, one in kept.items() if isinstance(one, dict)})
        to_run = self._to_run(kept)
        submission = examined(submission, {topic.name for topic, _ in to_run})
        parts = [(topic, submission.sources.get(topic.name), exercise) for topic, exercise in to_run]
        found = whole | {result.name: result for result in run.results(parts)}
        exercises = [found[exercise.name] for topic in self.topics for exercise in topic.exercises]
        if self.settings.never_lower and earlier.content_hash == submission.content_hash:
            exercises = [earlier.not_lower(result) for result in exercises]
        quizzes, told = self.quizzes.grade(submission.id, submission.answers)
        problems = (*submission.problems, *told)
        if run.transport.printed > MUCH_OUTPUT or (kept and earlier.has_problem(PRINTED_MUCH)):
            problems += (Problem(file="", sentence=PRINTED_MUCH),)
        layers = run.transport.layers or (earlier.confinement if kept else {})
        points, worth = total_points(exercises, quizzes)
        return SubmissionResult(
            submission=submission.id,
            content_hash=submission.content_hash,
            grading_key=grading_key(submission, self.course, self.settings),
            points=points,
            worth=worth,
            problems=problems,
            exercises=tuple(exercises),
            reveal=self.settings.reveal,
            isolation=level_of(layers) if layers else None,
            confinement=layers,
            quizzes=quizzes,
        )

    def prepare(self, submission: Submission, is_enough: Callable[[], bool]) -> None:
        """Write the scripts that the submission needs, until it is enough: the others are written in their turn."""
        for topic, exercise in self._to_run(self._kept(Earlier(submission.earlier), submission)):
            if is_enough():
                return
            if topic.name in submission.sources:
                self.scripts(topic, exercise)

    def _to_run(self, kept: Mapping[str, Kept]) -> list[tuple[Topic, Exercise]]:
        """The exercises of which not everything is kept."""
        return [
            (topic, exercise)
            for topic in self.topics
            for exercise in topic.exercises
            if not isinstance(kept.get(exercise.name), ExerciseResult)
        ]

    def _kept(self, earlier: Earlier, submission: Submission) -> dict[str, Kept]:
        """Exercise -> what is kept of its earlier result, where everything that it depends on is as it was."""
        found: dict[str, Kept] = {}
        for topic in self.topics if earlier.exercises else ():
            place = submission.paths.get(topic.name, ""), submission.sources.get(topic.name)
            keys = self.keys.keys(topic.exercises, place[1])
            found |= {e.name: earlier.kept(e, keys[e.name], place, self.labels[e.name]) for e in topic.exercises}
        return {exercise: kept for exercise, kept in found.items() if kept}

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
        ahead: Mapping[str, Ahead] | None = None,
    ) -> Attempt:
        """The checks, about to be run against the source that the transport has entered.

        fatal: outcomes of the exercise's checks that cost a worker so far.
        ahead: check -> the replies to its script, where they are there already.
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
            ahead=ahead,
        )
