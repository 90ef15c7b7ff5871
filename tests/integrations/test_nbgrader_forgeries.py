"""Forgeries that get points from nbgrader's own kernel, and none from the sandbox.

For nbgrader, the assignment has hidden tests in its cells. For the sandbox, the notebook holds no test.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from nbgrader_course import ASSIGNMENT, code_cell, database, hand_in, make_course, nbgrader, scores
from small_course import autograder

pytest.importorskip("nbgrader", reason="nbgrader is an extra")

HIDDEN = """{visible}
### BEGIN HIDDEN TESTS
{hidden}
### END HIDDEN TESTS"""
TESTS = {
    "close": (2, "import torch", "assert torch.allclose(double(torch.tensor([0.5, 0.25])), torch.tensor([1.0, 0.5]))"),
    "equal": (2, "", "assert double(3) == 6"),
    "partial": (4, "", "sum(2.0 for n in (1, 2) if double(n) == 2 * n)"),
}
WRONG = "\ndef double(x):\n    return x\n"
# Rewrites the cells that the kernel runs later; the tests are among them.
REWRITES = "get_ipython().input_transformers_cleanup.append(lambda lines: {} if 'double(' in ''.join(lines) else lines)"

# name -> (what stands in the student's cell, what nbgrader's kernel gives for close, equal and partial)
FORGERIES = {
    "honest but wrong": (WRONG, (0, 0, 0)),
    "patches the comparison": (f"import torch\ntorch.allclose = lambda *a, **k: True{WRONG}", (2, 0, 0)),
    "equals everything": (
        "class Yes(float):\n    __eq__ = lambda *a: True\n    __hash__ = None\ndef double(x):\n    return Yes()\n",
        (0, 2, 4),
    ),
    "takes out the tests": (f"{REWRITES.format(['pass'])}{WRONG}", (2, 2, 4)),
    "prints its score": (
        "get_ipython().display_formatter.formatters['text/plain'].for_type("
        f"float, lambda v, p, c: p.text('4.0')){WRONG}"
        "get_ipython().display_formatter.formatters['text/plain'].for_type(int, lambda v, p, c: p.text('4.0'))\n",
        (0, 0, 4),
    ),
    "minus one": (f"{REWRITES.format(['-1'])}{WRONG}", (2, 2, 4)),
    "not a number": (f"{REWRITES.format([chr(102) + 'loat(chr(110) + chr(97) + chr(110))'])}{WRONG}", (2, 2, 4)),
    "reads the tests": (
        "import re\nKNOWN = {}\n"
        "def read(lines):\n"
        "    KNOWN.update((int(a), int(b)) for a, b in re.findall(r'double\\((\\d)\\) == (\\d)', ''.join(lines)))\n"
        "    return lines\n"
        "get_ipython().input_transformers_cleanup.append(read)\n"
        "def double(x):\n    return KNOWN.get(x, x) if isinstance(x, int) else x\n",
        (0, 2, 0),
    ),
    "above the maximum": (f"{REWRITES.format(['1000'])}{WRONG}", None),
    "ends the process": ("import os\nos._exit(0)\n", None),
}


def student(name: str) -> str:
    return name.replace(" ", "-")


def stock_course(root: Path) -> None:
    """Write an ordinary nbgrader course: one answer, three cells with hidden tests."""

    def with_metadata(source: str, name: str, points: int | None) -> dict[str, Any]:
        said = {"schema_version": 3, "grade_id": name, "grade": points is not None, "locked": points is not None}
        said |= {"solution": points is None, "task": False} | ({"points": points} if points is not None else {})
        return {**code_cell(source), "metadata": {"nbgrader": said}, "id": name}

    answer = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n"
    cells = [with_metadata(answer, "double", None)]
    for name, (points, visible, hidden) in TESTS.items():
        cells.append(with_metadata(HIDDEN.format(visible=visible, hidden=hidden), name, points))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (root / "source" / "stock").mkdir(parents=True)
    (root / "source" / "stock" / "stock.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    made = nbgrader("generate_assignment", "stock", cwd=root)
    assert made.returncode == 0, made.stderr
    assert "assert" not in (root / "release" / "stock" / "stock.ipynb").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float | None]]:
    """Grade the forgeries with nbgrader's own kernel."""
    root = tmp_path_factory.mktemp("stock")
    stock_course(root)
    for name, (code, _) in FORGERIES.items():
        hand_in(root, student(name), {"double": code}, assignment="stock")
    nbgrader("autograde", "stock", "--ExecutePreprocessor.timeout=60", cwd=root)  # some of them make it fail
    return scores(database(root), "stock")


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float | None]]:
    """Grade the forgeries and one honest answer with our command."""
    root = make_course(tmp_path_factory.mktemp("ours"))
    for name, (code, _) in FORGERIES.items():
        hand_in(root, student(name), {"double": code})
    hand_in(root, "honest", {"double": "def double(x):\n    return 2 * x\n"})
    shutil.copytree(root / "submitted" / "honest", root / "submitted" / "claims")
    claims = root / "submitted" / "claims" / ASSIGNMENT / "demo.ipynb"
    notebook = json.loads(claims.read_text(encoding="utf-8"))
    replaced = "import autograder.notebook\nautograder.notebook.grade = lambda name: 4.0" + WRONG
    for cell in notebook["cells"]:
        if cell["id"] == "double":
            cell["source"] = replaced
        cell.setdefault("outputs", []).append(
            {"output_type": "execute_result", "data": {"text/plain": "4"}, "metadata": {}, "execution_count": 1}
        )
    claims.write_text(json.dumps(notebook), encoding="utf-8")
    run = autograder("nbgrader", "grade", ASSIGNMENT, "--course", "../torchstone", cwd=root)
    assert run.returncode == 0, run.stderr
    return scores(database(root))


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_succeeds_in_nbgraders_own_kernel(stock: dict[str, dict[str, float | None]], name: str) -> None:
    won = FORGERIES[name][1]
    found = stock[student(name)]
    assert tuple(found[cell] for cell in TESTS) == (won or (None, None, None))


@pytest.mark.parametrize("name", [*FORGERIES, "claims"])
def test_a_forgery_passes_no_hidden_check_in_the_sandbox(ours: dict[str, dict[str, float | None]], name: str) -> None:
    """It passes only the checks that x itself passes: x is right for an empty tensor, and its input is unchanged."""
    assert ours["honest"]["grade-double"] == 4
    earned, honest_but_wrong = ours[student(name)]["grade-double"], ours[student("honest but wrong")]["grade-double"]
    assert earned is not None and honest_but_wrong is not None
    assert earned <= honest_but_wrong < 1
    assert ours[student(name)]["grade-Tally"] == 0
