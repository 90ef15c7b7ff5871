"""Grade one submission: every exercise and quiz, in sandboxed workers."""

from collections.abc import Callable, Mapping

import torch

from ..course.model import Course, Exercise, Topic
from ..quiz.grading import QuizGrader
from ..results.model import PRINTED_MUCH, ExerciseResult, Problem, SubmissionResult
from ..results.points import total_points
from ..sandbox.fork_server import ForkServer
from ..sandbox.level import level_of
from ..submission.model import Submission
from ..submission.read import check_syntax
from .prepared import Prepared
from .regrade.earlier import EarlierResult
from .settings import Settings, grading_key
from .submission_run import HandedIn, SubmissionRun

MUCH_OUTPUT = 1 << 20  # bytes


class Grader:
    """Grades submissions to one course, one after the other."""

    def __init__(self, course: Course, server: ForkServer, settings: Settings) -> None:
        torch.set_num_threads(1)  # checks are small; idle OpenMP threads of several graders would spin on each other
        self.course = course
        self.server = server
        self.settings = settings
        self.prepared = Prepared(course, settings)
        self.quizzes = QuizGrader(course, settings.topics, settings.reveal)

    def grade(self, submission: Submission) -> SubmissionResult:
        """Grade every chosen topic. Never raises for what the submission does."""
        earlier = EarlierResult(submission.earlier)
        kept = self._kept(earlier, submission)
        to_run = self._to_run(kept)
        submission = check_syntax(submission, {topic.name for topic, _ in to_run})
        run = SubmissionRun(self.prepared, self.server, submission.paths)
        handed_in = [HandedIn(topic, submission.sources.get(topic.name), exercise) for topic, exercise in to_run]
        results = dict(kept)
        for result in run.results(handed_in):
            results[result.name] = result
        exercises = self._in_order(results)
        if self.settings.never_lower and earlier.content_hash == submission.content_hash:
            exercises = [earlier.not_lower(result) for result in exercises]
        quizzes, quiz_problems = self.quizzes.grade(submission.quiz_student, submission.answers)
        problems = [*submission.problems, *quiz_problems]
        printed_much_earlier = bool(kept) and earlier.has_problem(PRINTED_MUCH)
        if run.worker.printed > MUCH_OUTPUT or printed_much_earlier:
            problems.append(Problem(file="", sentence=PRINTED_MUCH))
        layers = run.worker.layers
        if not layers and kept:
            layers = earlier.confinement
        points, worth = total_points(exercises, quizzes)
        return SubmissionResult(
            submission=submission.id,
            content_hash=submission.content_hash,
            grading_key=grading_key(submission, self.course, self.settings),
            points=points,
            worth=worth,
            problems=tuple(problems),
            exercises=tuple(exercises),
            reveal=self.settings.reveal,
            isolation=level_of(layers) if layers else None,
            confinement=layers,
            quizzes=quizzes,
        )

    def _in_order(self, results: Mapping[str, ExerciseResult]) -> list[ExerciseResult]:
        """Return the results in the course's order."""
        return [results[exercise.name] for topic in self.prepared.topics for exercise in topic.exercises]

    def prepare(self, submission: Submission, is_enough: Callable[[], bool]) -> None:
        """Record the scripts that the submission needs, until it is enough. `grade` records those that are missing."""
        kept = self._kept(EarlierResult(submission.earlier), submission)
        for topic, exercise in self._to_run(kept):
            if is_enough():
                return
            if topic.name in submission.sources:
                self.prepared.scripts(topic, exercise)

    def _to_run(self, kept: Mapping[str, ExerciseResult]) -> list[tuple[Topic, Exercise]]:
        """Return the exercises that an earlier result does not answer."""
        to_run = []
        for topic in self.prepared.topics:
            for exercise in topic.exercises:
                if exercise.name not in kept:
                    to_run.append((topic, exercise))
        return to_run

    def _kept(self, earlier: EarlierResult, submission: Submission) -> dict[str, ExerciseResult]:
        """Return the earlier results of the exercises for which everything that they depend on is unchanged."""
        kept: dict[str, ExerciseResult] = {}
        if not earlier.exercises:
            return kept
        for topic in self.prepared.topics:
            file = submission.paths.get(topic.name, "")
            keys = self.prepared.keys.keys(topic.exercises, submission.sources.get(topic.name))
            for exercise in topic.exercises:
                labels = list(self.prepared.labels[exercise.name].values())
                result = earlier.kept(exercise, keys[exercise.name], file, labels)
                if result is not None:
                    kept[exercise.name] = result
        return kept
