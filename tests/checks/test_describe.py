"""Failures as a student reads them, in both languages, and what is told when inputs are hidden."""

import pytest
import torch
from small_course import local_student

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    PYTHON_FLOAT,
    assert_close,
    assert_inputs_unchanged,
    assert_raises,
    gradient,
)
from autograder.checks.describe import Description, describe
from autograder.checks.failures import CheckFailure

PARAMETERS: dict[str, tuple[str, ...]] = {"double": ("x", "scale")}


def told(code: str, check) -> Description:
    student = local_student(code)
    with pytest.raises(CheckFailure) as failure:
        check(student)
    return describe(failure.value, student.calls, PARAMETERS)


def test_wrong_values_name_the_call_the_place_and_both_values() -> None:
    x = torch.linspace(-30, 30, 241, dtype=torch.float64)
    code = "import torch\ndef double(x):\n    y = 2 * x\n    y[:3] = float('nan')\n    return y\n"
    text = told(code, lambda student: assert_close(student.double(x), 2 * x, ELEMENTWISE))
    assert text.full.en == (
        "double(x: float64 (241,)) returned 3 of 241 wrong values; the first at [0]: x = -30.0 gave nan, expected -60.0."
    )
    assert text.full.zh == (
        "double(x: float64 (241,)) 返回的 241 个值中有 3 个不对；第一个在 [0]：x = -30.0 得到 nan，应为 -60.0。"
    )
    assert text.brief.en == "returned NaN where a number was expected"
    assert "30" not in text.brief.en + text.brief.zh


def test_an_item_of_a_tuple_is_named() -> None:
    def check(student):
        _, second = student.double(torch.ones(2))
        assert_close(second, torch.zeros(3), EXACT)

    text = told("def double(x):\n    return x, x\n", check)
    assert text.full.en == "double(x=tensor([1.0, 1.0])) returned shape (2,) in item [1], expected (3,)."


@pytest.mark.parametrize(
    ("answer", "expected", "sentence"),
    [
        ("x.double()", torch.ones(2), "double(x=tensor([1.0, 1.0])) returned dtype float64, expected float32."),
        ("None", torch.ones(2), "double(x=tensor([1.0, 1.0])) returned None, expected a tensor."),
        ("object()", torch.ones(2), "double(x=tensor([1.0, 1.0])) returned an object, expected a tensor."),
        ("x.tolist()", torch.ones(2), "double(x=tensor([1.0, 1.0])) returned a list, expected a tensor."),
        ("[1]", [1, 2], "double(x=tensor([1.0, 1.0])) returned 1 items, expected 2."),
        ("{'a': 1}", {"b": 1}, "double(x=tensor([1.0, 1.0])) returned the keys ['a'], expected ['b']."),
        ("3", 4, "double(x=tensor([1.0, 1.0])) returned 3, expected 4."),
        ("x.sum()", torch.tensor(5.0), "double(x=tensor([1.0, 1.0])) returned 2.0, expected 5.0."),
    ],
)
def test_sentences_of_each_kind(answer, expected, sentence) -> None:
    text = told(
        f"def double(x):\n    return {answer}\n", lambda s: assert_close(s.double(torch.ones(2)), expected, EXACT)
    )
    assert text.full.en == sentence


def test_an_exception_shows_its_line_but_not_its_text_when_inputs_are_hidden() -> None:
    code = "class Leak12345(ValueError):\n    pass\n\ndef double(x):\n    raise Leak12345(f'x was {x}')\n"
    text = told(code, lambda student: student.double(12345))
    assert text.full.en == (
        "double(x=12345) raised Leak12345: x was 12345 (demo.py, line 5: raise Leak12345(f'x was {x}'))"
    )
    assert text.brief.en == "raised ValueError (demo.py, line 5)"
    assert "12345" not in text.brief.en + text.brief.zh


def test_other_failures() -> None:
    text = told("def double(x):\n    return x\n", lambda student: assert_raises(ValueError, student.double, 0))
    assert text.full.en == "double(x=0) returned 0, expected ValueError to be raised."
    text = told(
        "def double(x):\n    x += 1\n    return x\n",
        lambda student: assert_inputs_unchanged(student.double, torch.zeros(2)),
    )
    assert text.full.en == (
        "double(x=tensor([0.0, 0.0])) changed its input x in place: it was tensor([0.0, 0.0]), then tensor([1.0, 1.0])."
    )
    text = told(
        "def double(x, scale=2):\n    return x\n", lambda s: assert_close(s.double(1.5, scale=3.0), 4.5, PYTHON_FLOAT)
    )
    assert text.full.en == "double(x=1.5, scale=3.0) returned 1.5, expected 4.5."


def test_a_wrong_gradient_says_that_it_is_one() -> None:
    def check(student):
        assert_close(gradient(student.double, torch.ones(2), scale=3.0), torch.full((2,), 2.0), EXACT)

    text = told("def double(x, scale):\n    return scale * x\n", check)
    assert text.full.en == (
        "d/dx double(x=tensor([1.0, 1.0]), scale=3.0) returned 2 of 2 wrong values;"
        " the first at [0]: x = 1.0 gave 3.0, expected 2.0."
    )


def test_long_values_are_cut() -> None:
    text = told(
        "def double(x):\n    return 'y' * 100000\n", lambda s: assert_close(s.double("x" * 9999), "z" * 9999, EXACT)
    )
    assert len(text.full.en) < 700
