"""nbgrader's own commands and kernel on a built course. Of ours, they use only what the notebooks import."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader_course import database, nbgrader, scores
from small_course import DOUBLE_ONLY, TALLY
from small_notebooks import ANSWERS, fill_in, write_notebooks

from autograder.integrations.nbgrader.source.build import CONFIG_TEXT

LOUD_TALLY = """import logging, sys, warnings


class Tally:
    def __init__(self):
        print("on stdout")
        print("on stderr", file=sys.stderr)
        warnings.warn("a warning")
        logging.getLogger("loud").warning("a log line")

    def add(self, word):
        pass

    def count(self, word):
        return 0  # right for an unknown word
"""
SUBMISSIONS = {
    "right": {"double": DOUBLE_ONLY, "Tally": TALLY},
    "untouched": {},
    "partly": {"double": "def double(x):\n    return 3 * x\n", "Tally": LOUD_TALLY},
    "banned": {"double": "def double(x):\n    return torch.add(x, x)\n", "Tally": "class Tally(:\n"},
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Release, collect and autograde; return the course folder."""
    folder = write_notebooks(tmp_path_factory.mktemp("stock"))
    (folder / "nbgrader_config.py").write_text(
        CONFIG_TEXT, encoding="utf-8"
    )  # nbgrader grades without our preprocessor
    run = nbgrader("generate_assignment", "01_demo", cwd=folder)
    assert run.returncode == 0, run.stderr
    for student, code in SUBMISSIONS.items():
        submission = folder / "submitted" / student / "01_demo"
        shutil.copytree(folder / "release/01_demo", submission)
        fill_in(submission / "demo.ipynb", code)
        if student == "right":
            answers = submission / "exercises/01_demo/answers.yaml"
            answers.write_text(ANSWERS.format(student=student), encoding="utf-8")
    run = nbgrader("autograde", "01_demo", cwd=folder)
    assert run.returncode == 0, run.stderr
    return folder


def test_honest_work_gets_its_points_from_nbgrader_alone(graded: Path) -> None:
    assert scores(database(graded)) == {
        "right": {"grade-double": 4, "grade-Tally": 2, "grade-quiz": 2},
        "untouched": {"grade-double": 0, "grade-Tally": 0, "grade-quiz": 0},
        "partly": {"grade-double": 2, "grade-Tally": 1, "grade-quiz": 0},  # 3 * x equals 2 * x for an empty tensor
        "banned": {"grade-double": 0, "grade-Tally": 0, "grade-quiz": 0},
    }


def test_a_grade_cell_gives_one_number_and_no_noise(graded: Path) -> None:
    for student in SUBMISSIONS:
        notebook = nbformat.read(graded / f"autograded/{student}/01_demo/demo.ipynb", as_version=4)
        scored = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
        assert len(scored) == 3
        for cell in scored:
            assert [output.output_type for output in cell.outputs] == ["execute_result"]
            float(cell.outputs[0].data["text/plain"])


def test_the_release_holds_only_what_a_student_needs(graded: Path) -> None:
    files = {str(path.relative_to(graded / "release")) for path in (graded / "release").rglob("*") if path.is_file()}
    assert files == {
        "01_demo/demo.ipynb",
        "01_demo/course.toml",
        "01_demo/exercises/01_demo/topic.toml",
        "01_demo/exercises/01_demo/test_demo.py",
        "01_demo/exercises/01_demo/quiz.yaml",
    }
    notebook = (graded / "release/01_demo/demo.ipynb").read_text(encoding="utf-8")
    assert "return 2 * x" not in notebook
    assert "self.counts" not in notebook
    assert notebook.count("# YOUR CODE HERE 在此写代码") == 4


def test_nbgrader_validates_the_source(graded: Path) -> None:
    source = graded / "source/01_demo"
    answers = source / "exercises/01_demo/answers.yaml"
    answers.write_text(ANSWERS.format(student="teacher"), encoding="utf-8")
    run = nbgrader("validate", "source/01_demo/demo.ipynb", cwd=graded)
    assert "Success! Your notebook passes all the tests." in run.stdout, run.stdout + run.stderr
