"""Grading again after a change: only what the change can affect is run, and what moved is told."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from small_course import DOUBLE_ONLY, QUICK, write_course
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course.model import load_course
from autograder.grading.grader import Grader
from autograder.grading.regrade.keys import CheckFile, ExerciseKeys
from autograder.grading.settings import Settings
from autograder.results.changes import compare_folders
from autograder.results.files import read_result, write_result
from autograder.results.model import SubmissionResult, Verdict
from autograder.results.summary import ClassTally, summarise
from autograder.sandbox.fork_server import ForkServer
from autograder.source import Source
from autograder.submission.read import open_submission

SETTINGS = Settings(topics=("01_demo",))
WRONG_FOR_FLOAT64 = "import torch\ndef double(x):\n    return (2 * x).float()\n"
TALLY = "class Tally:\n    def __init__(self):\n        self.counts = {}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course of this test's own, and a submission to it."""
    root = write_course(tmp_path / "course")
    (root / "ann").mkdir()
    (root / "ann" / "demo.py").write_text(WRONG_FOR_FLOAT64 + TALLY)
    return root


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def keys(root: Path) -> dict[str, str]:
    """Return the key of each exercise."""
    course = load_course(root)
    source = Source(filename="demo.py", chunks=(("demo.py", DOUBLE_ONLY),))
    return ExerciseKeys(course.topics, course.limits, "").keys(list(course.exercises), source)


HIDDEN, VISIBLE = "solutions/01_demo/test_demo.py", "exercises/01_demo/test_demo.py"


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        (HIDDEN, 'tally.count("b")], [1, 1]', 'tally.count("b")], [1, 2]', {"Tally"}),
        (HIDDEN, "[1, 2, 5]", "[1, 2, 6]", {"Tally"}),
        (VISIBLE, 'count("z")', 'count("y")', {"Tally"}),
        (HIDDEN, "import pytest", "import pytest, math", {"double", "Tally"}),
        (HIDDEN, "Keeps words apart.", "Tells words apart.", set()),
        (HIDDEN, '@check("Tally"', '# a remark\n@check("Tally"', set()),
        ("exercises/01_demo/topic.toml", "points = 2", "points = 3", set()),
        ("exercises/01_demo/topic.toml", 'en = "A dict."', 'en = "Use a dict."', set()),
        ("exercises/01_demo/topic.toml", '"torch.add", ', "", {"double"}),
        ("solutions/01_demo/misconceptions.toml", 'wrote = "1"', 'wrote = "2"', {"Tally"}),
        ("solutions/01_demo/demo.py", "return 2 * x", "return x * 2", {"double", "Tally"}),
        ("course.toml", "call_seconds = 1", "call_seconds = 2", {"double", "Tally"}),
        ("course.toml", 'version = "1"', 'version = "2"', set()),
    ],
)
def test_a_key_changes_with_what_its_result_depends_on(
    root: Path, file: str, old: str, new: str, changed: set[str]
) -> None:
    """changed: exercises."""
    before = keys(root)
    change(root / file, old, new)
    assert {name for name, key in keys(root).items() if key != before[name]} == changed


def test_a_helper_counts_for_all_and_a_check_that_is_mentioned_too(tmp_path: Path) -> None:
    path = tmp_path / "test_x.py"
    path.write_text(
        "A = 1\n"
        "def helper(): return A\n"
        '@check("a", weight=2)\ndef test_a(student):\n    """Title."""\n    helper()\n'
        '@check("b")\ndef test_b(student): pass\n'
        '@check("b")\ndef test_used(student): pass\n'
        "KEPT = test_used\n"
    )
    file = CheckFile(path)
    assert "helper" in file.shared and "test_used" in file.shared
    assert "'test_a'" not in file.shared and "'test_b'" not in file.shared
    assert file.checks.keys() == {"a", "b"}
    assert "Title" not in file.checks["a"] and "weight" not in file.checks["a"]


def test_a_check_sees_the_helpers_before_it_so_its_place_among_them_counts(tmp_path: Path) -> None:
    path = tmp_path / "test_x.py"
    a, b = '@check("a")\ndef test_a(student, n=N): pass\n', '@check("a")\ndef test_b(student): pass\n'
    found = []
    for text in (f"N = 1\n{a}{b}N = 2\n", f"N = 1\n{b}{a}N = 2\n", f"N = 1\n{b}N = 2\n{a}"):
        path.write_text(text)
        found.append(CheckFile(path))
    assert found[0].shared == found[1].shared == found[2].shared
    assert found[0].checks != found[1].checks != found[2].checks


def grade(root: Path, out: Path, *more: str) -> str:
    arguments = ["grade", str(root / "ann"), "--course", str(root), "--out", str(out), "--jobs", "1", *more]
    done = CliRunner(env={"PYTHONHASHSEED": "0"}).invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return done.output


def graded(root: Path, server: ForkServer, earlier: SubmissionResult | None = None, **more: bool) -> SubmissionResult:
    course = load_course(root)
    course.limits = QUICK
    grader = Grader(course, server, msgspec.structs.replace(SETTINGS, **more))
    return grader.grade(msgspec.structs.replace(open_submission(root / "ann", course), earlier=earlier))


def bytes_of(result: SubmissionResult) -> bytes:
    return msgspec.json.encode(result)


def test_what_is_kept_is_what_would_come_out(root: Path, server: ForkServer) -> None:
    earlier = graded(root, server)
    change(root / HIDDEN, 'tally.count("b")], [1, 1]', 'tally.count("b")], [0, 0]')
    change(root / "exercises/01_demo/topic.toml", "points = 4", "points = 8")
    again, anew = graded(root, server, earlier), graded(root, server)
    assert bytes_of(again) == bytes_of(anew)
    assert again.exercises[0].points == 2 * earlier.exercises[0].points > 0


def test_nothing_runs_where_only_weights_changed(
    root: Path, server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = graded(root, server)
    weights = re.sub(r'@check\("double"\)', '@check("double", weight=3)', (root / HIDDEN).read_text())
    (root / HIDDEN).write_text(weights)
    expected = graded(root, server)
    monkeypatch.setattr(ForkServer, "spawn", lambda self: pytest.fail("a worker was asked for"))
    again = graded(root, server, earlier)
    assert bytes_of(again) == bytes_of(expected)
    assert again.exercises[0].points != earlier.exercises[0].points


def test_what_ran_into_a_limit_is_run_again(root: Path, server: ForkServer) -> None:
    earlier = graded(root, server)
    double, tally = earlier.exercises
    checks = (msgspec.structs.replace(double.checks[0], verdict=Verdict.TIMED_OUT), *double.checks[1:])
    spoiled = msgspec.structs.replace(earlier, exercises=(msgspec.structs.replace(double, checks=checks), tally))
    assert bytes_of(graded(root, server, spoiled)) == bytes_of(earlier)


def test_the_student_s_change_is_seen(root: Path, server: ForkServer) -> None:
    earlier = graded(root, server)
    (root / "ann/demo.py").write_text(DOUBLE_ONLY + TALLY)
    assert graded(root, server, earlier).exercises[0].points == 4


def test_a_better_mark_is_kept_on_request(root: Path, server: ForkServer) -> None:
    earlier = graded(root, server)
    change(root / HIDDEN, '@check("double", weight=2)', '@check("double", weight=6)')  # one of its two cases fails
    lowered, kept = graded(root, server, earlier), graded(root, server, earlier, never_lower=True)
    assert lowered.exercises[0].points < earlier.exercises[0].points
    assert kept.exercises[0].points == earlier.exercises[0].points
    assert kept.exercises[0].raised_from == lowered.exercises[0].points
    assert kept.points == earlier.points
    assert bytes_of(graded(root, server, kept)) == bytes_of(lowered)  # it was raised then, and is not now
    (root / "ann/demo.py").write_text("def double(x):\n    return 0\n" + TALLY)  # another submission is another mark
    assert graded(root, server, kept, never_lower=True).exercises[0].points < earlier.exercises[0].points


def test_the_command_keeps_exercises_and_diff_tells_who_moved(root: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    grade(root, new)
    old.mkdir()
    write_result(read_result(new / "ann.json"), old / "ann.json")
    change(root / "exercises/01_demo/topic.toml", "points = 4", "points = 8")
    grade(root, new)
    before, after = read_result(old / "ann.json"), read_result(new / "ann.json")
    assert after.exercises[0].points == 2 * before.exercises[0].points
    done = CliRunner().invoke(app, ["diff", str(old), str(new)])
    assert done.exit_code == 1
    assert "ann" in done.output and "1 moved" in done.output
    told = json.loads(CliRunner().invoke(app, ["diff", str(old), str(new), "--json"]).output)
    assert [(one["submission"], one["new"]) for one in told] == [("ann", after.points)]
    assert CliRunner().invoke(app, ["diff", str(old), str(old)]).exit_code == 0


def test_diff_names_the_check_and_who_came_or_left(root: Path, tmp_path: Path, server: ForkServer) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    before = graded(root, server)
    (root / "ann/demo.py").write_text(DOUBLE_ONLY + TALLY)
    write_result(before, old / "ann.json")
    write_result(before, old / "gone.json")
    write_result(graded(root, server), new / "ann.json")
    write_result(before, new / "come.json")
    moved, both = compare_folders(old, new)
    assert both == 1
    assert [(one.old, one.new) for one in moved if one.old is None or one.new is None] == [
        (None, before.points),
        (before.points, None),
    ]
    (double,) = moved[0].exercises
    assert [(check.id, check.old, check.new) for check in double.checks] == [
        ("test_double_random[float64]", Verdict.FAILED, Verdict.PASSED)
    ]


def test_diff_refuses_what_holds_no_results(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["diff", str(tmp_path), str(tmp_path)])
    assert done.exit_code == 2
    assert "holds no result" in done.output


def tally_of(*results: SubmissionResult) -> ClassTally:
    tally = ClassTally()
    for result in results:
        tally.add(summarise(result))
    return tally


def test_a_check_that_fails_the_otherwise_right_is_suspect(root: Path, server: ForkServer) -> None:
    almost = graded(root, server)  # float64 alone fails
    (root / "ann/demo.py").write_text(DOUBLE_ONLY)
    right = graded(root, server)
    (suspect,) = tally_of(*[almost] * 6, *[right] * 5).suspects
    assert (suspect.check, suspect.failing, suspect.out_of) == ("test_double_random", 6, 11)
    assert not tally_of(*[almost] * 6, *[right] * 6).suspects
    assert not tally_of(*[almost] * 4).suspects


def test_no_check_is_suspect_where_nothing_passed_or_several_failed(root: Path, server: ForkServer) -> None:
    almost = graded(root, server)
    double, *others = almost.exercises
    failed = [check for check in double.checks if check.verdict is Verdict.FAILED]
    passed = [check for check in double.checks if check.verdict is Verdict.PASSED]
    other = next(check for check in passed if not check.id.startswith("test_double_random"))
    also = msgspec.structs.replace(other, verdict=Verdict.FAILED)
    for checks, suspects in ((failed, 0), ([*failed, *passed], 1), ([*failed, also, *passed], 0)):
        changed = msgspec.structs.replace(double, checks=tuple(checks))
        result = msgspec.structs.replace(almost, exercises=(changed, *others))
        assert len(tally_of(*[result] * 6).suspects) == suspects
