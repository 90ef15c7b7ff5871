"""A failed check that passes with each call in a fresh module: the message says that state is kept."""

from pathlib import Path

import pytest
from small_course import QUICK, local_student, run_pytest, source, write_course

from autograder.checks import assert_equal
from autograder.checks.collect import Check
from autograder.checks.local import LocalTransport
from autograder.checks.state import may_keep_state, state_is_kept
from autograder.checks.student import Student
from autograder.course.model import load_course
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.sandbox.channel import WorkerDied
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.read import open_submission
from autograder.text import Text

GROWS = "def double(x, seen=[]):\n    seen.append(2 * x)\n    return list(seen)\n"
SHARES = "class Tally:\n    counts = {}\n    def add(self, word):\n        self.counts[word] = 1\n    def words(self):\n        return list(self.counts)\n"


def is_kept(code: str, function) -> bool:
    spec = Check(
        id="c", exercise="double", title=Text("T.", "测。"), weight=1, visible=True, function=function, arguments={}
    )

    def student(transport) -> Student:
        return Student(transport, "double", filename="demo.py", seconds=2.0)

    return state_is_kept(spec, student, lambda: LocalTransport(source(code)))


def doubles_twice(student) -> None:
    assert_equal(student.double(1), [2])
    assert_equal(student.double(3), [6])


def test_state_between_the_calls_of_one_check_is_found() -> None:
    assert is_kept(GROWS, doubles_twice)
    assert not is_kept("def double(x):\n    return [3 * x]\n", doubles_twice)


def test_an_object_stays_where_it_was_made() -> None:
    def adds(student) -> None:
        tally = student.Tally()
        tally.add("a")
        assert_equal(tally.words(), ["a"])

    assert is_kept(SHARES, adds)


def test_a_check_of_very_many_calls_is_given_up() -> None:
    def calls(student) -> None:
        for n in range(50):
            assert_equal(student.double(n), [2 * n])

    assert not is_kept(GROWS, calls)


def test_a_module_that_does_not_load_again_keeps_no_state() -> None:
    def renew():
        raise WorkerDied("exit", "again")

    spec = Check(
        id="c", exercise="double", title=Text("T.", "测。"), weight=1, visible=True, function=None, arguments={}
    )
    assert not state_is_kept(spec, lambda transport: local_student(GROWS), renew)


@pytest.mark.parametrize(
    "code",
    [
        GROWS,
        SHARES,
        "count = 0\ndef double(x):\n    global count\n    count += 1\n",
        "buffer = [0] * 5\n",
        "def double(x):\n    double.calls += 1\ndouble.calls = 0\n",
        "import functools\n@functools.lru_cache(maxsize=None)\ndef double(x):\n    return x\n",
        "def double(x, *, out={}):\n    return out\n",
    ],
)
def test_places_where_state_could_be_kept(code) -> None:
    assert may_keep_state(source(code))


@pytest.mark.parametrize(
    "code",
    [
        "import math\nRATE = 0.1\ndef double(x, dims=(0, 1), eps=1e-5, name='a'):\n    y = [x]\n    return y\n",
        "def double(x):\n    return (",
    ],
)
def test_other_code_is_not_run_again(code) -> None:
    assert not may_keep_state(source(code))


KEEPS = "total = []\nprint('loading')\ndef double(x):\n    total.append(x)\n    return 2 * x if len(total) == 1 else 3 * x\n"
STATE = "Called alone, in a fresh process, it gives the right answer."


def test_pytest_at_home_says_that_state_is_kept(own_course: Path) -> None:
    check = "\n@check('double')\ndef test_double_two(student):\n    assert_equal(student.double(2), 4)\n"
    checks = own_course / "exercises/01_demo/test_demo.py"
    checks.write_text(checks.read_text(encoding="utf-8") + check, encoding="utf-8")
    (own_course / "exercises/01_demo/demo.py").write_text(KEEPS, encoding="utf-8")
    run = run_pytest(own_course)
    assert f"double(x=2) returned 6, expected 4. {STATE}" in run.stdout
    assert run.stdout.count(STATE) == 1
    assert run.stdout.count("loading") <= 1
    (own_course / "exercises/01_demo/demo.py").write_text(KEEPS.replace("== 1", "== 0"), encoding="utf-8")
    assert STATE not in run_pytest(own_course).stdout


def test_grading_says_that_state_is_kept(tmp_path: Path, server: ForkServer) -> None:
    course = load_course(write_course(tmp_path / "course"))
    course.limits = QUICK
    student = tmp_path / "student"
    student.mkdir()
    (student / "demo.py").write_text(KEEPS)
    result = Grader(course, server, Settings(topics=("01_demo",))).grade(open_submission(student, course))
    failed = [check for check in result.exercises[0].checks if check.verdict.value == "failed"]
    assert STATE in failed[0].message.en
    assert "在新的进程里单独调用，结果是对的。" in failed[0].message.zh
    assert all(STATE not in check.message.en for check in failed[1:])
    assert result.exercises[0].points < 4
