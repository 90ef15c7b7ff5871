"""Answers that are right for another student's numbers, and wrong for one's own.

An answer is told of only where that is no accident: a stranger's right answer would rarely be right for anybody in the
class, few others have it, and it is none of the wrong numbers that students arrive at by themselves.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from ..course.model import Course
from ..results.files import write_whole
from ..results.summary import Summary, WrongNumber
from .formula import FormulaError
from .kinds.numeric import Numeric, NumericKey, is_within, reply_to_wrong, right_number
from .kinds.written import Complaint, read_number
from .load import load_keys, load_quizzes
from .variant import draw, student_id

FLAGS_FILE = "quiz_flags.json"  # in the folder of results; for the instructor alone
FEW = 3  # others that an answer may fit and still point at somebody
STRANGERS = 200  # variants that show how often an answer fits by accident
MAX_ACCIDENTS = 0.05  # of them
MIN_DIFFERENT = 20  # right answers among them
MARGIN = 2.0  # how much wider than the tolerance is looked


class Flag(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One answer that fits somebody else's variant."""

    submission: str
    question: str
    attempt: int
    answer: str
    fits: tuple[str, ...]  # submissions whose variant it is right for


class Flags(msgspec.Struct, frozen=True, kw_only=True):
    """The file of a class run."""

    flags: tuple[Flag, ...]
    format: Literal["torchstone/quiz-flags/1"] = "torchstone/quiz-flags/1"


class CopyWatch:
    """Looks at one result after the other; remembers the class's variants, and no submission.

    roster: the names of all submissions of the class
    """

    def __init__(self, course: Course, topics: Sequence[str], roster: Sequence[str]) -> None:
        self.course_key = course.quiz.key
        self.attempts = course.quiz.attempts
        self.roster = sorted({student_id(name) for name in roster})
        self.numbers: dict[str, tuple[Numeric, NumericKey]] = {}
        self.variants: dict[str, _Variants | None] = {}  # None where an answer would tell nothing
        self.flags: list[Flag] = []
        for name, quiz in load_quizzes(course).items():
            if name not in topics:
                continue
            keys = load_keys(course.topic(name), quiz)
            for question in quiz.questions:
                key = keys[question.id]
                # Only a drawn number can show whose variant an answer was for, so only this kind is looked at.
                if isinstance(question, Numeric) and isinstance(key, NumericKey) and question.parameters:
                    self.numbers[question.id] = question, key

    def look(self, summary: Summary) -> None:
        """Flag what points at somebody else."""
        for wrong in summary.wrong_numbers:
            if wrong.question in self.numbers:
                fits = self._fits(student_id(summary.submission), wrong)
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
        """What goes into FLAGS_FILE."""
        return msgspec.json.format(msgspec.json.encode(Flags(flags=tuple(sorted(self.flags)))), indent=2) + b"\n"

    def _fits(self, student: str, wrong: WrongNumber) -> tuple[str, ...]:
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
        names = sorted({self.roster[place] for place in variants.owners_of(value, key)} - {student})
        return tuple(names) if len(names) <= FEW else ()

    def _variants(self, question: Numeric, key: NumericKey) -> "_Variants | None":
        if question.id not in self.variants:
            self.variants[question.id] = self._drawn(question, key)
        return self.variants[question.id]

    def _drawn(self, question: Numeric, key: NumericKey) -> "_Variants | None":
        def right(student: str, attempt: int) -> float:
            return right_number(draw(question, key=self.course_key, student=student, attempt=attempt), key)

        try:
            strangers = [right(f"stranger {turn}", 1) for turn in range(STRANGERS)]
            if len(set(strangers)) < MIN_DIFFERENT:
                return None
            turns = range(1, self.attempts + 1)
            pairs = sorted((right(name, t), place) for place, name in enumerate(self.roster) for t in turns)
        except FormulaError:
            return None
        variants = _Variants(array("d", (answer for answer, _ in pairs)), array("L", (place for _, place in pairs)))
        accidents = sum(bool(variants.owners_of(value, key)) for value in strangers)
        return variants if accidents <= MAX_ACCIDENTS * STRANGERS else None


class _Variants:
    """The class's right answers to one question, in ascending order, and whose they are."""

    def __init__(self, answers: "array[float]", owners: "array[int]") -> None:
        self.answers = answers
        self.owners = owners

    def owners_of(self, value: float, key: NumericKey) -> list[int]:
        """Those for whom the value is right."""
        width = MARGIN * max(key.tolerance(value), 1e-8 * abs(value))
        near = range(bisect_left(self.answers, value - width), bisect_right(self.answers, value + width))
        return [self.owners[place] for place in near if is_within(value, self.answers[place], key)]


def write_flags(copies: CopyWatch, out: Path) -> None:
    """The file of flags, where there are any; never the one of an earlier run."""
    if copies.flags:
        write_whole(out / FLAGS_FILE, [copies.file()])
    else:
        (out / FLAGS_FILE).unlink(missing_ok=True)
