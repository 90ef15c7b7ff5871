"""Grade many submissions: read one by one, handed to the graders, their results written as they come.

A run can be stopped at any moment and started again: what is finished and unchanged is kept. Submissions of the same
files are graded once. Nothing but a few words of each result stays in memory.
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

    students: whose each submission is, where files and folders are not named after them.
    report: called with each submission's outcome as it is known, in the order of completion.
    Raises UsageError where another run writes to `out`.
    """
    with locked(out):
        run = ClassRun(paths, course, settings, out, report, students or {})
        with contextlib.closing(graders.run(run.tasks())) as outcomes:  # Ctrl-C while reporting must end them, too
            for graded in outcomes:
                run.finish(graded)


class Twin(msgspec.Struct, frozen=True, kw_only=True):
    """A submission of the same files as another one: its result is the other's, under its own name."""

    path: Path
    target: Path
    submission: Submission  # without its sources

    @classmethod
    def of(cls, task: Task) -> "Twin":
        submission = msgspec.structs.replace(check_syntax(task.submission), sources={})
        return cls(path=task.path, target=task.target, submission=submission)


class ClassRun:
    """One walk through a class: what need not be graded is reported at once, the rest becomes tasks."""

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
        self.students = students
        self.names = result_names(paths, students)
        self.results: dict[str, Path] = {}  # dedup_key -> result file
        self.twins: dict[str, list[Twin]] = {}  # dedup_key of what is being graded -> the others that have it
        self.dedup_keys: dict[Path, str] = {}  # of what is being graded

    def tasks(self) -> Iterator[Task]:
        """The submissions that must be graded."""
        for path in self.paths:
            target = self.out / self.names[path]
            try:
                task = Task(path=path, target=target, submission=_open(path, self.course, self.students.get(path)))
            except (SubmissionError, UsageError) as error:
                target.unlink(missing_ok=True)  # a result of an earlier, readable version would mislead
                self.report(Graded(path=path, target=target, reason=str(error)))
                continue
            if not self._is_kept(task) and not self._has_twin(task):
                dedup_key = task.submission.dedup_key
                self.twins[dedup_key], self.dedup_keys[path] = [], dedup_key
                yield task

    def finish(self, graded: Graded) -> None:
        """Report an outcome, and those of its twins."""
        self.report(graded)
        dedup_key = self.dedup_keys.pop(graded.path)
        if graded.summary is not None:
            self.results[dedup_key] = graded.target
        for twin in self.twins.pop(dedup_key):
            if graded.summary is None:  # the same would become of it
                self.report(msgspec.structs.replace(graded, path=twin.path, target=twin.target))
            else:
                self.report(self._copied(twin, graded.target))

    def _is_kept(self, task: Task) -> bool:
        """Whether an earlier run left a result that would come out the same."""
        head = read_head(task.target)
        if head is None or head.grading_key != self._key(task.submission):
            return False
        with contextlib.suppress(UsageError):
            summary = summarise(read_result(task.target))
            self.results.setdefault(task.submission.dedup_key, task.target)
            self.report(Graded(path=task.path, target=task.target, summary=summary, kept=True))
            return True
        return False

    def _has_twin(self, task: Task) -> bool:
        dedup_key = task.submission.dedup_key
        if dedup_key in self.twins:
            self.twins[dedup_key].append(Twin.of(task))
            return True
        if dedup_key in self.results:
            self.report(self._copied(Twin.of(task), self.results[dedup_key]))
            return True
        return False

    def _copied(self, twin: Twin, source: Path) -> Graded:
        """The result in `source` as the twin's own. What was wrong with the files depends on how they came."""
        try:
            other = read_result(source)
        except UsageError as error:
            return Graded(path=twin.path, target=twin.target, reason=str(error), is_ours=True)
        result = msgspec.structs.replace(
            other,
            submission=twin.submission.id,
            grading_key=self._key(twin.submission),
            problems=twin.submission.problems + tuple(p for p in other.problems if p.sentence == PRINTED_MUCH),
        )
        write_result(result, twin.target)
        return Graded(path=twin.path, target=twin.target, summary=summarise(result))

    def _key(self, submission: Submission) -> str:
        return grading_key(submission, self.course, self.settings)


def _open(path: Path, course: Course, student: str | None) -> Submission:
    try:
        return read_submission(path, course, student)
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror or error}.") from None
    except (RecursionError, MemoryError, UnicodeError) as error:
        raise SubmissionError(f"{path.name} cannot be read: {type(error).__name__}.") from None
