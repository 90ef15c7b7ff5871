"""An optional exercise counts apart from the total: as a bonus, or not at all."""

import json
from pathlib import Path

import pytest
from small_course import DOUBLE_ONLY, QUICK, TALLY, autograder

from autograder.course.model import load_course
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.results.model import SubmissionResult
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.read import open_submission


def make_optional(root: Path, points: str) -> None:
    """Make Tally, worth 2 of 6 points, optional."""
    topic = root / "exercises/01_demo/topic.toml"
    text = topic.read_text(encoding="utf-8")
    topic.write_text(text.replace("points = 2\n", "points = 2\noptional = true\n"), encoding="utf-8")
    manifest = root / "course.toml"
    manifest.write_text(f'optional_exercises = "{points}"\n' + manifest.read_text(encoding="utf-8"), encoding="utf-8")


def graded(root: Path, code: str, server: ForkServer) -> SubmissionResult:
    course = load_course(root)
    course.limits = QUICK
    folder = root / "student"
    folder.mkdir()
    (folder / "demo.py").write_text("import torch\n" + code, encoding="utf-8")
    return Grader(course, server, Settings(topics=("01_demo",))).grade(open_submission(folder, course))


@pytest.mark.parametrize(
    ("points", "code", "expected"),
    [
        ("bonus", DOUBLE_ONLY, (4, 4)),
        ("bonus", DOUBLE_ONLY + TALLY, (6, 4)),
        ("bonus", TALLY, (2, 4)),
        ("none", DOUBLE_ONLY + TALLY, (4, 4)),
        ("none", TALLY, (0, 4)),
    ],
)
def test_the_total_leaves_out_what_is_optional(
    own_course: Path, server: ForkServer, points: str, code: str, expected: tuple[int, int]
) -> None:
    make_optional(own_course, points)
    result = graded(own_course, code, server)
    assert (result.points, result.worth) == expected


def test_a_bonus_is_shown_as_one(own_course: Path) -> None:
    make_optional(own_course, "bonus")
    (own_course / "class/ada").mkdir(parents=True)
    (own_course / "class/ada/demo.py").write_text(TALLY.replace("= self.counts.get(word, 0) + 1", "= 1"))
    run = autograder("grade", "class/ada", "--single", "--out", "results", cwd=own_course)
    assert "(bonus, at most 2)" in run.stdout, run.stdout + run.stderr
    (tally,) = [
        exercise
        for exercise in json.loads((own_course / "results/ada.json").read_text())["exercises"]
        if exercise["name"] == "Tally"
    ]
    assert (tally["worth"], tally["bonus"]) == (0, 2)
    assert 0 < tally["points"] < 2


def test_another_word_than_bonus_or_none_is_refused(own_course: Path) -> None:
    make_optional(own_course, "half")
    run = autograder("verify", cwd=own_course)
    assert run.returncode == 2
    assert "optional_exercises" in run.stderr
