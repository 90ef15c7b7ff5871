"""One worker for a submission, requests sent ahead, outcomes remembered: quick, and never another result."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from small_course import (
    HIDDEN,
    MISCONCEPTIONS,
    QUICK,
    REFERENCE,
    TOPIC,
    VISIBLE,
    source,
    write_course,
)

from autograder.checks.local import LocalTransport
from autograder.checks.remote import RemoteModule, SubmissionWorker, decoded
from autograder.course.model import load_course
from autograder.course.stubs import write_stubs
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.results.model import SubmissionResult
from autograder.sandbox.channel import Worker, encode
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.worker.protocol import CallFunction
from autograder.submission.read import open_submission

# Feeds an answer back: what it asks the second time depends on the student.
TWICE = '''

@check("double")
def test_double_twice(student):
    """Doubles what it has doubled. 对结果再次加倍。"""
    x = randn(3, seed=9, dtype=torch.float64)
    assert_close(student.double(student.double(x)), 4 * x, ELEMENTWISE)
'''


def as_second_topic(text: str) -> str:
    for old, new in (("double", "treble"), ("2 * x", "3 * x"), ("Tally", "Score"), ("tally", "score")):
        text = text.replace(old, new)
    return text.replace("demo", "more").replace("x + x", "x + x + x").replace("2.0)", "3.0)").replace("(3.0)", "(4.5)")


class Course:
    """A course of two topics with a grader for it, and a count of the workers that it takes."""

    def __init__(self, root: Path, server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
        write_course(root)
        hidden = HIDDEN.replace("import EXACT,", "import ELEMENTWISE, EXACT,") + TWICE
        (root / "solutions/01_demo/test_demo.py").write_text(hidden, encoding="utf-8")
        parts = {
            "exercises/02_more/topic.toml": TOPIC,
            "exercises/02_more/test_more.py": VISIBLE.replace("2 * torch", "3 * torch"),
            "solutions/02_more/more.py": REFERENCE.replace("tensor([2., 2.])", "tensor([3., 3.])"),
            "solutions/02_more/test_more.py": HIDDEN,
            "solutions/02_more/misconceptions.toml": MISCONCEPTIONS,
        }
        for name, text in parts.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(as_second_topic(text), encoding="utf-8")
        self.course = load_course(root)
        write_stubs(self.course)
        self.course.limits = QUICK
        self.folder = root.parent / "student"
        self.workers = 0
        spawn = server.spawn

        def counted() -> Worker:
            self.workers += 1
            return spawn()

        monkeypatch.setattr(server, "spawn", counted)
        self.grader = Grader(self.course, server, Settings(topics=("01_demo", "02_more")))

    def grade(self, demo: str, more: str) -> SubmissionResult:
        for topic, code in (("01_demo/demo.py", demo), ("02_more/more.py", more)):
            path = self.folder / topic
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(code, encoding="utf-8")
        self.workers = 0
        return self.grader.grade(open_submission(self.folder, self.course))


@pytest.fixture
def course(tmp_path: Path, server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> Course:
    return Course(tmp_path / "course", server, monkeypatch)


def verdicts(result: SubmissionResult) -> dict[str, str]:
    return {exercise.name: exercise.verdict.value for exercise in result.exercises}


DOUBLE = "def double(x):\n    return 2 * x\n"
TREBLE = "def treble(x):\n    return 3 * x\n"


def test_a_submission_takes_one_worker(course: Course) -> None:
    result = course.grade(REFERENCE, as_second_topic(REFERENCE))
    assert set(verdicts(result).values()) == {"passed"}
    assert result.points == result.worth
    assert course.workers == 1
    assert result.isolation == "strict"


def test_all_exercises_are_asked_together_visible_checks_first(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.grading.submission_run.LEAST_SECONDS", 1e9)  # on a slow machine, groups are smaller
    exchanges: list[int] = []
    send = Worker.send

    def count_and_send(worker: Worker, frames: Any, *rest: Any) -> Any:
        exchanges.append(len(frames))
        return send(worker, frames, *rest)

    monkeypatch.setattr(Worker, "send", count_and_send)
    result = course.grade(REFERENCE, as_second_topic(REFERENCE))
    assert result.points == result.worth
    of_checks = [
        sum(
            len(course.grader.prepared.scripts(topic, e)[check.id].requests)
            for topic in course.grader.prepared.topics
            for e in topic.exercises
            for check in course.grader.prepared.checks[e.name]
            if check.visible is is_visible
        )
        for is_visible in (True, False)
    ]
    moves = 2  # each file is loaded, and later entered again
    assert exchanges == [asked + moves for asked in of_checks]


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [("while True:\n    pass\n", "timed_out"), ("import os\nos._exit(1)\n", "crashed")],
    ids=["loops", "exits"],
)
def test_a_file_that_cannot_be_loaded_costs_no_other_file(course: Course, fault: str, verdict: str) -> None:
    result = course.grade(fault + DOUBLE, as_second_topic(REFERENCE))
    assert verdicts(result)["double"] == verdict
    assert verdicts(result)["treble"] == verdicts(result)["Score"] == "passed"


def test_a_loop_in_one_exercise_costs_no_other_one_that_was_asked_with_it(course: Course) -> None:
    loop = "def double(x):\n    while True:\n        pass\n"
    result = course.grade(loop + REFERENCE[REFERENCE.index("class Tally") :], as_second_topic(REFERENCE))
    assert verdicts(result) == {"double": "timed_out", "Tally": "passed", "treble": "passed", "Score": "passed"}


def test_what_one_file_does_to_the_process_costs_no_other_file(course: Course) -> None:
    """Each file alone is right; the first breaks a function of torch's. The second is run again without it."""
    result = course.grade(
        "import torch\ntorch.zeros_like = None\n" + DOUBLE,
        "import torch\ndef treble(x):\n    return torch.zeros_like(x) + 3 * x\n",
    )
    assert verdicts(result) | {"Tally": "", "Score": ""} == {
        "double": "passed",
        "Tally": "",
        "treble": "passed",
        "Score": "",
    }
    assert course.workers == 3  # the first, one for the second file's visible checks, one for its hidden ones


def test_helpers_of_the_same_name_are_each_file_s_own(course: Course) -> None:
    for topic, factor in (("01_demo", 2), ("02_more", 3)):
        path = course.folder / topic / "helper.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"FACTOR = {factor}\n", encoding="utf-8")
    result = course.grade(
        "from helper import FACTOR\ndef double(x):\n    return FACTOR * x\n",
        "import helper\ndef treble(x):\n    return helper.FACTOR * x\n",
    )
    assert verdicts(result)["double"] == verdicts(result)["treble"] == "passed"
    assert course.workers == 1


def test_an_answer_that_is_handed_back_may_differ_in_its_last_bits(course: Course) -> None:
    """The check then asks what could not be foreseen: it is run again, live."""
    inexact = "def double(x):\n    return x * 2 + (1e-13 if x.dtype.itemsize == 8 and x.dim() == 1 else 0)\n"
    result = course.grade(inexact, TREBLE)
    twice = next(check for check in result.exercises[0].checks if check.id == "test_double_twice")
    assert twice.verdict == "passed"
    wrong = course.grade("def double(x):\n    return x + 2\n", TREBLE)
    twice = next(check for check in wrong.exercises[0].checks if check.id == "test_double_twice")
    assert twice.verdict == "failed"


def test_a_loop_in_one_call_does_not_cost_the_checks_before_it(course: Course) -> None:
    """What was sent ahead is lost with the worker; the checks are run again one by one."""
    loop = "def double(x):\n    while x.dim() == 2 and x.dtype.itemsize == 8:\n        pass\n    return 2 * x\n"
    result = course.grade(loop, TREBLE)
    double = {check.id: check.verdict.value for check in result.exercises[0].checks}
    assert double.pop("test_double_random[float64]") == "timed_out"
    assert set(double.values()) == {"passed"}
    assert verdicts(result)["treble"] == "passed"


def test_what_many_students_answer_is_judged_once(course: Course) -> None:
    course.grade("def double(x):\n    return x**2\n", TREBLE)
    passed, failed = len(course.grader.prepared.cache.passed), len(course.grader.prepared.cache.failed)
    assert passed > 5 and failed > 3
    again = course.grade("def double(value):\n    return value * value  # the same answers\n", TREBLE)
    assert (len(course.grader.prepared.cache.passed), len(course.grader.prepared.cache.failed)) == (passed, failed)
    assert [d.name for d in again.exercises[0].misconceptions] == ["squares"]
    other = course.grade("def double(x):\n    return x**3\n", TREBLE)
    assert other.exercises[0].misconceptions == ()
    assert len(course.grader.prepared.cache.failed) > failed


def test_remembered_outcomes_are_those_of_a_fresh_grader(course: Course, server: ForkServer) -> None:
    codes = ["def double(x):\n    return x**2\n", DOUBLE, "def double(x):\n    return [x]\n", "double = 3\n"]
    remembered = [course.grade(code, TREBLE) for code in [*codes, *codes]][len(codes) :]
    for code, before in zip(codes, remembered, strict=True):
        course.grader = Grader(course.course, server, course.grader.settings)
        fresh = course.grade(code, TREBLE)
        assert fresh == before


@pytest.fixture
def remote(server: ForkServer) -> Callable[[str], RemoteModule]:
    def make(code: str) -> RemoteModule:
        module = SubmissionWorker(server, QUICK).load(source(code), "01_demo")
        module.ensure_loaded()
        return module

    return make


def test_replies_sent_together_are_those_of_their_own_moment(remote: Callable[[str], RemoteModule]) -> None:
    """A reply's tensor may be the student's own memory, which the next call changes."""
    student = remote("import torch\nw = torch.zeros(2)\ndef bump():\n    return w.add_(1)\n")
    bump = encode(CallFunction(name="bump"))
    replies = student.send_ahead([bump] * 3, 5.0)
    assert [student.checked(decoded(reply)).value.tolist() for reply in replies] == [[1, 1], [2, 2], [3, 3]]
    student.worker.close()


def test_what_a_file_draws_while_it_is_loaded_is_the_same_everywhere(
    remote: Callable[[str], RemoteModule],
) -> None:
    code = (
        "import random\nimport numpy as np\nimport torch\n"
        "DRAWN = random.random(), np.random.rand(), torch.rand(1).item()\n"
        "def drawn():\n    return list(DRAWN)\n"
    )
    message = CallFunction(name="drawn")
    student = remote(code)
    drawn = student.request(message, 5.0).value
    student.worker.close()
    assert drawn == LocalTransport(source(code)).request(message, 5.0).value


def test_large_requests_and_replies_do_not_wait_for_each_other(remote: Callable[[str], RemoteModule]) -> None:
    """Both ends would fill their sockets and stop, if one only wrote and then only read."""
    student = remote("def echo(x):\n    return x\n")
    x = torch.ones(1 << 19)  # 2 MiB
    echo = encode(CallFunction(name="echo", args=(x,)))
    replies = student.send_ahead([echo] * 12, 5.0)
    assert all(torch.equal(student.checked(decoded(reply)).value, x) for reply in replies)
    student.worker.close()
