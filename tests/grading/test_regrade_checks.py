"""One check changed: it alone is run again, and the result is that of a full grading."""

import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from small_course import HIDDEN, QUICK, TALLY, VISIBLE, without_durations, write_course

from autograder.checks.collect import Check
from autograder.course.model import load_course
from autograder.course.reveal import Reveal
from autograder.grading.attempt import Attempt
from autograder.grading.grader import Grader
from autograder.grading.regrade.stateless import may_remember
from autograder.grading.settings import Settings
from autograder.results.model import CheckResult, SubmissionResult, Verdict
from autograder.sandbox.fork_server import ForkServer
from autograder.source import Source
from autograder.submission.read import open_submission

SETTINGS = Settings(topics=("01_demo",))
ALL = {"double", "Tally"}  # exercises, for all their checks

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
        honest = Grader.attempt

        def noting(grader: Grader, topic: object, exercise: object, checks: Sequence[Check], *rest: object) -> Attempt:
            self.ran += [check.id for check in checks]
            return honest(grader, topic, exercise, checks, *rest)  # type: ignore[arg-type]  # passed on as they came

        monkeypatch.setattr(Grader, "attempt", noting)

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
    "a check": (RIGHT, replaced("torch.tensor(1.5)), torch.tensor(3.0)", "torch.tensor(2.5)), torch.tensor(5.0)"), {"test_double_scalar"}),
    "a visible check": (RIGHT, {"visible": VISIBLE.replace('count("z")', 'count("y")')}, {"test_tally_starts_at_zero"}),
    "a check that is failed now": (RIGHT, replaced("torch.tensor(1.5)), torch.tensor(3.0)", "torch.tensor([1])), torch.ones(3)"), {"test_double_scalar"}),
    "parameters": (RIGHT, replaced("[1, 2, 5]", "[2, 5, 6]"), {"test_tally_many[2]", "test_tally_many[5]", "test_tally_many[6]"}),
    "the failed check": (NOT_FOR_FLOAT64, replaced("seed=1", "seed=5"), {"test_double_random[float32]", "test_double_random[float64]"}),
    "beside a failed one": (SQUARES, replaced("seed=2", "seed=5"), {"double"}),
    "a new check": (RIGHT, {"hidden": HIDDEN + NEW}, {"test_tally_new"}),
    "a new visible check": (RIGHT, {"visible": VISIBLE + NEW}, {"test_tally_new"}),
    "a removed check": (RIGHT, replaced(TWO_WORDS, ""), set()),
    "a removed check that failed": (NOT_FOR_FLOAT64, replaced('[torch.float32, torch.float64], ids=["float32", "float64"]', '[torch.float32], ids=["float32"]'), {"test_double_random[float32]"}),
    "all that failed removed": (FORGETS, replaced(MANY, ""), set()),
    "one removed that failed beside others": (FORGETS.replace("= 1", "= 1 if word == 'a' else 7"), replaced(TWO_WORDS, ""), {"Tally"}),
    "what is remembered": (REMEMBERS, replaced("randn(3, 4, seed=1, dtype=dtype)", "torch.ones(2, dtype=dtype)"), {"double"}),
    "a moved check": (RIGHT, {"hidden": HIDDEN.replace(TWO_WORDS, "").replace(MANY, TWO_WORDS + "\n\n" + MANY)}, set()),
    "a renamed check": (RIGHT, replaced("test_tally_two_words", "test_tally_words_apart"), {"test_tally_words_apart"}),
    "what is watched": (RIGHT, replaced(SCALAR, SCALAR.replace("test_double_scalar", "test_double_new") + SCALAR), {"test_double_new", "test_double_gradient", "test_double_transposed"}),
    "a shared helper": (RIGHT, replaced("import pytest\n", "import math\n\nimport pytest\n"), ALL),
    "a new check that kills": (DIES_OF_A_WORD, replaced(MANY, DEADLY + MANY), {*OF_TWO_CALLS, "Tally"}),
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
    whole = tuple(f"test_{exercise.lower()}_" for exercise in touched & ALL)
    to_run = {check for check in course.ran if check.startswith(whole)} | (touched - ALL)
    again = course.graded(code, reveal, earlier)
    assert set(course.ran) == to_run
    assert msgspec.json.encode(without_durations(again)) == msgspec.json.encode(without_durations(expected))


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


@pytest.mark.parametrize(
    "change",
    [
        lambda number, check: msgspec.structs.replace(check, key=""),  # as an earlier version wrote it
        lambda number, check: msgspec.structs.replace(check, key="00"),
        lambda number, check: msgspec.structs.replace(check, key=f"\ud7ff{number}"),
        lambda number, check: msgspec.structs.replace(check, verdict=Verdict.BROKEN),
    ],
    ids=["no keys", "the same key", "odd keys", "uncertain"],
)
def test_a_damaged_result_is_not_kept(course: Course, change: Callable[[int, CheckResult], CheckResult]) -> None:
    earlier = course.graded(NOT_FOR_FLOAT64, Reveal.MISCONCEPTION)
    again = course.graded(NOT_FOR_FLOAT64, Reveal.MISCONCEPTION, spoiled(earlier, change))
    assert without_durations(again) == without_durations(earlier)
    assert len(course.ran) == sum(len(exercise.checks) for exercise in earlier.exercises)


def test_results_without_checks_and_with_one_check_twice_are_not_kept(course: Course) -> None:
    earlier = course.graded(RIGHT, Reveal.MISCONCEPTION)
    double, tally = earlier.exercises
    none = msgspec.structs.replace(double, checks=())
    twice = msgspec.structs.replace(tally, checks=(*tally.checks, tally.checks[0]))
    again = course.graded(RIGHT, Reveal.MISCONCEPTION, msgspec.structs.replace(earlier, exercises=(none, twice)))
    assert without_durations(again) == without_durations(earlier)
    assert len(course.ran) == len(double.checks) + len(tally.checks)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import torch.nn as nn\nclass A(nn.Module):\n    n: int = 1\n    def f(self):\n        self.n += 1\n", False),
        ('"""Text."""\nPI = 3.14\n@torch.no_grad()\ndef f(x, n=-1):\n    x[0] = 1\n    x.grad = None\n', False),
        ("from helper import g\ndef f(x):\n    return g(x)\n", False),
        ("if __name__ == '__main__':\n    print(1)\n", False),
        ("SEEN = []\n", True),
        ("A: dict = {}\n", True),
        ("class A:\n    seen = []\n", True),
        ("def f(x, seen=[]):\n    pass\n", True),
        ("def f(x, *, seen={}):\n    pass\n", True),
        ("f = lambda x, seen=[]: x\n", True),
        ("def g():\n    return lambda x, seen=[]: x\n", True),
        ("N = 0\ndef f(x):\n    global N\n    N += 1\n", True),
        ("def f(x):\n    f.n = 1\n", True),
        ("class A:\n    def f(self):\n        A.n += 1\n", True),
        ("class A:\n    def f(self):\n        type(self).n = 1\n", True),
        ("class A:\n    def f(self):\n        self.__class__.n = 1\n", True),
        ("import torch\ndef f(x):\n    torch.seen = x\n", True),
        ("import functools\n@functools.cache\ndef f(x):\n    return x\n", True),
        ("import os\n", True),
        ("from pathlib import Path\n", True),
        ("def f(x):\n    import os\n", True),
        ("def f(x):\n    open('a', 'w').write('b')\n", True),
        ("def f(x):\n    g(x)[0] = 1\n", True),
        ("try:\n    import torch\nexcept ImportError:\n    pass\n", True),
        ("def f(:\n", True),
        (f"N = {'+'.join('1' * 3000)}\n", True),  # nested more deeply than is read
    ],
)
def test_code_that_may_remember_is_told_from_code_that_cannot(code: str, expected: bool) -> None:
    helper = {"helper.py": b"def g(x):\n    return x\n"}
    assert may_remember(Source(filename="demo.py", chunks=(("demo.py", code),), files=helper)) is expected


def test_what_a_helper_beside_remembers_counts() -> None:
    chunks = (("demo.py", "from helper import g\n"),)
    assert may_remember(Source(filename="demo.py", chunks=chunks, files={"helper.py": b"SEEN = []\n"}))
    assert may_remember(Source(filename="demo.py", chunks=chunks, files={"helper.py": b"def g(:"}))
    assert not may_remember(Source(filename="demo.py", chunks=chunks, files={"helper.py": b"g = 1\n"}))


def test_checks_have_keys_of_their_own(course: Course) -> None:
    for reveal in (Reveal.NOTHING, Reveal.MISCONCEPTION):
        for exercise in course.graded(RIGHT, reveal).exercises:
            keys = [check.key for check in exercise.checks]
            assert len(set(keys)) == len(keys) > 5
            assert {len(key) for key in keys} == {16}
