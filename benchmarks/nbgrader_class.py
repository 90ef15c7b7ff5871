"""The time to grade a class of notebooks: nbgrader with its own kernel, with our preprocessor, and our command.

    python benchmarks/nbgrader_class.py [--notebooks 40] [--stock 40] [--jobs 2]

The notebooks hold the six exercises of batch normalisation, no two alike, most with one misconception. For nbgrader's
own kernel the grade cells hold hidden tests as an instructor would write them, fewer than the course's own checks, and
nothing of Torchstone is imported. Times are of whole commands, start-up included. nbgrader grades one notebook after
the other in one process and one kernel, so a row adds two nbgrader commands side by side, each for half of the class;
our command uses --jobs grader processes. With --stock N the kernel runs N of the notebooks, and the time for all is
drawn through those for 1 and N.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
TOPIC = "09_batch_norm"
NOTEBOOK = "batch_norm.ipynb"
HIDDEN = {
    "batch_norm_train": """
x, g, b = torch.randn(8, 3), torch.randn(3), torch.randn(3)
expected = torch.nn.functional.batch_norm(x, None, None, g, b, training=True)
torch.testing.assert_close(batch_norm_train(x, g, b), expected)
""",
    "batch_norm_2d_train": """
x, g, b = torch.randn(4, 3, 5, 5), torch.randn(3), torch.randn(3)
expected = torch.nn.functional.batch_norm(x, None, None, g, b, training=True)
torch.testing.assert_close(batch_norm_2d_train(x, g, b), expected)
""",
    "bn_running_stats": """
x, mean, var = torch.randn(8, 3), torch.zeros(3), torch.ones(3)
m, v = mean.clone(), var.clone()
torch.nn.functional.batch_norm(x, m, v, training=True, momentum=0.1)
found = bn_running_stats(x, mean, var, 0.1)
torch.testing.assert_close(found[0], m)
torch.testing.assert_close(found[1], v)
""",
    "convert_bn_momentum": """
assert abs(convert_bn_momentum(0.9, "old_weight") - 0.1) < 1e-9
assert abs(convert_bn_momentum(0.1, "new_weight") - 0.9) < 1e-9
""",
    "batch_norm_eval": """
x, m, v = torch.randn(8, 3), torch.randn(3), torch.rand(3) + 0.5
g, b = torch.randn(3), torch.randn(3)
torch.testing.assert_close(batch_norm_eval(x, m, v, g, b), torch.nn.functional.batch_norm(x, m, v, g, b))
""",
    "BatchNorm2dLite": """
ours, theirs = BatchNorm2dLite(3), torch.nn.BatchNorm2d(3)
for _ in range(3):
    x = torch.randn(4, 3, 5, 5)
    torch.testing.assert_close(ours(x), theirs(x))
""",
}
MEASURED = "measured"
PLAIN = "c = get_config()\n"  # nbgrader's own preprocessors


@dataclass(frozen=True)
class Row:
    """One way to grade the class."""

    label: str
    processes: str
    seconds: float


def run(*command: str | Path, cwd: Path) -> float:
    """Seconds of a command that must succeed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} exited with {done.returncode}\n{done.stderr[-3000:]}")
    return time.perf_counter() - started


def make_courses(folder: Path) -> tuple[Path, Path]:
    """Two released nbgrader courses of the same notebook: ours, and one with hidden tests in its cells."""
    ours, stock = folder / "ours", folder / "stock"
    run("autograder", "notebooks", "build", "--topic", TOPIC, "--course", ROOT, "--out", ours, cwd=folder)
    source = json.loads((ours / "source" / TOPIC / NOTEBOOK).read_text(encoding="utf-8"))
    kept = [_with_hidden_tests(cell) for cell in source["cells"] if cell["metadata"]["torchstone"]["role"] in KEPT]
    (stock / "source" / TOPIC).mkdir(parents=True)
    (stock / "source" / TOPIC / NOTEBOOK).write_text(json.dumps({**source, "cells": kept}), encoding="utf-8")
    (stock / "nbgrader_config.py").write_text(PLAIN, encoding="utf-8")
    for course in (ours, stock):
        run("nbgrader", "generate_assignment", TOPIC, cwd=course)
    return ours, stock


KEPT = ("title", "setup", "task", "solution", "grade")


def _with_hidden_tests(cell: dict[str, Any]) -> dict[str, Any]:
    about, text = cell["metadata"]["torchstone"], "".join(cell["source"])
    if about["role"] == "setup":
        text = "\n".join(line for line in text.splitlines() if "autograder" not in line)
    elif about["role"] == "grade":
        text = f"### BEGIN HIDDEN TESTS{HIDDEN[about['exercise']]}### END HIDDEN TESTS"
    return {**cell, "source": text}


def hand_in(courses: tuple[Path, ...], notebooks: int) -> None:
    """The same answers in each course: the references, most with one misconception, each with a line of its own."""
    solutions = ROOT / "solutions" / TOPIC
    code = (solutions / NOTEBOOK.replace(".ipynb", ".py")).read_text(encoding="utf-8")
    right = {node.name: ast.get_source_segment(code, node) or "" for node in ast.parse(code).body if _defines(node)}
    misconceptions = [
        (name, one["instead_of"], one["wrote"])
        for name, several in tomllib.loads((solutions / "misconceptions.toml").read_text(encoding="utf-8")).items()
        for one in several
        if "instead_of" in one
    ]
    for number in range(notebooks):
        answers = dict(right)
        if number % 4:
            name, instead_of, wrote = misconceptions[number % len(misconceptions)]
            answers[name] = answers[name].replace(instead_of, wrote)
        for course in courses:
            folder = course / "submitted" / f"s{number:03}" / TOPIC
            shutil.copytree(course / "release" / TOPIC, folder)
            notebook = json.loads((folder / NOTEBOOK).read_text(encoding="utf-8"))
            for cell in notebook["cells"]:
                if cell["metadata"]["torchstone"]["role"] == "solution":
                    cell["source"] = f"{answers[cell['metadata']['torchstone']['exercise']]}\n# {number}\n"
            (folder / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")


def _defines(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in HIDDEN


def time_stock(course: Path, notebooks: int, limit: int) -> tuple[float, str]:
    """Seconds of `nbgrader autograde` with its kernel, and how they were found."""
    if limit >= notebooks:
        return run("nbgrader", "autograde", TOPIC, cwd=course), MEASURED
    submitted, aside = course / "submitted", course / "aside"
    submitted.rename(aside)
    seconds = []
    for size in (1, limit):
        shutil.rmtree(submitted, ignore_errors=True)
        submitted.mkdir()
        for number in range(size):
            shutil.copytree(aside / f"s{number:03}", submitted / f"s{number:03}")
        seconds.append(run("nbgrader", "autograde", TOPIC, "--force", cwd=course))
    each = (seconds[1] - seconds[0]) / (limit - 1)
    return seconds[0] + each * (notebooks - 1), f"drawn through 1 and {limit} notebooks"


def time_two_at_a_time(course: Path) -> float:
    """Return the seconds of two `nbgrader autograde` commands side by side, each for half of the students."""
    halves = ["s*[02468]", "s*[13579]"]
    with ThreadPoolExecutor(len(halves)) as pool:
        started = time.perf_counter()
        commands = [
            pool.submit(run, "nbgrader", "autograde", TOPIC, "--force", "--student", half, cwd=course)
            for half in halves
        ]
        for command in commands:
            command.result()
        return time.perf_counter() - started


def main(
    notebooks: Annotated[int, typer.Option(min=2, help="The class.")] = 40,
    stock: Annotated[int | None, typer.Option(min=2, help="How many of them nbgrader's kernel runs.")] = None,
    jobs: Annotated[int, typer.Option(help="Grader processes of our command.")] = 2,
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="torchstone-nbgrader-") as name:
        ours, plain = make_courses(Path(name))
        hand_in((ours, plain), notebooks)
        kernel, how = time_stock(plain, notebooks, stock or notebooks)
        two = time_two_at_a_time(plain) if how == MEASURED else None
        preprocessor = run("nbgrader", "autograde", TOPIC, cwd=ours)
        for made in ("autograded", "torchstone"):
            shutil.rmtree(ours / made)
        command = run("autograder", "nbgrader", "grade", TOPIC, "--course", ROOT, "--jobs", str(jobs), cwd=ours)
    rows = [Row(f"nbgrader autograde, its own kernel ({how})", "1 + kernel", kernel)]
    if two is not None:
        rows.append(Row("two nbgrader autograde side by side", "2 + kernels", two))
    rows.append(Row("nbgrader autograde, our preprocessor", "1 + workers", preprocessor))
    rows.append(Row("autograder nbgrader grade", f"{jobs} + workers", command))
    show(rows, notebooks)


def show(rows: list[Row], notebooks: int) -> None:
    """Print the table; the first row is the measure."""
    table = Table(title=f"{notebooks} notebooks of {TOPIC}", box=None, pad_edge=False, title_justify="left")
    for heading in ("", "processes", "seconds", "notebooks per second", "times as fast"):
        table.add_column(heading, justify="right" if heading else "left")
    for row in rows:
        rate = f"{notebooks / row.seconds:.2f}"
        table.add_row(row.label, row.processes, f"{row.seconds:.1f}", rate, f"{rows[0].seconds / row.seconds:.1f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    typer.run(main)
