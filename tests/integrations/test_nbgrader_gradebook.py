"""The gradebook on SQLite and on a PostgreSQL server: scores, late penalties, manual scores, and the export."""

import datetime
import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader_course import ASSIGNMENT, RIGHT, SQUARES, hand_in, make_course, nbgrader, scores
from postgres import create_database, find_program, postgres_server
from small_course import autograder

pytest.importorskip("nbgrader", reason="nbgrader is an extra")


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    if find_program("initdb") is None or find_program("postgres") is None:
        pytest.skip("no PostgreSQL server is installed")
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed")
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_course(tmp_path_factory.mktemp("course"))
    hand_in(root, "ada", RIGHT)
    hand_in(root, "late", {**RIGHT, "double": SQUARES}, handed_in="2026-12-24 18:00:00 UTC")
    hand_in(root, "刘洋", RIGHT)
    grade(root, f"sqlite:///{root / 'gradebook.db'}")
    (root / "gradebook.db").unlink()  # every test begins with an empty gradebook
    return root


@pytest.fixture(scope="module")
def results(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grade submissions as nbgrader collects them with `autograder grade`."""
    out = tmp_path_factory.mktemp("graded") / "results"
    run = autograder("grade", released / "submitted", "--out", out, cwd=released.parent / "torchstone")
    assert run.returncode == 0, run.stderr
    return out


@pytest.fixture(params=["sqlite", "postgresql"])
def db_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gradebook.db'}"
    name = "".join(letter if letter.isalnum() else "_" for letter in request.node.name)
    return create_database(request.getfixturevalue("postgres"), name)


def grade(root: Path, db_url: str, *options: str) -> str:
    run = autograder("nbgrader", "grade", ASSIGNMENT, "--course", "../torchstone", "--db", db_url, *options, cwd=root)
    assert run.returncode == 0, run.stderr
    return run.stdout


def change(db_url: str, do: Any) -> Any:
    """Change the gradebook as a person does in formgrader."""
    from nbgrader.api import Gradebook

    with Gradebook(db_url) as gradebook:
        value = do(gradebook)
        gradebook.db.commit()
        return value


def test_manual_scores_stay_and_lateness_costs_what_the_plugin_says(
    released: Path, tmp_path: Path, db_url: str
) -> None:
    root = tmp_path / "nbgrader"
    shutil.copytree(released, root)
    (tmp_path / "torchstone").symlink_to(released.parent / "torchstone")
    assert "3 unchanged and kept" in grade(root, db_url)
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')

    def correct(gradebook: Any) -> None:
        due = datetime.datetime(2026, 12, 1)
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=due)
        found = gradebook.find_grade("grade-double", "demo", ASSIGNMENT, "ada")
        found.manual_score, found.needs_manual_grade = 1.5, False

    change(db_url, correct)
    grade(root, db_url)

    def look(gradebook: Any) -> dict[str, Any]:
        submissions = gradebook.assignment_submissions(ASSIGNMENT)
        flags = [gradebook.find_grade("grade-double", "demo", ASSIGNMENT, "ada").needs_manual_grade]
        return {one.student.id: (one.score, one.late_submission_penalty) for one in submissions} | {"review": flags}

    assert change(db_url, look) == {"ada": (3.5, 0), "late": (2.8, 2.8), "刘洋": (6.0, 0), "review": [False]}
    hand = hand_in(root, "ada2", {})
    shutil.rmtree(root / "submitted" / "ada")
    (hand.parent).rename(root / "submitted" / "ada")  # handed in anew, with less: a person must look again
    grade(root, db_url, "--student", "ada")
    assert change(db_url, look)["ada"] == (1.5, 0)
    assert change(db_url, look)["review"] == [True]


def test_results_of_any_run_are_exported_and_again_without_a_change(results: Path, tmp_path: Path, db_url: str) -> None:
    for _ in range(2):
        exported = autograder("export", "nbgrader", results, "--db", db_url, cwd=tmp_path)
        assert (exported.returncode, exported.stderr) == (0, "")
        assert scores(db_url) == {
            "ada": {"grade-double": 4.0, "grade-Tally": 2.0},
            "late": {"grade-double": 0.8, "grade-Tally": 2.0},
            "刘洋": {"grade-double": 4.0, "grade-Tally": 2.0},
        }
    table = nbgrader("export", "--db", db_url, "--to", str(tmp_path / "grades.csv"), cwd=tmp_path)
    assert table.returncode == 0, table.stderr
    lines = (tmp_path / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[-2:] for line in lines[1:]] == [["6.0", "6.0"], ["2.8", "6.0"], ["6.0", "6.0"]]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql+psycopg://postgres@/x?host=/nowhere", "The gradebook cannot be used"),
        ("no url", "A gradebook is sqlite:///"),
        ("oracle+nothing://x", "A gradebook is sqlite:///"),
    ],
)
def test_a_gradebook_that_cannot_be_opened_is_reported_in_a_sentence(
    results: Path, tmp_path: Path, url: str, reason: str
) -> None:
    run = autograder("export", "nbgrader", results, "--db", url, cwd=tmp_path)
    assert run.returncode == 2
    assert reason in run.stderr
    assert "Traceback" not in run.stderr
