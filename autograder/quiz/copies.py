"""Finds wrong answers that match another student's variant.

An answer is flagged only if the match is unlikely to be an accident: answers drawn for strangers rarely match anybody in
the class, the answer matches few students, and it is no wrong number that the key knows.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from ..course.model import Course
from ..results.files import write_whole
from ..results.summary import Summary, WrongNumber
from .formula import FormulaError
from .key import Key
from .kinds.numeric import Numeric, NumericKey, is_within, reply_to_wrong, right_number
from .kinds.written import Complaint, read_number
from .load import Quiz, load_keys, load_quizzes
from .variant import draw, student_id

FLAGS_FILE = "quiz_flags.json"  # in the folder of results; for the instructor alone
FEW = 3  # an answer that matches more students points at nobody
STRANGERS = 200  # variants that show how often an answer fits by accident
MAX_ACCIDENTS = 0.05  # of them
MIN_DIFFERENT = 20  # right answers among them
MARGIN = 2.0  # width of the search for near answers, in tolerances


class Flag(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One answer that matches another student's variant."""

    submission: str
    question: str
    attempt: int
    answer: str
    fits: tuple[str, ...]  # the submissions whose variant it matches


class Flags(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a class run's file of flags."""

    flags: tuple[Flag, ...]
    format: Literal["torchstone/quiz-flags/1"] = "torchstone/quiz-flags/1"


class CopyWatch:
    """A watch over the results of a class. It remembers the class's variants, but no submission.

    roster: the names of all submissions of the class
    """

    def __init__(self, course: Course, topics: Sequence[str], roster: Sequence[str]) -> None:
        self.course_key = course.quiz.key
        self.attempts = course.quiz.attempts
        self.roster = sorted({student_id(name) for name in roster})
        self.numbers: dict[str, tuple[Numeric, NumericKey]] = {}
        self.variants: dict[str, _Variants | None] = {}  # None if a match would prove nothing
        self.flags: list[Flag] = []
        for name, quiz in load_quizzes(course).items():
            if name in topics:
                self._watch(quiz, load_keys(course.topic(name), quiz))

    def look(self, summary: Summary) -> None:
        """Flag the answers of one result that match another student's variant."""
        student = student_id(summary.submission)
        for wrong in summary.wrong_numbers:
            if wrong.question not in self.numbers:
                continue
            fits = self._fits(student, wrong)
            if fits:
                flag = Flag(
                    submission=summary.submission,
                    question=wrong.question,
                    attempt=wrong.attempt,
                    answer=wrong.answer,
                    fits=fits,
                )
                self.flags.append(flag)

    def file(self) -> bytes:
        """Return the content of FLAGS_FILE."""
        flags = Flags(flags=tuple(sorted(self.flags)))
        return msgspec.json.format(msgspec.json.encode(flags), indent=2) + b"\n"

    def _watch(self, quiz: Quiz, keys: Mapping[str, Key]) -> None:
        """Remember the quiz's drawn numbers: answers of no other kind can show whose variant they were for."""
        for question in quiz.questions:
            key = keys[question.id]
            if not isinstance(question, Numeric) or not isinstance(key, NumericKey):
                continue
            if question.parameters:
                self.numbers[question.id] = question, key

    def _fits(self, student: str, wrong: WrongNumber) -> tuple[str, ...]:
        """Return the other students whose variant a wrong number matches; none if the match proves nothing."""
        question, key = self.numbers[wrong.question]
        value = read_number(wrong.answer, question.units)
        if isinstance(value, Complaint):
            return ()
        own = draw(question, key=self.course_key, student=student, attempt=wrong.attempt)
        if reply_to_wrong(own, key, value) is not None:
            return ()
        variants = self._variants(question, key)
        if variants is None:
            return ()
        owners = {self.roster[place] for place in variants.owners_of(value, key)}
        others = owners - {student}
        return tuple(sorted(others)) if len(others) <= FEW else ()

    def _variants(self, question: Numeric, key: NumericKey) -> "_Variants | None":
        if question.id not in self.variants:
            self.variants[question.id] = self._drawn(question, key)
        return self.variants[question.id]

    def _drawn(self, question: Numeric, key: NumericKey) -> "_Variants | None":
        """Draw the class's variants; return None if answers would often match one of them by accident."""
        try:
            strangers = [self._right(question, key, f"stranger {turn}", 1) for turn in range(STRANGERS)]
            if len(set(strangers)) < MIN_DIFFERENT:
                return None
            variants = self._variants_of_class(question, key)
        except FormulaError:
            return None
        accidents = variants.count_matching(strangers, key)
        is_match_rare = accidents <= MAX_ACCIDENTS * STRANGERS
        return variants if is_match_rare else None

    def _variants_of_class(self, question: Numeric, key: NumericKey) -> "_Variants":
        pairs = []
        for place, student in enumerate(self.roster):
            for attempt in range(1, self.attempts + 1):
                answer = self._right(question, key, student, attempt)
                pairs.append((answer, place))
        answers = array("d")
        owners = array("L")
        for answer, place in sorted(pairs):
            answers.append(answer)
            owners.append(place)
        return _Variants(answers, owners)

    def _right(self, question: Numeric, key: NumericKey, student: str, attempt: int) -> float:
        variant = draw(question, key=self.course_key, student=student, attempt=attempt)
        return right_number(variant, key)


class _Variants:
    """The class's right answers to one question, in ascending order, each with its student's place in the roster."""

    def __init__(self, answers: "array[float]", owners: "array[int]") -> None:
        self.answers = answers
        self.owners = owners

    def owners_of(self, value: float, key: NumericKey) -> list[int]:
        """Return the places of the students for whom the value is right."""
        width = MARGIN * max(key.tolerance(value), 1e-8 * abs(value))
        first = bisect_left(self.answers, value - width)
        end = bisect_right(self.answers, value + width)
        owners = []
        for index in range(first, end):
            if is_within(value, self.answers[index], key):
                owners.append(self.owners[index])
        return owners

    def count_matching(self, values: Sequence[float], key: NumericKey) -> int:
        """Return the number of values that are right for somebody."""
        return sum(1 for value in values if self.owners_of(value, key))


def write_flags(copies: CopyWatch, out: Path) -> None:
    """Write the file of flags. If there are no flags, remove the file of an earlier run."""
    if copies.flags:
        write_whole(out / FLAGS_FILE, [copies.file()])
    else:
        (out / FLAGS_FILE).unlink(missing_ok=True)
