"""What pytest shows at home of checks that failed: one fault once, a syntax error with a caret, a loop after one deadline."""

import re
import time
from pathlib import Path

import pytest
from small_course import DOUBLE_ONLY, TALLY
from student_home import AtHome, as_student, pytest_at

from autograder.home.failures import with_caret
from autograder.source import SyntaxFault, Unreadable, syntax_problem
from autograder.text import NOTHING, Language

BROKEN = "def double(x):\n    return (2 * x\n"
PUTS_FIRST = """

@check("double")
def test_double_keeps(student):
    \"\"\"Keeps its input. 输入不变。\"\"\"
    x = student.put(torch.ones(2))
    student.double(x)
    assert_equal(student.read(x), torch.ones(2))
"""
LOOP = "def double(x):\n    while True:\n        pass\n"


@pytest.fixture
def at_home(own_course: Path, monkeypatch: pytest.MonkeyPatch) -> AtHome:
    return pytest_at(as_student(own_course), monkeypatch)


def blocks(shown: str) -> list[str]:
    """Return the headings of the messages that pytest shows."""
    return re.findall(r"^_+ (\S+) _+$", shown, re.MULTILINE)


def test_the_same_exception_at_the_same_line_is_shown_once(at_home: AtHome) -> None:
    status, shown = at_home("def double(x):\n    return x.nothing(len(x))\n" + TALLY, "--lang", "en")
    assert status == 1
    assert blocks(shown) == ["test_double_example"]
    assert "  and 1 more check: empty\n" in shown
    assert "2 failed, 2 passed" in shown
    assert "short test summary" not in shown


def test_the_same_wrong_type_is_shown_once_and_different_values_are_not(at_home: AtHome) -> None:
    _, shown = at_home("def double(x):\n    print(2 * x)\n" + TALLY, "--lang", "zh")
    assert blocks(shown) == ["test_double_example"]
    assert "  还有 1 项检查有同样的问题：empty\n" in shown
    _, shown = at_home(
        "def double(x):\n    return 2 * x\nclass Tally:\n"
        "    def add(self, word):\n        pass\n    def count(self, word):\n        return len(word) + 6\n"
    )
    assert blocks(shown) == ["test_tally_counts", "test_tally_starts_at_zero"]
    assert "more check" not in shown


def test_a_syntax_error_is_one_message_for_the_file(at_home: AtHome) -> None:
    status, shown = at_home(BROKEN + TALLY, "--lang", "en")
    assert status == 1
    assert blocks(shown) == ["exercises/01_demo/demo.py"]
    assert (
        "Python cannot read exercises/01_demo/demo.py, line 2:\n"
        "    return (2 * x\n"
        "           ^\n"
        "  SyntaxError: '(' was never closed\n"
        "  This ( has no ). Add it where the bracket should end.\n"
        "  Because of this, no check of these exercises can run: double, Tally\n"
    ) in shown
    assert "4 failed" in shown
    assert len(shown.splitlines()) < 30


def test_a_syntax_error_is_explained_in_chinese(at_home: AtHome) -> None:
    _, shown = at_home(BROKEN, "--lang", "zh")
    assert "Python 无法解析 exercises/01_demo/demo.py 第 2 行：\n" in shown
    assert "  这个 ( 没有对应的 )。请在括号应当结束的地方补上。\n" in shown
    assert "  因此以下练习的检查都无法运行：double、Tally\n" in shown


def test_an_error_outside_of_functions_is_one_message_for_the_file(at_home: AtHome) -> None:
    _, shown = at_home("import nunpy\n" + DOUBLE_ONLY + TALLY, "--lang", "en")
    assert blocks(shown) == ["exercises/01_demo/demo.py"]
    assert shown.count("No module named 'nunpy'") == 1


def test_a_file_in_another_encoding_is_one_message(at_home: AtHome) -> None:
    _, shown = at_home("# 中文\n".encode("gbk"), "--lang", "en")
    assert blocks(shown) == ["exercises/01_demo/demo.py"]
    assert "exercises/01_demo/demo.py: The file is not UTF-8. It looks like GBK." in shown


def test_a_loop_costs_one_deadline(at_home: AtHome) -> None:
    begin = time.monotonic()
    status, shown = at_home(LOOP + TALLY, "--lang", "en")
    assert status == 1
    assert "1 failed, 2 passed, 1 not run" in shown
    assert "not run, because this check ran into the time limit: empty" in shown
    assert "⧖ double" in shown
    assert time.monotonic() - begin < 10  # two deadlines of a second and more would be a slow machine, not a fault


def test_a_loop_outside_of_functions_costs_one_deadline(at_home: AtHome) -> None:
    with open("course.toml", "a", encoding="utf-8") as file:
        file.write("load_seconds = 0.2\n")  # of the table [limits]
    _, shown = at_home(DOUBLE_ONLY + "while True:\n    pass\n", "--lang", "en")
    assert blocks(shown) == ["exercises/01_demo/demo.py"]
    assert "demo.py: It was stopped after 0.6 s: is there a loop outside of the functions that never ends?" in shown
    assert "4 failed" in shown


def test_a_check_that_first_keeps_a_value_is_part_of_the_message(at_home: AtHome) -> None:
    with open("exercises/01_demo/test_demo.py", "a", encoding="utf-8") as file:
        file.write(PUTS_FIRST)
    _, shown = at_home(BROKEN, "--lang", "en")
    assert blocks(shown) == ["exercises/01_demo/demo.py"]
    assert "5 failed" in shown


def test_a_missing_file_is_no_failure(at_home: AtHome) -> None:
    with open("exercises/01_demo/test_demo.py", "a", encoding="utf-8") as file:
        file.write(PUTS_FIRST)
    _, shown = at_home(None, "--lang", "en")
    assert "5 not attempted" in shown


def test_checks_that_were_not_run_say_so(at_home: AtHome) -> None:
    _, shown = at_home(LOOP, "--lang", "zh", "-v", "--junitxml=out.xml")
    assert "未运行" in shown
    with open("out.xml", encoding="utf-8") as file:
        assert "未运行：此练习之前的一项检查已超时" in file.read()


def problem_of(code: str) -> Unreadable:
    problem = syntax_problem(code)
    assert problem is not None
    return problem


@pytest.mark.parametrize(
    ("code", "wide", "plain"),
    [
        ("def f（x):\n    pass\n", "（", "("),
        ("y = f(1）\n", "）", ")"),
        ("y = f(1，2)\n", "，", ","),
        ("def f(x)：\n    pass\n", "：", ":"),
        ("y = 1；z = 2\n", "；", ";"),
        ("print(“hello”)\n", "“", '"'),
        ('print("hello”)\n', "”", '"'),
        ("print(‘a’)\n", "‘", "'"),
        ("y = 1。\n", "。", "."),
        ("y = a × b\n", "×", "*"),
        ("y = 【1]\n", "【", "["),
    ],
)
def test_full_width_punctuation_is_named_with_what_to_type(code: str, wide: str, plain: str) -> None:
    problem = problem_of(code)
    assert problem.fault is not None
    for sentence in (problem.fault.advice, problem.sentence):
        assert f"`{wide}`" in sentence.en and f"type `{plain}`" in sentence.en
        assert f"`{wide}`" in sentence.zh and f"改成 `{plain}`" in sentence.zh
        assert "invalid character" not in sentence.en
    assert problem.fault.message == ""


@pytest.mark.parametrize(
    ("code", "message", "advice"),
    [
        ("def f(x:\n    return 2\n", "'(' was never closed", "This ( has no )."),
        ("y = [1, 2\n", "'[' was never closed", "This [ has no ]."),
        ("if x\n    y = 1\n", "expected ':'", "A colon is missing"),
        ("f(1))\n", "unmatched ')'", "no opening one"),
        ("def f():\nreturn 1\n", "expected an indented block", "Indent this line"),
        ("y = 'abc\n", "unterminated string", "no closing quote"),
        ("y = 3 4\n", "invalid syntax", "end of the line before"),
    ],
)
def test_other_syntax_errors_keep_pythons_message_and_get_advice(code: str, message: str, advice: str) -> None:
    fault = problem_of(code).fault
    assert fault is not None
    assert message in fault.message
    assert advice in fault.advice.en
    assert fault.advice.zh


def test_chinese_in_strings_and_comments_is_no_fault() -> None:
    assert syntax_problem("x = '（，：“”'  # （，：“”\n") is None


def fault_at(code: str, column: int) -> SyntaxFault:
    return SyntaxFault(message="", code=code, column=column, advice=NOTHING)


def test_the_caret_is_below_the_fault() -> None:
    assert with_caret(fault_at("    y = f(1，2)", 11)) == ["    y = f(1，2)", "           ^"]
    assert with_caret(fault_at("y = '中文' + 。", 11)) == ["    y = '中文' + 。", "                 ^"]
    code, caret = with_caret(fault_at("x" * 500 + "(", 500))
    assert code[len(caret) - 1] == "("
    assert len(code) < 220


def test_every_language_has_a_full_message() -> None:
    for language in Language:
        assert all(problem_of("f(\n").sentence.lines(language))
