"""The functions of `autograder.notebook`, called in a real kernel."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jupyter_client.manager import KernelManager, start_new_kernel
from jupyter_core.utils import ensure_event_loop
from small_course import DOUBLE_ONLY, TALLY
from small_notebooks import write_notebooks

DATA = {"display_data", "execute_result"}


class Output(msgspec.Struct):
    """The output of one cell."""

    status: str
    text: str = ""  # text/plain of what was displayed
    rich: str = ""  # text/html or text/markdown of it
    result: str | None = None  # what the last line gave
    stdout: str = ""
    stderr: str = ""
    error: str = ""  # the traceback
    mime: tuple[str, ...] = ()


class Notebook:
    """A kernel that runs in the folder of an assignment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manager: KernelManager
        environment = {name: value for name, value in os.environ.items() if name != "JUPYTERHUB_USER"}
        self.manager, self.client = start_new_kernel(cwd=str(folder), env=environment)

    def run(self, code: str) -> Output:
        messages: list[dict[str, Any]] = []
        reply = self.client.execute_interactive(code, timeout=120, output_hook=messages.append, stop_on_error=False)
        found = Output(status=reply["content"]["status"])
        for message in messages:
            content, kind = message["content"], message["msg_type"]
            if kind == "stream":
                setattr(found, content["name"], getattr(found, content["name"]) + content["text"])
            elif kind == "error":
                found.error += "\n".join(content["traceback"])
            elif kind == "execute_result":
                found.result = content["data"]["text/plain"]
            elif kind == "display_data":
                found.mime += tuple(content["data"])
                found.text += content["data"].get("text/plain", "")
                found.rich += content["data"].get("text/html", content["data"].get("text/markdown", ""))
        return found

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        ensure_event_loop().close()  # jupyter_client makes one for its blocking calls, and leaves it open


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    folder = write_notebooks(tmp_path_factory.mktemp("kernel")) / "source/01_demo"
    notebook = Notebook(folder)
    try:
        tools = "answer, board, check, grade, grade_quiz, hint, quiz, use_language"
        setup = notebook.run(f"import torch\nfrom autograder.notebook import {tools}")
        assert setup.status == "ok", setup.error
        yield notebook
    finally:
        notebook.close()


@pytest.fixture(autouse=True)
def forget(notebook: Notebook) -> None:
    """Remove the code and the answers of the test before."""
    notebook.run("for name in ('double', 'Tally', 'helper'): globals().pop(name, None)")
    (notebook.folder / "exercises/01_demo/answers.yaml").unlink(missing_ok=True)


def test_right_code_is_confirmed_in_text_and_html(notebook: Notebook) -> None:
    notebook.run(DOUBLE_ONLY)
    seen = notebook.run('check("double")')
    assert "✓ double  4/4" in seen.text
    assert "Grading adds hidden ones." in seen.text
    assert "评分时还有隐藏检查" in seen.text
    assert set(seen.mime) == {"text/plain", "text/html"}
    assert (seen.status, seen.result, seen.stderr) == ("ok", None, "")


def test_wrong_code_gets_our_message_and_no_traceback(notebook: Notebook) -> None:
    notebook.run("def double(value):\n    print('seen')\n    return 3 * value")
    seen = notebook.run('check("double")')
    assert "✗ double  2/4" in seen.text
    assert "double(value=tensor([1.0, 1.0])) returned 2 of 2 wrong values" in seen.text
    assert "✓ 1 of 2 checks passed" in seen.text
    assert "Traceback" not in seen.text + seen.error
    assert "seen" in seen.stdout


def test_a_crash_names_the_cell_and_the_line(notebook: Notebook) -> None:
    notebook.run("def helper(x):\n    return x.nothing()\n\ndef double(x):\n    return helper(x)")
    number = notebook.run("len(In) - 2").result
    assert f"(In[{number}], line 2: return x.nothing())" in notebook.run('check("double")').text


def test_a_missing_function_and_an_unwritten_one_get_different_messages(notebook: Notebook) -> None:
    assert "double is not defined in this notebook yet: run the cell" in notebook.run('check("double")').text
    notebook.run("def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError")
    assert "double is not written yet." in notebook.run('check("double")').text
    notebook.run("from torch import sigmoid as double")
    assert "double is not defined in this notebook yet" in notebook.run('check("double")').text


def test_a_wrong_name_gets_similar_names_suggested(notebook: Notebook) -> None:
    for line in ('check("Taly")', 'hint("Taly")'):
        seen = notebook.run(line)
        sentences = "There is no exercise Taly. Did you mean Tally?\n没有名为 Taly 的练习。是不是 Tally？"
        assert (seen.status, seen.text) == ("ok", sentences)


def test_a_rule_is_enforced_until_the_cell_is_fixed(notebook: Notebook) -> None:
    notebook.run("import torch\n\ndef double(x):\n    return helper(x)\n\ndef helper(x):\n    return torch.add(x, x)")
    number = notebook.run("len(In) - 2").result
    seen = notebook.run('check("double")')
    assert f"double may not use torch.add (In[{number}], line 7)." in seen.text
    assert notebook.run('grade("double")').result == "0.0"
    notebook.run("def helper(x):\n    return 2 * x")
    assert "✓ double  4/4" in notebook.run('check("double")').text
    notebook.run("def double(x):\n    getattr(torch, 'co' + 'sh')(x)\n    return 2 * x")
    assert "may not use torch.cosh" in notebook.run('check("double")').text


def test_text_of_a_student_is_escaped(notebook: Notebook) -> None:
    notebook.run("def double(x):\n    raise ValueError('<img src=x onerror=alert(1)> [bold]')")
    seen = notebook.run('check("double")')
    assert "<img src=x onerror=alert(1)> [bold]" in seen.text
    assert "&lt;img" in seen.rich
    assert "<img" not in seen.rich


def test_a_loop_is_stopped_and_the_kernel_lives(notebook: Notebook) -> None:
    notebook.run("def double(x):\n    while True:\n        pass")
    seen = notebook.run('check("double")')
    assert "was stopped after 1 s: is there a loop that never ends?" in seen.text
    assert "not run: an earlier check of this exercise ran into the time limit" in seen.text
    assert notebook.run('grade("double")').result == "0.0"


def test_an_interrupt_stops_the_check_with_a_line(notebook: Notebook) -> None:
    begun = notebook.folder / "begun"
    notebook.run(
        f"import time\n\ndef double(x):\n    open({str(begun)!r}, 'w').close()\n    time.sleep(0.9)\n    return x"
    )
    stopper = threading.Thread(target=_interrupt_when, args=(begun, notebook.manager))
    stopper.start()
    seen = notebook.run('check("double")')
    stopper.join()
    begun.unlink(missing_ok=True)
    assert seen.status == "error"
    assert seen.error.split() == ["Stopped.", "已中断。"]
    assert notebook.run("1 + 1").result == "2"


def _interrupt_when(begun: Path, manager: KernelManager) -> None:
    until = time.monotonic() + 60
    while not begun.exists() and time.monotonic() < until:
        time.sleep(0.02)
    manager.interrupt_kernel()
    ensure_event_loop().close()  # this thread's own, which jupyter_client leaves open as well


def test_a_check_does_not_change_the_random_numbers_of_the_notebook(notebook: Notebook) -> None:
    notebook.run(DOUBLE_ONLY)
    draw = "torch.manual_seed(3); random.seed(3); {between}; (torch.rand(2).tolist(), random.random())"
    notebook.run("import random")
    alone = notebook.run(draw.format(between="pass")).result
    assert notebook.run(draw.format(between='check("double")')).result == alone
    notebook.run("torch.set_default_dtype(torch.float64)")
    notebook.run('check("double")')
    assert notebook.run("torch.get_default_dtype()").result == "torch.float64"
    notebook.run("torch.set_default_dtype(torch.float32)")


def test_hints_come_one_at_a_time(notebook: Notebook) -> None:
    first = notebook.run('hint("double", from_start=True)').text
    assert "hint 1 of 3\n  Two times.\n" in first
    assert "第 1 条提示，共 3 条\n  两倍。" in first
    assert "hint 2 of 3\n  Multiply.\n" in notebook.run('hint("double")').text
    assert "2 * x" in notebook.run('hint("double")').text


def test_the_board_shows_the_progress(notebook: Notebook) -> None:
    notebook.run(DOUBLE_ONLY + "    print('noise')")
    seen = notebook.run("board()")
    assert "✓ double  ○ Tally" in seen.text
    assert "4/6" in seen.text
    assert 'Next: Tally. Stuck? hint("Tally")' in seen.text
    assert seen.stdout == ""
    notebook.run(TALLY)
    assert "6/6" in notebook.run("board()").text


def test_a_grade_is_a_number_and_nothing_is_printed(notebook: Notebook) -> None:
    notebook.run(
        "import logging, sys, warnings\n\ndef double(x):\n    print(1); print(2, file=sys.stderr); warnings.warn('3')\n"
        "    logging.getLogger('a').warning('4')\n    return 3 * x"
    )
    seen = notebook.run('grade("double")')
    assert (seen.result, seen.stdout, seen.stderr, seen.text) == ("2.0", "", "", "")
    assert notebook.run('grade("Dubble")').status == "error"  # nbgrader gives no points for an error


def test_one_language_can_be_chosen(notebook: Notebook) -> None:
    notebook.run(DOUBLE_ONLY)
    notebook.run('use_language("zh")')
    assert "Grading" not in notebook.run('check("double")').text
    notebook.run('use_language("en")')
    assert "评分" not in notebook.run('check("double")').text
    notebook.run('use_language("both")')


def test_the_quiz_is_answered_in_text(notebook: Notebook) -> None:
    assert "Whose quiz is this?" in notebook.run("quiz()").text
    assert notebook.run("grade_quiz()").result == "0.0"
    seen = notebook.run('quiz("ada", form=False)')
    assert seen.mime == ("text/plain", "text/markdown")
    assert "$2x$ is even." in seen.rich
    assert "0 of 2 questions have an answer." in seen.rich
    assert "q1: 0.5 is kept.\n  q1：0.5 已保存。\n  1 of 2" in notebook.run('answer("q1", 0.5)').text
    notebook.run('answer("q2", True)')
    kept = (notebook.folder / "exercises/01_demo/answers.yaml").read_text(encoding="utf-8")
    assert "student: ada\n" in kept
    assert "\n  q1: 0.5\n" in kept
    assert "\n  q2: true\n" in kept
    assert "Your answer: `0.5`" in notebook.run("quiz(form=False)").rich
    assert notebook.run("grade_quiz()").result == "2.0"
    assert "1 of 2" in notebook.run('answer("q1", "")').text
    assert notebook.run("grade_quiz()").result == "1.0"


def test_an_invalid_answer_is_refused_and_the_old_one_kept(notebook: Notebook) -> None:
    notebook.run('quiz("ada", form=False)')
    notebook.run('answer("q1", 0.5)')
    seen = notebook.run('answer("q1", "banana")')
    assert seen.status == "ok"
    assert "is kept" not in seen.text
    assert "There is no question q11. Did you mean q1" in notebook.run('answer("q11", 1)').text
    assert "Your answer: `0.5`" in notebook.run("quiz(form=False)").rich


def test_with_anywidget_the_quiz_is_a_form(notebook: Notebook) -> None:
    seen = notebook.run('quiz("ada")')
    assert "application/vnd.jupyter.widget-view+json" in seen.mime
    assert "student: ada" in (notebook.folder / "exercises/01_demo/answers.yaml").read_text(encoding="utf-8")


def test_an_error_is_shown_in_the_chosen_language(notebook: Notebook) -> None:
    notebook.run('use_language("zh")')
    shown = notebook.run('hint("dubble")').text
    assert "double" in shown
    assert "There is no" not in shown
    assert "没有" in shown
    notebook.run('use_language("both")')
