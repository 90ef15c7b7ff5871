"""The results of grading as frozen data: check, exercise, quiz, submission. Reports read nothing else.

A submission's result is stored as JSON, format `torchstone/1`; docs/result.schema.json is generated from these types.
"""

from enum import StrEnum
from typing import Literal

import msgspec

from ..course.reveal import Reveal
from ..text import NOTHING, Text

FORMAT: Literal["torchstone/1"] = "torchstone/1"

# A submission's one problem that comes from running it, not from its files.
PRINTED_MUCH = Text(
    "Your code printed more than 1 MiB. Nobody reads it here: print less.",
    "你的代码打印了超过 1 MiB 的内容。评分时没有人会看，请减少打印。",
)


class Verdict(StrEnum):
    """The verdict on a check or an exercise. There is no default: nothing passes by being forgotten."""

    PASSED = "passed"
    FAILED = "failed"  # it ran; the answer is wrong
    CRASHED = "crashed"  # it raised, or its process died
    TIMED_OUT = "timed_out"  # it ran into a limit
    REFUSED = "refused"  # it uses what the exercise forbids
    NOT_ATTEMPTED = "not_attempted"  # the stub is untouched, or the file is missing
    BROKEN = "broken"  # the check is at fault: the author must act, and nobody loses points

    @property
    def symbol(self) -> str:
        return SYMBOLS[self]


SYMBOLS = {
    Verdict.PASSED: "✓",
    Verdict.FAILED: "✗",
    Verdict.CRASHED: "!",
    Verdict.TIMED_OUT: "⧖",
    Verdict.REFUSED: "⊘",
    Verdict.NOT_ATTEMPTED: "○",
    Verdict.BROKEN: "?",
}

# The verdict of an exercise is the first of these that one of its checks has.
GRAVITY = (Verdict.REFUSED, Verdict.TIMED_OUT, Verdict.FAILED, Verdict.CRASHED, Verdict.NOT_ATTEMPTED, Verdict.PASSED)


class CheckLabel(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a check that a result shows whatever the verdict."""

    id: str
    title: Text  # as its student may read it
    visible: bool
    weight: int


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One check of one exercise."""

    id: str  # unique in its exercise
    title: Text  # the check's docstring; the student reads it
    visible: bool  # the student has this check
    verdict: Verdict
    weight: int  # its share of the exercise's points
    message: Text = NOTHING  # what was wrong, as far as the reveal policy allows
    earns: bool = True  # False: passed, but a trivial answer passes it, too, and the student passed no other check

    @property
    def label(self) -> CheckLabel:
        return CheckLabel(id=self.id, title=self.title, visible=self.visible, weight=self.weight)


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """A misconception whose answers the student's answers equal."""

    name: str
    sentence: Text


class Suspicion(msgspec.Struct, frozen=True):
    """A construct by which a forbidden function may have been used unseen. It costs no points: the instructor looks."""

    what: str  # a dotted name such as torch._refs.abs, or a construct such as "a thread"
    file: str  # its file or cell; "" if it was seen at run time
    line: int | None = None

    @property
    def sentence(self) -> str:
        """One line for the instructor."""
        if not self.file:
            return self.what
        return f"{self.what} ({self.file}, line {self.line})"


class ExerciseResult(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise of a submission."""

    name: str
    topic: str
    verdict: Verdict
    points: float  # earned, out of `worth`, or out of `bonus`
    worth: float  # what it counts in the total: 0 if it is optional
    misconceptions: tuple[Diagnosis, ...]
    checks: tuple[CheckResult, ...]
    file: str = ""  # of the submission: where the exercise was looked for
    line: int | None = None  # of the exercise in that file, or the line that Python cannot read
    suspicious: tuple[Suspicion, ...] = ()  # for instructors alone
    bonus: float = 0.0  # points that an optional exercise can earn beyond the total
    key: str = ""  # of all that this result depends on: equal keys, equal results
    raised_from: float | None = None  # points of this grading, where an earlier, better mark was kept

    @property
    def possible(self) -> float:
        """The points that it can earn."""
        return self.worth + self.bonus


class QuestionResult(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a quiz."""

    id: str
    kind: str  # single_choice, multiple_choice, true_false, numeric, short_text, order, predict_output
    prompt: Text  # its first line, as this student sees it
    verdict: Verdict  # passed, failed (a part of the points may be earned), not_attempted, or broken
    points: float  # earned, out of `worth`
    worth: float
    attempt: int  # which of the student's variants was answered
    answer: str = ""  # as the student wrote it, cleaned and cut
    reply: Text = NOTHING  # to the student's own answer: what must have been believed, or how to write an answer
    explanation: Text = NOTHING  # why the right answer is right, as far as the reveal policy allows


class QuizResult(msgspec.Struct, frozen=True, kw_only=True):
    """The quiz of one topic."""

    topic: str
    points: float
    worth: float
    questions: tuple[QuestionResult, ...]

    @property
    def answered(self) -> int:
        return sum(question.verdict is not Verdict.NOT_ATTEMPTED for question in self.questions)

    @property
    def passed(self) -> int:
        return sum(question.verdict is Verdict.PASSED for question in self.questions)

    @property
    def verdict(self) -> Verdict:
        """That of all questions that are not broken; failed where they differ."""
        verdicts = {question.verdict for question in self.questions} - {Verdict.BROKEN}
        if not verdicts:
            return Verdict.BROKEN
        return verdicts.pop() if len(verdicts) == 1 else Verdict.FAILED


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something about the submission's files that its student should know."""

    file: str
    sentence: Text
    line: int | None = None


class SubmissionResult(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that grading found in one submission."""

    submission: str  # usually the student's name: that of the folder or file
    content_hash: str  # of the submission's files
    grading_key: str  # of the submission, the course, the engine and the settings: equal keys, equal results
    points: float
    worth: float
    problems: tuple[Problem, ...]
    exercises: tuple[ExerciseResult, ...]
    reveal: Reveal  # how much students see of hidden checks
    isolation: str | None  # strict or basic: what the workers ran under; None where no worker was needed
    confinement: dict[str, str]  # the layers that make the level: "on", or why one is missing
    quizzes: tuple[QuizResult, ...] = ()
    format: Literal["torchstone/1"] = FORMAT

    @property
    def broken(self) -> list[tuple[ExerciseResult, CheckResult]]:
        """The checks that are the author's to mend."""
        return [(e, check) for e in self.exercises for check in e.checks if check.verdict is Verdict.BROKEN]
