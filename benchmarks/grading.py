"""How fast a class is graded: sandboxed, beside the same checks without isolation and one pytest process each.

    python benchmarks/grading.py [--submissions 60] [--pytest 5]

All ways grade the same generated submissions of the whole course in the same run; the table prints ratios.
Rates include start-up, unless they say "warm".
"""

import json
import random
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
from rich.console import Console
from rich.table import Table

from autograder.course import Course, load_course
from autograder.diagnosis import load_misconceptions, variant

ROOT = Path(__file__).resolve().parents[1]
POLL_SECONDS = 0.25


@dataclass(frozen=True)
class Measured:
    """One way to grade, measured from outside."""

    way: str
    submissions: int
    wall: float  # seconds
    cpu: float  # seconds, of the whole process tree
    peak: int  # bytes, proportional set size of the whole tree
    warm: float | None = None  # submissions per second once everything is loaded

    @property
    def rate(self) -> float:
        return self.submissions / self.wall


def generate(course: Course, folder: Path, count: int) -> None:
    """Submissions of the whole course: in each topic the reference or, in two of five, one of its misconceptions."""
    draw = random.Random(0)
    variants = {
        topic.name: [
            variant(topic.reference, exercise, misconception).text
            for exercise, misconceptions in load_misconceptions(topic).items()
            for misconception in misconceptions
        ]
        for topic in course.topics
    }
    for number in range(count):
        for topic in course.topics:
            code = topic.reference.read_text(encoding="utf-8")
            if draw.random() < 0.4:
                code = draw.choice(variants[topic.name])
            path = folder / f"student{number:04}" / topic.name / topic.filename
            path.parent.mkdir(parents=True)
            path.write_text(code + f"\n# {number}\n", encoding="utf-8")


def measure(way: str, submissions: int, commands: list[list[str]]) -> Measured:
    """Run the commands one after the other; watch their process trees."""
    started, cpu, peak, warm = time.perf_counter(), 0.0, 0, None
    for command in commands:
        process = psutil.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        watch = Watch(process)
        output, _ = process.communicate()
        if process.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)} exited with {process.returncode}")
        cpu += watch.finish()
        peak = max(peak, watch.peak)
        if output.startswith("{"):
            warm = json.loads(output)["warm"]
    return Measured(way, submissions, time.perf_counter() - started, cpu, peak, warm)


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


PREPARE = """
import json, sys, time, torch
from pathlib import Path
from autograder.checks.collect import collect_checks
from autograder.checks.local import LocalTransport
from autograder.checks.run import run_check
from autograder.course import load_course
from autograder.grade import Grader, Settings, ask
from autograder.sandbox import ForkServer
from autograder.submission import open_submission

torch.set_num_threads(1)  # as the grader does
course = load_course(Path(sys.argv[1]))
folders = sorted(Path(sys.argv[2]).iterdir())
started = None

def tell():
    print(json.dumps({"warm": (len(folders) - 1) / (time.perf_counter() - started)}))
"""

IN_PROCESS = f"""{PREPARE}
checks = collect_checks(course.topics)
parameters = {{e.name: e.parameters for e in course.exercises}}
for folder in folders:
    submission = open_submission(folder, course)
    for topic in course.topics:
        transport = LocalTransport(submission.sources[topic.name])
        for exercise in topic.exercises:
            for check in checks[exercise.name]:
                run_check(check, ask(transport, topic, exercise, course.limits), parameters)
    started = started or time.perf_counter()
tell()
"""

SANDBOXED = f"""{PREPARE}
with ForkServer(course.limits) as server:
    grader = Grader(course, server, Settings(topics=tuple(t.name for t in course.topics)))
    for folder in folders:
        grader.grade(open_submission(folder, course))
        started = started or time.perf_counter()
    tell()
"""


def main(
    submissions: Annotated[int, typer.Option(help="Generated submissions.")] = 60,
    pytest: Annotated[int, typer.Option(help="How many of them also get a pytest process each.")] = 5,
) -> None:
    """Measure and print."""
    python, course = sys.executable, load_course(ROOT)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "class"
        generate(course, folder, submissions)
        pytest_each = [
            [
                python,
                "-m",
                "pytest",
                "-q",
                "exercises",
                "solutions",
                "--against",
                str(student),
                "-p",
                "no:cacheprovider",
            ]
            for student in sorted(folder.iterdir())[:pytest]
        ]
        where = [str(ROOT), str(folder)]
        grade = [python, "-m", "autograder", "grade", str(folder), "--jobs"]
        rows = [
            measure("one pytest process each", pytest, pytest_each),
            measure("in one process, no isolation", submissions, [[python, "-c", IN_PROCESS, *where]]),
            measure("sandboxed, one grader", submissions, [[python, "-c", SANDBOXED, *where]]),
            measure("autograder grade --jobs 1", submissions, [[*grade, "1", "--out", f"{scratch}/1"]]),
            measure("autograder grade --jobs 2", submissions, [[*grade, "2", "--out", f"{scratch}/2"]]),
        ]
    show(rows, sum(1 for _ in course.exercises))


def show(rows: list[Measured], exercises: int) -> None:
    """The table, and what isolation costs."""
    table = Table(title=f"{exercises} exercises in each submission", box=None)
    for heading in ("", "submissions", "wall s", "per s", "warm per s", "CPU s each", "peak MiB", "x pytest"):
        table.add_column(heading, justify="right" if heading else "left")
    for row in rows:
        table.add_row(
            row.way,
            str(row.submissions),
            f"{row.wall:.1f}",
            f"{row.rate:.2f}",
            f"{row.warm:.2f}" if row.warm else "",
            f"{row.cpu / row.submissions:.2f}",
            str(row.peak >> 20),
            f"{row.rate / rows[0].rate:.1f}",
        )
    Console(width=120).print(table)
    plain, boxed = rows[1].warm, rows[2].warm
    if plain and boxed:
        print(f"Warm, isolation and diagnosis together cost a factor of {plain / boxed:.2f}.")


if __name__ == "__main__":
    typer.run(main)
