"""Run each mutant of a reference against the hidden checks, in a worker like a student's code."""

import msgspec

from ...course.model import Exercise, Topic
from ...course.toml import read_toml
from ...grading.grader import Grader
from ...grading.submission_run import first_failure
from ...source import Source
from .mutants import Mutant, mutants

EQUIVALENTS = "equivalent_mutants.toml"


class Equivalent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mutant that behaves like the reference, and the reason why."""

    before: str
    after: str
    reason: str


class ExerciseReport(msgspec.Struct, frozen=True, kw_only=True):
    """The results of one exercise's mutants."""

    exercise: str
    tried: int
    killed: int
    equivalent: int
    survivors: tuple[Mutant, ...]
    stale: tuple[Equivalent, ...] = ()  # listed as equivalent, but a check kills it or it is not a mutant

    @property
    def kill_rate(self) -> float:
        """The share of killed mutants among those that are not equivalent, from 0 to 1."""
        judged = self.killed + len(self.survivors)
        return self.killed / judged if judged else 1.0


def load_equivalents(topic: Topic) -> dict[str, list[Equivalent]]:
    """Return the reviewed equivalent mutants of each exercise."""
    path = topic.solutions_folder / EQUIVALENTS
    if not path.is_file():
        return {}
    return read_toml(path, dict[str, list[Equivalent]])


def mutate_exercise(grader: Grader, topic: Topic, exercise: Exercise, *, sample: int | None = None) -> ExerciseReport:
    """Run the mutants of one exercise.

    sample: run about this many mutants, evenly spread; None runs all.
    """
    code = topic.reference.read_text(encoding="utf-8")
    every = mutants(code, exercise.name)
    listed = {}
    for entry in load_equivalents(topic).get(exercise.name, []):
        listed[entry.before.strip(), entry.after.strip()] = entry
    known = {(mutant.before, mutant.after) for mutant in every}
    stale = [entry for change, entry in listed.items() if change not in known]
    survivors: list[Mutant] = []
    killed = equivalent = 0
    chosen = _sampled(every, sample)
    for mutant in chosen:
        source = Source(filename=topic.filename, chunks=((f"{topic.module}_mutant.py", mutant.code),))
        is_killed = first_failure(grader.prepared, grader.server, topic, exercise, source) is not None
        listing = listed.get((mutant.before, mutant.after))
        if listing is not None and is_killed:
            stale.append(listing)
        elif listing is not None:
            equivalent += 1
        elif is_killed:
            killed += 1
        else:
            survivors.append(mutant)
    return ExerciseReport(
        exercise=exercise.name,
        tried=len(chosen),
        killed=killed,
        equivalent=equivalent,
        survivors=tuple(survivors),
        stale=tuple(stale),
    )


def _sampled(every: list[Mutant], sample: int | None) -> list[Mutant]:
    """Return about `sample` of the mutants, evenly spread; all of them for None."""
    if sample is None:
        return every
    if sample == 0:
        return []
    return every[:: max(1, len(every) // sample)]
