"""Shows one hint at a time. A file beside course.toml records which hints a student has seen."""

import json
from pathlib import Path

from ..course.model import Course, Exercise
from ..text import Text

SEEN_HINTS = Path(".autograder") / "hints.json"


def next_hint(course: Course, exercise: Exercise, *, from_start: bool = False) -> tuple[int, Text]:
    """Return (number from 1, hint) of the first hint not yet shown; of the last hint if all were shown."""
    path = course.root / SEEN_HINTS
    seen = _read(path)
    shown = 0 if from_start else seen.get(exercise.name, 0)
    number = min(shown + 1, len(exercise.hints))
    seen[exercise.name] = number
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(seen, indent=2), encoding="utf-8")
    return number, exercise.hints[number - 1]


def _read(path: Path) -> dict[str, int]:
    """Return exercise -> number of hints seen. A missing or damaged file counts as empty."""
    try:
        seen = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(seen, dict):
        return {}
    return {name: count for name, count in seen.items() if isinstance(count, int)}
