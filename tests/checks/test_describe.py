"""Failures as a student reads them, in both languages, and what is told when inputs are hidden."""

import math

import numpy as np
import pytest
import torch
from small_course import local_student

from autograder.checks import (
    ELEMENTWISE,
    EXACT,
    PYTHON_FLOAT,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    gradient,
)
from autograder.checks.collect import Check
from autograder.checks.describe import Description, describe
from autograder.checks.failures import CheckFailure, Crashed, Mismatch
from autograder.checks.run import run_check
from autograder.checks.values import write_pair
from autograder.text import Text

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
        ("object()", torch.ones(2), "returned an object, expected a tensor."),
        ("[1]", [1, 2], "returned 1 item, expected 2 items."),
        ("(1,)", (1, 2), "returned 1 result, expected 2 results."),
        ("{'a': 1}", {"b": 1}, "returned the keys ['a'], expected ['b']."),
        ("3", 4, "returned 3, expected 4."),
        ("3", 3.5, "returned 3, expected 3.5."),
        ("True", 1, "returned True (a bool), expected 1 (an int)."),
        ("'3'", 3, "returned '3' (a string), expected 3 (an int)."),
        ("x.sum()", torch.tensor(5.0), "returned 2.0, expected 5.0."),
        ("x.sum()", torch.ones(1), "returned shape () (no dimensions), expected (1,)."),
        (
            "x.to_sparse()",
            torch.ones(2),
            "returned a tensor that is sparse, quantised or without data, expected a tensor.",
        ),
    ],
)
def test_sentences_of_each_kind(answer, expected, sentence) -> None:
    assert sentence_for(answer, expected) == sentence


def sentence_for(answer: str, expected: object, x: torch.Tensor | None = None) -> str:
    """Return the sentence for a function that returns `answer`, without the call that it begins with."""
    x = torch.ones(2) if x is None else x
    code = f"import torch\nfrom torch import nn\ndef double(x):\n    return {answer}\n"
    text = told(code, lambda student: assert_close(student.double(x), expected, EXACT))
    return text.full.en.split(")) ", 1)[1]


@pytest.mark.parametrize(
    ("answer", "expected", "hint"),
    [
        ("x.tolist()", torch.ones(2), "Keep it a tensor: leave out .item(), float(…) or .tolist()."),
        ("x.numpy()", torch.ones(2), "Compute with torch, or convert it with torch.from_numpy(…)."),
        ("x.sum()", 2.0, "Take the number out with .item()."),
        ("x", [1.0, 1.0], "Turn it into a list with .tolist()."),
        ("(1, 2)", [1, 2], "Write […] for a list; (…) is a tuple."),
        ("map(abs, x)", [1, 2], "Make a list of it: list(…)."),
        ("iter([1, 2])", [1, 2], "Make a list of it: list(…)."),
        ("x.sum", torch.ones(()), "That is a function, not its result: call it with ()."),
        ("nn.Linear(2, 2)", torch.ones(2), "That is a layer, not its output: call it on the input."),
        ("4 / 2", 2, "Use // in place of /, or int(…)."),
        ("x.double()", torch.ones(2), "The input is float32: give the result the same dtype."),
        ("{'b': 1, 'a': 1}", {"a": 1, "b": 1}, "The order of the keys counts, too."),
    ],
)
def test_a_common_cause_is_named(answer, expected, hint) -> None:
    assert sentence_for(answer, expected).endswith(". " + hint)


def test_a_dtype_that_the_input_does_not_have_is_not_explained_by_it() -> None:
    assert sentence_for("x", torch.ones(2, dtype=torch.int64)) == "returned dtype float32, expected int64."


# Two values that differ are never written alike


def test_as_many_digits_are_written_as_two_numbers_need_to_differ() -> None:
    x = torch.tensor([-1.0, 2.0], dtype=torch.float64)
    expected = torch.tensor([0.2689414213699951, 2.0], dtype=torch.float64)
    answer = "torch.tensor([0.2689414999, 2.0], dtype=torch.float64)"
    assert "x = -1.0 gave 0.2689415, expected 0.2689414." in sentence_for(answer, expected, x)
    assert sentence_for("0.1 + 0.2", 0.3) == "returned 0.30000000000000004, expected 0.29999999999999999."
    assert sentence_for("1.0000001", 1.0) == "returned 1.0000001, expected 1.0."
    assert sentence_for("10**200", 10**200 + 1).startswith("returned …00000000")


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1.0, math.nextafter(1.0, 2)),
        (-0.0, 0.0),
        (1, 1.0),
        (1, True),
        (1 + 1e-9j, 1 + 2e-9j),
        ([0.1, 0.2], [0.1, 0.2000000000001]),
        ({"a": 1}, {"a": True}),
        ("a" * 500 + "b", "a" * 500 + "c"),
        ("a  b", "a b"),
        (torch.zeros(4, 3), torch.zeros(4, 3, dtype=torch.float64)),
        (torch.zeros(2), torch.zeros(2, dtype=torch.float64)),
        (torch.tensor([0.1, 0.2]), torch.tensor([0.1, 0.2], dtype=torch.float64)),
        (np.zeros(2), np.zeros(2, np.float32)),
        (np.float64(0.1), np.float64(0.1000000001)),
        ([1] * 1000, [1] * 1001),
    ],
    ids=lambda value: str(value)[:20],
)
def test_two_different_values_have_different_texts(actual, expected) -> None:
    texts = write_pair(actual, expected)
    assert texts[0] != texts[1]
    assert max(map(len, texts)) < 200


def test_long_strings_are_shown_where_they_begin_to_differ() -> None:
    sentence = sentence_for("'a' * 300 + 'b' * 300", "a" * 300 + "c" * 300)
    assert sentence == (
        f"returned a string that is wrong from character 300 on: '…{'a' * 24}{'b' * 24}…',"
        f" expected '…{'a' * 24}{'c' * 24}…'."
    )


def test_a_change_of_a_large_input_is_shown_at_its_first_place() -> None:
    code = "def double(x):\n    x[1, 2] += 1\n    return x\n"
    text = told(code, lambda student: assert_inputs_unchanged(student.double, torch.zeros(4, 3)))
    assert text.full.en == (
        "double(x: float32 (4, 3)) changed its input x in place: x[1, 2] was 0.0, then 1.0."
        " Change a copy (x.clone()), or write x = x + … in place of x += …."
    )
    assert "x[1, 2] 原来是 0.0，之后是 1.0" in text.full.zh
    code = "def double(x):\n    x['w'][0] += 1\n    return x\n"
    text = told(code, lambda student: assert_inputs_unchanged(student.double, {"w": torch.zeros(9)}))
    assert "x['w'][0] was 0.0, then 1.0." in text.full.en
    code = "def double(x):\n    x.append(3)\n"
    text = told(code, lambda student: assert_inputs_unchanged(student.double, [1, 2]))
    assert "it was [1, 2], then [1, 2, 3]. Change a copy (x.copy())." in text.full.en


# None, and other results of a wrong number or type


def test_none_asks_for_return() -> None:
    text = told("def double(x):\n    2 * x\n", lambda s: assert_close(s.double(1), 2, EXACT))
    assert text.full.en == "double(x=1) returned None, expected 2 (an int). Is `return` missing?"
    assert text.full.zh == "double(x=1) 返回了 None，应为 2（int）。是不是漏写了 return？"
    assert text.brief.en == "returned None: is `return` missing?"


def test_a_printed_result_is_noticed() -> None:
    printing = "def double(x):\n    print(2 * x)\n"
    hint = "It printed something: print shows a value, return gives it back."
    assert told(printing, lambda s: assert_close(s.double(1), 2, EXACT)).full.en.endswith(hint)
    assert told(printing, lambda s: gradient(s.double, torch.ones(2))).full.en.endswith(hint)
    in_a_tuple = "def double(x):\n    return x, print(2 * x)\n"
    text = told(in_a_tuple, lambda s: assert_close(s.double(1), (1, 2), EXACT))
    assert text.full.en.startswith("double(x=1) returned None in item [1], expected 2 (an int). A helper without")
    assert text.full.en.endswith(hint)


def test_types_and_numbers_are_reported_before_values() -> None:
    assert sentence_for("(x + 1, None)", (torch.ones(2), torch.ones(2))).startswith("returned None in item [1]")
    assert sentence_for("([3], [4])", ([1], [1, 2])) == "returned 1 item in item [1], expected 2 items."
    assert sentence_for("{'a': 3, 'b': {}}", {"a": 1, "b": {"c": 1}}) == (
        "returned the keys [] in item ['b'], expected ['c']."
    )


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("x", "one tensor of shape (3,), expected 2 results (y, slope). Return them together: `return a, b`."),
        (
            "x.repeat(2, 1)",
            "one tensor of shape (2, 3), expected 2 results (y, slope). Return them together: `return a, b`.",
        ),
        ("7.5", "7.5 (a float), expected 2 results (y, slope). Return them together: `return a, b`."),
        ("(x, x, x)", "3 results, expected 2 results (y, slope)."),
        ("[x]", "1 result, expected 2 results (y, slope)."),
    ],
)
def test_a_wrong_number_of_results_is_named_where_the_check_unpacks_them(answer, result) -> None:
    def unpack(student):
        y, slope = student.double(torch.ones(3))
        assert_close((y, slope), (torch.zeros(3), torch.zeros(3)), EXACT)

    text = judged(f"def double(x):\n    return {answer}\n", unpack)
    assert text.full.en == f"double(x=tensor([1.0, 1.0, 1.0])) returned {result}"
    assert text.brief.en == "returned the wrong number of items"


def test_two_results_are_unpacked_without_complaint() -> None:
    def unpack(student):
        y, _ = student.double(torch.ones(3))
        assert_close(y, torch.zeros(3), EXACT)

    text = judged("def double(x):\n    return x, x\n", unpack)
    assert "3 of 3 wrong values in item [0]" in text.full.en


def judged(code: str, check) -> Description:
    """Run a check function as grading does. Return the description of its failure."""
    title = Text("Doubles.", "加倍。")
    spec = Check(id="c", exercise="double", title=title, weight=1, visible=True, function=check, arguments={})
    outcome = run_check(spec, local_student(code), PARAMETERS)
    assert outcome.description is not None
    return outcome.description


@pytest.mark.parametrize(
    ("answer", "use", "sentence"),
    [
        ("None", "shape", "double(x=1) returned None, and the check needs its result. Is `return` missing?"),
        ("'two'", "shape", "double(x=1) returned 'two' (a string), expected a tensor."),
        ("2.0", "shape", "double(x=1) returned 2.0 (a float), expected a tensor. Keep it a tensor: leave out"),
        ("[2]", "sum", "double(x=1) returned a list, expected a tensor. Keep it a tensor: leave out"),
        ("2", "nothing", "double(x=1) returned 2 (an int), which has no `nothing`."),
        ("[2]", 1, "double(x=1) returned [2]; the check expected more items."),
        ("{'a': 2}", "key b", "double(x=1) returned {'a': 2}; the check expected the key 'b' in it."),
        ("2", 0, "double(x=1) returned 2 (an int), expected something with several items."),
        ("torch.ones(2)", 5, "double(x=1) returned tensor([1.0, 1.0]); the check could not compute with it: index 5"),
        ("{'a': 2}", "plus", "double(x=1) returned {'a': 2}; the check could not go on with it. It checks: Doubles."),
        ("'a'", "plus", "double(x=1) returned 'a' (a string), expected a tensor."),
    ],
)
def test_an_answer_at_which_the_check_fails_gets_a_sentence_of_its_own(answer, use, sentence) -> None:
    def check(student):
        value = student.double(1)
        if isinstance(use, int):
            value[use]
        elif use == "plus":
            value + 1
        elif use.startswith("key "):
            value[use[4:]]
        else:
            getattr(value, use)

    text = judged(f"import torch\ndef double(x):\n    return {answer}\n", check)
    assert text.full.en.startswith(sentence)
    assert "1" not in text.brief.en


def test_an_attribute_that_something_else_lacks_is_not_blamed_on_the_answer() -> None:
    def check(student):
        student.double(1)
        getattr(math, "nothing" + "_at_all")

    text = judged("def double(x):\n    return (x, x)\n", check)
    assert text.full.en == "double(x=1) returned (1, 1); the check could not go on with it. It checks: Doubles."


# Precision


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ("(2 * x).float().double()", "somewhere you compute in float32."),
        ("2 * x * (1 + 1e-8)", "Or is a small constant such as eps in the wrong place?"),
        ("2 * x * (1 + 1e-4)", "."),
        ("2 * x + 0.5", "."),
    ],
)
def test_float32_in_float64_work_is_named(answer, hint) -> None:
    x = torch.linspace(0.1, 5, 9, dtype=torch.float64)
    sentence = sentence_for(answer, 2 * x, x)
    assert sentence.endswith(hint)
    assert ("7 digits" in sentence or "float32" in sentence) is (hint != ".")


# Gradients


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("None", "double(x=tensor([1.0])) returned None, so it has no gradient. Is `return` missing?"),
        ("x.sum().item()", "double(x=tensor([1.0])) returned something that is not a tensor"),
        ("x.detach().numpy()", "double(x=tensor([1.0])) returned something that is not a tensor"),
        ("x.detach() * 2", "double(x=tensor([1.0])) returned a tensor that is cut off from autograd"),
        ("x.detach() * W", "double(x=tensor([1.0])) returned a tensor that does not depend on x."),
    ],
)
def test_why_there_is_no_gradient(answer, sentence) -> None:
    code = f"import torch\nW = torch.ones(1, requires_grad=True)\ndef double(x):\n    return {answer}\n"
    assert told(code, lambda student: gradient(student.double, torch.ones(1))).full.en.startswith(sentence)


@pytest.mark.parametrize("forged", [[1], {"none": 1}, 3, "no such reason"], ids=repr)
def test_a_forged_reason_for_a_missing_gradient_is_not_shown(forged) -> None:
    text = describe(Mismatch("gradient", forged, path="0", actual=forged), [], PARAMETERS)
    assert text.full.en.startswith("… returned a tensor that does not depend on 0.")


# Whose call it was


TALLY_OF = """
import torch
class Tally:
    def __init__(self):
        self.counts = {{}}
        self.last = torch.zeros(2)
    def add(self, word):
        self.counts[word] = 1
    def count(self, word):
        return self.counts.get(word, 0)
"""


def test_a_method_is_named_as_the_student_would_write_it() -> None:
    def check(student):
        tally = student.Tally()
        tally.add("a")
        assert_equal(tally.count("a"), 2)

    assert told(TALLY_OF.format(), check).full.en == "Tally.count('a') returned 1, expected 2."


def test_values_that_a_check_collects_are_traced_to_their_calls() -> None:
    def check(student):
        tally = student.Tally()
        assert_equal([tally.count("a"), tally.count("b"), tally.count("c")], [0, 2, 0])

    assert told(TALLY_OF.format(), check).full.en == "Tally.count('b') returned 0, expected 2."


def test_an_attribute_is_named_with_the_call_before_it() -> None:
    def check(student):
        tally = student.Tally()
        tally.add("a")
        assert_equal(tally.last, torch.ones(2))

    assert told(TALLY_OF.format(), check).full.en == (
        "After Tally.add('a'), 2 of 2 values of Tally.last are wrong; the first at [0] is 0.0, expected 1.0."
    )
    assert told(TALLY_OF.format(), lambda s: s.Tally().best).full.en == "Tally has no attribute `best`."


def test_an_expression_of_the_check_is_not_shown() -> None:
    def check(student):
        layer = student.build("nn.Linear(2, 2)")
        student.double(layer)
        assert_close(student.evaluate("[p.detach() for p in m.parameters()]", m=layer)[0], torch.ones(2, 2), EXACT)

    text = told("def double(x):\n    x.weight.data.zero_()\n", check)
    assert text.full.en == (
        "After double(x=nn.Linear(2, 2)), 4 of 4 values of tensor [0] are wrong;"
        " the first at [0, 0] is 0.0, expected 1.0."
    )
    assert text.full.zh.startswith("double(x=nn.Linear(2, 2)) 之后，张量 [0] 的 4 个值中有 4 个不对")

    def count(student):
        student.double(student.build("nn.Linear(2, 2)"))
        assert_equal(student.evaluate("len({1, 2})"), 3)

    text = told("def double(x):\n    pass\n", count)
    assert text.full.en == "After double(x=nn.Linear(2, 2)), the value that the check looks at is 2, expected 3."


def test_none_that_an_expression_of_the_check_looks_at_is_named() -> None:
    def is_linear(student):
        assert_equal(student.evaluate("type(m) is nn.Linear", m=student.double(2)), True)

    def has_parts(student):
        student.evaluate("[part for part in m]", m=student.double(2))

    for check in (is_linear, has_parts):
        text = told("def double(x):\n    print(x)\n", check)
        assert text.full.en.startswith(
            "double(x=2) returned None, and the check needs its result. Is `return` missing?"
        )
        assert "print shows a value" in text.full.en
        assert text.brief.en == "returned None: is `return` missing?"


def test_none_is_traced_to_the_call_that_returned_it() -> None:
    def check(student):
        answer = student.double(1)
        student.evaluate("torch.ones(2)")
        assert_close(answer, 2, EXACT)

    text = told("def double(x):\n    pass\n", check)
    assert text.full.en == "double(x=1) returned None, expected 2 (an int). Is `return` missing?"


def test_a_value_that_the_check_computes_is_not_said_to_be_returned() -> None:
    text = told("def double(x):\n    return x\n", lambda s: assert_close(s.double(1.5) * 2, 6.0, EXACT))
    assert text.full.en == "After double(x=1.5), the value that the check looks at is 3.0, expected 6.0."


# Exceptions and processes that ended


def test_an_exception_about_a_missing_gpu_says_that_grading_runs_on_the_cpu() -> None:
    code = "def double(x):\n    raise RuntimeError('Found no NVIDIA driver on your system')\n"
    text = told(code, lambda student: student.double(1))
    assert "Grading runs on the CPU, without a GPU" in text.full.en
    assert "评分在 CPU 上进行" in text.brief.zh


def test_exit_in_a_function_is_explained() -> None:
    text = told("def double(x):\n    exit()\n", lambda student: student.double(1))
    assert text.full.en.endswith(" Use `return` to leave a function: exit() and quit() end the program.")


def test_another_exception_than_the_expected_one_names_both() -> None:
    code = "def double(x):\n    raise KeyError('a')\n"
    text = told(code, lambda student: assert_raises(ValueError, student.double, 1))
    assert text.full.en == (
        "double(x=1) raised KeyError: 'a' (demo.py, line 2: raise KeyError('a')). It should raise ValueError here."
    )


@pytest.mark.parametrize(
    ("death", "cause"),
    [
        ("exit status 0", "your code called exit(), quit() or os._exit(). Use `return` to leave a function."),
        ("exit status 70", "Grading runs on the CPU, without a GPU."),
        ("SIGKILL", "memory ran out."),
        ("SIGSEGV", "it crashed inside native code (SIGSEGV)"),
    ],
)
def test_a_process_that_ended_names_the_cause(death, cause) -> None:
    text = describe(Crashed("double", None, death), [], PARAMETERS)
    assert text.full.en.startswith("double ended the process that ran it: ")
    assert cause in text.full.en
    assert text.brief.en == "ended the process that ran it"


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
    assert text.full.en == "double(x=0) returned 0, but it should raise ValueError."
    text = told(
        "def double(x):\n    x += 1\n    return x\n",
        lambda student: assert_inputs_unchanged(student.double, torch.zeros(2)),
    )
    assert text.full.en == (
        "double(x=tensor([0.0, 0.0])) changed its input x in place: it was tensor([0.0, 0.0]), then tensor([1.0, 1.0])."
        " Change a copy (x.clone()), or write x = x + … in place of x += …."
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
