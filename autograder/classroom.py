"""Grade many submissions: a few grader processes, each with a warm server; results written as they come.

A run can be stopped at any moment and started again: what is finished and unchanged is kept.
"""

import contextlib
import hashlib
import multiprocessing
import os
import re
import signal
import traceback
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import util
from pathlib import Path

import msgspec

from .course import Course, load_course
from .errors import CourseError, SandboxError, SubmissionError, UsageError
from .grade import Grader, Settings, grading_key
from .results import SubmissionResult, read_result, write_result
from .sandbox.fork_server import ForkServer
from .submission import Submission, open_submission
from .worker.linux import PR_SET_PDEATHSIG, prctl

MAX_STEM = 200  # bytes of a result's file name
MAX_JOBS = 8
WORTH_A_PROCESS = 16  # submissions that take about as long to grade as one more process takes to start
TRIES = 2  # a submission during which a grader process was lost is tried once more


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one submission: a result, or the reason why there is none."""

    path: Path
    result: SubmissionResult | None = None
    reason: str = ""
    kept: bool = False  # an earlier run had graded it
    is_ours: bool = False  # the grader failed, not the submission


def default_jobs(submissions: int) -> int:
    """One grader process for each core, but no more than pay for the seconds that each takes to start."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, MAX_JOBS, submissions // WORTH_A_PROCESS))


def grade_all(
    paths: Sequence[Path], course: Course, settings: Settings, out: Path, *, jobs: int, report: Callable[[Graded], None]
) -> None:
    """Grade every submission and write its result to `out`.

    jobs: grader processes; 1 grades in this process.
    report: called with each submission's outcome as it is known, in the order of completion.
    Raises SandboxError where student code cannot be run at all.
    """
    out.mkdir(parents=True, exist_ok=True)
    names = _result_names(paths)
    waiting = []
    for path in paths:
        kept = _kept(path, course, settings, out / names[path])
        if kept is None:
            waiting.append(path)
        else:
            report(kept)
    if not waiting:
        return
    tasks = [(path, out / names[path]) for path in waiting]
    jobs = min(jobs, len(tasks))
    outcomes = _one_by_one(tasks, course, settings) if jobs == 1 else _in_parallel(tasks, course, settings, jobs)
    with contextlib.closing(outcomes):  # Ctrl-C while reporting must end the processes, too
        for graded in outcomes:
            report(graded)


def _result_names(paths: Sequence[Path]) -> dict[Path, str]:
    """A result file for each submission; those that would share one get a mark of their path."""
    stems = {path: _safe(path.stem if path.is_file() else path.name) for path in paths}
    counts = Counter(stem.casefold() for stem in stems.values())
    return {
        path: f"{stem}.json" if counts[stem.casefold()] == 1 else f"{stem}-{_mark(str(path))}.json"
        for path, stem in stems.items()
    }


def _safe(name: str) -> str:
    """The name as a file name: odd characters replaced, long ones cut and marked."""
    safe = re.sub(r"[^\w.@+=-]", "_", name.encode("utf-8", "replace").decode()) or "_"
    return safe if len(safe.encode()) <= MAX_STEM else f"{safe[: MAX_STEM // 4]}-{_mark(name)}"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def _kept(path: Path, course: Course, settings: Settings, target: Path) -> Graded | None:
    """An earlier result that would come out the same; or a submission that nobody can read."""
    try:
        submission = _open(path, course)
    except (SubmissionError, UsageError) as error:
        target.unlink(missing_ok=True)  # a result of an earlier, readable version would mislead
        return Graded(path=path, reason=str(error))
    with contextlib.suppress(UsageError):
        earlier = read_result(target)
        if earlier.grading_key == grading_key(submission, course, settings):
            return Graded(path=path, result=earlier, kept=True)
    return None


def _open(path: Path, course: Course) -> Submission:
    try:
        return open_submission(path, course)
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror or error}.") from None
    except (RecursionError, MemoryError, UnicodeError) as error:
        raise SubmissionError(f"{path.name} cannot be read: {type(error).__name__}.") from None


def _one_by_one(
    tasks: Sequence[tuple[Path, Path]], course: Course, settings: Settings
) -> Generator[Graded, None, None]:
    with ForkServer(course.limits) as server:
        grader = Grader(course, server, settings)
        for path, target in tasks:
            yield _grade(grader, path, target)


def _grade(grader: Grader, path: Path, target: Path) -> Graded:
    """Grade one submission; whatever goes wrong over it, the next one is graded."""
    for attempt in range(TRIES):
        try:
            result = grader.grade(_open(path, grader.course))
            write_result(result, target)
            return Graded(path=path, result=result)
        except (SubmissionError, UsageError) as error:
            return Graded(path=path, reason=str(error))
        except CourseError:
            raise
        except SandboxError as error:
            if attempt + 1 == TRIES:
                return Graded(path=path, reason=f"Its worker could not be run. {error}", is_ours=True)
        except Exception as error:
            return _our_fault(path, error)
    raise AssertionError("the loop returns")


def _our_fault(path: Path, error: Exception) -> Graded:
    where = traceback.extract_tb(error.__traceback__)[-1]
    reason = (
        f"The grader failed on it: {type(error).__name__}: {error} ({Path(where.filename).name}, line {where.lineno})."
    )
    return Graded(path=path, reason=reason[:500], is_ours=True)


# Several processes

_GRADER: Grader  # of a pool's process


def _in_parallel(
    tasks: Sequence[tuple[Path, Path]], course: Course, settings: Settings, jobs: int
) -> Generator[Graded, None, None]:
    tries = dict.fromkeys((path for path, _ in tasks), 0)
    left = list(tasks)
    while left:
        done: set[Path] = set()
        try:
            with contextlib.closing(_run_pool(left, course, settings, jobs)) as outcomes:
                for graded in outcomes:
                    done.add(graded.path)
                    yield graded
        except BrokenProcessPool:
            left = [task for task in left if task[0] not in done]
            for path, _ in left[:jobs]:  # the ones that were being graded
                tries[path] += 1
            for path, _ in [task for task in left if tries[task[0]] >= TRIES]:
                yield Graded(path=path, reason="A grader process was lost twice while grading it.")
            left = [task for task in left if tries[task[0]] < TRIES]
        else:
            return


def _run_pool(
    tasks: Sequence[tuple[Path, Path]], course: Course, settings: Settings, jobs: int
) -> Generator[Graded, None, None]:
    pool = ProcessPoolExecutor(
        jobs, multiprocessing.get_context("spawn"), initializer=_start, initargs=(course.root, settings)
    )
    try:
        pending = {pool.submit(_grade_in_pool, *task) for task in tasks}
        while pending:
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
    except BaseException:
        processes = multiprocessing.active_children()  # the pool's: there are no others
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        raise
    pool.shutdown()


def _start(root: Path, settings: Settings) -> None:
    """In a pool's process, once. Its server ends with it."""
    global _GRADER
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    course = load_course(root)
    server = ForkServer(course.limits)
    util.Finalize(server, server.close, exitpriority=10)  # a pool's processes do not run atexit

    def stop(number: int, frame: object) -> None:
        server.close()
        os._exit(1)

    signal.signal(signal.SIGTERM, stop)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # a killed parent sends no goodbye
    _GRADER = Grader(course, server, settings)


def _grade_in_pool(path: Path, target: Path) -> Graded:
    return _grade(_GRADER, path, target)
