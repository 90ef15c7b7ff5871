"""One submission against the small course: verdicts, points, blame, and what one fault costs."""

import hashlib
import json
from pathlib import Path

import msgspec
import pytest
from small_course import DOUBLE_ONLY, QUICK, TALLY

from autograder.course.model import load_course
from autograder.course.reveal import Reveal
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings, grading_key
from autograder.results.model import SubmissionResult, Verdict
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.model import Submission
from autograder.submission.read import open_submission


def verdicts(result: SubmissionResult) -> dict[str, str]:
    return {exercise.name: exercise.verdict.value for exercise in result.exercises}


def messages(result: SubmissionResult, exercise: str) -> list[str]:
    return [check.message.en for e in result.exercises if e.name == exercise for check in e.checks]


def test_a_right_submission_gets_everything(hand_in) -> None:
    result = hand_in("import torch\n" + DOUBLE_ONLY + TALLY)
    assert verdicts(result) == {"double": "passed", "Tally": "passed"}
    assert (result.points, result.worth) == (6, 6)
    assert set(result.confinement.values()) == {"on"}


@pytest.mark.parametrize("expression", ["x + x", "x * 2", "torch.as_tensor(x.detach().numpy() * 2)", "sum([x, x])"])
def test_right_in_another_way(hand_in, expression: str) -> None:
    result = hand_in(f"import torch\ndef double(x):\n    return {expression}\n")
    failed = [check.id for check in result.exercises[0].checks if check.verdict is not Verdict.PASSED]
    assert failed == (["test_double_gradient"] if "numpy" in expression else [])  # which asks for autograd


def test_points_are_shared_by_weight(hand_in) -> None:
    result = hand_in("import torch\ndef double(x):\n    return (2 * x).float()\n")
    (double, _) = result.exercises
    assert [check.id for check in double.checks if check.verdict is not Verdict.PASSED] == [
        "test_double_random[float64]"
    ]
    assert double.points == 4 * (10 - 2) / 10


def test_an_untouched_stub_is_not_attempted(hand_in, grader: Grader) -> None:
    result = hand_in(grader.prepared.topics[0].stub.read_text())
    assert verdicts(result) == {"double": "not_attempted", "Tally": "not_attempted"}
    assert result.points == 0


def test_missing_file_and_missing_name(hand_in, grader: Grader) -> None:
    nothing = Submission(id="x", content_hash="", sources={}, problems=())
    result = grader.grade(nothing)
    assert messages(result, "double")[0] == "demo.py was not handed in."
    result = hand_in(DOUBLE_ONLY)
    assert verdicts(result) == {"double": "passed", "Tally": "not_attempted"}
    assert messages(result, "Tally")[0] == "demo.py defines no Tally."


def test_a_loop_costs_only_its_exercise(hand_in) -> None:
    result = hand_in("def double(x):\n    while True:\n        pass\n" + TALLY)
    assert verdicts(result) == {"double": "timed_out", "Tally": "passed"}
    assert messages(result, "double")[0].endswith("was stopped after 1 s: is there a loop that never ends?")
    assert messages(result, "double")[2].startswith("not tried")


def test_a_loop_on_one_input_costs_only_its_check(hand_in) -> None:
    result = hand_in("def double(x):\n    while x.dim() == 0:\n        pass\n    return 2 * x\n")
    failed = {check.id: check.verdict for check in result.exercises[0].checks if check.verdict is not Verdict.PASSED}
    assert failed == {"test_double_scalar": Verdict.TIMED_OUT}


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("import os\ndef double(x):\n    os._exit(0)\n", "your code called exit()"),
        ("import ctypes\ndef double(x):\n    ctypes.string_at(0)\n", "SIGSEGV"),
        ("import sys\ndef double(x):\n    sys.exit(0)\n", "SystemExit"),
        ("def double(x):\n    return double(x)\n", "RecursionError"),
        ("def double(x):\n    return [0] * (1 << 40)\n", "MemoryError"),
        ("import torch\ndef double(x):\n    return torch.ones(1 << 35)\n", "RuntimeError"),
        ("def double(x):\n    return undefined\n", "NameError"),
        ("def double(x, y):\n    return x\n", "missing 1 required positional argument"),
        ("double = 3\n", "double is a int, not a function"),
    ],
)
def test_a_crash_costs_only_its_exercise(hand_in, code: str, word: str) -> None:
    result = hand_in(code + TALLY)
    assert verdicts(result) == {"double": "crashed", "Tally": "passed"}
    assert word in messages(result, "double")[0]


@pytest.mark.parametrize(
    ("code", "verdict", "word"),
    [
        ("import os\nos._exit(3)\n", "crashed", "your code called exit()"),
        ("while True:\n    pass\n", "timed_out", "was stopped after 3 s"),
        ("import sys\nsys.exit(3)\n", "crashed", "SystemExit"),
        ("1 / 0\n", "crashed", "ZeroDivisionError"),
    ],
)
def test_a_fault_while_the_file_is_loaded_is_told(hand_in, code: str, verdict: str, word: str) -> None:
    result = hand_in(code + DOUBLE_ONLY + TALLY)
    assert verdicts(result) == {"double": verdict, "Tally": verdict}
    assert word in messages(result, "double")[0]


def test_what_a_faulty_file_never_meant_to_define_is_not_attempted(hand_in) -> None:
    result = hand_in("1 / 0\n" + DOUBLE_ONLY)
    assert verdicts(result) == {"double": "crashed", "Tally": "not_attempted"}


def test_an_error_while_loading_is_no_error_that_a_check_asked_for(own_course: Path, server: ForkServer) -> None:
    """assert_raises must not be satisfied by what kept the function from being defined."""
    body = 'student.put(1); assert_raises(ValueError, student.double, "no number")'
    file = own_course / "solutions/01_demo/test_demo.py"
    file.write_text(
        file.read_text().replace("import EXACT,", "import EXACT, assert_raises,") + BROKEN.format(body=body)
    )
    reference = own_course / "solutions/01_demo/demo.py"
    reference.write_text(reference.read_text().replace("return 2 * x", "return 2 * x if x != 'no number' else int(x)"))
    (own_course / "demo.py").write_text("raise ValueError\n" + DOUBLE_ONLY)
    course = load_course(own_course)
    result = Grader(course, server, Settings(topics=("01_demo",))).grade(
        open_submission(own_course / "demo.py", course)
    )
    verdict = {check.id: check.verdict for check in result.exercises[0].checks}
    assert verdict["test_double_broken"] is Verdict.CRASHED


def test_a_print_of_a_gigabyte_changes_nothing(hand_in) -> None:
    result = hand_in("for _ in range(4):\n    print('x' * (1 << 28))\n" + DOUBLE_ONLY)
    assert verdicts(result)["double"] == "passed"
    assert [problem.sentence.en for problem in result.problems] == [
        "Your code printed more than 1 MiB. Nobody reads it here: print less."
    ]


def test_a_submission_has_a_budget(grader: Grader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grader.prepared, "limits", msgspec.structs.replace(QUICK, submission_seconds=1.5, strikes=9))
    (tmp_path / "demo.py").write_text("def double(x):\n    while True:\n        pass\n" + TALLY)
    result = grader.grade(open_submission(tmp_path, grader.course))
    assert verdicts(result) == {"double": "timed_out", "Tally": "timed_out"}
    assert messages(result, "Tally")[0] == "not tried: the submission has used up its time"


def test_a_syntax_error_is_shown_with_its_line(hand_in) -> None:
    result = hand_in("x = 1\ndef double(x:\n    return 2\n")
    assert verdicts(result) == {"double": "crashed", "Tally": "crashed"}
    assert "Python cannot read line 2" in messages(result, "double")[0]
    assert result.problems[0].line == 2


def test_a_name_that_is_a_librarys_is_no_attempt(hand_in) -> None:
    """Whoever imports torch's own `double` for another exercise has not written one."""
    result = hand_in("from torch import add as double\n" + TALLY)
    assert verdicts(result) == {"double": "not_attempted", "Tally": "passed"}
    assert messages(result, "double")[0] == "demo.py defines no double."


def test_a_name_from_a_file_beside_is_the_students_own(tmp_path: Path, grader: Grader) -> None:
    (tmp_path / "demo.py").write_text("from helper import double\n" + TALLY)
    (tmp_path / "helper.py").write_text("def double(x):\n    return 2 * x\n")
    assert verdicts(grader.grade(open_submission(tmp_path, grader.course)))["double"] == "passed"


def test_a_broken_rule_costs_the_exercise_and_names_the_line(hand_in) -> None:
    result = hand_in("import torch\n\ndef double(x):\n    return torch.add(x, x)\n")
    assert result.exercises[0].verdict is Verdict.REFUSED
    assert result.exercises[0].points == 0
    assert messages(result, "double")[0] == "double may not use torch.add (demo.py, line 4)."


def test_a_rule_broken_behind_the_readers_back_costs_the_exercise_too(hand_in) -> None:
    result = hand_in("import torch\ndef double(x):\n    getattr(torch, 'co' + 'sh')(x)\n    return 2 * x\n")
    assert result.exercises[0].verdict is Verdict.REFUSED
    assert result.exercises[0].points == 0
    said = "double may not use torch.cosh, or anything built on it: demo.py, line 3 runs it."
    assert said in messages(result, "double")


def test_a_misconception_is_named_in_both_languages(hand_in) -> None:
    result = hand_in("def double(x):\n    y = x * x\n    return y\n")
    (diagnosis,) = result.exercises[0].misconceptions
    assert diagnosis.name == "squares"
    assert diagnosis.sentence.en == "You squared x. Multiply it by 2."
    assert diagnosis.sentence.zh == "你算的是平方，应乘以 2。"


def test_a_misconception_of_a_class_is_named(hand_in) -> None:
    code = TALLY.replace("self.counts.get(word, 0) + 1", "1")
    assert [d.name for d in hand_in(code).exercises[1].misconceptions] == ["forgets"]


def test_an_unknown_mistake_is_not_guessed(hand_in) -> None:
    assert hand_in("def double(x):\n    return 2 * x + 1\n").exercises[0].misconceptions == ()


def test_hidden_checks_tell_only_the_kind_of_fault(hand_in, grader: Grader, tmp_path: Path) -> None:
    result = hand_in("def double(x):\n    return 2 * x + 1\n")
    told = {check.id: check.message.en for check in result.exercises[0].checks}
    assert told["test_double_example"].startswith("double(x=tensor([1.0, 1.0])) returned 2 of 2 wrong values")
    assert told["test_double_scalar"] == "returned wrong values"
    opened = Grader(grader.course, grader.server, Settings(topics=("01_demo",), reveal=Reveal.CALL))
    result = opened.grade(open_submission(tmp_path / "student", grader.course))
    told = {check.id: check.message.en for check in result.exercises[0].checks}
    assert told["test_double_scalar"] == "double(x=tensor(1.5)) returned 4.0, expected 3.0."


def test_a_hidden_input_cannot_be_smuggled_into_the_messages(hand_in) -> None:
    """Through the type, text or line of an exception, a file name, or a returned value."""
    result = hand_in(
        """
        def double(x):
            secret = f"SECRET{x.flatten()[0].item() if x.numel() else 0}"
            code = compile("\\n" * int(abs(x.sum().item() * 1e6)) + "raise kind(secret)", secret, "exec")
            exec(code, {"kind": type(secret, (ValueError,), {}), "secret": secret})
        """
    )
    for check in result.exercises[0].checks:
        if not check.visible:
            assert check.message.en.startswith("raised ValueError (demo.py, line 5)"), check.message


def test_a_forged_reply_cannot_carry_a_hidden_input_either(hand_in) -> None:
    """A worker that writes its own replies: in the file, line and text of a frame, in an operator, in a type."""
    result = hand_in(
        """
        import sys
        worker_main, wire = sys.modules["worker.worker_main"], sys.modules["worker.wire"]

        def forged(session, number, header, payload):
            secret = 987654321
            frames = [[f"SECRET{secret}.py", 1, "f", "x"], ["demo.py", secret, "f", "x"]]
            error = {"type": f"SECRET{secret}", "bases": [f"SECRET{secret}"], "message": f"SECRET{secret}"}
            return wire.pack({"error": {**error, "frames": frames}}, number=number)

        def double(x):
            worker_main.answer_frame = forged
            return 2 * x
        """
    )
    hidden = [check.message for check in result.exercises[0].checks if not check.visible and check.message]
    assert hidden
    assert not any("SECRET" in text.en + text.zh or "987654321" in text.en + text.zh for text in hidden)
    visible = [check.message.en for check in result.exercises[0].checks if check.visible]
    assert any("SECRET" in text for text in visible)  # the forgery arrived


def test_a_forged_operator_line_is_not_shown(hand_in) -> None:
    result = hand_in(
        """
        import sys
        worker_main, wire = sys.modules["worker.worker_main"], sys.modules["worker.wire"]

        def double(x):
            forged = {"value": 1, "operators": [["aten::cosh", 987654321]]}
            worker_main.answer_frame = lambda session, number, *a: wire.pack(forged, number=number)
            return 2 * x
        """
    )
    texts = [check.message.en for check in result.exercises[0].checks]
    assert any("torch.cosh" in text for text in texts)
    assert not any("987654321" in text for text in texts)


def test_the_same_submission_twice_gives_the_same_bytes(hand_in) -> None:
    code = "import torch\ndef double(x):\n    return {str(i) for i in range(50)} and torch.rand(3)\n" + TALLY
    first, second = hand_in(code), hand_in(code)
    assert msgspec.json.encode(first) == msgspec.json.encode(second)


def test_helper_modules_beside_the_file_are_imported(tmp_path: Path, grader: Grader) -> None:
    (tmp_path / "demo.py").write_text("from tools import twice as double\n")
    (tmp_path / "tools.py").write_text("def twice(x):\n    return 2 * x\n")
    result = grader.grade(open_submission(tmp_path, grader.course))
    assert verdicts(result)["double"] == "passed"


def grade_notebook(grader: Grader, path: Path, *cells: str) -> SubmissionResult:
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}))
    return grader.grade(open_submission(path, grader.course))


def test_a_cell_that_raises_costs_only_what_it_defines(tmp_path: Path, grader: Grader) -> None:
    path = tmp_path / "demo.ipynb"
    result = grade_notebook(grader, path, DOUBLE_ONLY, "raise ValueError('scribble')", TALLY)
    assert verdicts(result) == {"double": "passed", "Tally": "passed"}
    result = grade_notebook(grader, path, DOUBLE_ONLY, "raise ValueError('scribble')")
    assert verdicts(result) == {"double": "passed", "Tally": "not_attempted"}
    result = grade_notebook(grader, path, DOUBLE_ONLY, "raise ValueError('scribble')\n" + TALLY)
    assert verdicts(result) == {"double": "passed", "Tally": "crashed"}
    assert "raised ValueError: scribble (demo.ipynb cell 2, line 1" in messages(result, "Tally")[0]


def test_a_cell_that_does_not_parse_costs_only_what_it_defines(tmp_path: Path, grader: Grader) -> None:
    result = grade_notebook(grader, tmp_path / "demo.ipynb", DOUBLE_ONLY, TALLY + "\ndef (:\n")
    assert verdicts(result) == {"double": "passed", "Tally": "crashed"}
    assert "this cell was left out (demo.ipynb cell 2, line 10: def (:)" in messages(result, "Tally")[0]


# Checks that are at fault


BROKEN = """

@check("double")
def test_double_broken(student):
    \"\"\"Cannot pass. 无法通过。\"\"\"
    {body}
"""


@pytest.mark.parametrize(
    "body",
    [
        "assert_close(student.double(torch.ones(2)), torch.ones(2), EXACT)",
        "student.double(torch.ones(2)); raise RuntimeError('oops')",
        "student.double(torch.ones(2)).nothing()",
        "assert_close(student.double(torch.ones(1)), torch.tensor([float('nan')]), EXACT)",
        "assert student.double(1) == 3",
    ],
)
@pytest.mark.parametrize("code", [DOUBLE_ONLY, "def double(x):\n    return None\n"], ids=["right", "wrong"])
def test_a_broken_check_is_nobodys_loss(own_course: Path, server: ForkServer, body: str, code: str) -> None:
    file = own_course / "solutions/01_demo/test_demo.py"
    file.write_text(file.read_text() + BROKEN.format(body=body))
    course = load_course(own_course)
    course.limits = QUICK
    student = own_course / "student"
    student.mkdir()
    (student / "demo.py").write_text(code)
    result = Grader(course, server, Settings(topics=("01_demo",))).grade(open_submission(student, course))
    double = result.exercises[0]
    broken = [check.id for check in double.checks if check.verdict is Verdict.BROKEN]
    assert broken == ["test_double_broken"]
    assert double.worth == 4
    assert double.points == (4 if code is DOUBLE_ONLY else 0)


def test_an_answer_that_trips_the_check_is_the_students_loss(own_course: Path, server: ForkServer) -> None:
    file = own_course / "solutions/01_demo/test_demo.py"
    file.write_text(file.read_text() + BROKEN.format(body="assert student.double(torch.ones(2)).sum().item() == 4"))
    course = load_course(own_course)
    student = own_course / "student"
    student.mkdir()
    (student / "demo.py").write_text("def double(x):\n    return 'two'\n")
    result = Grader(course, server, Settings(topics=("01_demo",))).grade(open_submission(student, course))
    tripped = next(check for check in result.exercises[0].checks if check.id == "test_double_broken")
    assert tripped.verdict is Verdict.FAILED
    assert tripped.message.en == "returned the wrong type"


def test_the_key_changes_with_all_that_decides_a_result(own_course: Path) -> None:
    (own_course / "demo.py").write_text(DOUBLE_ONLY)
    settings = Settings(topics=("01_demo",))

    def key(settings: Settings = settings) -> str:
        course = load_course(own_course)
        return grading_key(open_submission(own_course / "demo.py", course), course, settings)

    keys = {key(), key(Settings(topics=("01_demo",), reveal=Reveal.CALL)), key(Settings(topics=()))}
    for file in ("solutions/01_demo/test_demo.py", "solutions/01_demo/misconceptions.toml", "course.toml", "demo.py"):
        with open(own_course / file, "a") as handle:
            handle.write("\n# changed\n")
        keys.add(key())
    assert len(keys) == 7
    assert key() == key()
    assert all(len(k) == len(hashlib.sha256().hexdigest()) for k in keys)
