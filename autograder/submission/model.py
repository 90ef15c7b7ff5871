"""A submission as data."""

from collections.abc import Mapping

import msgspec

from ..quiz.answers import AnswersFile
from ..quiz.variant import student_id
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
    variant: str = ""  # the name that the quizzes' variants were drawn for; "" if it is the student's

    @property
    def quiz_student(self) -> str:
        return self.variant or self.id

    @property
    def student_in_answers(self) -> str:
        """The one name that the answers files hold; "" if they hold none or several."""
        names = {student_id(file.student) for file in self.answers if file.student}
        return names.pop() if len(names) == 1 else ""

    @property
    def dedup_key(self) -> str:
        """A key that is equal for submissions with equal results. Results of quizzes depend on the student's name, too."""
        return f"{self.content_hash} {self.quiz_student}" if self.answers else self.content_hash
