"""Shows one hint at a time. A file beside course.toml records which hints a student has seen."""

import json
from pathlib import Path

from ..course.model import Course, Exercise
from ..text import Text

HEADING = Text("Hint {number} of {count}", "提示 {number}/{count}")
MORE = Text("{left} more: run the command again.", "还有 {left} 条提示：再运行一次这条命令。")
LAST_IS_NEXT = Text(
    "1 more, and it shows the line to write: run the command again.",
    "还有最后 1 条提示，它会直接给出要写的代码：再运行一次这条命令。",
)
WAS_LAST = Text(
    "This is the last hint. `autograder hint {name} --from-start` begins again.",
    "这是最后一条提示。`autograder hint {name} --from-start` 可以从头再看。",
)

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


def what_follows(exercise: Exercise, number: int) -> Text:
    """Return how many hints are left after the hint of this number, and how to see the next one."""
    left = len(exercise.hints) - number
    if left == 0:
        return WAS_LAST.filled(name=exercise.name)
    if left == 1:
        return LAST_IS_NEXT
    return MORE.filled(left=left)


def _read(path: Path) -> dict[str, int]:
    """Return exercise -> number of hints seen. A missing or damaged file counts as empty."""
    try:
        seen = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(seen, dict):
        return {}
    return {name: count for name, count in seen.items() if isinstance(count, int)}
