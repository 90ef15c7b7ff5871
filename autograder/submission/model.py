"""A submission as data."""

from collections.abc import Mapping

import msgspec

from ..quiz.answers import AnswersFile
from ..results.model import Problem, SubmissionResult
from ..source import Source, Unreadable


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """The work of one student. Mappings have the names of topic folders as keys."""

    id: str  # the student's name
    content_hash: str  # of all files
    sources: Mapping[str, Source | Unreadable]  # topics that were not handed in are missing
    problems: tuple[Problem, ...]
    paths: Mapping[str, str] = {}  # the file that a topic's source was read from
    earlier: SubmissionResult | None = None  # the result of an earlier run
    answers: tuple[AnswersFile, ...] = ()  # to the quizzes of all topics

    @property
    def dedup_key(self) -> str:
        """Submissions with equal keys get equal results. Answers to quizzes depend on the student's name."""
        return f"{self.content_hash} {self.id}" if self.answers else self.content_hash
