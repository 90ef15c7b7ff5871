"""The cost of grading again after one hidden check changed, compared with a full grading of the same class.

    python benchmarks/regrade.py [--submissions 1000] [--jobs 2]

Every generated submission hands in every topic of the course, no two alike. Times are those of whole commands, start-up
included: everything graded, one check changed and graded again, one weight changed and graded again.
"""

import ast
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from seven import ROOT, generate

from autograder.course.model import Course, Topic, load_course

EXERCISE = "adam_step"


def copy_course(folder: Path) -> Course:
    """Copy the whole course into a folder that may be changed."""
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "course.toml", folder)
    return load_course(folder)


def change_check(topic: Topic) -> str:
    """Add a harmless line to the exercise's first hidden check. Return the check's name."""
    lines = topic.hidden_checks.read_text(encoding="utf-8").splitlines(keepends=True)
    for node in ast.parse("".join(lines)).body:
        if isinstance(node, ast.FunctionDef) and any(EXERCISE in ast.dump(one) for one in node.decorator_list):
            assert node.end_lineno
            lines.insert(node.end_lineno, "    assert student\n")
            topic.hidden_checks.write_text("".join(lines), encoding="utf-8")
            return node.name
    raise SystemExit(f"There is no check of {EXERCISE}.")


def change_weight(topic: Topic) -> None:
    """Change the weights of the exercise's checks."""
    text = topic.hidden_checks.read_text(encoding="utf-8")
    topic.hidden_checks.write_text(text.replace(f'@check("{EXERCISE}")', f'@check("{EXERCISE}", weight=4)'), "utf-8")


def seconds(course: Course, folder: Path, jobs: int) -> float:
    """Return the seconds of one grading."""
    command = [sys.executable, "-m", "autograder", "grade", str(folder), "--out", str(folder.parent / "results")]
    started = time.perf_counter()
    done = subprocess.run([*command, "--jobs", str(jobs)], cwd=course.root, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise SystemExit(f"autograder grade exited with {done.returncode}.")
    return time.perf_counter() - started


def main(
    submissions: Annotated[int, typer.Option(min=1, help="Generated submissions, all different.")] = 1000,
    jobs: Annotated[int, typer.Option(min=1, help="Grader processes.")] = 2,
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "course"
        course = copy_course(root)
        generate(course, Path(scratch) / "class", submissions)
        topic = course.topic(course.exercise(EXERCISE).topic)
        rows = {"everything": seconds(course, Path(scratch) / "class", jobs)}
        changed = change_check(topic)
        rows[f"after {changed} of {EXERCISE} changed"] = seconds(course, Path(scratch) / "class", jobs)
        change_weight(topic)
        rows[f"after weights of {EXERCISE} changed"] = seconds(course, Path(scratch) / "class", jobs)
    exercises = sum(1 for _ in course.exercises)
    table = Table(title=f"{submissions:,} submissions of {exercises} exercises, {jobs} grader processes", box=None)
    for heading in ("Graded", "seconds", "of the first"):
        table.add_column(heading, justify="left" if heading == "Graded" else "right")
    for name, took in rows.items():
        table.add_row(name, f"{took:.1f}", f"{took / rows['everything']:.1%}")
    Console(width=120).print(table)


if __name__ == "__main__":
    typer.run(main)
