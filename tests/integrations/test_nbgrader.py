"""A class in an nbgrader course, graded by our command and by `nbgrader autograde` with our preprocessor."""

import json
import re
import shutil
from types import SimpleNamespace
from typing import Any

import pytest
from nbgrader_course import (
    ASSIGNMENT,
    RIGHT,
    SQUARES,
    cell,
    code_cell,
    database,
    hand_in,
    make_course,
    nbgrader,
    scores,
)
from small_course import DOUBLE_ONLY, TALLY, autograder

pytest.importorskip("nbgrader", reason="nbgrader is an extra")

FULL = {"grade-double": 4.0, "grade-Tally": 2.0}
NOTHING = {"grade-double": 0.0, "grade-Tally": 0.0}
ONLY_TALLY = {"grade-double": 0.0, "grade-Tally": 2.0}
HALF_RIGHT = {"grade-double": 0.8, "grade-Tally": 2.0}  # x**2 equals 2 * x for 0, for 2 and for an empty tensor


def lose_metadata(notebook: dict[str, Any]) -> None:
    notebook["metadata"] = {}
    for one in notebook["cells"]:
        one["metadata"] = {}


def copy_untouched(notebook: dict[str, Any]) -> None:
    """Append a copy of the released stub, with the same metadata as the answer."""
    notebook["cells"].append({**cell(notebook, "double"), "source": "def double(x):\n    raise NotImplementedError\n"})


def make_older(notebook: dict[str, Any]) -> None:
    notebook["metadata"]["torchstone"]["version"] = "0.1"


def claim_points(notebook: dict[str, Any]) -> None:
    cell(notebook, "grade-double").update(source="4")
    cell(notebook, "grade-double")["metadata"]["nbgrader"]["points"] = 400


def delete_locked(notebook: dict[str, Any]) -> None:
    notebook["cells"] = [one for one in notebook["cells"] if one["id"] in ("double", "Tally")]


def make_text(notebook: dict[str, Any]) -> None:
    cell(notebook, "double").update(cell_type="markdown")
    for key in ("outputs", "execution_count"):
        del cell(notebook, "double")[key]


# student -> (answers, what is done to the notebook, scores, a word of the remark on it)
CLASS = {
    "right": (RIGHT, None, FULL, ""),
    "untouched": ({}, None, NOTHING, ""),
    "squares": ({**RIGHT, "double": SQUARES}, None, HALF_RIGHT, ""),
    "magic": ({**RIGHT, "Tally": f"%matplotlib inline\n!ls\n{TALLY}"}, None, FULL, ""),
    "no-python": ({**RIGHT, "double": "def double(x:\n"}, None, ONLY_TALLY, "left out"),
    "loops": ({**RIGHT, "double": f"while True:\n    pass\n{DOUBLE_ONLY}"}, None, ONLY_TALLY, ""),
    "helpers": (
        {**RIGHT, "double": "def double(x):\n    return twice(x)\n"},
        lambda n: n["cells"].append(code_cell("import torch as t\ndef twice(x):\n    return t.mul(x, 2)\n")),
        FULL,
        "",
    ),
    "reordered": (RIGHT, lambda n: n["cells"].reverse(), FULL, ""),
    "copies": (RIGHT, copy_untouched, FULL, "several times"),
    "edited": (RIGHT, claim_points, FULL, "locked cells were changed"),
    "edited-wrong": ({}, claim_points, NOTHING, "locked cells were changed"),
    "deleted": (RIGHT, delete_locked, FULL, "put back"),
    "no-metadata": (RIGHT, lose_metadata, FULL, ""),
    "older": (RIGHT, make_older, FULL, "version 0.1"),
    "as-text": (RIGHT, make_text, FULL, "no code cell any more"),
}
ONLY_OURS = {"renamed": "taken for demo.ipynb", "two": "Not used"}  # nbgrader itself takes no notebook of another name


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Grade the class with our command."""
    root = make_course(tmp_path_factory.mktemp("course"))
    for student, (answers, edit, _, _) in CLASS.items():
        hand_in(root, student, answers, edit)
    renamed = hand_in(root, "renamed", RIGHT)
    (renamed / "demo.ipynb").rename(renamed / "my solution.ipynb")
    two = hand_in(root, "two", RIGHT)
    shutil.copy(root / "release" / ASSIGNMENT / "demo.ipynb", two / "demo-Copy1.ipynb")
    (two / "timestamp.txt").write_text("the day before yesterday")
    run = autograder("nbgrader", "grade", ASSIGNMENT, "--course", "../torchstone", cwd=root)
    return SimpleNamespace(root=root, run=run, scores=scores(database(root)))


def result_of(graded: SimpleNamespace, student: str) -> dict[str, Any]:
    return json.loads((graded.root / "torchstone" / ASSIGNMENT / f"{student}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("student", CLASS)
def test_each_student_gets_the_expected_scores_and_remarks(graded: SimpleNamespace, student: str) -> None:
    *_, points, remark = CLASS[student]
    assert graded.scores[student] == points
    remarks = " ".join(problem["sentence"]["en"] for problem in result_of(graded, student)["problems"])
    assert remark in remarks
    assert remark or not remarks


@pytest.mark.parametrize("student", ONLY_OURS)
def test_a_notebook_with_another_name_is_graded(graded: SimpleNamespace, student: str) -> None:
    assert graded.scores[student] == FULL
    assert ONLY_OURS[student] in json.dumps(result_of(graded, student)["problems"])


def test_the_command_shows_the_class_and_succeeds(graded: SimpleNamespace) -> None:
    assert graded.run.returncode == 0, graded.run.stderr
    assert f"{len(CLASS) + len(ONLY_OURS)} graded, 0 unreadable" in graded.run.stdout
    assert "two: nbgrader cannot read the date in timestamp.txt" in graded.run.stderr


def test_an_endless_loop_is_reported_as_a_timeout(graded: SimpleNamespace) -> None:
    double = result_of(graded, "loops")["exercises"][0]
    assert double["verdict"] == "timed_out"
    assert "cell" in double["checks"][0]["message"]["en"]


def test_autograded_notebooks_hold_one_clean_number_and_the_feedback(graded: SimpleNamespace) -> None:
    for student, (*_, points, _) in CLASS.items():
        path = graded.root / "autograded" / student / ASSIGNMENT / "demo.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for name, score in points.items():
            scored = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name]
            (number, feedback) = scored[0]["outputs"]
            assert len(scored) == 1
            assert scored[0]["source"] == f'grade("{name.removeprefix("grade-")}")'
            assert (number["output_type"], float(number["data"]["text/plain"])) == ("execute_result", score)
            assert name.removeprefix("grade-") in feedback["text"]
        others = [c for c in notebook["cells"] if not c["metadata"].get("nbgrader", {}).get("grade")]
        assert others
        assert all(c.get("outputs", []) == [] for c in others)


def test_nbgrader_makes_its_feedback_from_our_notebooks(graded: SimpleNamespace) -> None:
    made = nbgrader("generate_feedback", ASSIGNMENT, "--student=squares", cwd=graded.root)
    assert made.returncode == 0, made.stderr
    page = (graded.root / "feedback" / "squares" / ASSIGNMENT / "demo.html").read_text(encoding="utf-8")
    assert "You squared x. Multiply it by 2." in page
    assert "你算的是平方，应乘以 2。" in page
    assert "Score: 2.8 / 6.0" in page


def test_plain_nbgrader_autograde_gives_the_same_scores(graded: SimpleNamespace) -> None:
    """It uses existing results, grades where one is missing, and starts no kernel.

    It skips two students: the notebook of one has another name, and the timestamp of the other is no date.
    """
    changed = graded.root / "torchstone" / ASSIGNMENT / "untouched.json"
    kept = json.loads(changed.read_text(encoding="utf-8"))
    kept["exercises"][0]["points"] = 1.0
    changed.write_text(json.dumps(kept), encoding="utf-8")
    missing = graded.root / "torchstone" / ASSIGNMENT / "squares.json"
    missing.unlink()
    hand_in(graded.root, "resubmitted", {})
    path = graded.root / "nbgrader_config.py"
    no_kernel = "import nbclient\nnbclient.client.NotebookClient.start_new_kernel = None\n"
    path.write_text(no_kernel + path.read_text(encoding="utf-8"), encoding="utf-8")
    run = nbgrader("autograde", ASSIGNMENT, "--force", cwd=graded.root)
    assert set(re.findall(r"error processing assignment .* for student '(.+)'", run.stderr)) == {*ONLY_OURS}
    found = scores(database(graded.root))
    expected = {student: points for student, (_, _, points, _) in CLASS.items()}
    expected["untouched"] = {**NOTHING, "grade-double": 1.0}
    assert {student: found[student] for student in expected} == expected
    assert found["resubmitted"] == NOTHING
    assert missing.exists()
