"""What changed between two gradings of a class: who moved, by how much, and which check did it."""

from pathlib import Path

import msgspec

from ..errors import UsageError
from .files import read_result
from .model import CheckResult, ExerciseResult, SubmissionResult, Verdict


class CheckChange(msgspec.Struct, frozen=True, kw_only=True):
    """A check that now says something else, counts differently, is new or is gone."""

    id: str
    old: Verdict | None  # None: there was no such check
    new: Verdict | None
    old_weight: int
    new_weight: int


class ExerciseChange(msgspec.Struct, frozen=True, kw_only=True):
    """An exercise whose points are not what they were."""

    name: str
    topic: str
    old: float
    new: float
    checks: tuple[CheckChange, ...]  # those that did it


class SubmissionChange(msgspec.Struct, frozen=True, kw_only=True):
    """A submission whose points are not what they were. None: it was not, or is no more, among the results."""

    submission: str
    old: float | None
    new: float | None
    exercises: tuple[ExerciseChange, ...]


def compare_folders(old: Path, new: Path) -> tuple[list[SubmissionChange], int]:
    """(the submissions that moved, in the order of their names; how many are in both). Raises UsageError."""
    before, after = _results(old), _results(new)
    moved = []
    for name in sorted(before.keys() | after.keys()):
        left, right = (read_result(files[name]) if name in files else None for files in (before, after))
        change = _submission_change(left, right)
        if change is not None:
            moved.append(change)
    return moved, len(before.keys() & after.keys())


def _results(folder: Path) -> dict[str, Path]:
    """Result files by name: the same submission has the same one in every run."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder of results.")
    found = {path.name: path for path in folder.glob("*.json") if is_result(path)}
    if not found:
        raise UsageError(f"{folder} holds no result.", fix="Give the --out folders of two `autograder grade` runs.")
    return found


def is_result(path: Path) -> bool:
    """Whether a file is meant to be a result, by its beginning: other files may lie beside them."""
    with path.open("rb") as file:
        return b'"submission"' in file.read(200)


def _submission_change(old: SubmissionResult | None, new: SubmissionResult | None) -> SubmissionChange | None:
    """Return the change of a submission; None if its points and those of its exercises are the same."""
    if new is None:
        assert old is not None
        return SubmissionChange(submission=old.submission, old=old.points, new=None, exercises=())
    if old is None:
        return SubmissionChange(submission=new.submission, old=None, new=new.points, exercises=())
    before = {exercise.name: exercise for exercise in old.exercises}
    after = {exercise.name: exercise for exercise in new.exercises}
    changes = []
    for name in {**before, **after}:
        change = _exercise_change(before.get(name), after.get(name))
        if change is not None:
            changes.append(change)
    if old.points == new.points and not changes:
        return None
    return SubmissionChange(submission=new.submission, old=old.points, new=new.points, exercises=tuple(changes))


def _exercise_change(old: ExerciseResult | None, new: ExerciseResult | None) -> ExerciseChange | None:
    """Return the change of an exercise; None if its points are the same. A missing exercise has 0 points."""
    exercise = new or old
    assert exercise is not None
    old_points = old.points if old else 0.0
    new_points = new.points if new else 0.0
    if old_points == new_points:
        return None
    before = _checks_by_id(old)
    after = _checks_by_id(new)
    changed = []
    for name in {**before, **after}:
        change = _check_change(name, before.get(name), after.get(name))
        if (change.old, change.old_weight) != (change.new, change.new_weight):
            changed.append(change)
    return ExerciseChange(
        name=exercise.name, topic=exercise.topic, old=old_points, new=new_points, checks=tuple(changed)
    )


def _checks_by_id(exercise: ExerciseResult | None) -> dict[str, CheckResult]:
    if exercise is None:
        return {}
    return {check.id: check for check in exercise.checks}


def _check_change(name: str, old: CheckResult | None, new: CheckResult | None) -> CheckChange:
    return CheckChange(
        id=name,
        old=old.verdict if old else None,
        new=new.verdict if new else None,
        old_weight=old.weight if old else 0,
        new_weight=new.weight if new else 0,
    )
