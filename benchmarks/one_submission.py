"""What isolation costs one submission: the same checks bare, under pytest, and in the sandbox, in CPU time.

    python benchmarks/one_submission.py [--rounds 5] [--repeats 20]

Everything is warm: torch is imported, the checks are collected, the fork server runs. The submission holds right
answers to the seven exercises below. CPU time is that of every process involved. Each round measures every way but
pytest, one after the other; a ratio is the median of the rounds' ratios, since what else a machine does changes from
round to round.
"""

import os

os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # before torch

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import psutil
import pytest
import typer
from rich.console import Console
from rich.table import Table
from seven import SEVEN, write_course

from autograder.checks.failures import CheckFailure, Raised
from autograder.checks.student import Reply
from autograder.course.model import Course
from autograder.grading.attempt import Memory
from autograder.grading.grader import Grader
from autograder.grading.script import ask
from autograder.grading.settings import Settings
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.worker.session import Session
from autograder.sandbox.worker.wire import Handle
from autograder.source import Source
from autograder.submission.model import Submission
from autograder.submission.read import open_submission

QUIET = [
    option
    for plugin in (
        "terminal",
        "cacheprovider",
        "logging",
        "capture",
        "warnings",
        "threadexception",
        "unraisableexception",
        "faulthandler",
        "junitxml",
        "doctest",
    )
    for option in ("-p", f"no:{plugin}")
]


BARE, PYTEST = "bare, in one process", "warm pytest, in one process"


class Bare:
    """The student's functions, called directly: nothing is copied, watched, or kept apart."""

    def __init__(self, source: Source) -> None:
        self.session = Session(Path(tempfile.gettempdir()))
        message = {"op": "load", "module": "bare", "folder": "", "chunks": source.chunks, "files": {}}
        self.names = frozenset(self.session.answer(message)["value"])

    def request(self, message: dict[str, Any], seconds: float) -> Reply:
        answer = self.session.answer({**self._resolved(message), "watch": ()})
        error = answer.get("error")
        return Reply(
            value=answer.get("value"),
            error=msgspec.convert(error, Raised) if error else None,
            inputs=answer.get("inputs", []),
        )

    def _resolved(self, value: Any) -> Any:
        """Handles as the objects that they stand for."""
        if isinstance(value, Handle):
            return self.session.kept(value)
        if isinstance(value, dict):
            return {key: self._resolved(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(map(self._resolved, value))
        return value

    def why_missing(self, name: str) -> Raised | None:
        return None

    def blame(self, failure: CheckFailure) -> NoReturn:
        raise failure


def bare(grader: Grader, submission: Submission) -> None:
    """Every check's function, called one after the other."""
    for topic in grader.topics:
        source = submission.sources[topic.name]
        assert isinstance(source, Source)
        transport = Bare(source)
        for exercise in topic.exercises:
            for check in grader.checks[exercise.name]:
                check.run(ask(transport, topic, exercise, check, grader.limits))  # type: ignore[arg-type]


def under_pytest(course: Course, folder: Path) -> None:
    """pytest's own main in this process, which has imported everything, without the plugins that cost most."""
    files = [str(path) for topic in course.topics for path in (topic.visible_checks, topic.hidden_checks)]
    status = pytest.main(
        [
            *files,
            "--against",
            str(folder),
            "-c",
            os.devnull,
            f"--rootdir={course.root}",
            "--import-mode=importlib",
            *QUIET,
        ]
    )
    assert status == pytest.ExitCode.OK, status


def cpu_now(server: ForkServer) -> float:
    """CPU seconds of this process, the server, and the workers that have ended."""
    assert server.process is not None
    outer = psutil.Process(server.process.pid)
    warm = [process.cpu_times() for process in (outer, *outer.children())]
    return time.process_time() + sum(times.user + times.system for times in warm) + server.cpu_seconds


def measured(action: Callable[[], object], server: ForkServer, repeats: int) -> float:
    """CPU milliseconds of one call."""
    action()
    before = cpu_now(server)
    for _ in range(repeats):
        action()
    return 1000 * (cpu_now(server) - before) / repeats


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Rounds, of which the median is shown.")] = 5,
    repeats: Annotated[int, typer.Option(min=1, help="Gradings in each round.")] = 20,
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "course"
        root.mkdir()
        course = write_course(root)
        folder = Path(scratch) / "student"
        for topic in course.topics:
            (folder / topic.name).mkdir(parents=True)
            (folder / topic.name / topic.filename).write_bytes(topic.reference.read_bytes())
        with ForkServer(course.limits) as server:
            grader = Grader(course, server, Settings(topics=tuple(topic.name for topic in course.topics)))
            submission = open_submission(folder, course)
            result = grader.grade(submission)
            assert result.points == result.worth, "the references pass"
            gc.collect()
            gc.freeze()  # as a grader does
            ways = ways_to_grade(grader, submission, folder)
            rows: dict[str, list[float]] = {way: [] for way in ways}
            slow = {PYTEST: ways.pop(PYTEST)}  # on its own, since the others cool down beside it
            for group in (slow, ways):
                for _ in range(rounds):
                    for way, action in group.items():
                        rows[way].append(measured(action, server, repeats))
        show(rows, sum(map(len, grader.checks.values())), str(result.isolation))


def ways_to_grade(grader: Grader, submission: Submission, folder: Path) -> dict[str, Callable[[], object]]:
    """What is measured, by the name that the table gives it."""

    def new_answers() -> None:
        grader.memory = Memory()
        grader.grade(submission)

    return {
        BARE: lambda: bare(grader, submission),
        "sandboxed, answers never seen before": new_answers,
        "sandboxed, answers seen before": lambda: grader.grade(submission),
        "one worker, doing nothing": lambda: grader.server.spawn().end(),
        PYTEST: lambda: under_pytest(grader.course, folder),
    }


def show(rows: dict[str, list[float]], checks: int, level: str) -> None:
    """The table, and the ratios that it comes to."""
    table = Table(title=f"{len(SEVEN)} exercises, {checks} checks, isolation {level}", box=None)
    for heading in ("", "CPU ms", "from", "to", "ms a check", "x bare", "x pytest"):
        table.add_column(heading, justify="right" if heading else "left")
    for way, values in rows.items():
        middle = statistics.median(values)
        table.add_row(way, f"{middle:.1f}", f"{min(values):.1f}", f"{max(values):.1f}", f"{middle / checks:.2f}",
                      ratio(values, rows[BARE]), ratio(values, rows[PYTEST]))  # fmt: skip
    Console(width=120).print(table)


def ratio(values: list[float], others: list[float]) -> str:
    """The median of the rounds' ratios."""
    return f"{statistics.median(value / other for value, other in zip(values, others, strict=True)):.2f}"


if __name__ == "__main__":
    typer.run(main)
