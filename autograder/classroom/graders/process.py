"""A grader process: forked from a parent that has torch, the checks and the references in memory already.

A process with more than one thread cannot fork safely; from such a parent it is started anew and loads everything.
"""

import gc
import multiprocessing
import os
import select
import shutil
import signal
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import util
from pathlib import Path
from typing import TYPE_CHECKING

from ...course.model import Course, load_course
from ...grading.settings import Settings, slow_libraries
from ...results.outcome import Graded
from ...sandbox.fork_server import ForkServer
from ...sandbox.worker.linux import PR_SET_PDEATHSIG, prctl
from .task import Task, conclude, grade_safely

if TYPE_CHECKING:
    from ...grading.grader import Grader

PARENT_SECONDS = 0.3  # so long may a parent that was killed take to end, thread by thread
LAST_WORDS_SECONDS = 3.0  # a grader that was told to end tidies up


def forked(grader: "Grader", server: ForkServer, jobs: int, folder: Path) -> ProcessPoolExecutor:
    """Return a pool of processes, each with a connection to the server. Forked now, while there is one thread."""
    connections = [server.connected() for _ in range(jobs)]
    turns, ours = os.pipe()
    os.write(ours, bytes(range(jobs)))
    arguments = (grader, server, connections, turns, folder, os.getpid())
    executor = ProcessPoolExecutor(
        jobs, multiprocessing.get_context("fork"), initializer=_start_forked, initargs=arguments
    )
    gc.freeze()  # so that the graders' collections leave these pages shared
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Ctrl-C is the parent's to handle
    try:
        executor.submit(os.getpid)  # the first call forks them all
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        gc.unfreeze()
        os.close(turns)
        os.close(ours)
    for connection in connections:
        connection.close()  # the server must notice when its grader is gone
    return executor


def spawned(jobs: int, course: Course, settings: Settings, folder: Path) -> ProcessPoolExecutor:
    """Return a pool of processes that load everything themselves."""
    arguments = (course.root, settings, folder, os.getpid())
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, context, initializer=_start_spawned, initargs=arguments)


def terminate(executor: ProcessPoolExecutor) -> None:
    """End the pool's processes now, and its threads."""
    processes = multiprocessing.active_children()  # the pool's: there are no others
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(LAST_WORDS_SECONDS)
        process.kill()
    executor.shutdown(cancel_futures=True)


# In a grader process

_GRADER: "Grader"


def _start_forked(
    grader: "Grader", server: ForkServer, connections: list[ForkServer], turns: int, folder: Path, parent: int
) -> None:
    """Once in a forked process, which inherits the grader."""
    mine = os.read(turns, 1)[0]
    for other in (server, *connections[:mine], *connections[mine + 1 :]):
        other.control.close()
    grader.server = connections[mine]
    _begin(grader, folder, parent)


def _start_spawned(root: Path, settings: Settings, folder: Path, parent: int) -> None:
    """Once in a process that was started anew."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = str(folder)
    course = load_course(root)
    preload = slow_libraries(course, settings.topics)
    server = ForkServer(course.limits, minimum=settings.isolation, preload=preload)
    from ...grading.grader import Grader

    _begin(Grader(course, server, settings), folder, parent)


def _begin(grader: "Grader", folder: Path, parent: int) -> None:
    """Make this process a grader: its server ends with it, and it ends with its parent."""
    global _GRADER
    _GRADER = grader
    util.Finalize(grader, grader.server.close, exitpriority=10)  # a pool's processes do not run atexit

    def stop(number: int, frame: object) -> None:
        grader.server.close()
        if select.select([parents_end], [], [], PARENT_SECONDS)[0]:  # it was killed, and nobody else tidies up
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)

    try:
        parents_end = os.pidfd_open(parent)
    except ProcessLookupError:
        os._exit(1)
    signal.signal(signal.SIGTERM, stop)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # a killed parent sends no goodbye
    if os.getppid() != parent:
        stop(signal.SIGTERM, None)


def grade_here(task: Task) -> Graded:
    """Called in a pool's process."""
    return conclude(task, grade_safely(_GRADER, task.with_earlier()))
