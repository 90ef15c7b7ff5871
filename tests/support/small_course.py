"""A course of one topic for the engine's tests, and ways to run it. With it, no test needs a real exercise."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import psutil

from autograder.checks.student import Student
from autograder.course.limits import Limits
from autograder.course.model import load_course
from autograder.source import Source, Unreadable
from autograder.submission.model import Submission

ROOT = Path(__file__).resolve().parents[2]
QUICK = Limits(call_seconds=1.0, load_seconds=3.0, submission_seconds=60.0)

REFERENCE = '''
"""A topic for tests. 测试用主题。"""

import torch


def double(x):
    """Twice x.

    >>> double(torch.ones(2))
    tensor([2., 2.])

    中文：返回 x 的两倍。
    """
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


class Tally:
    """Counts words.

    >>> tally = Tally()
    >>> tally.add("a")
    >>> tally.count("a")
    1

    中文：统计词频。
    """

    def __init__(self):
        ### BEGIN SOLUTION
        self.counts = {}
        ### END SOLUTION

    def add(self, word):
        """Count one more."""
        ### BEGIN SOLUTION
        self.counts[word] = self.counts.get(word, 0) + 1
        ### END SOLUTION

    def count(self, word):
        """How often the word was added."""
        ### BEGIN SOLUTION
        return self.counts.get(word, 0)
        ### END SOLUTION
'''

# The second exercise, without the first.
TALLY = """
class Tally:
    def __init__(self):
        self.counts = {}
    def add(self, word):
        self.counts[word] = self.counts.get(word, 0) + 1
    def count(self, word):
        return self.counts.get(word, 0)
"""

VISIBLE = '''
import torch
from autograder.checks import EXACT, assert_close, assert_equal, check


@check("double")
def test_double_example(student):
    """Doubles ones. 全一张量加倍。"""
    assert_close(student.double(torch.ones(2)), 2 * torch.ones(2), EXACT)


@check("double")
def test_double_empty(student):
    """Doubles nothing. 空张量加倍。"""
    assert_close(student.double(torch.empty(0)), torch.empty(0), EXACT)


@check("Tally")
def test_tally_counts(student):
    """Counts a word. 统计一个词。"""
    tally = student.Tally()
    tally.add("a")
    assert_equal(tally.count("a"), 1)


@check("Tally")
def test_tally_starts_at_zero(student):
    """An unknown word counts 0. 未出现的词计数为 0。"""
    assert_equal(student.Tally().count("z"), 0)
'''

HIDDEN = '''
import pytest
import torch
from autograder.checks import EXACT, assert_close, assert_equal, assert_inputs_unchanged, check, gradient, randn


@check("double", weight=2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_double_random(student, dtype):
    """Doubles random numbers. 随机数加倍。"""
    x = randn(3, 4, seed=1, dtype=dtype)
    assert_close(student.double(x), x + x, EXACT)


@check("double")
def test_double_transposed(student):
    """Takes a transposed tensor. 接受转置张量。"""
    x = randn(2, 3, seed=2).T
    assert_close(student.double(x), x + x, EXACT)


@check("double")
def test_double_gradient(student):
    """Its gradient is 2. 梯度为 2。"""
    assert_close(gradient(student.double, torch.ones(3)), torch.full((3,), 2.0), EXACT)


@check("double")
def test_double_leaves_input(student):
    """Leaves its input alone. 不修改输入。"""
    assert_close(assert_inputs_unchanged(student.double, torch.ones(3)), torch.full((3,), 2.0), EXACT)


@check("double")
def test_double_scalar(student):
    """Takes a tensor without dimensions. 接受零维张量。"""
    assert_close(student.double(torch.tensor(1.5)), torch.tensor(3.0), EXACT)


@check("Tally")
@pytest.mark.parametrize("times", [1, 2, 5])
def test_tally_many(student, times):
    """Counts several times. 多次计数。"""
    tally = student.Tally()
    for _ in range(times):
        tally.add("a")
    assert_equal(tally.count("a"), times)


@check("Tally")
def test_tally_two_words(student):
    """Keeps words apart. 区分不同的词。"""
    tally = student.Tally()
    tally.add("a")
    tally.add("b")
    assert_equal([tally.count("a"), tally.count("b")], [1, 1])
'''

MISCONCEPTIONS = """
[[double]]
name = "squares"
instead_of = "return 2 * x"
wrote = "return x**2"
en = "You squared x. Multiply it by 2."
zh = "你算的是平方，应乘以 2。"

[[double]]
name = "triples"
instead_of = "return 2 * x"
wrote = "return 3 * x"
en = "You tripled x. Multiply it by 2."
zh = "你乘了 3，应乘以 2。"

[[Tally]]
name = "forgets"
instead_of = "self.counts.get(word, 0) + 1"
wrote = "1"
en = "Every word counts once in yours. Add to the count so far."
zh = "你的计数永远是 1，应在原计数上加一。"
"""

TOPIC = """
title = { en = "A topic", zh = "主题" }

[exercises.double]
title = { en = "Double", zh = "加倍" }
points = 4
difficulty = 1
banned = ["torch.add", "Tensor.mul"]
banned_operators = { "aten::cosh" = "torch.cosh" }
hints = [{ en = "Two times.", zh = "两倍。" }, { en = "Multiply.", zh = "做乘法。" }, { en = "2 * x", zh = "2 * x，乘以二。" }]

[exercises.Tally]
title = { en = "Tally", zh = "计数" }
points = 2
difficulty = 1
hints = [{ en = "A dict.", zh = "用字典。" }, { en = "Add to it.", zh = "在原值上加一。" }, { en = "dict.get", zh = "用 dict.get 方法。" }]
"""

DOUBLE_ONLY = "def double(x):\n    return 2 * x\n"


def write_course(root: Path) -> Path:
    """Write a course of one topic, 01_demo, with a function and a class."""
    from autograder.course.stubs import write_stubs

    files = {
        "course.toml": 'title = { en = "Test", zh = "测试" }\nversion = "1"\n[limits]\ncall_seconds = 1\n',
        "exercises/01_demo/topic.toml": TOPIC,
        "exercises/01_demo/test_demo.py": VISIBLE,
        "solutions/01_demo/demo.py": REFERENCE,
        "solutions/01_demo/test_demo.py": HIDDEN,
        "solutions/01_demo/misconceptions.toml": MISCONCEPTIONS,
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.lstrip("\n"), encoding="utf-8")
    write_stubs(load_course(root))
    return root


def heed_interrupts() -> None:
    """Let Ctrl-C stop this child process: a background job of a shell, and what it starts, would ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def autograder(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "autograder", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


def start_autograder(*arguments: str | Path, cwd: Path) -> psutil.Popen:
    """Start the command in a session of its own; return the running process."""
    command = [sys.executable, "-m", "autograder", *map(str, arguments)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return psutil.Popen(command, cwd=cwd, start_new_session=True, preexec_fn=heed_interrupts, **quiet)


def source(code: str) -> Source:
    """Return the code as a student's file demo.py."""
    return Source(filename="demo.py", chunks=(("demo.py", textwrap.dedent(code)),))


def local_student(code: str, exercise: str = "double", **options: Any) -> Student:
    """Load the code into this process; return the student that checks ask."""
    from autograder.checks.local import LocalTransport

    return Student(LocalTransport(source(code)), exercise, filename="demo.py", seconds=2.0, **options)


def run_pytest(course: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in the course's folder, as a student does."""
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", *(arguments or ("exercises",))]
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(
        command,
        cwd=course,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**env, **environment},
        stdin=subprocess.DEVNULL,
    )


def source_in(submission: Submission) -> Source:
    """Return the submission's source of the only topic, which must be readable."""
    found = submission.sources["01_demo"]
    assert isinstance(found, Source), found
    return found


def unreadable_in(submission: Submission) -> Unreadable:
    """Return the reason why the submission's file of the only topic cannot be read."""
    found = submission.sources["01_demo"]
    assert isinstance(found, Unreadable), found
    return found
