"""The ways in which an assertion or a call can fail. Each has a verdict; `describe` writes its sentence."""

from typing import Any, Literal, NamedTuple

from ..results.model import Verdict
from ..sandbox.worker.protocol import Raised
from ..text import NOTHING, Text

Kind = Literal["type", "shape", "dtype", "values", "nan", "length", "keys", "exception", "changed", "gradient", "law"]


class CheckFailure(AssertionError):
    """A check that did not pass, for a reason that is the student's."""

    verdict = Verdict.FAILED


class WrongElements(NamedTuple):
    """The wrong elements of a tensor."""

    first: tuple[int, ...]  # index of the first one; () for a tensor without dimensions
    wrong: int
    total: int


class Mismatch(CheckFailure):
    """The answer is not what was expected.

    answer: what the check compared, to be traced back to the call that returned it.
    path: the place in the answer, such as "[0]" or "['weight']".
    elements: of a tensor with wrong values.
    inner: the place in an input that was changed; `path` then names the input.
    """

    def __init__(
        self,
        kind: Kind,
        answer: Any,
        *,
        path: str = "",
        actual: Any = None,
        expected: Any = None,
        elements: WrongElements | None = None,
        law: Text = NOTHING,
        inner: str = "",
    ) -> None:
        super().__init__(law.en or kind)
        self.kind = kind
        self.answer = answer
        self.path = path
        self.actual = actual
        self.expected = expected
        self.elements = elements
        self.law = law
        self.inner = inner


class Crashed(CheckFailure):
    """The student's code raised, or its process died.

    instead_of: the name of the exception that it should raise.
    """

    verdict = Verdict.CRASHED

    def __init__(self, call: str, raised: Raised | None, death: str = "") -> None:
        super().__init__(f"{raised.type}: {raised.message}" if raised else death)
        self.call = call
        self.raised = raised
        self.death = death
        self.instead_of = ""


class Unloaded(Crashed):
    """The name was never defined: its file or cell raised before it came to that, or does not parse."""


class TimedOut(CheckFailure):
    """A call ran longer than it may."""

    verdict = Verdict.TIMED_OUT

    def __init__(self, call: str, seconds: float) -> None:
        super().__init__(f"{call} ran longer than {seconds:g} s")
        self.call = call
        self.seconds = seconds


class NotAttempted(CheckFailure):
    """The stub is untouched, or the name is not there. `why` is empty for an untouched stub."""

    verdict = Verdict.NOT_ATTEMPTED

    def __init__(self, name: str, why: Text = NOTHING) -> None:
        super().__init__(why.en or f"{name} is not written yet")
        self.name = name
        self.why = why


class RuleBroken(CheckFailure):
    """The student's code uses what the exercise forbids, or nobody can know.

    why: the whole sentence, if it is another one than that of a banned name.
    """

    verdict = Verdict.REFUSED

    def __init__(
        self, exercise: str, banned: str, file: str, line: int, *, was_run: bool = False, why: Text = NOTHING
    ) -> None:
        super().__init__(why.en or f"{exercise} may not use {banned}")
        self.exercise = exercise
        self.banned = banned
        self.was_run = was_run  # seen at work, not read in the source
        self.file = file
        self.line = line
        self.why = why
