"""Everything that grading needs of a course, built once for many submissions."""

import itertools
from collections.abc import Sequence

from ..checks.collect import Check, collect_checks
from ..checks.local import LocalTransport
from ..course.model import Course, Exercise, Topic
from ..course.reveal import Reveal
from ..results.model import CheckLabel
from ..text import Text
from .diagnosis import Diagnostician
from .misconceptions import read_reference
from .prefetch.attempt import ExerciseChecks
from .prefetch.cache import OutcomeCache
from .prefetch.script import Script, record_script
from .regrade.keys import ExerciseKeys
from .settings import Settings
from .trivial import find_trivial

HIDDEN_CHECK = Text("Hidden check {number}.", "隐藏检查 {number}。")


class Prepared:
    """The chosen topics of a course: checks, references, scripts, labels, keys, misconceptions.

    Nothing here depends on a submission but the cache of outcomes, which changes no result.
    """

    def __init__(self, course: Course, settings: Settings) -> None:
        self.course = course
        self.settings = settings
        self.limits = course.limits
        self.topics = [topic for topic in course.topics if topic.name in settings.topics]
        with_exercises = [topic for topic in self.topics if topic.exercises]
        self.checks = collect_checks(with_exercises)  # by exercise
        self.keys = ExerciseKeys(with_exercises, course.limits, f"{settings.reveal} {settings.isolation}")
        self.labels: dict[str, dict[str, CheckLabel]] = {}  # by exercise and check
        for name, checks in self.checks.items():
            self.labels[name] = _labels(checks, settings.reveal)
        self.parameters = {exercise.name: exercise.parameters for exercise in course.exercises}
        self.references = {topic.name: LocalTransport(read_reference(topic)) for topic in with_exercises}
        self.diagnosticians = {topic.name: Diagnostician(topic, self.checks) for topic in with_exercises}
        self.cache = OutcomeCache()
        self._scripts: dict[str, dict[str, Script]] = {}
        self._trivial: dict[str, frozenset[str]] = {}

    def scripts(self, topic: Topic, exercise: Exercise) -> dict[str, Script]:
        """Return the script of each check of an exercise.

        Recorded when first needed, and from the course alone: no student code runs in this process, so nothing that a
        student does decides if a check is broken.
        """
        if exercise.name not in self._scripts:
            reference = self.references[topic.name]
            scripts = {}
            for check in self.checks[exercise.name]:
                scripts[check.id] = record_script(reference, topic, exercise, check, self.parameters)
            self._scripts[exercise.name] = scripts
        return self._scripts[exercise.name]

    def trivial(self, topic: Topic, exercise: Exercise) -> frozenset[str]:
        """Return the ids of the exercise's checks that a trivial answer passes. Found when first needed."""
        if exercise.name not in self._trivial:
            self._trivial[exercise.name] = find_trivial(topic, exercise, self.checks[exercise.name])
        return self._trivial[exercise.name]

    def exercise_checks(self, topic: Topic, exercise: Exercise) -> ExerciseChecks:
        """Return what running the checks of an exercise takes."""
        return ExerciseChecks(
            topic=topic,
            exercise=exercise,
            scripts=self.scripts(topic, exercise),
            cache=self.cache,
            limits=self.limits,
            parameters=self.parameters,
        )


def _labels(checks: Sequence[Check], reveal: Reveal) -> dict[str, CheckLabel]:
    """Return what results call each check. If nothing is revealed, hidden checks have numbers."""
    numbers = itertools.count(1)
    labels = {}
    for check in checks:
        name, title = check.id, check.title
        if reveal is Reveal.NOTHING and not check.visible:
            number = next(numbers)
            name, title = f"hidden[{number}]", HIDDEN_CHECK.filled(number=number)
        labels[check.id] = CheckLabel(id=name, title=title, visible=check.visible, weight=check.weight)
    return labels
