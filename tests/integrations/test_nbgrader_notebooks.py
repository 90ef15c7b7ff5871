"""Grading notebooks of the course without nbgrader: fatal cells, copies, hostile metadata, clean scores."""

import json
from pathlib import Path
from typing import Any

import pytest
from nbgrader_course import SQUARES, cell, code_cell
from small_course import DOUBLE_ONLY, ROOT

from autograder.course.model import Course
from autograder.grading.grader import Grader
from autograder.integrations.nbgrader.autograded import ReleasedCell, ReleasedNotebook, graded_cells, graded_notebook
from autograder.integrations.nbgrader.entries import gradebook_entry
from autograder.integrations.nbgrader.scores import Score
from autograder.integrations.nbgrader.source.cells import notebook_cells, notebook_json
from autograder.results.model import SubmissionResult, Verdict
from autograder.submission.ipynb import Notebook, read_notebook
from autograder.submission.layouts import find_submissions
from autograder.submission.read import open_submission
from autograder.text import Language

STUB = "def double(x):\n    raise NotImplementedError\n"


@pytest.fixture
def notebook(course: Course) -> dict[str, Any]:
    """Return the small course's notebook, with its solutions."""
    topic = course.topics[0]
    return json.loads(notebook_json(course, topic, notebook_cells(topic, Language.BOTH)))


@pytest.fixture
def graded(tmp_path: Path, grader: Grader):
    def grade(notebook: dict[str, Any], **beside: str) -> SubmissionResult:
        folder = tmp_path / "student"
        folder.mkdir(exist_ok=True)
        (folder / "demo.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        for name, code in beside.items():
            (folder / f"{name}.py").write_text(code, encoding="utf-8")
        return grader.grade(open_submission(folder, grader.course))

    return grade


def verdicts(result: SubmissionResult) -> dict[str, Verdict]:
    return {exercise.name: exercise.verdict for exercise in result.exercises}


def test_the_notebook_with_its_solutions_earns_everything(notebook: dict[str, Any], graded: Any) -> None:
    result = graded(notebook)
    assert result.points == result.worth == 6
    assert result.problems == ()


@pytest.mark.parametrize("end", ["import os\nos._exit(0)\n", "while True:\n    pass\n"], ids=["exits", "loops"])
def test_a_fatal_cell_costs_its_own_exercise(notebook: dict[str, Any], graded: Any, end: str) -> None:
    cell(notebook, "double")["source"] = end + DOUBLE_ONLY
    verdict = Verdict.TIMED_OUT if "while" in end else Verdict.CRASHED
    assert verdicts(graded(notebook)) == {"double": verdict, "Tally": Verdict.PASSED}


def test_a_notebook_with_three_fatal_cells_crashes(notebook: dict[str, Any], graded: Any) -> None:
    notebook["cells"] += [code_cell(f"import os\nos._exit({number})\n") for number in range(2)]
    assert verdicts(graded(notebook)) == {"double": Verdict.PASSED, "Tally": Verdict.PASSED}
    notebook["cells"] += [code_cell("import os\nos._exit(2)\n")]
    assert set(verdicts(graded(notebook)).values()) == {Verdict.CRASHED}


def test_notebook_commands_do_nothing_during_grading(notebook: dict[str, Any], graded: Any) -> None:
    cell(notebook, "double")["source"] = (
        f"import autograder.notebook as t\nw = [t.quiz(), check('double')]\n{DOUBLE_ONLY}"
    )
    assert graded(notebook).points == 6


def test_the_set_up_cell_may_be_missing(notebook: dict[str, Any], graded: Any) -> None:
    notebook["cells"] = [one for one in notebook["cells"] if one["id"] != "setup"]
    cell(notebook, "double")["source"] = "def double(x):\n    return torch.mul(x, 2)\n"
    assert graded(notebook).points == 6


def test_an_answer_below_or_above_an_untouched_stub_counts(notebook: dict[str, Any], graded: Any) -> None:
    cell(notebook, "double")["source"] = STUB
    for position in (0, len(notebook["cells"])):
        changed = {**notebook, "cells": list(notebook["cells"])}
        changed["cells"].insert(position, code_cell(DOUBLE_ONLY))
        assert graded(changed).points == 6


def test_the_last_of_two_answers_counts_and_a_remark_says_so(notebook: dict[str, Any], graded: Any) -> None:
    cell(notebook, "double")["source"] = DOUBLE_ONLY
    notebook["cells"].append(code_cell(SQUARES))
    result = graded(notebook)
    assert verdicts(result)["double"] is Verdict.FAILED
    assert "the last one counts" in result.problems[0].sentence.en


def test_work_is_preferred_to_an_untouched_release(notebook: dict[str, Any], graded: Any) -> None:
    """Of a notebook and a module, the one with work counts; if both have work, the notebook counts."""
    assert graded(notebook, demo=f"{STUB}class Tally:\n    pass\n").points == 6
    assert graded(notebook, demo=SQUARES).points == 6
    for name, stub in (("double", STUB), ("Tally", "class Tally:\n    pass\n")):
        cell(notebook, name)["source"] = stub
    notebook["cells"] = [one for one in notebook["cells"] if one["id"] != "Tally"]
    assert verdicts(graded(notebook, demo=DOUBLE_ONLY))["double"] is Verdict.PASSED


def test_a_student_folder_of_assignments_is_one_submission(tmp_path: Path, notebook: dict[str, Any]) -> None:
    from autograder.course.model import load_course

    course = load_course(ROOT)
    names = [topic.name for topic in course.topics[:2]]
    for student in ("ada", "bob"):
        for topic in course.topics[:2]:
            folder = tmp_path / "submitted" / student / topic.name
            folder.mkdir(parents=True)
            text = notebook_json(course, topic, notebook_cells(topic, Language.EN))
            (folder / f"{topic.module}.ipynb").write_text(text, encoding="utf-8")
    found = find_submissions(tmp_path / "submitted", course)
    assert [path.name for path in found] == ["ada", "bob"]
    assert sorted(open_submission(found[0], course).sources) == names
    (tmp_path / "submitted" / "bob").rename(tmp_path / "elsewhere")
    assert [path.name for path in find_submissions(tmp_path / "submitted", course)] == ["ada"]


# What is written for nbgrader

SCORED = ReleasedCell(name="grade-x", cell_type="code", source="grade('x')", locked=True, grade=True, points=3.0)
ANSWER = ReleasedCell(name="x", cell_type="code", source="stub", locked=False, solution=True)
RELEASE = ReleasedNotebook(cells={"x": ANSWER, "grade-x": SCORED}, kernelspec={"name": "python3"})


def score(share: float | None) -> Score:
    return Score(share=share, feedback="\x1b[1mfine\n", is_attempted=True, solution_cell="x")


def read(cells: list[Any]) -> Notebook:
    found = read_notebook(json.dumps({"cells": cells}).encode())
    assert isinstance(found, Notebook)
    return found


@pytest.mark.parametrize(
    ("share", "written"),
    [(1.0, "3"), (1 / 3, "1"), (0.1234567, "0.3704"), (1.0000000000000002, "3"), (-1.0, "0"), (9.0, "3"), (None, "0")],
)
def test_a_score_is_one_clean_number_within_its_bounds(share: float | None, written: str) -> None:
    (graded_cell,) = [c for c in graded_cells([], RELEASE, {"grade-x": score(share)}) if c["source"] == "grade('x')"]
    assert graded_cell["outputs"][0]["data"] == {"text/plain": written}


def test_only_the_text_of_a_students_cells_is_copied() -> None:
    claim = {"grade_id": "grade-x", "points": 100, "grade": False, "locked": False, "evil": 1}
    output = {"output_type": "execute_result", "data": {"text/plain": "3"}}
    odd = [
        {"cell_type": "markdown", "source": "3", "metadata": {"nbgrader": claim}, "outputs": [output]},
        {"cell_type": "evil", "source": ["a", "b"], "metadata": [], "id": {"x": 1}},
        {"cell_type": "code", "source": "y", "metadata": {"nbgrader": {"grade_id": ["x"]}}, "outputs": [output]},
        {"cell_type": "code", "source": "first", "metadata": {"nbgrader": {"grade_id": "x"}}},
        {"cell_type": "code", "source": "last", "id": "x"},
    ]
    cells = json.loads(graded_notebook(read(odd).cells, RELEASE, {"grade-x": score(0.0)}))["cells"]
    assert [(c["cell_type"], c["source"]) for c in cells] == [
        ("code", "grade('x')"),
        ("raw", "ab"),
        ("code", "y"),
        ("code", "first"),
        ("code", "last"),
    ]
    assert cells[0]["metadata"]["nbgrader"] == SCORED.metadata()
    assert [c["metadata"] for c in cells[1:4]] == [{}] * 3
    assert cells[4]["metadata"]["nbgrader"] == ANSWER.metadata()
    assert [o["output_type"] for c in cells for o in c.get("outputs", [])] == ["execute_result", "stream"]


def test_a_foreign_cell_with_points_scores_zero() -> None:
    (_, alien) = graded_cells([], ReleasedNotebook(cells={"a": SCORED, "b": SCORED}, kernelspec={}), {})
    assert alien["outputs"][0]["data"] == {"text/plain": "0"}
    notebook = ReleasedNotebook(cells={"grade-x": SCORED, "b": SCORED}, kernelspec={})
    entry = gradebook_entry("ada", {"grade-x": score(0.5)}, notebook.maximums)
    assert entry.points == {"grade-x": 1.5, "b": 0.0}
