"""An nbgrader course, built from the small course and released by nbgrader itself, and submissions to it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from small_course import DOUBLE_ONLY, ROOT, TALLY, autograder, write_course

ASSIGNMENT = "01_demo"
SQUARES = "def double(x):\n    return x**2\n"
RIGHT = {"double": DOUBLE_ONLY, "Tally": TALLY}
Edit = Callable[[dict[str, Any]], Any]


def nbgrader(*arguments: str, cwd: Path, timeout: float = 900) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's own commands."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(cwd), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=timeout, check=False
    )


def make_course(folder: Path) -> Path:
    """Write the course to folder/torchstone, build and release its notebooks in folder/nbgrader; return the latter."""
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
    """Write a student's folder as nbgrader collects it: the release, with these answers and this edit."""
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
    """Return the cell that nbgrader knows by this name."""
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def code_cell(source: str) -> dict[str, Any]:
    """Return a code cell as a student adds one."""
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}


def scores(db_url: str, assignment: str = ASSIGNMENT) -> dict[str, dict[str, float | None]]:
    """Return student -> grade_id -> automatic score, as nbgrader's own library reads them."""
    from nbgrader.api import Gradebook

    with Gradebook(db_url) as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.auto_score for book in submission.notebooks for grade in book.grades
            }
            for submission in gradebook.assignment_submissions(assignment)
        }


def database(root: Path) -> str:
    """Return the URL of the course folder's gradebook."""
    return f"sqlite:///{root / 'gradebook.db'}"
