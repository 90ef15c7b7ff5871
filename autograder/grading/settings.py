"""The settings of a grading, and the key of its results. Imports nothing that is slow to load."""

import hashlib
import re
from collections.abc import Iterator, Sequence

import msgspec

from ..course.model import Course
from ..course.reveal import Reveal
from ..sandbox.level import Level
from ..sandbox.worker.setup import SLOW
from ..submission.model import Submission


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The topics to grade, and how much the results reveal."""

    topics: tuple[str, ...]  # folder names of the topics to grade
    reveal: Reveal = Reveal.MISCONCEPTION  # of hidden checks
    isolation: Level = Level.STRICT  # below it, nothing is graded
    never_lower: bool = False  # an exercise of an unchanged submission keeps the better mark of an earlier run


def slow_libraries(course: Course, topics: Sequence[str]) -> frozenset[str]:
    """Return the keys of SLOW that the topics' own code uses: their students will want them, too."""
    code = "\n".join(_own_code(course, topics))
    return frozenset(name for name, use in SLOW.items() if re.search(use, code))


def _own_code(course: Course, topics: Sequence[str]) -> Iterator[str]:
    """Yield the text of each Python file of the topics."""
    for topic in course.topics:
        if topic.name not in topics:
            continue
        for folder in (topic.exercises_folder, topic.solutions_folder):
            for path in folder.glob("*.py"):
                yield path.read_text(encoding="utf-8", errors="replace")


def grading_key(submission: Submission, course: Course, settings: Settings) -> str:
    """Return the key of a result: its inputs, which are the submission, the course with the engine, and the settings."""
    names = [submission.id, submission.quiz_student]
    parts = [*names, submission.content_hash, course.digest, msgspec.json.encode(settings).decode()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
