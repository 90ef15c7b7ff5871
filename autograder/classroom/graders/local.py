"""Graders on this machine: this process, or a pool of others. A lost one costs a retry of what was in flight."""

import contextlib
import functools
import gc
import os
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from ...course.model import Course
from ...errors import SandboxError
from ...grading.settings import Settings, slow_libraries
from ...results.outcome import Graded
from ...sandbox.fork_server import ForkServer
from ...sandbox.worker.collector import paused_collector
from ...text import Text
from .process import forked, grade_here, spawned, terminate
from .task import Task, conclude, grade_safely, in_flight

if TYPE_CHECKING:
    from ...grading.grader import Grader

MAX_JOBS = 8
WORTH_A_PROCESS = 4  # submissions that pay for the start of one more process and its server
AHEAD = 3  # submissions in flight for each grader process
LOSSES_IN_A_ROW = 8  # grader processes lost with no submission graded in between: it is not the submissions


def default_jobs(submissions: int) -> int:
    """Return one grader process for each core, but fewer for a small class."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, MAX_JOBS, submissions // WORTH_A_PROCESS))


class LocalGraders:
    """Grader processes on this machine; a single one is this process itself.

    while_starting: what else there is to do, done while the server of workers imports torch.
    Raises SandboxError where student code cannot be run at all.
    """

    def __init__(
        self, course: Course, settings: Settings, jobs: int, *, while_starting: Callable[[], None] | None = None
    ) -> None:
        self.course = course
        self.settings = settings
        self.jobs = jobs
        self.while_starting = while_starting or (lambda: None)

    def run(self, tasks: Iterator[Task]) -> Generator[Graded, None, None]:
        first = list(islice(tasks, self.jobs))
        jobs = min(self.jobs, len(first))
        if jobs == 1:
            yield from self._here(first, tasks)
        elif jobs > 1:
            with _temporary_folder() as folder:
                pool = Pool(self.course, self.settings, jobs, folder, functools.partial(self._meanwhile, first[0]))
                yield from pool.run(chain(first, tasks))

    def _meanwhile(self, first: Task, grader: "Grader", server: ForkServer) -> None:
        """Do what can be done while the server starts."""
        self.while_starting()
        grader.prepare(first.with_earlier(), server.has_started)

    def _here(self, first: list[Task], others: Iterable[Task]) -> Generator[Graded, None, None]:
        with _server(self.course, self.settings) as server:
            with _loading():
                from ...grading.grader import Grader  # imports torch, beside the server

                grader = Grader(self.course, server, self.settings)
                self._meanwhile(first[0], grader, server)
            server.check()
            for task in chain(first, others):
                yield conclude(task, grade_safely(grader, task.with_earlier()))


@contextlib.contextmanager
def _loading() -> Iterator[None]:
    """Keep the garbage collector from everything that is loaded meanwhile: it stays until the end."""
    gc.collect()  # there is little yet
    with paused_collector():
        yield
        gc.freeze()


@contextlib.contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Yield a folder for every temporary file of a run, so that the last process to end can remove them all."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="torchstone-", ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before


class Pool:
    """Grader processes, each with a server of its own."""

    def __init__(
        self,
        course: Course,
        settings: Settings,
        jobs: int,
        folder: Path,
        while_starting: Callable[["Grader", ForkServer], None],
    ) -> None:
        self.course = course
        self.settings = settings
        self.jobs = jobs
        self.folder = folder
        self.while_starting = while_starting
        self.grader: Grader | None = None
        self.suspects: deque[Task] = deque()  # each may have cost a grader process: tried again alone, to be certain
        self.losses = 0  # with nothing graded in between

    def run(self, tasks: Iterator[Task]) -> Generator[Graded, None, None]:
        """Grade the tasks in a pool of processes; start a new pool whenever one of them is lost."""
        while True:
            pending: dict[Future[Graded], Task] = {}
            try:
                with self._executor() as executor:
                    yield from self._grade(executor, tasks, pending)
                return
            except BrokenProcessPool:
                left = []
                for future, task in pending.items():
                    if _is_lost(future):
                        left.append(task)
                    else:
                        yield future.result()
                if self.suspects:
                    yield self._convicted(self.suspects.popleft())
                else:
                    self.suspects.extend(left[: self.jobs])  # the oldest: they were being graded
                    tasks = chain(left[self.jobs :], tasks)
                self._count_loss()

    def _grade(
        self, executor: ProcessPoolExecutor, tasks: Iterator[Task], pending: "dict[Future[Graded], Task]"
    ) -> Iterator[Graded]:
        def submit(task: Task) -> "Future[Graded]":
            try:
                return executor.submit(grade_here, task)
            except BrokenProcessPool as error:
                lost: Future[Graded] = Future()
                lost.set_exception(error)
                return lost

        while self.suspects:
            for _, future in in_flight(submit, iter([self.suspects[0]]), lambda: 1, pending):
                yield future.result()
            self.suspects.popleft()
            self.losses = 0
        for _, future in in_flight(submit, tasks, lambda: self.jobs * AHEAD, pending):
            yield future.result()
            self.losses = 0

    def _convicted(self, task: Task) -> Graded:
        lost = "A grader process was lost twice while grading it."
        return Graded(path=task.path, target=task.target, reason=Text(lost, lost), is_ours=True)

    def _count_loss(self) -> None:
        self.losses += 1
        if self.losses >= LOSSES_IN_A_ROW:
            raise SandboxError(
                f"Grader processes were lost {self.losses} times in a row.",
                fix="Is there enough memory? Try fewer --jobs.",
            )

    @contextlib.contextmanager
    def _executor(self) -> Iterator[ProcessPoolExecutor]:
        server = _server(self.course, self.settings, workers=self.jobs)
        try:  # it imports while the grader is made
            if self.grader is None:
                with _loading():
                    from ...grading.grader import Grader

                    self.grader = Grader(self.course, server, self.settings)
                    self.while_starting(self.grader, server)
            threads = len(os.listdir("/proc/self/task"))
            if threads == 1:
                server.check()
                executor = forked(self.grader, server, self.jobs, self.folder)
            else:
                server.close()
                print(
                    f"Each grader loads the course itself: a process of {threads} threads cannot fork.", file=sys.stderr
                )
                executor = spawned(self.jobs, self.course, self.settings, self.folder)
            try:
                yield executor
            except BaseException:
                terminate(executor)
                raise
            executor.shutdown()
        finally:
            server.close()


def _server(course: Course, settings: Settings, workers: int = 1) -> ForkServer:
    preload = slow_libraries(course, settings.topics)
    return ForkServer(course.limits, minimum=settings.isolation, workers=workers, preload=preload)


def _is_lost(future: "Future[Graded]") -> bool:
    return not future.done() or future.exception() is not None
