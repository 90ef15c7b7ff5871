"""The changes between two gradings of a class: whose points changed, by how much, and which checks changed them."""

from pathlib import Path

import msgspec

from ..errors import UsageError
from .files import read_result
from .model import CheckResult, ExerciseResult, SubmissionResult, Verdict


class CheckChange(msgspec.Struct, frozen=True, kw_only=True):
    """A check whose verdict or weight changed, or that is new or gone."""

    id: str
    old: Verdict | None  # None: there was no such check
    new: Verdict | None
    old_weight: int
    new_weight: int


class ExerciseChange(msgspec.Struct, frozen=True, kw_only=True):
    """An exercise whose points changed."""

    name: str
    topic: str
    old: float
    new: float
    checks: tuple[CheckChange, ...]  # those that changed them


class SubmissionChange(msgspec.Struct, frozen=True, kw_only=True):
    """A submission whose points changed. None: it is not among those results."""

    submission: str
    old: float | None
    new: float | None
    exercises: tuple[ExerciseChange, ...]


def compare_folders(old: Path, new: Path) -> tuple[list[SubmissionChange], int]:
    """Return the submissions whose points changed, by name, and how many submissions are in both folders.

    Raises UsageError if a folder has no results.
    """
    before, after = _result_files(old), _result_files(new)
    changes = []
    for name in sorted(before.keys() | after.keys()):
        change = _submission_change(_read(before, name), _read(after, name))
        if change is not None:
            changes.append(change)
    return changes, len(before.keys() & after.keys())


def _result_files(folder: Path) -> dict[str, Path]:
    """Return the result files by name. A submission's file has the same name in every run."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder of results.")
    found = {path.name: path for path in folder.glob("*.json") if is_result(path)}
    if not found:
        raise UsageError(f"{folder} holds no result.", fix="Give the --out folders of two `autograder grade` runs.")
    return found


def _read(files: dict[str, Path], name: str) -> SubmissionResult | None:
    return read_result(files[name]) if name in files else None


def is_result(path: Path) -> bool:
    """Return True if a file begins like a result: other files may lie beside the results."""
    with path.open("rb") as file:
        return b'"submission"' in file.read(200)


def _submission_change(old: SubmissionResult | None, new: SubmissionResult | None) -> SubmissionChange | None:
    """Return the change; None if there is none."""
    if old is None:
        assert new is not None
        return SubmissionChange(submission=new.submission, old=None, new=new.points, exercises=())
    if new is None:
        return SubmissionChange(submission=old.submission, old=old.points, new=None, exercises=())
    exercises = _exercise_changes(old, new)
    if old.points == new.points and not exercises:
        return None
    return SubmissionChange(submission=new.submission, old=old.points, new=new.points, exercises=exercises)


def _exercise_changes(old: SubmissionResult, new: SubmissionResult) -> tuple[ExerciseChange, ...]:
    """Return the changes of exercises that are in either result."""
    before = {exercise.name: exercise for exercise in old.exercises}
    after = {exercise.name: exercise for exercise in new.exercises}
    changes = []
    for name in {**before, **after}:
        change = _exercise_change(before.get(name), after.get(name))
        if change is not None:
            changes.append(change)
    return tuple(changes)


def _exercise_change(old: ExerciseResult | None, new: ExerciseResult | None) -> ExerciseChange | None:
    """Return the change; None if the points are the same."""
    known = new or old
    assert known is not None
    before, checks_before = _points_and_checks(old)
    after, checks_after = _points_and_checks(new)
    if before == after:
        return None
    changes = []
    for name in {**checks_before, **checks_after}:
        change = _check_change(name, checks_before.get(name), checks_after.get(name))
        if (change.old, change.old_weight) != (change.new, change.new_weight):
            changes.append(change)
    return ExerciseChange(name=known.name, topic=known.topic, old=before, new=after, checks=tuple(changes))


def _points_and_checks(exercise: ExerciseResult | None) -> tuple[float, dict[str, CheckResult]]:
    if exercise is None:
        return 0.0, {}
    return exercise.points, {check.id: check for check in exercise.checks}


def _check_change(name: str, old: CheckResult | None, new: CheckResult | None) -> CheckChange:
    return CheckChange(
        id=name,
        old=old.verdict if old else None,
        new=new.verdict if new else None,
        old_weight=old.weight if old else 0,
        new_weight=new.weight if new else 0,
    )
