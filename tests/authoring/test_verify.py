"""The course grades itself: every kind of fault is found, and the real course has none."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from small_course import QUICK, ROOT

from autograder.authoring.verify import Finding, verify
from autograder.course.model import load_course
from autograder.course.stubs import stale_stubs, stub_of
from autograder.errors import CourseError
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.sandbox.fork_server import ForkServer


def findings(root: Path, server: ForkServer, sample: int = 0) -> list[str]:
    course = load_course(root)
    course.limits = QUICK
    grader = Grader(course, server, Settings(topics=tuple(topic.name for topic in course.topics)))
    found: list[Finding] = verify(course, grader, sample=sample)
    return [f"{finding.where}: {finding.what}" for finding in found]


def test_the_small_course_has_three_known_findings(own_course: Path, server: ForkServer) -> None:
    """Its class has one misconception and two hidden checks, fewer than a real exercise must have."""
    assert findings(own_course, server) == [
        "double: The number of its misconceptions is 2; it must be at least 3.",
        "Tally: The number of its hidden checks is 2; it must be at least 5.",
        "Tally: The number of its misconceptions is 1; it must be at least 3.",
    ]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("exercises/01_demo/demo.py", "raise", "pass  # raise", "The stub is out of date"),
        (
            "exercises/01_demo/demo.py",
            'raise NotImplementedError("double',
            'return x  # ("double',
            "test_double_example gives the unchanged stub the verdict",
        ),
        (
            "solutions/01_demo/demo.py",
            "return 2 * x",
            "return 2.5 * x",
            "The reference does not pass test_double_example",
        ),
        ("solutions/01_demo/demo.py", "tensor([2., 2.])", "tensor([3., 3.])", "Its worked example is wrong"),
        ("solutions/01_demo/demo.py", "    >>> double(torch.ones(2))\n    tensor([2., 2.])\n", "", "no worked example"),
        ("solutions/01_demo/demo.py", "中文：返回 x 的两倍。", "", "no Chinese paragraph"),
        (
            "solutions/01_demo/misconceptions.toml",
            'wrote = "return x**2"',
            'wrote = "return x + x"',
            "squares passes all hidden",
        ),
        ("solutions/01_demo/misconceptions.toml", "return 2 * x", "return 4 * x", "instead_of stands 0 times"),
        ("solutions/01_demo/misconceptions.toml", "你乘了 3，应乘以 2。", "", "triples is not in both languages"),
        (
            "solutions/01_demo/misconceptions.toml",
            "[[Tally]]",
            "[[Tolly]]",
            "Tolly: It has misconceptions, but topic.toml",
        ),
        ("solutions/01_demo/test_demo.py", "随机数加倍。", "", "test_double_random[float32] is not in both"),
        (
            "exercises/01_demo/topic.toml",
            '{ en = "Two times.", zh = "两倍。" }, ',
            "",
            "The number of its hints is 2; it must be at least 3.",
        ),
        ("exercises/01_demo/topic.toml", 'zh = "加倍"', 'zh = "double"', "Its title is not in both languages"),
    ],
)
def test_each_fault_is_found(
    own_course: Path, server: ForkServer, file: str, old: str, new: str, expected: str
) -> None:
    edit(own_course / file, old, new)
    found = findings(own_course, server)
    assert any(expected in finding for finding in found), found


def test_a_misconception_that_the_feedback_does_not_name_is_found(own_course: Path, server: ForkServer) -> None:
    path = own_course / "solutions/01_demo/misconceptions.toml"
    with open(path, "a", encoding="utf-8") as file:
        file.write(
            '\n[[double]]\nname = "loops"\ninstead_of = "return 2 * x"\nwrote = "while True: pass"\nen = "A."\nzh = "甲。"\n'
        )
    assert "double: The feedback on misconception loops names no misconception." in findings(own_course, server)


def test_stray_files_are_found(own_course: Path, server: ForkServer) -> None:
    (own_course / "exercises/01_demo/answers.txt").write_text("42")
    assert any("answers.txt: This file does not belong" in finding for finding in findings(own_course, server))


def test_two_checks_with_one_name_are_found(own_course: Path, server: ForkServer) -> None:
    edit(own_course / "solutions/01_demo/test_demo.py", "def test_double_scalar", "def test_double_example")
    assert "double: 2 checks have the name test_double_example." in findings(own_course, server)


def test_a_difficult_exercise_needs_a_second_solution_that_passes(own_course: Path, server: ForkServer) -> None:
    edit(own_course / "exercises/01_demo/topic.toml", "difficulty = 1", "difficulty = 3")
    assert "double: Its difficulty is 3: alternatives.py must solve it." in findings(own_course, server)
    (own_course / "solutions/01_demo/alternatives.py").write_text("def double(x):\n    return 3 * x\n")
    found = findings(own_course, server)
    assert not any("Its difficulty is 3" in finding for finding in found)
    assert any("double: alternatives.py does not pass test_double_example" in finding for finding in found)


def test_surviving_mutants_are_found(own_course: Path, server: ForkServer) -> None:
    file = own_course / "solutions/01_demo/test_demo.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"assert_close\(.*\)", "student.double(torch.ones(1))", text), encoding="utf-8")
    assert any("A mutant passes all hidden checks" in finding for finding in findings(own_course, server, sample=50))


def test_the_real_course_has_no_findings() -> None:
    command = [sys.executable, "-m", "autograder", "verify", "--mutants", "5"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200, check=False)
    assert run.returncode == 0, run.stdout


def test_the_real_stubs_are_up_to_date() -> None:
    assert stale_stubs(load_course(ROOT)) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    ### END SOLUTION\n", "", "BEGIN SOLUTION inside"),
        ("    ### BEGIN SOLUTION\n", "", "END SOLUTION without"),
    ],
)
def test_markers_that_do_not_match_are_refused(own_course: Path, old: str, new: str, message: str) -> None:
    edit(own_course / "solutions/01_demo/demo.py", old, new)
    with pytest.raises(CourseError, match=message):
        stub_of(load_course(own_course).topics[0])


def test_a_stub_holds_everything_but_the_solution(own_course: Path) -> None:
    stub = stub_of(load_course(own_course).topics[0])
    assert 'raise NotImplementedError("double is yours to write")' in stub
    assert 'raise NotImplementedError("Tally.add is yours to write")' in stub
    assert "SOLUTION" not in stub
    assert "return 2 * x" not in stub
    assert '"""Count one more."""' in stub
