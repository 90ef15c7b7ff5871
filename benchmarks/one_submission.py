"""The cost of isolation for one submission, in CPU time.

    python benchmarks/one_submission.py [--rounds 5] [--repeats 20]

Compares, for right answers to the seven exercises of benchmarks/seven.py:
- plain calls: the student's functions called directly in this process, with the same comparisons;
- graded: read, hashed, graded in sandboxed workers, and the result file written;
- pytest: the same checks under pytest in this process, without any plugin of ours.

Everything is warm: torch is imported, the checks are collected, the fork server runs. No two submissions are the same
file, so nothing is cached that a class would not cache. "Answers never seen" empties the cache of outcomes before each
submission; "answers seen" leaves it, as in a class where others gave the same answers. CPU time is that of every
process involved. Each round measures all ways one after the other; a ratio is the median of the rounds' ratios, since
the load of the machine changes from round to round.
"""

import os

os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # before torch

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import psutil
import pytest
import typer
from plain import CONFTEST, PlainStudent, load
from rich.console import Console
from rich.table import Table
from seven import SEVEN, write_course

from autograder.course.model import Course
from autograder.grading.attempt import Memory
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.results.files import write_result
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.read import open_submission

# Plugins of pytest that a home-made grader would turn off, too.
UNUSED_PLUGINS = (
    "autograder",  # ours
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

PLAIN, PYTEST = "plain calls, in one process", "warm pytest, in one process"
NEVER_SEEN, SEEN = "graded, answers never seen", "graded, answers seen"
WORKER = "a worker that does nothing"


class Bench:
    """A course, a grader, and submissions to it that are all right and all different."""

    def __init__(self, scratch: Path, server: ForkServer, course: Course) -> None:
        self.scratch = scratch
        self.server = server
        self.course = course
        self.grader = Grader(course, server, Settings(topics=tuple(topic.name for topic in course.topics)))
        self.numbers = iter(range(10**9))

    def submissions(self, count: int) -> Iterator[Path]:
        """Write so many new submissions and yield their folders."""
        for number in [next(self.numbers) for _ in range(count)]:
            folder = self.scratch / "class" / f"student{number}"
            for topic in self.course.topics:
                (folder / topic.name).mkdir(parents=True)
                code = topic.reference.read_text(encoding="utf-8") + f"\n# {number}\n"
                (folder / topic.name / topic.filename).write_text(code, encoding="utf-8")
            yield folder

    def plain(self, folder: Path) -> None:
        """Run the student's files here, and every check on their functions."""
        for topic in self.course.topics:
            module = load(folder / topic.name / topic.filename)
            for exercise in topic.exercises:
                for check in self.grader.checks[exercise.name]:
                    check.run(PlainStudent(module))

    def seen(self, folder: Path) -> None:
        """Grade with the outcomes of earlier submissions at hand."""
        result = self.grader.grade(open_submission(folder, self.course))
        assert result.points == result.worth, "the references pass"
        write_result(result, self.scratch / "out" / f"{folder.name}.json")

    def never_seen(self, folder: Path) -> None:
        """Grade without them."""
        self.grader.memory = Memory()
        self.seen(folder)

    def worker(self, folder: Path) -> None:
        """Fork, confine, kill and reap one worker."""
        self.server.spawn().end()

    def under_pytest(self, folder: Path) -> None:
        """Run pytest in this process, which has imported everything."""
        os.environ["STUDENT"] = str(folder)
        files = [str(path) for topic in self.course.topics for path in (topic.visible_checks, topic.hidden_checks)]
        without = [option for plugin in UNUSED_PLUGINS for option in ("-p", f"no:{plugin}")]
        options = ["-c", os.devnull, f"--rootdir={self.course.root}", "--import-mode=importlib"]
        status = pytest.main([*files, *options, *without])
        assert status == pytest.ExitCode.OK, status

    def cpu_now(self) -> float:
        """Return the CPU seconds of this process, the server, and the workers that have ended."""
        assert self.server.process is not None
        outer = psutil.Process(self.server.process.pid)
        warm = [process.cpu_times() for process in (outer, *outer.children())]
        return time.process_time() + sum(times.user + times.system for times in warm) + self.server.cpu_seconds

    def measure(self, action: Callable[[Path], None], repeats: int) -> float:
        """Return the CPU milliseconds of the action for one submission."""
        first, *others = self.submissions(repeats + 1)
        action(first)
        before = self.cpu_now()
        for folder in others:
            action(folder)
        return 1000 * (self.cpu_now() - before) / repeats


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Rounds, of which the median is shown.")] = 5,
    repeats: Annotated[int, typer.Option(min=1, help="Submissions in each round.")] = 20,
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        (scratch / "course").mkdir()
        (scratch / "out").mkdir()
        course = write_course(scratch / "course")
        (scratch / "course" / "conftest.py").write_text(CONFTEST, encoding="utf-8")
        with ForkServer(course.limits) as server:
            bench = Bench(scratch, server, course)
            for folder in bench.submissions(1):
                bench.seen(folder)
            gc.collect()
            gc.freeze()  # as a grader does
            ways = {
                PLAIN: bench.plain,
                NEVER_SEEN: bench.never_seen,
                SEEN: bench.seen,
                WORKER: bench.worker,
                PYTEST: bench.under_pytest,
            }
            rows: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(rounds):
                for way, action in ways.items():
                    rows[way].append(bench.measure(action, repeats))
            checks = sum(len(checks) for checks in bench.grader.checks.values())
        show(rows, checks)


def show(rows: dict[str, list[float]], checks: int) -> None:
    """Print the table, with the ratios."""
    table = Table(title=f"{len(SEVEN)} exercises, {checks} checks, strict isolation", box=None)
    for heading in ("", "CPU ms", "from", "to", "x plain calls", "x pytest"):
        table.add_column(heading, justify="right" if heading else "left")
    for way, values in rows.items():
        table.add_row(
            way,
            f"{statistics.median(values):.1f}",
            f"{min(values):.1f}",
            f"{max(values):.1f}",
            ratio(values, rows[PLAIN]),
            ratio(values, rows[PYTEST]),
        )
    Console(width=120).print(table)


def ratio(values: list[float], others: list[float]) -> str:
    """Return the median of the rounds' ratios."""
    ratios = [value / other for value, other in zip(values, others, strict=True)]
    return f"{statistics.median(ratios):.2f}"


if __name__ == "__main__":
    typer.run(main)
