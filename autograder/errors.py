"""Errors that a person must fix. The class says who must act, and sets the exit code."""

from collections.abc import Iterable


class AutograderError(Exception):
    """Something that a person must fix: what is wrong, and what to do about it."""

    exit_code = 2

    def __init__(self, problem: str, *, fix: str = "") -> None:
        super().__init__(f"{problem} {fix}".strip())
        self.problem = problem
        self.fix = fix


class UsageError(AutograderError):
    """A request that the command cannot carry out: the person who gave the command must act."""


class CourseError(AutograderError):
    """A fault in the course's own files: its author must act."""


class SubmissionError(AutograderError):
    """A submission that cannot be read at all: its student must act."""

    exit_code = 1


class SandboxError(AutograderError):
    """A machine that cannot run student code as asked."""


class ClusterError(AutograderError):
    """A cluster that cannot grade as asked, or is lost."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean …?" with the known names that are close to `name`; "" if there are none."""
    import difflib  # here, because it is needed only for an error

    near = difflib.get_close_matches(name, list(known), n=3)
    return f"Did you mean {' or '.join(near)}?" if near else ""
