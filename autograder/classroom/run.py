"""Grade many submissions: read them one by one, give them to the graders, write each result as soon as it is known.

You can stop a run at any moment and start it again: it keeps finished results of unchanged submissions.
Submissions with the same files are graded once. Only a summary of each result stays in memory.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from ..classroom.graders.task import Graders, Task
from ..course.model import Course
from ..errors import SubmissionError, UsageError
from ..grading.settings import Settings, grading_key
from ..results.files import read_head, read_result, write_result
from ..results.model import PRINTED_MUCH
from ..results.outcome import Graded
from ..results.summary import summarise
from ..submission.model import Submission
from ..submission.read import check_syntax, read_submission
from ..text import Text
from .names import Names
from .result_folder import locked, result_names


def grade_all(
    paths: Sequence[Path],
    course: Course,
    settings: Settings,
    out: Path,
    *,
    graders: Graders,
    report: Callable[[Graded], None],
    students: Mapping[Path, str] | None = None,
) -> None:
    """Grade every submission and write its result to `out`.

    students: path -> student, for submissions that are not named after their student.
    report: called with each submission's outcome, in the order of completion.
    Raises UsageError if another run writes to `out`.
    """
    with locked(out):
        run = ClassRun(paths, course, settings, out, report, students or {})
        with contextlib.closing(graders.run(run.tasks())) as outcomes:  # Ctrl-C while reporting must end them, too
            for graded in outcomes:
                run.finish(graded)


class Duplicate(msgspec.Struct, frozen=True, kw_only=True):
    """A submission with the same files as another one. It gets a copy of the other's result, under its own name."""

    path: Path
    target: Path
    submission: Submission  # without its sources

    @classmethod
    def of(cls, task: Task) -> "Duplicate":
        """Return the duplicate of a task, without the sources: they may be large."""
        submission = msgspec.structs.replace(check_syntax(task.submission), sources={})
        return cls(path=task.path, target=task.target, submission=submission)


class ClassRun:
    """One pass through a class: it reports what needs no grading at once, and makes tasks of the rest."""

    def __init__(
        self,
        paths: Sequence[Path],
        course: Course,
        settings: Settings,
        out: Path,
        report: Callable[[Graded], None],
        students: Mapping[Path, str],
    ) -> None:
        self.paths = paths
        self.course = course
        self.settings = settings
        self.out = out
        self.report = report
        self.names = Names(paths, students)
        self.files = result_names(self.names.listed)
        self.results: dict[str, Path] = {}  # dedup key -> result file
        self.duplicates: dict[str, list[Duplicate]] = {}  # dedup key of a task in progress -> its duplicates
        self.dedup_keys: dict[Path, str] = {}  # path of a task in progress -> its dedup key

    def tasks(self) -> Iterator[Task]:
        """Yield a task for each submission that must be graded."""
        for path in self.paths:
            target = self.out / self.files[path]
            try:
                submission = self._open(path)
            except (SubmissionError, UsageError) as error:
                target.unlink(missing_ok=True)  # a result of an earlier, readable version would mislead
                self.report(Graded(path=path, target=target, reason=error.sentence))
                continue
            task = Task(path=path, target=target, submission=submission)
            if self._is_kept(task) or self._is_duplicate(task):
                continue
            dedup_key = submission.dedup_key
            self.duplicates[dedup_key] = []
            self.dedup_keys[path] = dedup_key
            yield task

    def finish(self, graded: Graded) -> None:
        """Report the outcome of a task, and the outcomes of its duplicates."""
        self.report(graded)
        dedup_key = self.dedup_keys.pop(graded.path)
        if graded.summary is not None:
            self.results[dedup_key] = graded.target
        for duplicate in self.duplicates.pop(dedup_key):
            if graded.summary is None:  # grading the same files again would fail in the same way
                self.report(msgspec.structs.replace(graded, path=duplicate.path, target=duplicate.target))
            else:
                self.report(self._copied(duplicate, graded.target))

    def _is_kept(self, task: Task) -> bool:
        """Report the result of an earlier run and return True, if grading again would give the same."""
        head = read_head(task.target)
        if head is None or head.grading_key != self._key(task.submission):
            return False
        try:
            summary = summarise(read_result(task.target))
        except UsageError:
            return False
        self.results.setdefault(task.submission.dedup_key, task.target)
        self.report(Graded(path=task.path, target=task.target, summary=summary, kept=True))
        return True

    def _is_duplicate(self, task: Task) -> bool:
        """Return True if the same files are graded or in progress: the submission gets a copy of that result."""
        dedup_key = task.submission.dedup_key
        if dedup_key in self.duplicates:
            self.duplicates[dedup_key].append(Duplicate.of(task))
            return True
        if dedup_key in self.results:
            self.report(self._copied(Duplicate.of(task), self.results[dedup_key]))
            return True
        return False

    def _copied(self, duplicate: Duplicate, source: Path) -> Graded:
        """Write the result in `source` as the duplicate's own. Keep the duplicate's own problems with its files."""
        try:
            other = read_result(source)
        except UsageError as error:
            return Graded(path=duplicate.path, target=duplicate.target, reason=error.sentence, is_ours=True)
        printed_much = tuple(problem for problem in other.problems if problem.sentence == PRINTED_MUCH)
        result = msgspec.structs.replace(
            other,
            submission=duplicate.submission.id,
            grading_key=self._key(duplicate.submission),
            problems=duplicate.submission.problems + printed_much,
        )
        write_result(result, duplicate.target)
        return Graded(path=duplicate.path, target=duplicate.target, summary=summarise(result))

    def _key(self, submission: Submission) -> str:
        return grading_key(submission, self.course, self.settings)

    def _open(self, path: Path) -> Submission:
        submission = _read(path, self.course, self.names.student(path))
        return self.names.checked(path, submission)


def _read(path: Path, course: Course, student: str | None) -> Submission:
    try:
        return read_submission(path, course, student)
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror or error}.") from None
    except (RecursionError, MemoryError, UnicodeError) as error:
        reason = type(error).__name__
        raise SubmissionError(
            Text(f"{path.name} cannot be read: {reason}.", f"无法读取 {path.name}：{reason}。")
        ) from None
