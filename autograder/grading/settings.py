"""What is graded and how, and the key of what that comes to. Imports nothing that is slow to load."""

import hashlib
import re
from collections.abc import Sequence

import msgspec

from ..course.model import Course
from ..course.reveal import Reveal
from ..sandbox.level import Level
from ..sandbox.worker.setup import SLOW
from ..submission.model import Submission


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What is graded, and how much of it is told."""

    topics: tuple[str, ...]  # folder names of the topics to grade
    reveal: Reveal = Reveal.MISCONCEPTION  # of hidden checks
    isolation: Level = Level.STRICT  # below it, nothing is graded
    never_lower: bool = False  # an exercise of an unchanged submission keeps the better mark of an earlier run


def slow_libraries(course: Course, topics: Sequence[str]) -> frozenset[str]:
    """The keys of worker.server.SLOW that the topics' own code uses: their students will want them, too."""
    chosen = [topic for topic in course.topics if topic.name in topics]
    folders = [folder for topic in chosen for folder in (topic.exercises_folder, topic.solutions_folder)]
    texts = [path.read_text(encoding="utf-8", errors="replace") for folder in folders for path in folder.glob("*.py")]
    return frozenset(name for name, use in SLOW.items() if any(re.search(use, text) for text in texts))


def grading_key(submission: Submission, course: Course, settings: Settings) -> str:
    """Equal keys mean equal results: the submission's files, the course, the engine and the settings."""
    parts = [submission.id, submission.content_hash, course.digest, msgspec.json.encode(settings).decode()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
