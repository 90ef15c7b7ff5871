"""A warm grader for one Dask worker: `python -m autograder.classroom.cluster.process FOLDER`.

FOLDER is private to it: the course, the settings, and every temporary file. Encoded submissions come in by standard
input, replies go out by standard output. It ends, and its folder with it, when its Dask worker has hung up, however
that ended, or has not asked for a while.
"""

import os
import queue
import shutil
import sys
import threading
from pathlib import Path
from typing import BinaryIO

import msgspec

from ...course.model import load_course
from ...errors import AutograderError, CourseError
from ...grading.grader import Grader
from ...grading.settings import Settings, slow_libraries
from ...sandbox.fork_server import ForkServer
from ...submission.model import Submission
from ..graders.task import Failure, grade_safely
from .messages import GraderReply, read_frame, write_frame

IDLE_SECONDS = 600.0


def main(folder: Path) -> None:
    """Answer until the other end hangs up."""
    requests, replies = _take_channels()
    inbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, inbox, folder), daemon=True).start()
    try:
        course = load_course(folder / "course")
        settings = msgspec.json.decode((folder / "settings.json").read_bytes(), type=Settings)
        preload = slow_libraries(course, settings.topics)
        with ForkServer(course.limits, minimum=settings.isolation, preload=preload) as server:
            grader = Grader(course, server, settings)
            server.check()
            _answer(grader, inbox, replies)
    except AutograderError as error:
        if inbox.get() is not None:
            message = str(error).replace(f"{folder / 'course'}/", "")  # the author knows no such folder
            write_frame(replies, msgspec.msgpack.encode(GraderReply(error=message)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _take_channels() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for ourselves: what a check prints goes to the Dask worker's log."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    return requests, replies


def _listen(requests: BinaryIO, inbox: "queue.SimpleQueue[bytes | None]", folder: Path) -> None:
    """Read in a thread, so that a hang-up ends the grader even in the middle of a submission."""
    while (request := read_frame(requests)) is not None:
        inbox.put(request)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # the fork server, its child, notices


def _answer(grader: Grader, inbox: "queue.SimpleQueue[bytes | None]", replies: BinaryIO) -> None:
    while True:
        try:
            request = inbox.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            return
        assert request is not None
        write_frame(replies, _reply(grader, request))


def _reply(grader: Grader, request: bytes) -> bytes:
    submission = msgspec.msgpack.decode(request, type=Submission)
    try:
        outcome = grade_safely(grader, submission)
    except CourseError as error:
        return msgspec.msgpack.encode(GraderReply(error=str(error)))
    if isinstance(outcome, Failure):
        return msgspec.msgpack.encode(GraderReply(failure=outcome.reason))
    return msgspec.msgpack.encode(GraderReply(result=outcome))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    os._exit(0)  # the thread still reads: an orderly end would wait for it
