"""The real course in nbgrader: three ways of grading give the same scores, and the commands in the docs work."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from nbgrader_course import database, hand_in, nbgrader, scores
from small_course import ROOT, autograder

from autograder.course.model import load_course
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.read import open_submission

pytest.importorskip("nbgrader", reason="nbgrader is an extra")

TOPICS = ("07_lr_schedules", "09_batch_norm")


def write_module(topic: str, folder: Path, *, with_misconception: bool) -> Path:
    """Write the reference as a student's module, right or with the topic's first misconception."""
    name = f"{topic.partition('_')[2]}.py"
    code = (ROOT / "solutions" / topic / name).read_text(encoding="utf-8")
    if with_misconception:
        listed = tomllib.loads((ROOT / "solutions" / topic / "misconceptions.toml").read_text(encoding="utf-8"))
        wrong = next(one for several in listed.values() for one in several if "instead_of" in one)
        assert wrong["instead_of"] in code
        code = code.replace(wrong["instead_of"], wrong["wrote"])
    path = folder / topic / name
    path.parent.mkdir(parents=True)
    path.write_text(code, encoding="utf-8")
    return path


def answers_in(module: Path) -> dict[str, str]:
    code = module.read_text(encoding="utf-8")
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {n.name: ast.get_source_segment(code, n) or "" for n in ast.parse(code).body if isinstance(n, kinds)}


def test_honest_work_scores_the_same_as_a_module_a_notebook_and_in_nbgrader(tmp_path: Path, server: ForkServer) -> None:
    course = load_course(ROOT)
    root = tmp_path / "nbgrader"
    chosen = [option for topic in TOPICS for option in ("--topic", topic)]
    built = autograder("notebooks", "build", *chosen, "--course", ROOT, "--out", root, cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    for topic in TOPICS:
        assert nbgrader("generate_assignment", topic, cwd=root).returncode == 0
        for student in ("right", "wrong"):
            module = write_module(topic, tmp_path / "modules" / student, with_misconception=student == "wrong")
            exercises = {exercise.name for exercise in course.topic(topic).exercises}
            answers = {name: code for name, code in answers_in(module).items() if name in exercises}
            hand_in(root, student, answers, assignment=topic)
    grader = Grader(course, server, Settings(topics=TOPICS))
    earned: dict[str, dict[str, dict[str, float]]] = {topic: {} for topic in TOPICS}
    for student in ("right", "wrong"):
        as_modules = grader.grade(open_submission(tmp_path / "modules" / student, course))
        as_notebooks = grader.grade(open_submission(root / "submitted" / student, course))  # two assignments in one
        assert [e.points for e in as_notebooks.exercises] == [e.points for e in as_modules.exercises]
        is_right = all(exercise.points == exercise.possible for exercise in as_modules.exercises)
        assert is_right is (student == "right")
        assert as_modules.points > 0.5 * as_modules.worth
        for topic in TOPICS:
            points = {f"grade-{e.name}": e.points for e in as_modules.exercises if e.topic == topic}
            earned[topic][student] = points
    for topic in TOPICS:
        run = autograder("nbgrader", "grade", topic, "--course", ROOT, "--jobs", "1", cwd=root)
        assert run.returncode == 0, run.stderr
        assert only_exercises(scores(database(root), topic)) == earned[topic]
    forget(root, TOPICS[0])
    plain = nbgrader("autograde", TOPICS[0], "--force", cwd=root)
    assert plain.returncode == 0, plain.stderr
    assert only_exercises(scores(database(root), TOPICS[0])) == earned[TOPICS[0]]


def only_exercises(found: dict[str, dict[str, float | None]]) -> dict[str, dict[str, float | None]]:
    """Return the scores without those of the quiz, which nobody answered."""
    return {s: {name: points for name, points in of.items() if name != "grade-quiz"} for s, of in found.items()}


def forget(root: Path, topic: str) -> None:
    """Remove the results and the scores of the assignment."""
    from nbgrader.api import Gradebook

    shutil.rmtree(root / "torchstone")
    with Gradebook(database(root)) as gradebook:
        for submission in gradebook.assignment_submissions(topic):
            for book in submission.notebooks:
                for grade in book.grades:
                    grade.auto_score = None
        gradebook.db.commit()


def test_the_commands_in_the_docs_fill_a_gradebook(tmp_path: Path) -> None:
    """The test runs the first block of docs/nbgrader.md, without the installation."""
    page = (ROOT / "docs" / "nbgrader.md").read_text(encoding="utf-8")
    block = re.search(r"```sh\n(.*?)```", page, re.DOTALL)
    assert block is not None
    lines = block[1].splitlines()
    assert len(lines) <= 10
    assert lines[0].startswith("pip install")
    for name in ("course.toml", "exercises", "solutions"):
        (tmp_path / name).symlink_to(ROOT / name)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    script = "set -e\n" + "\n".join(lines[1:])
    run = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    grades = (tmp_path / "class" / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert len(grades) == 2
    assert ",ada," in grades[1]
    assert list((tmp_path / "class" / "feedback" / "ada").glob("*/*.html"))
