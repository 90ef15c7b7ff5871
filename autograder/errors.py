"""What can go wrong that a person must mend. The class says who must act, and sets the exit code."""


class AutograderError(Exception):
    """Something that a person must mend: what is wrong, and what to do about it."""

    exit_code = 2

    def __init__(self, problem: str, *, fix: str = "") -> None:
        super().__init__(f"{problem} {fix}".strip())
        self.problem = problem
        self.fix = fix


class UsageError(AutograderError):
    """The command was asked for something that it cannot do."""


class CourseError(AutograderError):
    """The course's own files are at fault: its author must act."""


class SubmissionError(AutograderError):
    """A submission cannot be read at all: its student must act."""

    exit_code = 1


class SandboxError(AutograderError):
    """The machine cannot run student code as asked."""


class ClusterError(AutograderError):
    """The cluster cannot grade as asked, or was lost."""
