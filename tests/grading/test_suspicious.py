"""What could hide a forbidden function is shown to the instructor, and costs nothing."""

import json
from pathlib import Path

import pytest
from small_course import DOUBLE_ONLY, TALLY, autograder

from autograder.results.model import SubmissionResult, Verdict

THREAD = """
import threading
import torch

def double(x):
    answers = []
    thread = threading.Thread(target=lambda: answers.append(2 * x))
    thread.start()
    thread.join()
    return answers[0]
"""

DISABLED = """
import torch

def double(x):
    with torch._C._DisableTorchDispatch():
        return getattr(torch, "mu" + "l")(x, 2)
"""

LAZY = """
import torch

class Lazy(torch.Tensor):
    @staticmethod
    def made(shape, compute):
        lazy = torch.Tensor._make_wrapper_subclass(Lazy, shape)
        lazy.compute = compute
        return lazy

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return func(args[0].compute(), *args[1:], **(kwargs or {}))

def double(x):
    return Lazy.made(x.shape, lambda: x + x)
"""


def double_of(result: SubmissionResult):
    return result.exercises[0]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (THREAD, ["a thread runs beside", "threading"]),
        (DISABLED, ["torch._C"]),
        (LAZY, ["a tensor of a class of the student's own"]),
    ],
    ids=["thread", "disabled-dispatch", "lazy-tensor"],
)
def test_ways_past_the_watch_are_reported(hand_in, code: str, words: list[str]) -> None:
    found = [suspicion.what for suspicion in double_of(hand_in(code)).suspicious]
    for word in words:
        assert any(word in what for what in found), found


def test_a_suspicion_costs_no_points(hand_in) -> None:
    double = double_of(hand_in(THREAD.replace("2 * x", "x + x")))
    assert double.suspicious
    assert (double.verdict, double.points) == (Verdict.PASSED, 4)


@pytest.mark.parametrize(
    "code",
    [
        "def double(x):\n    return 2 * x\n",
        "import torch\nclass Net(torch.nn.Module):\n    pass\n\ndef double(x):\n    return x + x\n",
    ],
)
def test_an_honest_answer_is_not_suspicious(hand_in, code: str) -> None:
    assert double_of(hand_in(code)).suspicious == ()


def test_an_exercise_that_forbids_nothing_has_no_suspicions(hand_in) -> None:
    tally = hand_in("import threading\n" + TALLY.replace("self.counts = {}", "self.counts = eval('{}')")).exercises[1]
    assert tally.verdict is Verdict.PASSED
    assert tally.suspicious == ()


def test_instructors_see_it_and_students_do_not(own_course: Path) -> None:
    for student, code in {"ada": THREAD, "boole": DOUBLE_ONLY}.items():
        folder = own_course / "class" / student
        folder.mkdir(parents=True)
        (folder / "demo.py").write_text(code, encoding="utf-8")
    reports = ["--report", "csv=all.csv"]
    run = autograder("grade", "class", "--out", "results", *reports, cwd=own_course)
    assert "Look at these" in run.stdout, run.stdout + run.stderr
    assert "ada: double: a thread runs beside" in run.stdout
    assert "boole: double" not in run.stdout
    assert "a thread runs beside" in (own_course / "all.csv").read_text(encoding="utf-8-sig")
    result = json.loads((own_course / "results/ada.json").read_text(encoding="utf-8"))
    assert [suspicion["what"] for suspicion in result["exercises"][0]["suspicious"]]
    for name in ("junit", "gradescope", "github"):
        run = autograder(
            "grade", "class/ada", "--single", "--out", f"r-{name}", "--report", f"{name}={name}.txt", cwd=own_course
        )
        assert "thread" not in (own_course / f"{name}.txt").read_text(encoding="utf-8"), name
