"""`pytest exercises/`, `hint` and `watch`, as a student runs them."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest
from small_course import DOUBLE_ONLY, ROOT, TALLY, heed_interrupts, run_pytest
from student_home import as_student

from autograder.course.model import Course
from autograder.home.hints import what_follows
from autograder.text import Text

TRIPLE = "def double(x):\n    return 3 * x\n"


@pytest.fixture
def home(own_course: Path) -> Path:
    return as_student(own_course)


def write(home: Path, code: str) -> None:
    (home / "exercises/01_demo/demo.py").write_text(code, encoding="utf-8")


def test_untouched_stubs_are_not_attempted_and_not_failures(home: Path) -> None:
    run = run_pytest(home)
    assert run.returncode == 1
    assert "○○○○" in run.stdout
    assert "4 not attempted" in run.stdout
    assert "FAILURES" not in run.stdout
    assert "Next 下一题: double in exercises/01_demo/demo.py" in run.stdout
    assert "autograder hint double" in run.stdout


def test_a_failure_reads_like_a_sentence_without_a_traceback(home: Path) -> None:
    write(home, TRIPLE)
    run = run_pytest(home)
    assert run.returncode == 1
    assert "double · Doubles ones.\ndouble · 全一张量加倍。\n" in run.stdout
    assert (
        "  double(x=tensor([1.0, 1.0])) returned 2 of 2 wrong values; the first at [0]: x = 1.0 gave 3.0, expected 2.0.\n"
        in run.stdout
    )
    assert "返回的 2 个值中有 2 个不对" in run.stdout
    assert "exercises/01_demo/test_demo.py:5" in run.stdout
    for noise in ("Traceback", "def test_", ">   ", "E   ", "compare.py"):
        assert noise not in run.stdout
    assert "✗ double" in run.stdout
    assert "○ Tally" in run.stdout


def test_one_language_can_be_chosen(home: Path) -> None:
    write(home, TRIPLE)
    english = run_pytest(home, "exercises", "--lang", "en").stdout
    assert "返回" not in english
    chinese = run_pytest(home, "exercises", "--lang", "zh").stdout
    assert "returned" not in chinese
    assert "分数" in chinese


def test_a_complete_solution_exits_with_zero(home: Path) -> None:
    write(home, DOUBLE_ONLY + TALLY)
    run = run_pytest(home)
    assert run.returncode == 0, run.stdout
    assert "6/6" in run.stdout
    assert "4 passed" in run.stdout


@pytest.mark.parametrize(("code", "is_finished"), [(DOUBLE_ONLY, False), (DOUBLE_ONLY + TALLY, True)])
def test_a_finished_topic_says_what_comes_next(home: Path, code: str, is_finished: bool) -> None:
    manifest = home / "exercises/01_demo/topic.toml"
    sentence = 'leads_to = { en = "Now you can count.", zh = "现在你会数数了。" }'
    manifest.write_text(f"{sentence}\n{manifest.read_text()}")
    write(home, code)
    shown = run_pytest(home, "exercises", "--lang", "zh").stdout
    assert ("现在你会数数了。" in shown) is is_finished
    assert "Now you can count." not in shown


def test_a_part_of_the_checks_can_be_run(home: Path) -> None:
    write(home, DOUBLE_ONLY)
    run = run_pytest(home, "exercises", "-k", "double")
    assert run.returncode == 0
    assert "2 passed, 2 deselected" in run.stdout
    assert "Tally" not in run.stdout
    run = run_pytest(home, "exercises/01_demo/test_demo.py::test_double_example")
    assert run.returncode == 0
    assert "1 passed" in run.stdout
    assert "0/4" in run.stdout  # one of its two visible checks earns no points


def test_x_stops_at_the_first_failure_and_lf_runs_it_again(home: Path) -> None:
    write(home, "class Tally:\n    def add(self, word):\n        pass\n    def count(self, word):\n        return 7\n")
    run = run_pytest(home, "exercises", "-x")
    assert "1 failed, 2 not attempted" in run.stdout  # double is skipped over, the second Tally check never ran
    run = run_pytest(home, "exercises", "--lf")
    assert "1 failed" in run.stdout
    assert "not attempted" not in run.stdout


def test_pdb_opens_at_the_students_line(home: Path) -> None:
    write(home, "def double(x):\n    secret = 42\n    return undefined\n")
    command = [sys.executable, "-m", "pytest", "exercises", "-k", "double_example", "--pdb"]
    run = subprocess.run(
        command, cwd=home, capture_output=True, text=True, timeout=60, check=False, input="p secret\nq\n"
    )
    assert "demo.py(3)double()" in run.stdout
    assert "42" in run.stdout


def test_print_is_shown_with_the_failure(home: Path) -> None:
    write(home, "def double(x):\n    print('x is', x.shape)\n    return x\n")
    assert "x is torch.Size([2])" in run_pytest(home).stdout


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("def double(x:\n    return 2\n", "Python cannot read exercises/01_demo/demo.py, line 1"),
        ("import torch\ndef double(x):\n    return x.nothing()\n", "(demo.py, line 3: return x.nothing())"),
        ("def double(x):\n    while True:\n        pass\n", "was stopped after 1 s"),
        ("def double(x):\n    raise SystemExit\n", "raised SystemExit"),
        (
            "import torch\ndef double(x):\n    return torch.add(x, x)\n",
            "double may not use torch.add (demo.py, line 3).",
        ),
        (
            "import torch\ndef double(x):\n    getattr(torch, 'co' + 'sh')(x)\n    return 2 * x\n",
            "may not use torch.cosh",
        ),
        ("1 / 0\n" + DOUBLE_ONLY, "ZeroDivisionError"),
    ],
)
def test_each_kind_of_failure_is_explained(home: Path, code: str, sentence: str) -> None:
    write(home, code)
    run = run_pytest(home, "exercises", "-k", "double")
    assert run.returncode == 1
    assert sentence in run.stdout
    assert "INTERNALERROR" not in run.stdout


def test_a_missing_file_counts_as_not_attempted(home: Path) -> None:
    (home / "exercises/01_demo/demo.py").unlink()
    run = run_pytest(home)
    assert run.returncode == 1
    assert "4 not attempted" in run.stdout


def test_the_checks_can_run_against_another_folder(own_course: Path) -> None:
    run = run_pytest(own_course, "exercises", "solutions", "--against", "solutions", "--import-mode=importlib")
    assert run.returncode == 0, run.stdout
    run = run_pytest(own_course, "exercises", "--against", "nowhere")
    assert run.returncode != 0
    assert "--against nowhere: this folder does not exist" in run.stdout + run.stderr


def test_tests_of_other_projects_are_not_changed(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text("def test_a():\n    assert 1 == 2\n")
    run = run_pytest(tmp_path, "test_other.py")
    assert "assert 1 == 2" in run.stdout
    assert "exercises" not in run.stdout


def test_the_real_references_pass_at_home() -> None:
    run = run_pytest(ROOT, "exercises", "solutions", "--against", "solutions", "-q")
    assert run.returncode == 0, run.stdout[-3000:]


def test_hints_come_one_at_a_time(home: Path) -> None:
    def hint(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "autograder", "hint", *arguments]
        return subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=60, check=False)

    first = hint("double", "--lang", "en").stdout
    assert first == "double: Hint 1 of 3\n  Two times.\n  2 more: run the command again.\n"
    second = hint("double", "--lang", "en").stdout
    assert second == (
        "double: Hint 2 of 3\n  Multiply.\n  1 more, and it shows the line to write: run the command again.\n"
    )
    third = hint("double", "--lang", "en").stdout
    assert third.startswith("double: Hint 3 of 3\n  2 * x\n  This is the last hint.")
    assert hint("double", "--lang", "en").stdout == third
    assert "Hint 1 of 3 提示 1/3\n  Two times.\n  两倍。\n" in hint("double", "--from-start").stdout
    assert hint("double", "--lang", "zh").stdout.startswith("double: 提示 2/3\n  做乘法。\n")
    wrong = hint("duoble")
    assert wrong.returncode == 2
    assert "Did you mean double?" in wrong.stderr


def test_a_hint_says_how_many_are_left(course: Course) -> None:
    (exercise, _) = course.exercises
    three = msgspec.structs.replace(exercise, hints=tuple(Text(f"Hint {n}.", f"提示 {n}。") for n in (1, 2, 3)))
    assert what_follows(three, 1) == Text("2 more: run the command again.", "还有 2 条提示：再运行一次这条命令。")
    assert "shows the line to write" in what_follows(three, 2).en and "要写的代码" in what_follows(three, 2).zh
    assert "--from-start" in what_follows(three, 3).en
    one = msgspec.structs.replace(exercise, hints=three.hints[:1])
    assert what_follows(one, 1) == what_follows(three, 3)


def test_watch_runs_the_topic_of_the_saved_file(home: Path) -> None:
    import time

    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "watch", "--", "--lang", "en"],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        preexec_fn=heed_interrupts,
    )
    assert process.stdout is not None
    try:
        assert "Watching" in process.stdout.readline()
        time.sleep(1)
        write(home, TRIPLE)
        seen = ""
        while "autograder hint" not in seen:
            line = process.stdout.readline()
            assert line, seen
            seen += line
        assert "✗ double" in seen
        assert "返回" not in seen
        psutil.wait_procs(psutil.Process(process.pid).children(), timeout=20)  # Ctrl-C would reach pytest, too
    finally:
        process.send_signal(2)
        process.communicate(timeout=20)
    assert process.returncode == 0
