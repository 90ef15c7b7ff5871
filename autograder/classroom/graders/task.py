"""The tasks of graders and their outcomes. A failure costs one submission, never the run."""

import traceback
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

from ...errors import CourseError, SandboxError, UsageError
from ...results.files import read_result, write_result
from ...results.model import SubmissionResult
from ...results.outcome import Graded
from ...results.summary import summarise
from ...submission.model import Submission
from ...text import Text

if TYPE_CHECKING:
    from ...grading.grader import Grader

Done = TypeVar("Done")

TRIES = 2  # what is lost while a submission is graded is replaced, and the submission tried once more


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A submission that was read, and the file that its result goes to."""

    path: Path
    target: Path
    submission: Submission

    def with_earlier(self) -> Submission:
        """Return the submission, with an earlier run's result if that can be read."""
        try:
            return msgspec.structs.replace(self.submission, earlier=read_result(self.target))
        except UsageError:
            return self.submission


class Graders(Protocol):
    """Grades tasks as capacity allows, writes their results, and yields outcomes as they complete."""

    def run(self, tasks: Iterator[Task]) -> Generator[Graded, None, None]: ...


class Failure(msgspec.Struct, frozen=True):
    """Why the grader could not grade a submission. It is not the submission's fault."""

    reason: str


def grade_safely(grader: "Grader", submission: Submission) -> SubmissionResult | Failure:
    """Grade one submission. Turn every error into a Failure, except CourseError: it concerns all submissions."""
    for attempt in range(TRIES):
        try:
            return grader.grade(submission)
        except CourseError:
            raise
        except SandboxError as error:
            if attempt + 1 == TRIES:
                return Failure(f"Its worker could not be run. {error}")
        except Exception as error:
            return Failure(_our_fault(error))
    raise AssertionError("the loop returns")


def _our_fault(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    name = Path(where.filename).name
    return f"The grader failed on it: {type(error).__name__}: {error} ({name}, line {where.lineno})."[:500]


def conclude(task: Task, outcome: SubmissionResult | Failure) -> Graded:
    """Write the result; what the run remembers of it."""
    if not isinstance(outcome, Failure):
        try:
            write_result(outcome, task.target)
            return Graded(path=task.path, target=task.target, summary=summarise(outcome))
        except Exception as error:
            outcome = Failure(_our_fault(error))
    return Graded(path=task.path, target=task.target, reason=Text(outcome.reason, outcome.reason), is_ours=True)


def in_flight(
    submit: Callable[[Task], "Future[Done]"],
    tasks: Iterator[Task],
    room: Callable[[], int],
    pending: "dict[Future[Done], Task]",
) -> "Iterator[tuple[Task, Future[Done]]]":
    """Submit tasks as capacity allows; yield each with its future as it completes.

    pending: the tasks in flight. The caller passes it in, to see which tasks are left when a future raises.
    """
    while True:
        for task in islice(tasks, max(0, room() - len(pending))):
            pending[submit(task)] = task
        if not pending:
            return
        for future in wait(pending, return_when=FIRST_COMPLETED).done:
            yield pending[future], future
            del pending[future]
