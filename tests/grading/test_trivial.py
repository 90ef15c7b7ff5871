"""Trivial answers earn nothing: which checks they pass is found from the course, and these count only beside others."""

from pathlib import Path

import pytest

from autograder.authoring.verify import verify
from autograder.course.model import load_course
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.results.model import Verdict
from autograder.results.points import EARNS_NOTHING
from autograder.sandbox.fork_server import ForkServer

TRIVIAL_CHECKS = {"double": {"test_double_empty"}, "Tally": set()}


@pytest.mark.parametrize("name", ["double", "Tally"])
def test_the_trivial_checks_of_the_small_course(grader: Grader, name: str) -> None:
    (topic,) = grader.prepared.topics
    exercise = grader.course.exercise(name)
    assert grader.prepared.trivial(topic, exercise) == TRIVIAL_CHECKS[name]


@pytest.mark.parametrize("answer", ["torch.zeros_like(x)", "torch.ones_like(x)", "x", "x * float('nan')", "x.abs()"])
def test_an_answer_that_passes_only_trivial_checks_earns_nothing(hand_in, answer: str) -> None:
    double = hand_in(f"import torch\ndef double(x):\n    return {answer}\n").exercises[0]
    passed = [check for check in double.checks if check.verdict is Verdict.PASSED]
    assert [(check.id, check.earns, check.message) for check in passed] == [("test_double_empty", False, EARNS_NOTHING)]
    assert double.points == 0
    assert double.verdict is Verdict.FAILED


def test_a_trivial_check_counts_beside_another_one(hand_in) -> None:
    double = hand_in("import torch\ndef double(x):\n    return x**2\n").exercises[0]
    passed = [check.id for check in double.checks if check.verdict is Verdict.PASSED]
    assert "test_double_empty" in passed
    assert all(check.earns for check in double.checks)
    assert double.points == 4 * len(passed) / 10


def test_a_right_answer_earns_every_check(hand_in) -> None:
    double = hand_in("def double(x):\n    return x + x\n").exercises[0]
    assert double.points == double.worth == 4
    assert all(check.earns for check in double.checks)


ALWAYS_ZERO = {
    "return 2 * x": "return 0 * x",
    "2 * torch.ones(2)": "torch.zeros(2)",
    "x + x": "0 * x",
    "torch.full((3,), 2.0)": "torch.zeros(3)",
    "torch.tensor(3.0)": "torch.tensor(0.0)",
    "gradient(student.double, torch.ones(3))": "student.double(torch.ones(3))",
}


def test_an_exercise_of_trivial_checks_alone_is_a_finding(own_course: Path, server: ForkServer) -> None:
    for path in own_course.glob("*/01_demo/*.py"):
        code = path.read_text(encoding="utf-8")
        for old, new in ALWAYS_ZERO.items():
            code = code.replace(old, new)
        path.write_text(code, encoding="utf-8")
    course = load_course(own_course)
    grader = Grader(course, server, Settings(topics=("01_demo",)))
    findings = [finding.what for finding in verify(course, grader, sample=0) if finding.where == "double"]
    assert "A trivial answer passes each of its checks." in findings
