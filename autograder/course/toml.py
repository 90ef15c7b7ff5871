"""Reads the TOML files of a course. Every error names the file, the table and the key."""

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from ..errors import CourseError, did_you_mean

T = TypeVar("T")
Step = str | int  # a key of a table, or a position in an array

PLACE = re.compile(r" - at `\$(?P<steps>.*)`$")
STEP = re.compile(r"\.(?P<key>\w+)|\[(?P<position>\d+)\]|\[\.\.\.\]")
UNKNOWN_KEY = re.compile(r"Object contains unknown field `(.*)`")
MISSING_KEY = re.compile(r"Object missing required field `(.*)`")


def read_toml(path: Path, type: type[T]) -> T:
    """Return the content of a file as a `type`. Raise CourseError if it is missing or anything in it is wrong."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"{path} is missing.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: {error}.") from None
    try:
        return msgspec.convert(content, type)
    except msgspec.ValidationError as error:
        raise _invalid(path, content, type, str(error)) from None


def _complaint(content: Any, type: Any) -> str | None:
    """Return msgspec's message about content that is not of the type; None if it is."""
    try:
        msgspec.convert(content, type)
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _invalid(path: Path, content: dict[str, Any], type: Any, message: str) -> CourseError:
    """Return msgspec's message as an error that names the table and the key."""
    steps = _steps_to_fault(content, type, message)
    complaint = PLACE.sub("", message)
    if unknown := UNKNOWN_KEY.fullmatch(complaint):
        key = unknown[1]
        place = _shown([*steps, key])
        fix = did_you_mean(key, _other_keys(type, key))
        return CourseError(f"{path}: {place}: unknown key.", fix=fix)
    if missing := MISSING_KEY.fullmatch(complaint):
        place = _shown([*steps, missing[1]])
        return CourseError(f"{path}: {place}: this key is missing.")
    if not steps:
        return CourseError(f"{path}: {complaint}.")
    return CourseError(f"{path}: {_shown(steps)}: {complaint}.")


def _steps_to_fault(content: dict[str, Any], type: Any, message: str) -> list[Step]:
    """Return the keys and positions that lead to what msgspec complains about.

    For a key that the author chose, such as an exercise's name, msgspec says only [...].
    """
    place = PLACE.search(message)
    if place is None:
        return []
    steps: list[Step] = []
    for step in STEP.finditer(place["steps"]):
        if step["key"]:
            steps.append(step["key"])
        elif step["position"]:
            steps.append(int(step["position"]))
        else:
            steps.append(_faulty_key(content, type, message, steps))
    return steps


def _faulty_key(content: dict[str, Any], type: Any, message: str, steps: list[Step]) -> str:
    """Return the key of the table at `steps` that causes the complaint, by trying each key alone."""
    table: Any = content
    for step in steps:
        table = table[step]
    for key in table:
        if _complaint(_with_one_key(content, steps, key), type) == message:
            return str(key)
    return "..."


def _with_one_key(content: Any, steps: list[Step], key: str) -> Any:
    """Return a copy of the content in which the table at `steps` has no key but this one."""
    if not steps:
        return {key: content[key]}
    copied = content.copy()
    copied[steps[0]] = _with_one_key(content[steps[0]], steps[1:], key)
    return copied


def _other_keys(type: Any, key: str) -> list[str]:
    """Return the keys that any table of the file may have, without this one."""
    _, tables = msgspec.json.schema_components([type])
    known: set[str] = set()
    for table in tables.values():
        known.update(table.get("properties", {}))
    return sorted(known - {key})


def _shown(steps: list[Step]) -> str:
    """Return the steps as an author writes them: "[limits] call_seconds", or "[[softmax]] entry 2, name"."""
    *table, key = steps
    if not table:
        return _step(key)
    names = ".".join(step for step in table if isinstance(step, str))
    if isinstance(table[-1], int):
        return f"[[{names}]] {_step(table[-1])}, {_step(key)}"
    return f"[{names}] {_step(key)}"


def _step(step: Step) -> str:
    return f"entry {step + 1}" if isinstance(step, int) else step
