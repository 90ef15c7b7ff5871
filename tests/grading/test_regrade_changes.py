"""A change of the checks: only the exercises that it concerns run again, and the result is that of a full grading."""

import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_course import HIDDEN, QUICK, TALLY, VISIBLE, write_course

from autograder.checks.collect import Check
from autograder.course.model import load_course
from autograder.course.reveal import Reveal
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.grading.submission_run import ExerciseRun, SubmissionRun
from autograder.results.model import CheckResult, SubmissionResult, Verdict
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.read import open_submission

SETTINGS = Settings(topics=("01_demo",))

RIGHT = "def double(x):\n    return 2 * x\n" + TALLY
NOT_FOR_FLOAT64 = "import torch\ndef double(x):\n    return (2 * x).float()\n" + TALLY
SQUARES = "def double(x):\n    return x**2\n" + TALLY
FORGETS = RIGHT.replace("self.counts.get(word, 0) + 1", "1")
# Its second answer for a shape is the first one: wrong where a check before has asked for that shape.
REMEMBERS = (
    "CACHE = {}\ndef double(x):\n    if x.shape not in CACHE:\n        CACHE[x.shape] = 2 * x\n"
    "    return CACHE[x.shape]\n" + TALLY
)
DIES_OF_A_WORD = "import torch\n" + RIGHT.replace(
    "        self.counts[word] =",
    "        if word == 'die':\n            torch.os.abort()\n        self.counts[word] =",
)

TWO_WORDS = HIDDEN[HIDDEN.index('@check("Tally")\ndef test_tally_two') :]
MANY = HIDDEN[HIDDEN.index('@check("Tally")\n@pytest') : HIDDEN.index(TWO_WORDS)]
SCALAR = HIDDEN[HIDDEN.index('@check("double")\ndef test_double_scalar') : HIDDEN.index(MANY)]
NEW = textwrap.dedent('''

    @check("Tally")
    def test_tally_new(student):
        """Counts b. 统计 b。"""
        tally = student.Tally()
        tally.add("b")
        assert_equal(tally.count("b"), 1)
''')
DEADLY = '''@check("Tally")
@pytest.mark.parametrize("word", ["die", "b"])
@pytest.mark.parametrize("times", [1, 2])
def test_tally_deadly(student, word, times):
    """Counts any word. 统计任意词。"""
    tally = student.Tally()
    tally.add(word)
    assert_equal(tally.count(word), 1)


'''
OF_TWO_CALLS = {f"test_tally_deadly[{times}-{word}]" for times in (1, 2) for word in ("die", "b")}


class Course:
    """A small course whose checks change, a submission to it, and the checks that were run."""

    def __init__(self, root: Path, server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = write_course(root)
        self.server = server
        self.folder = root.parent / "ann"
        self.folder.mkdir()
        self.ran: list[str] = []
        honest = SubmissionRun._attempt

        def noting(run: SubmissionRun, exercise: ExerciseRun, checks: Sequence[Check], prefetched: Any) -> Any:
            self.ran += [check.id for check in checks]
            return honest(run, exercise, checks, prefetched)

        monkeypatch.setattr(SubmissionRun, "_attempt", noting)

    def write(self, hidden: str = HIDDEN, visible: str = VISIBLE) -> None:
        (self.root / "solutions/01_demo/test_demo.py").write_text(hidden.lstrip("\n"), encoding="utf-8")
        (self.root / "exercises/01_demo/test_demo.py").write_text(visible.lstrip("\n"), encoding="utf-8")

    def graded(self, code: str, reveal: Reveal, earlier: SubmissionResult | None = None) -> SubmissionResult:
        (self.folder / "demo.py").write_text(code, encoding="utf-8")
        course = load_course(self.root)
        course.limits = QUICK
        grader = Grader(course, self.server, msgspec.structs.replace(SETTINGS, reveal=reveal))
        self.ran.clear()
        return grader.grade(msgspec.structs.replace(open_submission(self.folder, course), earlier=earlier))


@pytest.fixture
def course(tmp_path: Path, server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> Course:
    return Course(tmp_path / "course", server, monkeypatch)


def replaced(old: str, new: str) -> dict[str, str]:
    assert old in HIDDEN
    return {"hidden": HIDDEN.replace(old, new)}


CHANGES = {
    "a check": (RIGHT, replaced("torch.tensor(1.5)), torch.tensor(3.0)", "torch.tensor(2.5)), torch.tensor(5.0)"), {"double"}),
    "a visible check": (RIGHT, {"visible": VISIBLE.replace('count("z")', 'count("y")')}, {"Tally"}),
    "a check that is failed now": (RIGHT, replaced("torch.tensor(1.5)), torch.tensor(3.0)", "torch.tensor([1])), torch.ones(3)"), {"double"}),
    "parameters": (RIGHT, replaced("[1, 2, 5]", "[2, 5, 6]"), {"Tally"}),
    "the failed check": (NOT_FOR_FLOAT64, replaced("seed=1", "seed=5"), {"double"}),
    "beside a failed one": (SQUARES, replaced("seed=2", "seed=5"), {"double"}),
    "a new check": (RIGHT, {"hidden": HIDDEN + NEW}, {"Tally"}),
    "a new visible check": (RIGHT, {"visible": VISIBLE + NEW}, {"Tally"}),
    "a removed check": (RIGHT, replaced(TWO_WORDS, ""), {"Tally"}),
    "a removed check that failed": (NOT_FOR_FLOAT64, replaced('[torch.float32, torch.float64], ids=["float32", "float64"]', '[torch.float32], ids=["float32"]'), {"double"}),
    "all that failed removed": (FORGETS, replaced(MANY, ""), {"Tally"}),
    "one removed that failed beside others": (FORGETS.replace("= 1", "= 1 if word == 'a' else 7"), replaced(TWO_WORDS, ""), {"Tally"}),
    "what is remembered": (REMEMBERS, replaced("randn(3, 4, seed=1, dtype=dtype)", "torch.ones(2, dtype=dtype)"), {"double"}),
    "a moved check": (RIGHT, {"hidden": HIDDEN.replace(TWO_WORDS, "").replace(MANY, TWO_WORDS + "\n\n" + MANY)}, {"Tally"}),
    "a renamed check": (RIGHT, replaced("test_tally_two_words", "test_tally_words_apart"), {"Tally"}),
    "what is watched": (RIGHT, replaced(SCALAR, SCALAR.replace("test_double_scalar", "test_double_new") + SCALAR), {"double"}),
    "a shared helper": (RIGHT, replaced("import pytest\n", "import math\n\nimport pytest\n"), {"Tally", "double"}),
    "a new check that kills": (DIES_OF_A_WORD, replaced(MANY, DEADLY + MANY), {"Tally"}),
}  # fmt: skip


# Under Reveal.NOTHING, results call hidden checks by their place: what moves them must not exchange them.
MOVING = ("beside a failed one", "a new check", "a removed check", "a removed check that failed", "a moved check")
CASES = [(change, Reveal.MISCONCEPTION) for change in CHANGES] + [(change, Reveal.NOTHING) for change in MOVING]


@pytest.mark.parametrize(("change", "reveal"), CASES)
def test_what_a_change_touches_is_run_and_all_is_as_in_a_full_grading(
    course: Course, change: str, reveal: Reveal
) -> None:
    code, files, touched = CHANGES[change]
    earlier = course.graded(code, reveal)
    course.write(**files)
    expected = course.graded(code, reveal)
    names = tuple(f"test_{exercise.lower()}_" for exercise in touched)
    to_run = {check for check in course.ran if check.startswith(names)}
    again = course.graded(code, reveal, earlier)
    assert set(course.ran) == to_run
    assert msgspec.json.encode(again) == msgspec.json.encode(expected)


def test_what_failed_is_diagnosed_with_all_else_that_failed(course: Course) -> None:
    """A misconception explains more than half of the failed checks, whichever of them were changed."""
    earlier = course.graded(SQUARES, Reveal.MISCONCEPTION)
    course.write(hidden=HIDDEN.replace("seed=2", "seed=5"))
    again = course.graded(SQUARES, Reveal.MISCONCEPTION, earlier)
    assert [diagnosis.name for diagnosis in again.exercises[0].misconceptions] == ["squares"]


def spoiled(result: SubmissionResult, change: Callable[[int, CheckResult], CheckResult]) -> SubmissionResult:
    exercises = tuple(
        msgspec.structs.replace(e, checks=tuple(change(number, check) for number, check in enumerate(e.checks)))
        for e in result.exercises
    )
    return msgspec.structs.replace(result, exercises=exercises)


def test_an_exercise_with_a_broken_check_runs_again(course: Course) -> None:
    earlier = course.graded(NOT_FOR_FLOAT64, Reveal.MISCONCEPTION)
    broken = spoiled(earlier, lambda number, check: msgspec.structs.replace(check, verdict=Verdict.BROKEN))
    again = course.graded(NOT_FOR_FLOAT64, Reveal.MISCONCEPTION, broken)
    assert again == earlier
    assert len(course.ran) == sum(len(exercise.checks) for exercise in earlier.exercises)


def test_results_without_checks_and_with_one_check_twice_are_not_kept(course: Course) -> None:
    earlier = course.graded(RIGHT, Reveal.MISCONCEPTION)
    double, tally = earlier.exercises
    none = msgspec.structs.replace(double, checks=())
    twice = msgspec.structs.replace(tally, checks=(*tally.checks, tally.checks[0]))
    again = course.graded(RIGHT, Reveal.MISCONCEPTION, msgspec.structs.replace(earlier, exercises=(none, twice)))
    assert again == earlier
    assert len(course.ran) == len(double.checks) + len(tally.checks)
