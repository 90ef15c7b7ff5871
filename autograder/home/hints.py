"""One hint at a time: which ones a student has seen is remembered beside course.toml."""

import json
from pathlib import Path

from ..course.model import Course, Exercise
from ..text import Text

MEMORY = Path(".autograder") / "hints.json"


def next_hint(course: Course, exercise: Exercise, *, from_start: bool = False) -> tuple[int, Text]:
    """(number from 1, hint): the first one not yet shown; the last one again when all have been."""
    memory = course.root / MEMORY
    seen = _read(memory)
    shown = 0 if from_start else seen.get(exercise.name, 0)
    number = min(shown + 1, len(exercise.hints))
    seen[exercise.name] = number
    memory.parent.mkdir(exist_ok=True)
    memory.write_text(json.dumps(seen, indent=2), encoding="utf-8")
    return number, exercise.hints[number - 1]


def _read(memory: Path) -> dict[str, int]:
    try:
        seen = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: count for name, count in seen.items() if isinstance(count, int)} if isinstance(seen, dict) else {}
