"""The time to grade a class: `autograder grade` beside one pytest process for each submission.

    python benchmarks/grading.py [--submissions 1000] [--pytest 8] [--rounds 5]

Both grade the seven exercises of benchmarks/seven.py in the same run, two processes at a time, each with one torch
thread. Pytest runs the same checks without any plugin of ours, on the first few submissions only, since each takes
seconds. All rates include start-up. In a usual class 85 % of the files give answers that equal known ones bit by bit;
the last row grades a class in which no answer does.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import psutil
import typer
from plain import CONFTEST
from rich.console import Console
from rich.progress import track
from rich.table import Table
from seven import KNOWN, NONE_KNOWN, SEVEN, generate, write_course

POLL_SECONDS = 0.5
SIDE_BY_SIDE = 2
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Command:
    """A command line, and the environment variables that it needs."""

    arguments: list[str]
    variables: dict[str, str]


@dataclass(frozen=True)
class Measured:
    """One way to grade, measured from outside."""

    submissions: int
    wall: float  # seconds
    cpu: float  # seconds, of the whole process tree
    peak: int  # bytes, proportional set size of the whole tree

    @property
    def rate(self) -> float:
        return self.submissions / self.wall


def grade(course: Path, folder: Path, out: Path) -> Measured:
    """Run the command once, for the whole class."""
    options = ["--out", str(out), "--jobs", str(SIDE_BY_SIDE)]
    command = Command([sys.executable, "-m", "autograder", "grade", str(folder), *options], {})
    return measure([command], course, len(list(folder.iterdir())))


def pytest_each(course: Path, students: list[Path]) -> Measured:
    """Run a process for each submission, two at a time."""
    options = ["-q", "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "no:autograder"]
    arguments = [sys.executable, "-m", "pytest", "exercises", "solutions", *options]
    commands = [Command(arguments, {"STUDENT": str(student)}) for student in students]
    return measure(commands, course, len(students))


def measure(commands: list[Command], course: Path, submissions: int) -> Measured:
    """Run the commands, two at a time; watch their process trees."""
    started = time.perf_counter()
    waiting, running = list(commands), []
    cpu, peak = 0.0, 0
    while waiting or running:
        while waiting and len(running) < SIDE_BY_SIDE:
            command = waiting.pop()
            process = psutil.Popen(
                command.arguments,
                cwd=course,
                env={**os.environ, **ONE_THREAD, **command.variables},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            running.append((process, Watch(process)))
        process, watch = running.pop(0)
        if process.wait() not in (0, 1):
            raise SystemExit(f"{' '.join(process.args)} exited with {process.returncode}")
        cpu += watch.finish()
        peak = max(peak, watch.peak)
    return Measured(submissions, time.perf_counter() - started, cpu, peak)


class Watch(threading.Thread):
    """Polls a process tree for its memory and CPU time. Dead workers are counted in their server's children times."""

    def __init__(self, process: psutil.Popen) -> None:
        super().__init__(daemon=True)
        self.process = process
        self.peak = 0
        self.cpu: dict[int, float] = {}
        self.ended = threading.Event()
        self.start()

    def run(self) -> None:
        while not self.ended.wait(POLL_SECONDS):
            try:
                tree = [self.process, *self.process.children(recursive=True)]
            except psutil.Error:
                return
            self.peak = max(self.peak, sum(map(self._look_at, tree)))

    def _look_at(self, process: psutil.Process) -> int:
        """Note the process's CPU time; its memory in bytes."""
        try:
            times = process.cpu_times()
            is_server = any(part.endswith("worker/__main__.py") for part in process.cmdline())
            waited_for = times.children_user + times.children_system if is_server else 0.0
            self.cpu[process.pid] = times.user + times.system + waited_for
            return int(process.memory_full_info().pss)
        except psutil.Error:
            return 0

    def finish(self) -> float:
        """CPU seconds of the tree, to within one poll."""
        self.ended.set()
        self.join()
        return sum(self.cpu.values())


def main(
    submissions: Annotated[int, typer.Option(min=2, help="Generated submissions, all different.")] = 1000,
    pytest: Annotated[int, typer.Option(min=1, help="How many of them also get a pytest process each.")] = 8,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds, of which the median is shown.")] = 5,
) -> None:
    """Measure and print."""
    plain, usual, unknown = [], [], []
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        root = scratch / "course"
        root.mkdir()
        course = write_course(root)
        (root / "conftest.py").write_text(CONFTEST, encoding="utf-8")
        generate(course, scratch / "usual", submissions)
        generate(course, scratch / "unknown", submissions, none_known=True)
        students = sorted((scratch / "usual").iterdir())[:pytest]
        for number in track(range(rounds), "measuring", console=Console(stderr=True)):
            plain.append(pytest_each(root, students))
            usual.append(grade(root, scratch / "usual", scratch / f"out{number}"))
            unknown.append(grade(root, scratch / "unknown", scratch / f"out_unknown{number}"))
    command = f"autograder grade --jobs {SIDE_BY_SIDE}"
    show(
        {
            f"one pytest process each, {SIDE_BY_SIDE} at a time": plain,
            f"{command}; {KNOWN}": usual,
            f"{command}; {NONE_KNOWN}": unknown,
        }
    )


def show(rows: dict[str, list[Measured]]) -> None:
    """The table of medians."""
    table = Table(title=f"{len(SEVEN)} exercises in each submission; rates include start-up", box=None)
    for heading in ("", "submissions", "per s", "from", "to", "CPU ms each", "peak MiB", "x pytest"):
        table.add_column(heading, justify="right" if heading else "left")
    first = statistics.median(one.rate for one in next(iter(rows.values())))
    for way, found in rows.items():
        rates = [one.rate for one in found]
        rate, cpu = statistics.median(rates), statistics.median(one.cpu / one.submissions for one in found)
        table.add_row(
            way,
            str(found[0].submissions),
            f"{rate:.2f}",
            f"{min(rates):.2f}",
            f"{max(rates):.2f}",
            f"{1000 * cpu:.0f}",
            str(max(one.peak for one in found) >> 20),
            f"{rate / first:.1f}",
        )
    Console(width=150).print(table)


if __name__ == "__main__":
    typer.run(main)
