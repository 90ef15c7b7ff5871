"""What a class run remembers of each result: a few words, so that ten thousand of them fit into memory."""

from array import array
from collections import Counter
from statistics import median

import msgspec

from .results import SubmissionResult, Verdict


class ExerciseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise of a submission."""

    name: str
    topic: str
    verdict: Verdict
    misconceptions: tuple[str, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """One submission's result in short."""

    submission: str
    points: float
    worth: float
    exercises: tuple[ExerciseSummary, ...]
    problems: tuple[str, ...]  # "file: what is wrong with it"
    broken: tuple[str, ...]  # "topic: check" of each check that is the author's to mend


def summarise(result: SubmissionResult) -> Summary:
    """What the terminal shows of a result."""
    return Summary(
        submission=result.submission,
        points=result.points,
        worth=result.worth,
        exercises=tuple(
            ExerciseSummary(
                name=e.name,
                topic=e.topic,
                verdict=e.verdict,
                misconceptions=tuple(d.name for d in e.misconceptions),
            )
            for e in result.exercises
        ),
        problems=tuple(
            f"{problem.file}: {problem.sentence.en}" if problem.file else problem.sentence.en
            for problem in result.problems
        ),
        broken=tuple(f"{e.topic}: {check.id}" for e, check in result.broken),
    )


class ClassTally:
    """A class in numbers, added up as its results come in. It grows by eight bytes a submission."""

    def __init__(self) -> None:
        self.worth = 0.0
        self.points = array("d")
        self.verdicts: dict[tuple[str, str], Counter[Verdict]] = {}  # (topic, exercise) -> verdict -> submissions
        self.misconceptions: Counter[tuple[str, str]] = Counter()  # (exercise, misconception) -> submissions
        self.with_problems = 0
        self.broken: set[str] = set()

    def add(self, summary: Summary) -> None:
        self.points.append(summary.points)
        self.worth = max(self.worth, summary.worth)
        self.with_problems += bool(summary.problems)
        self.broken.update(summary.broken)
        for exercise in summary.exercises:
            self.verdicts.setdefault((exercise.topic, exercise.name), Counter())[exercise.verdict] += 1
            self.misconceptions.update((exercise.name, name) for name in exercise.misconceptions)

    @property
    def mean(self) -> float:
        return sum(self.points) / len(self.points)

    @property
    def median(self) -> float:
        return median(self.points)
