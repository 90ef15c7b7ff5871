"""A student answers: in the terminal, in a file, in a notebook. Each answer is kept at once."""

import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from quiz_course import write_quiz_course
from rich.console import Console
from small_course import autograder

from autograder.course.model import Course, load_course
from autograder.errors import UsageError
from autograder.quiz.answers import read_answers
from autograder.quiz.session import open_session, progress
from autograder.quiz.terminal import answer_in_terminal
from autograder.text import Language

ENTER, DOWN, SPACE, BACK, SKIP, UP = "\r", "\x1b[B", " ", "\x1b[5~", "\x1b[6~", "\x1b[A"
CTRL_C = "\x03"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(write_quiz_course(tmp_path / "course"))


@pytest.fixture
def keyboard() -> Iterator[PipeInput]:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        yield keys


def kept(course: Course, topic: str = "01_demo") -> dict[str, Any]:
    """What the file holds."""
    file = read_answers((course.root / "exercises" / topic / "answers.yaml").read_bytes(), "answers.yaml")
    assert file.problems == ()
    found = {name: entry.items or entry.text for name, entry in file.entries.items() if not entry.is_blank}
    return {"student": file.student, "attempt": file.attempt, **found}


def run(course: Course, keyboard: PipeInput, typed: str, **options: Any) -> str:
    """Answer with these keys; what was shown beside the prompts."""
    session = open_session(course, options.pop("topic", "01"), **{"student": "ada", **options})
    keyboard.send_text(typed)
    console = Console(record=True, width=100, file=io.StringIO())
    answer_in_terminal(session, Language.EN, console)
    return console.export_text()


ALL = (
    *(DOWN, ENTER),  # single choice: the second
    *(SPACE, DOWN, DOWN, SPACE, ENTER),  # several: the first and the third
    *(DOWN, ENTER),  # false
    *("4.5", ENTER),
    *("3000", ENTER, " KB", ENTER),  # the unit is asked for at once
    *("doubling", ENTER),
    *(DOWN, ENTER, ENTER, ENTER, ENTER),  # order: B, then what is left
    *("a", ENTER, "b", "\x1b\r"),
    ENTER,  # finish
)


def test_every_kind_is_answered_with_the_keyboard(course: Course, keyboard: PipeInput) -> None:
    shown = run(course, keyboard, "".join(ALL))
    assert kept(course) == {
        "student": "ada",
        "attempt": 1,
        "d_single": "B",
        "d_several": ("A", "C"),
        "d_truth": "false",
        "d_number": "4.5",
        "d_size": "3000 KB",
        "d_word": "doubling",
        "d_order": ("B", "A", "C", "D"),
        "d_output": "a\nb",
    }
    assert "3 of 8" in shown and "print([i, 2 * i])" in shown and "Twice zero is zero." in shown
    assert shown.rindex("a ⏎ b") > shown.rindex("8 of 8")  # the review


def test_ctrl_c_keeps_what_was_answered_and_the_next_run_goes_on(course: Course, keyboard: PipeInput) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(course, keyboard, ENTER + CTRL_C)
    assert kept(course) == {"student": "ada", "attempt": 1, "d_single": "A"}
    with pytest.raises(KeyboardInterrupt):
        run(course, keyboard, SPACE + ENTER + CTRL_C, student=None)
    assert kept(course) == {"student": "ada", "attempt": 1, "d_single": "A", "d_several": ("A",)}


def test_back_and_skip_move_between_questions(course: Course, keyboard: PipeInput) -> None:
    keys = [BACK, SKIP, SPACE, ENTER, BACK, SPACE, DOWN, SPACE, ENTER, SKIP, SKIP, SKIP, SKIP, SKIP, SKIP, ENTER]
    shown = run(course, keyboard, "".join(keys))
    assert kept(course) == {"student": "ada", "attempt": 1, "d_several": ("B",)}
    assert "1 of 8" in shown


def test_a_step_of_an_order_can_be_taken_back(course: Course, keyboard: PipeInput) -> None:
    keys = [SKIP] * 6 + [DOWN, ENTER, BACK, ENTER, ENTER, ENTER, ENTER, SKIP, ENTER]
    run(course, keyboard, "".join(keys))
    assert kept(course)["d_order"] == ("A", "B", "C", "D")


def test_an_answer_is_changed_in_the_review(course: Course, keyboard: PipeInput) -> None:
    keys = [SKIP] * 8 + [DOWN, DOWN, DOWN, ENTER, ENTER, ENTER]
    run(course, keyboard, "".join(keys))
    assert kept(course)["d_truth"] == "true"


def test_practice_replies_at_once_and_keeps_nothing(course: Course, keyboard: PipeInput) -> None:
    session = open_session(course, "02", student="ada")
    session.record("w_truth", "true")
    before = session.path.read_bytes()
    shown = run(course, keyboard, DOWN + ENTER + ENTER, topic="02", is_practice=True)
    assert "Think of jieba." in shown and "It often is." in shown and session.path.read_bytes() == before
    (course.root / "solutions/02_words/quiz_key.yaml").unlink()
    with pytest.raises(UsageError, match="no key"):
        open_session(course, "02", is_practice=True)


def test_a_session_refuses_what_would_lose_answers(course: Course) -> None:
    session = open_session(course, "01", student="ada")
    assert session.record("d_truth", "maybe") is not None and session.written("d_truth") is None
    assert session.record("d_truth", "yes") is None and session.answered == 1
    with pytest.raises(UsageError, match="answers of ada, not of boris"):
        open_session(course, "01", student="boris")
    with pytest.raises(UsageError, match="no attempt 3"):
        open_session(course, "01", attempt=3)
    session.path.write_text("answers: {d_truth: [", encoding="utf-8")
    with pytest.raises(UsageError, match=r"answers\.yaml, line \d.*Mend the file"):
        open_session(course, "01", student="ada")


def test_a_new_attempt_begins_empty_and_the_old_file_is_kept(course: Course) -> None:
    session = open_session(course, "01", student="ada")
    session.record("d_truth", "yes")
    second = open_session(course, "01", attempt=2)
    second.record("d_word", "doubling")
    assert kept(course) == {"student": "ada", "attempt": 2, "d_word": "doubling"}
    assert "d_truth: yes" in session.path.with_name("answers.attempt1.yaml").read_text(encoding="utf-8")
    assert [(t.name, done, count) for t, done, count in progress(course)] == [("01_demo", 1, 8), ("02_words", 0, 1)]


def test_print_writes_a_file_to_fill_in_and_keeps_what_is_there(course: Course) -> None:
    first = autograder("quiz", "01", "--student", "李雷", "--print", cwd=course.root)
    path = course.root / "exercises/01_demo/answers.yaml"
    assert first.returncode == 0 and "0 of 8 answered" in first.stdout, first.stderr
    text = path.read_text(encoding="utf-8")
    assert "# 3/8  d_truth  true or false." in text and "零的两倍是零" in text and "\n  d_truth:\n" in text
    path.write_text(text.replace("\n  d_truth:\n", "\n  d_truth: 对  # sure\n"), encoding="utf-8")
    second = autograder("quiz", "--print", "--lang", "en", cwd=course.root)  # every topic; the name is known
    assert "1 of 8 answered" in second.stdout and "02_words" in second.stdout, second.stderr
    assert kept(course)["d_truth"] == "对" and kept(course, "02_words")["student"] == "李雷"
    assert "零的两倍是零" not in path.read_text(encoding="utf-8")


def test_without_a_name_or_a_terminal_the_command_says_what_to_do(course: Course) -> None:
    nobody = autograder("quiz", "01", "--print", cwd=course.root)
    assert nobody.returncode == 2 and "--student" in nobody.stderr
    piped = autograder("quiz", "01", "--student", "ada", cwd=course.root)
    assert piped.returncode == 2 and "--print" in piped.stderr and "Traceback" not in piped.stderr
    assert not (course.root / "exercises/01_demo/answers.yaml").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal")
def test_the_command_asks_in_a_real_terminal(course: Course) -> None:
    """From the name and the choice of a topic to the kept answer."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "autograder", "quiz", "--lang", "en"]
    process = subprocess.Popen(command, cwd=course.root, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    shown = ""
    steps = [("Which quiz", DOWN + ENTER), ("name", "ada" + ENTER), ("A word is a token", ENTER), ("Change one", ENTER)]
    try:
        for wanted, typed in steps:
            while wanted not in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown):
                shown += os.read(ours, 65536).decode("utf-8", "replace")
            shown = ""
            os.write(ours, typed.encode())
        assert process.wait(60) == 0
    finally:
        process.kill()
        os.close(ours)
    assert kept(course, "02_words") == {"student": "ada", "attempt": 1, "w_truth": "true"}


@pytest.fixture
def widget(course: Course) -> Any:
    module = pytest.importorskip("autograder.quiz.widget")
    return module.QuizWidget("01", student="ada", course=course)


def test_a_notebook_gets_the_questions_and_no_key(widget: Any) -> None:
    page = repr(widget.get_state())
    assert "Twice zero is zero." in page and "零的两倍是零" in page
    for secret in (
        "Nothing plus nothing",
        "explanation",
        "Adding doubles",
        "doubling",
        "2*x",
        "That is a power",
    ):
        assert secret not in page


def test_an_answer_from_the_page_is_kept_at_once_or_answered_with_a_complaint(widget: Any, course: Course) -> None:
    def send(content: Any) -> None:
        widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})

    send({"question": "d_truth", "answer": "false"})
    send({"question": "d_several", "answer": ["C", "A"]})
    assert kept(course) == {"student": "ada", "attempt": 1, "d_truth": "false", "d_several": ("C", "A")}
    send({"question": "d_number", "answer": "1,234"})
    assert "two ways" in widget.complaints["d_number"]["en"] and "d_number" not in widget.answers
    send({"question": "d_number", "answer": "1234"})
    assert widget.complaints == {} and widget.answers["d_number"] == "1234"
    hostile: list[Any] = [None, [], {}, {"question": ["d_truth"]}, {"question": "d_truth", "answer": {"a": 1}}]
    hostile += [{"question": "d_truth", "answer": "x" * 20_000}, {"question": "nothing", "answer": "B"}]
    hostile += [{"question": "d_several", "answer": ["A"] * 1000}, {"question": "d_several", "answer": [["A"]]}]
    before = kept(course)
    for content in hostile:
        send(content)
    assert kept(course) == before and widget.complaints == {}
    send({"question": "d_truth", "answer": ""})
    assert "d_truth" not in kept(course)
