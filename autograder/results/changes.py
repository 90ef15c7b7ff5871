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
    if old is None or new is None:
        one = old or new
        assert one is not None
        return SubmissionChange(
            submission=one.submission, old=old.points if old else None, new=new.points if new else None, exercises=()
        )
    before = {exercise.name: exercise for exercise in old.exercises}
    after = {exercise.name: exercise for exercise in new.exercises}
    exercises = [_exercise_change(before.get(name), after.get(name)) for name in {**before, **after}]
    if old.points == new.points and not any(exercises):
        return None
    return SubmissionChange(
        submission=new.submission, old=old.points, new=new.points, exercises=tuple(e for e in exercises if e)
    )


def _exercise_change(old: ExerciseResult | None, new: ExerciseResult | None) -> ExerciseChange | None:
    points = old.points if old else 0.0, new.points if new else 0.0
    if points[0] == points[1]:
        return None
    before = {check.id: check for check in old.checks} if old else {}
    after = {check.id: check for check in new.checks} if new else {}
    checks = [_check_change(name, before.get(name), after.get(name)) for name in {**before, **after}]
    one = new or old
    assert one is not None
    changed = tuple(check for check in checks if (check.old, check.old_weight) != (check.new, check.new_weight))
    return ExerciseChange(name=one.name, topic=one.topic, old=points[0], new=points[1], checks=changed)


def _check_change(name: str, old: CheckResult | None, new: CheckResult | None) -> CheckChange:
    return CheckChange(
        id=name,
        old=old.verdict if old else None,
        new=new.verdict if new else None,
        old_weight=old.weight if old else 0,
        new_weight=new.weight if new else 0,
    )
