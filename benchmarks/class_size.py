"""Time and memory of `autograder grade` for each submission, by the size of the class.

    python benchmarks/class_size.py [--size 100 --size 1000] [--jobs 2]

Submissions of the seven exercises of benchmarks/seven.py are generated, no two the same file. 85 % of the files give
answers that equal known ones bit by bit; the last row is a class of the first size in which no answer does.
All times here run from the first result to the last, so they leave out start-up, which benchmarks/grading.py includes.
"more CPU" is the CPU time of each submission beyond the first size; a busy machine changes it little.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import grading
import psutil
import typer
from grading import Watch
from rich.console import Console
from rich.table import Table
from seven import KNOWN, NONE_KNOWN, generate, write_course

LOOKS_AT_EACH_SIZE = 200  # at the memory: a peak among many looks would be higher than one among few
SECONDS_EACH = 0.05
UNDISTURBED = 1.0  # seconds between looks; looking more often costs the processes time


@dataclass(frozen=True)
class Measured:
    """One run of `autograder grade` on an empty folder."""

    size: int
    answers: str  # how many of them the grader has seen before
    first: float  # seconds until the first result
    rest: float  # seconds from there to the last
    cpu: float  # seconds, of the whole process tree
    peak: int  # bytes, proportional set size of the whole tree

    @property
    def each(self) -> float:
        """Seconds for one submission."""
        return self.rest / (self.size - 1)


def measure(course: Path, folder: Path, jobs: int, answers: str) -> Measured:
    """Grade the class; watch the process tree. A small class is graded once more, for its time."""
    out = folder.with_name(f"{folder.name}_out")
    seconds = sum(1 for _ in folder.iterdir()) * SECONDS_EACH / LOOKS_AT_EACH_SIZE
    watched = replace(run(course, folder, out, jobs, seconds), answers=answers)
    if seconds >= UNDISTURBED:
        return watched
    shutil.rmtree(out)
    return replace(run(course, folder, out, jobs, UNDISTURBED), peak=watched.peak, answers=answers)


def run(course: Path, folder: Path, out: Path, jobs: int, seconds: float) -> Measured:
    """Grade the class into an empty folder. seconds: between two looks at the process tree."""
    command = [sys.executable, "-m", "autograder", "grade", str(folder), "--jobs", str(jobs), "--out", str(out)]
    started = time.time()
    process = psutil.Popen(command, cwd=course, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    grading.POLL_SECONDS = seconds
    watch = Watch(process)
    if process.wait() != 0:
        raise SystemExit(f"{' '.join(command)} exited with {process.returncode}")
    times = sorted(path.stat().st_mtime for path in out.glob("*.json"))
    return Measured(
        size=len(times),
        answers="",
        first=times[0] - started,
        rest=times[-1] - times[0],
        cpu=watch.finish(),
        peak=watch.peak,
    )


def main(
    size: Annotated[list[int], typer.Option(help="Submissions; may be repeated. The first is the measure.")] = [  # noqa: B006  typer reads the default, nobody changes it
        100,
        1000,
    ],
    jobs: Annotated[int, typer.Option(help="Grader processes.")] = 2,
) -> None:
    """Measure and print. Ten thousand (`--size 100 --size 10000`) take about a quarter of an hour."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "course"
        root.mkdir()
        course = write_course(root)
        for number, count in enumerate(size):
            folder = Path(scratch) / f"class{number}"
            generate(course, folder, count)
            rows.append(measure(root, folder, jobs, KNOWN))
        folder = Path(scratch) / "unknown"
        generate(course, folder, size[0], none_known=True)
        rows.append(measure(root, folder, jobs, NONE_KNOWN))
    show(rows)


def show(rows: list[Measured]) -> None:
    """Print each size beside the first."""
    table = Table(title="from the first result to the last, without start-up", box=None)
    for heading in (
        "submissions",
        "first s",
        "rest s",
        "ms each",
        "x",
        "CPU s",
        "more CPU ms each",
        "peak MiB",
        "x",
        "answers",
    ):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            f"{row.size:,}",
            f"{row.first:.1f}",
            f"{row.rest:.1f}",
            f"{row.each * 1000:.0f}",
            f"{row.each / rows[0].each:.2f}",
            f"{row.cpu:.0f}",
            f"{(row.cpu - rows[0].cpu) / (row.size - rows[0].size) * 1000:.1f}" if row.size > rows[0].size else "",
            str(row.peak >> 20),
            f"{row.peak / rows[0].peak:.2f}",
            row.answers,
        )
    Console(width=170).print(table)


if __name__ == "__main__":
    typer.run(main)
