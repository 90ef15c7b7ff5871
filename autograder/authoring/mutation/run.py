"""Each mutant of a reference against the hidden checks, in a worker like a student's code."""

from collections.abc import Callable

import msgspec

from ...course.model import Exercise, Topic
from ...course.toml import read_toml
from ...grading.grader import Grader
from ...source import Source
from .mutators import Mutant, mutants

EQUIVALENTS = "equivalent_mutants.toml"


class Equivalent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mutant that no check can tell from the reference, and why."""

    before: str
    after: str
    reason: str


class ExerciseReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one exercise's mutants."""

    exercise: str
    tried: int
    killed: int
    equivalent: int
    survivors: tuple[Mutant, ...]
    stale: tuple[Equivalent, ...] = ()  # listed as equivalent, but no such mutant exists or a check kills it

    @property
    def kill_rate(self) -> float:
        """Killed mutants in all that are not equivalent, 0 to 1."""
        judged = self.killed + len(self.survivors)
        return self.killed / judged if judged else 1.0


def load_equivalents(topic: Topic) -> dict[str, list[Equivalent]]:
    """Exercise -> its reviewed equivalent mutants."""
    path = topic.solutions_folder / EQUIVALENTS
    if not path.is_file():
        return {}
    return read_toml(path, dict[str, list[Equivalent]])


def mutate_exercise(
    grader: Grader,
    topic: Topic,
    exercise: Exercise,
    *,
    sample: int | None = None,
    progress: Callable[[], None] = lambda: None,
) -> ExerciseReport:
    """Run the mutants of one exercise.

    sample: take about this many, evenly spread; None takes all.
    progress: called after each mutant.
    """
    code = topic.reference.read_text(encoding="utf-8")
    every = mutants(code, exercise.name)
    chosen = every if sample is None else every[:: max(1, len(every) // sample)] if sample else []
    listed = {(e.before.strip(), e.after.strip()): e for e in load_equivalents(topic).get(exercise.name, [])}
    known = {(mutant.before, mutant.after) for mutant in every}
    stale = [equivalent for key, equivalent in listed.items() if key not in known]
    killed, equivalent, survivors = 0, 0, []
    for mutant in chosen:
        source = Source(filename=topic.filename, chunks=((f"{topic.module}_mutant.py", mutant.code),))
        is_killed = grader.first_failure(topic, exercise, source) is not None
        entry = listed.get((mutant.before, mutant.after))
        if entry is None:
            killed += is_killed
            survivors += [] if is_killed else [mutant]
        elif is_killed:
            stale.append(entry)
        else:
            equivalent += 1
        progress()
    return ExerciseReport(
        exercise=exercise.name,
        tried=len(chosen),
        killed=killed,
        equivalent=equivalent,
        survivors=tuple(survivors),
        stale=tuple(stale),
    )
