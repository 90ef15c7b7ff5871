"""A small nbgrader course, built from the small course and released by nbgrader itself, and students' work in it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from small_course import ROOT, autograder, write_course

ASSIGNMENT = "01_demo"
DOUBLE = "def double(x):\n    return 2 * x\n"
SQUARES = "def double(x):\n    return x**2\n"
TALLY = """class Tally:
    def __init__(self):
        self.counts = {}

    def add(self, word):
        self.counts[word] = self.counts.get(word, 0) + 1

    def count(self, word):
        return self.counts.get(word, 0)
"""
RIGHT = {"double": DOUBLE, "Tally": TALLY}
Edit = Callable[[dict[str, Any]], Any]


def nbgrader(*arguments: str, cwd: Path, timeout: float = 900) -> subprocess.CompletedProcess[str]:
    """One of nbgrader's own commands."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(cwd), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=timeout, check=False
    )


def make_course(folder: Path) -> Path:
    """<folder>/nbgrader, with its course in <folder>/torchstone; built and released."""
    course = write_course(folder / "torchstone")
    manifest = course / "course.toml"
    manifest.write_text(f"{manifest.read_text(encoding='utf-8')}load_seconds = 2\n", encoding="utf-8")
    root = folder / "nbgrader"
    built = autograder("notebooks", "build", "--out", root, cwd=course)
    assert built.returncode == 0, built.stderr
    released = nbgrader("generate_assignment", ASSIGNMENT, cwd=root)
    assert released.returncode == 0, released.stderr
    return root


def hand_in(
    root: Path,
    student: str,
    answers: Mapping[str, str],
    edit: Edit | None = None,
    *,
    handed_in: str = "2026-11-01 12:00:00 UTC",
    assignment: str = ASSIGNMENT,
) -> Path:
    """A student's folder as nbgrader collects it: the release, with these answers, edited further."""
    folder = root / "submitted" / student / assignment
    shutil.copytree(root / "release" / assignment, folder)
    (path,) = folder.glob("*.ipynb")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for name, code in answers.items():
        cell(notebook, name)["source"] = code
    if edit is not None:
        edit(notebook)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    (folder / "timestamp.txt").write_text(handed_in, encoding="utf-8")
    return folder


def cell(notebook: dict[str, Any], grade_id: str) -> dict[str, Any]:
    """The cell that nbgrader knows by this name."""
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def code_cell(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}


def scores(db_url: str, assignment: str = ASSIGNMENT) -> dict[str, dict[str, float | None]]:
    """Student -> grade_id -> automatic score, as nbgrader's own library reads them."""
    from nbgrader.api import Gradebook

    with Gradebook(db_url) as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.auto_score for book in submission.notebooks for grade in book.grades
            }
            for submission in gradebook.assignment_submissions(assignment)
        }


def database(root: Path) -> str:
    return f"sqlite:///{root / 'gradebook.db'}"
