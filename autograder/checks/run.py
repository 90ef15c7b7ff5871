"""One check against one student: its verdict, its message, and the calls it made."""

import warnings

import msgspec

from ..results.model import Verdict
from ..text import Text
from .collect import Check
from .describe import Description, describe
from .failures import CheckFailure, NotAttempted
from .odd_answers import describe_odd_answer
from .student import RecordedCall, Student

# One call that never ends costs its deadline once: after it, the exercise's other checks are not run.
NOT_RUN = Text(
    "not run: an earlier check of this exercise ran into the time limit", "未运行：此练习之前的一项检查已超时"
)

Parameters = dict[str, tuple[str, ...]]  # exercise -> its parameter names


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of one check, its description and the calls that the check made."""

    verdict: Verdict
    description: Description | None = None  # None where the check passed
    calls: list[RecordedCall] = []


def ends_exercise(verdict: Verdict) -> bool:
    """Return True if the exercise's other checks get NOT_RUN after a check with this verdict."""
    return verdict is Verdict.TIMED_OUT


def run_check(check: Check, student: Student, parameters: Parameters) -> Outcome:
    """Run the check. Nothing that the student's answer makes it raise gets out of here."""
    verdict, description = _verdict(check, student, parameters)
    return Outcome(verdict=verdict, description=description, calls=student.calls)


def _verdict(check: Check, student: Student, parameters: Parameters) -> tuple[Verdict, Description | None]:
    """Return the check's verdict, and for a failure its description."""
    try:
        check.run(student)
    except CheckFailure as failure:
        return failure.verdict, describe(failure, student.calls, parameters)
    except AssertionError as error:
        text = str(error).split("\n")[0] or check.title.en
        return Verdict.FAILED, describe(CheckFailure(text), student.calls, parameters)
    except Exception as error:
        return Verdict.FAILED, describe_odd_answer(error, student.calls, parameters, check.title)
    if not student.calls:  # nothing was asked, so nothing was shown
        return Verdict.FAILED, describe(
            NotAttempted(check.exercise, Text("The check asked nothing.", "检查没有调用任何函数。")), [], {}
        )
    return Verdict.PASSED, None


def passes(check: Check, student: Student) -> bool:
    """Return True if the check passes. For the course's own code: writes no sentences, and silences warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            check.run(student)
        except Exception:
            return False
    return bool(student.calls)
