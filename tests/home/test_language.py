"""Everything that a student reads is in the language that was chosen, and in no other."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from quiz_course import write_quiz_course
from release_course import release, set_version, write_release_course, write_small_wheel
from rich.console import Console
from small_course import DOUBLE_ONLY, TALLY
from student_home import AtHome, as_student, pytest_at
from typer.testing import CliRunner

import autograder
from autograder.cli import app
from autograder.course.model import load_course
from autograder.errors import UsageError
from autograder.quiz.session import open_session
from autograder.quiz.terminal import answer_in_terminal
from autograder.reports.quiz import show_quizzes
from autograder.reports.terminal import show_submission
from autograder.results.model import QuestionResult, QuizResult, SubmissionResult, Verdict
from autograder.text import Language, Text

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# Code, which is the same in every language.
CODE = (
    r"`[^`]*`",  # marked as code
    r"^\s*SyntaxError: .*",  # Python's own message
    r"(?<=抛出 )\w+：.*$",  # Python's own message of an exception, and the place
    r"'\(' was never closed",
    r"autograder hint \w+",  # a command
    r"\b(?:double|d/dx double)\(.*?\)(?= )",  # a call
    r"[\w.-]*[/_=\[][^\s，。：（）]*",  # a path, a name with an underscore, an option's value
    r"[\w-]+\.\w+",  # a file, an attribute
    r"--[\w-]+",  # an option
    r"\{\w*\}",  # a name that is filled in
)
LATIN_RUN = re.compile(r"[A-Za-z][A-Za-z']+(?:[ ,.:;\d]+[A-Za-z][A-Za-z']+){2,}")
# What pytest prints itself.
PYTEST_LINES = re.compile(
    r"^(?:=+ (?:test session starts|FAILURES) =+|platform .*|rootdir: .*|plugins: .*|(?:collecting .*)?collected .*)$"
)
PYTEST_WORDS = re.compile(r"\d+ (?:failed|passed|deselected)|in \d+\.\d+s")


def foreign(shown: str, language: Language) -> list[str]:
    """Return what is not in the language: characters for English, runs of three and more words for Chinese."""
    found = []
    for line in shown.splitlines():
        if PYTEST_LINES.match(line):
            continue
        line = PYTEST_WORDS.sub("|", line)
        if language is Language.EN:
            found += CHINESE.findall(re.sub(r"`[^`]*`", "", line))
            continue
        for code in CODE:
            line = re.sub(code, "|", line)
        found += LATIN_RUN.findall(line)
    return found


BOTH_LANGUAGES = pytest.mark.parametrize("language", [Language.EN, Language.ZH])


def test_the_measure_finds_foreign_sentences() -> None:
    assert foreign("double 返回了 None。", Language.EN)
    assert foreign("✓ 2 of 3 checks passed", Language.ZH)
    assert foreign("提示：`autograder hint double` shows the next hint", Language.ZH)
    assert foreign("无法读取 demo.py：demo.py does not exist.", Language.ZH)
    assert not foreign("提示：autograder hint double，见 exercises/01_demo/demo.py", Language.ZH)
    assert not foreign("Hint 1 of 2 ✗ double", Language.EN)


# All sentences of the engine


def texts_in(value: Any) -> Iterator[Text]:
    """Yield the sentences in a module's value: the value itself, or what a table or an enumeration holds."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, type) and issubclass(value, Enum):
        for member in value:
            yield from texts_in(member.value)


def engine_texts() -> Iterator[tuple[str, Text]]:
    """Yield (module and name, sentence) of every sentence that a module of the engine defines."""
    for module in pkgutil.walk_packages(autograder.__path__, "autograder."):
        if ".worker." in module.name or module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            for text in texts_in(value):
                yield f"{module.name}.{name}", text


def test_every_sentence_of_the_engine_is_in_both_languages() -> None:
    texts = list(engine_texts())
    assert len(texts) > 150
    wrong = []
    for name, text in texts:
        if foreign(text.en, Language.EN):
            wrong.append((name, text.en))
        if foreign(text.zh, Language.ZH):
            wrong.append((name, text.zh))
    assert wrong == []


# pytest at home

CODES: dict[str, str | bytes] = {
    "untouched": "",
    "wrong": "def double(x):\n    return 3 * x\n" + TALLY,
    "raises": "def double(x):\n    return y\n" + TALLY,
    "syntax": "def double(x):\n    return (2 * x\n",
    "wide": "def double(x)：\n    return 2 * x\n",
    "loop": "def double(x):\n    while True:\n        pass\n",
    "refused": "import torch\ndef double(x):\n    return torch.add(x, x)\n",
    "odd": "def double(x):\n    return 'two'\nclass Tally:\n    pass\n",
    "top": "y = z\n" + DOUBLE_ONLY,
    "encoding": "# 中文\n".encode("gbk"),
    "right": DOUBLE_ONLY + TALLY,
}


@pytest.fixture
def at_home(own_course: Path, monkeypatch: pytest.MonkeyPatch) -> AtHome:
    return pytest_at(as_student(own_course), monkeypatch)


def without_code(shown: str, code: str | bytes) -> str:
    """Return what was shown without the student's own lines."""
    if isinstance(code, str):
        for line in filter(None, map(str.strip, code.splitlines())):
            shown = shown.replace(line, "|")
    return shown


@BOTH_LANGUAGES
@pytest.mark.parametrize("name", CODES)
def test_pytest_at_home(at_home: AtHome, name: str, language: Language) -> None:
    _, shown = at_home(CODES[name], "--lang", language.value, "-v" if name in ("loop", "untouched") else "-q")
    assert "double" in shown or "demo.py" in shown
    assert foreign(without_code(shown, CODES[name]), language) == []


def test_the_board_names_what_comes_next_in_each_language(at_home: AtHome) -> None:
    for language, line in (
        ("en", "Next: Tally in exercises/01_demo/demo.py\nHint: autograder hint Tally\n"),
        ("zh", "下一题：Tally，在 exercises/01_demo/demo.py 中\n提示：autograder hint Tally\n"),
        ("both", "Next 下一题: Tally in exercises/01_demo/demo.py\nHint 提示:   autograder hint Tally\n"),
    ):
        _, shown = at_home(DOUBLE_ONLY, "--lang", language)
        assert line in shown


@BOTH_LANGUAGES
def test_a_folder_that_does_not_exist(at_home: AtHome, language: Language) -> None:
    _, shown = at_home(DOUBLE_ONLY, "--lang", language.value, "--against", "nowhere", "-k", "double_example")
    assert "nowhere" in shown
    assert foreign("\n".join(re.findall(r"--against nowhere.*", shown)), language) == []


# Commands


def command(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """Return all that a command prints in the folder."""
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.chdir(folder)
    return CliRunner().invoke(app, list(arguments)).output


@BOTH_LANGUAGES
@pytest.mark.parametrize(
    "arguments",
    [
        ("hint", "double"),
        ("hint", "duoble"),
        ("hint", "double", "--course", "/"),
        ("quiz", "01", "--student", "ada"),
        ("quiz", "01", "--print"),
        ("quiz", "01", "--print", "--student", "ada"),
        ("quiz", "01", "--print", "--student", "ada", "--attempt", "7"),
        ("quiz", "77", "--print", "--student", "ada"),
        ("quiz", "01", "--practice", "--student", "ada"),
        ("update", "."),
        ("update", "nowhere.zip"),
    ],
    ids=" ".join,
)
def test_commands_of_students(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], language: Language
) -> None:
    folder = write_quiz_course(tmp_path / "course")
    for _ in range(2):  # the last hint has another ending, and an answers file is there
        shown = command(folder, monkeypatch, *arguments, "--lang", language.value)
        assert shown
        assert foreign(shown.replace(str(folder), "FOLDER"), language) == []


@BOTH_LANGUAGES
def test_answers_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language) -> None:
    folder = write_quiz_course(tmp_path / "course")
    path = folder / "exercises/01_demo/answers.yaml"
    for answers in ("student: boris\nanswers: {d_truth: yes}\n", "answers: {d_truth: {a: 1}}\n"):
        path.write_text(answers, encoding="utf-8")
        shown = command(folder, monkeypatch, "quiz", "01", "--print", "--student", "ada", "--lang", language.value)
        assert "answers.yaml" in shown
        assert foreign(shown, language) == []


@BOTH_LANGUAGES
def test_an_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language) -> None:
    course = write_release_course(tmp_path / "course")
    student = release(course, tmp_path / "student", write_small_wheel(tmp_path))
    (student / "exercises/01_demo/README.md").write_text("mine\n", encoding="utf-8")
    (course / "exercises/01_demo/README.md").write_text("Later.\n\n---\n\n以后。\n", encoding="utf-8")
    set_version(course, "2")
    later = release(course, tmp_path / "later", write_small_wheel(tmp_path))
    for _ in range(2):
        shown = command(student, monkeypatch, "update", str(later), "--lang", language.value)
        assert "2" in shown
        assert foreign(shown, language) == []
    (student / "exercises/01_demo/README.md").unlink()
    (student / "exercises/01_demo/README.md").mkdir()
    shown = command(student, monkeypatch, "update", str(later), "--lang", language.value)
    assert foreign(shown, language) == []


@BOTH_LANGUAGES
def test_the_quiz_in_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language) -> None:
    import questionary

    asked = []
    for kind in ("select", "text", "checkbox"):
        original = getattr(questionary, kind)

        def noted(message: str, *args: Any, _original: Any = original, **kwargs: Any) -> Any:
            asked.append(message)
            return _original(message, *args, **kwargs)

        monkeypatch.setattr(questionary, kind, noted)
    course = load_course(write_quiz_course(tmp_path / "course"))
    session = open_session(course, "02", student="ada")
    console = Console(record=True, width=200)
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("\r\r")
        answer_in_terminal(session, language, console)
    shown = console.export_text()
    assert "w_truth" in shown
    assert foreign("\n".join([shown, *asked]), language) == []


@BOTH_LANGUAGES
def test_watch_begins_in_the_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language) -> None:
    started = []
    monkeypatch.setattr("autograder.home.watch.watch", lambda folder, **_: [{(1, f"{folder}/01_demo/demo.py")}])
    monkeypatch.setattr("subprocess.run", lambda arguments, **_: started.append(arguments))
    shown = command(write_quiz_course(tmp_path / "course"), monkeypatch, "watch", "--lang", language.value)
    assert "Ctrl-C" in shown
    assert foreign(shown, language) == []
    assert started[0][-2:] == ["--lang", language.value]


# A submission in the instructor's terminal


@BOTH_LANGUAGES
@pytest.mark.parametrize("name", [name for name, code in CODES.items() if isinstance(code, str)])
def test_a_graded_submission(hand_in: Callable[..., SubmissionResult], name: str, language: Language) -> None:
    code = str(CODES[name])
    console = Console(record=True, width=200)
    show_submission(hand_in(code or "# nothing\n" + DOUBLE_ONLY), language, console)
    shown = console.export_text()
    assert "double" in shown
    assert foreign(without_code(shown, code), language) == []


@BOTH_LANGUAGES
def test_quizzes_of_a_graded_submission(language: Language) -> None:
    prompt = Text("How many?", "有多少？")
    question = QuestionResult(
        id="q01_01", kind="numeric", prompt=prompt, verdict=Verdict.FAILED, points=0.5, worth=1.0, attempt=1, answer="3"
    )
    answered = QuizResult(topic="01_demo", points=0.5, worth=1.0, questions=(question,))
    blank = msgspec.structs.replace(question, verdict=Verdict.NOT_ATTEMPTED)
    untouched = QuizResult(topic="02_words", points=0.0, worth=1.0, questions=(blank,))
    lines: list[str] = []
    show_quizzes([answered, untouched], language, lines.append, str)
    assert len(lines) == 4
    assert foreign("\n".join(lines), language) == []
    expected = {Language.EN: "quizzes not attempted: 02", Language.ZH: "尚未作答的测验：02"}
    assert expected[language] in lines[-1]


def test_an_error_in_plain_english_has_no_other_language() -> None:
    error = UsageError("No.", fix="Do this.")
    assert error.sentence.lines(Language.BOTH) == ["No. Do this."]
    assert UsageError(Text("No.", "不行。"), fix=Text("Do this.", "请这样做。")).sentence.zh == "不行。请这样做。"
