"""A submission in the terminal: one fault is shown once, with the checks that have it."""

from collections.abc import Callable

import msgspec
import pytest
from rich.console import Console
from small_course import DOUBLE_ONLY, TALLY

from autograder.reports.folding import MAX_NAMES, fault_of, listed, short_name
from autograder.reports.terminal import show_submission
from autograder.results.model import Problem, SubmissionResult
from autograder.text import Language, Text

HandIn = Callable[..., SubmissionResult]


def shown(result: SubmissionResult, language: Language = Language.EN) -> list[str]:
    console = Console(record=True, width=300)
    show_submission(result, language, console)
    return console.export_text().splitlines()


def test_an_exception_at_one_line_is_shown_once_for_visible_and_hidden_checks(hand_in: HandIn) -> None:
    lines = shown(hand_in("def double(x):\n    if x.dim() == 0:\n        return 2 * x\n    return y\n" + TALLY))
    assert "  ! Doubles ones." in lines
    assert sum("NameError" in line for line in lines) == 1
    assert "    and 6 more checks: empty, random ×2, transposed, gradient, leaves_input" in lines
    assert "  ✓ 1 of 8 checks passed" in lines


def test_a_fault_of_every_check_needs_no_names(hand_in: HandIn) -> None:
    lines = shown(hand_in("import torch\ndef double(x):\n    return torch.add(x, x)\n"))
    place = lines.index("  ⊘ double may not use torch.add (demo.py, line 3).")
    assert lines[place + 1] == "    in all 8 checks"
    assert "Doubles ones." not in "\n".join(lines)


def test_a_misconception_is_shown_once_with_one_example(hand_in: HandIn) -> None:
    lines = shown(hand_in("def double(x):\n    return 3 * x\n" + TALLY), Language.ZH)
    place = lines.index("  → 你乘了 3，应乘以 2。")
    assert lines[place + 1] == "  ✗ 全一张量加倍。"
    assert lines[place + 2].startswith("      double(x=tensor([1.0, 1.0])) 返回的 2 个值中有 2 个不对")
    assert lines[place + 3] == "    还有 6 项检查有同样的问题：random ×2、transposed、gradient、leaves_input、scalar"
    assert lines[place + 4] == "  ✓ 8 项检查中通过了 1 项"


def test_different_faults_are_shown_apart(hand_in: HandIn) -> None:
    lines = shown(hand_in("def double(x):\n    return x if x.dim() == 1 else y\n" + TALLY))
    assert sum("raised NameError" in line for line in lines) == 1
    assert sum("wrong values; the first at [0]" in line for line in lines) == 1


def test_a_file_that_python_cannot_read_is_one_message(hand_in: HandIn) -> None:
    lines = shown(hand_in("def double(x)：\n    return 2 * x\n"))
    assert lines[1].startswith("  demo.py: Python cannot read line 1: def double(x)： → Python does not know `：`")
    assert lines[2:] == ["    Because of this, 0 of 6 points: double, Tally"]


def test_a_remark_on_a_file_that_can_be_read_takes_no_exercise_away(hand_in: HandIn) -> None:
    remark = Problem(file="demo.py", sentence=Text("The file is long.", "文件很长。"))
    lines = shown(msgspec.structs.replace(hand_in("y = z\n" + DOUBLE_ONLY), problems=(remark,)))
    assert "  demo.py: The file is long." in lines
    assert not any("Because of this" in line for line in lines)
    assert any(line.startswith("! double") for line in lines)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("f(x=tensor([1.0])) returned None, expected a tensor.", "f(x: float64 (3, 4)) returned None, expected a tensor.", True),
        ("f(s='(') returned 1, expected 2.", "f(s='(') returned 1, expected 2.", True),
        ("f(x=1) returned 1, expected 2.", "f(x=1) returned 1, expected 3.", False),
        ("f(x=1) returned 1, expected 2.", "g(x=1) returned 1, expected 2.", False),
        ("f(x=1) raised KeyError: 1 (a.py, line 3: d[x])", "raised KeyError (a.py, line 3)", True),
        ("f(x=1) raised KeyError: 1 (a.py, line 3: d[x])", "f(x=1) raised KeyError: 1 (a.py, line 4: d[x])", False),
        ("f(x=1) raised KeyError: 1 (a.py, line 3: d[x])", "f(x=1) raised TypeError: 1 (a.py, line 3: d[x])", False),
    ],
)  # fmt: skip
def test_a_fault_is_a_message_without_its_input(one: str, other: str, is_same: bool) -> None:
    assert (fault_of(Text(one, "")) == fault_of(Text(other, ""))) is is_same


def test_names_are_short_and_few() -> None:
    assert short_name("test_sigmoid_grad_of_one_number", "sigmoid_grad") == "of_one_number"
    assert short_name("test_tally_counts[2]", "Tally") == "counts[2]"
    assert short_name("test_other", "sigmoid") == "other"
    assert listed(["a[1]", "b", "a[2]"]) == Text("a ×2, b", "a ×2、b")
    assert listed([str(number) for number in range(MAX_NAMES + 1)]).en == "0, 1, 2, 3, 4, 5, 6, 7, …"
