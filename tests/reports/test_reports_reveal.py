"""The reveal policy in every report: what a hidden check may show, by level and by date."""

import io
import json
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from reports import READERS, announced, context, rendered
from rich.console import Console
from small_course import DOUBLE_ONLY, QUICK, write_course
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course.model import Course, load_course
from autograder.course.reveal import Reveal
from autograder.errors import CourseError
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.reports.terminal import class_table, show_submission
from autograder.results.model import SubmissionResult, Verdict
from autograder.results.summary import summarise
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.read import open_submission
from autograder.text import Language

HIDDEN = '''

@check("double")
@pytest.mark.parametrize("case", ["MARKEDCASE"])
def test_double_MARKEDNAME(student, case):
    """MARKEDTITLE of a hidden check. 标记标题。"""
    x = torch.tensor([31337.25, -41414.5])
    assert_close(student.double(x), x + x, EXACT)
'''
MISCONCEPTION = """
[[double]]
name = "MARKEDMISCONCEPTION"
instead_of = "return 2 * x"
wrote = "return torch.where(x.abs() > 1000, 3 * x, 2 * x)"
en = "MARKEDSENTENCE: large numbers are tripled."
zh = "标记句子：大数乘了 3。"
"""
# Wrong for the marked numbers only. It tries to show what it sees in a hidden check.
SUBMISSION = """
import torch
def double(x):
    print("told", x)
    return torch.where(x.abs() > 1000, 3 * x, 2 * x)
class Tally:
    def __init__(self):
        self.counts = {}
    def add(self, word):
        if self.counts:
            raise ValueError(f"MARKEDERROR {self.counts} {word}")
        self.counts[word] = 1
    def count(self, word):
        return self.counts.get(word, 0)
"""
VALUES = ("31337", "41414", "62674", "82829", "94011", "124243", "MARKEDERROR")
TITLES = ("MARKEDTITLE", "MARKEDNAME", "MARKEDCASE", "标记标题")
MISCONCEPTIONS = ("MARKEDMISCONCEPTION", "MARKEDSENTENCE", "标记句子")


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = write_course(tmp_path_factory.mktemp("marked"))
    for name, text in (("test_demo.py", HIDDEN), ("misconceptions.toml", MISCONCEPTION)):
        with (root / "solutions/01_demo" / name).open("a", encoding="utf-8") as file:
            file.write(text)
    course = load_course(root)
    course.limits = QUICK
    return course


@pytest.fixture(scope="module")
def results(
    marked: Course, server: ForkServer, tmp_path_factory: pytest.TempPathFactory
) -> dict[Reveal, SubmissionResult]:
    """Grade the same submission at each level."""
    folder = tmp_path_factory.mktemp("student")
    (folder / "demo.py").write_text(SUBMISSION)
    submission = open_submission(folder, marked)
    settings = {level: Settings(topics=("01_demo",), reveal=level) for level in Reveal}
    return {level: Grader(marked, server, settings[level]).grade(submission) for level in Reveal}


def shown(result: SubmissionResult, course: Course) -> dict[str, str]:
    """Return all that anybody can read of a result: its file, every report, and the terminal output."""
    console = Console(file=io.StringIO(), width=200)
    show_submission(result, Language.BOTH, console)
    console.print(class_table([summarise(result)], ["01_demo"]))
    assert isinstance(console.file, io.StringIO)
    texts = {name: rendered(name, [result], context(course)) for name in READERS}
    texts |= {f"{name} printed": announced(name, [result], context(course)) for name in READERS}
    return {**texts, "terminal": console.file.getvalue(), "result file": msgspec.json.encode(result).decode()}


@pytest.mark.parametrize("level", [Reveal.NOTHING, Reveal.TITLE, Reveal.MISCONCEPTION])
def test_no_report_shows_more_than_the_level_allows(
    results: dict[Reveal, SubmissionResult], marked: Course, level: Reveal
) -> None:
    forbidden = {
        Reveal.NOTHING: (*VALUES, *TITLES, *MISCONCEPTIONS),
        Reveal.TITLE: (*VALUES, *MISCONCEPTIONS),
        Reveal.MISCONCEPTION: VALUES,
    }
    texts = shown(results[level], marked)
    leaked = [(name, mark) for name, text in texts.items() for mark in forbidden[level] if mark in text]
    assert leaked == []


def test_every_level_shows_what_it_promises(results: dict[Reveal, SubmissionResult], marked: Course) -> None:
    texts = {level: shown(result, marked)["json"] for level, result in results.items()}
    assert "隐藏检查 3" in texts[Reveal.NOTHING]
    for mark in (*TITLES, "returned wrong values"):
        assert mark in texts[Reveal.TITLE]
    for mark in MISCONCEPTIONS:
        assert mark in texts[Reveal.MISCONCEPTION]
    for mark in ("31337", "41414", "94011", "62674", "MARKEDERROR"):
        assert mark in texts[Reveal.CALL]


def test_points_and_verdicts_are_the_same_at_every_level(results: dict[Reveal, SubmissionResult]) -> None:
    found = {
        (result.points, tuple((check.verdict, check.visible) for e in result.exercises for check in e.checks))
        for result in results.values()
    }
    assert len(found) == 1
    assert {result.reveal for result in results.values()} == set(Reveal)


def test_without_a_title_a_hidden_check_has_a_number_and_no_message(results: dict[Reveal, SubmissionResult]) -> None:
    (double, _) = results[Reveal.NOTHING].exercises
    hidden = [check for check in double.checks if not check.visible]
    assert [check.id for check in hidden] == [f"hidden[{number}]" for number in range(1, len(hidden) + 1)]
    assert hidden[0].title.en == "Hidden check 1."
    assert not any(check.message for check in hidden)
    assert Verdict.FAILED in {check.verdict for check in hidden}


def test_the_next_step_names_the_check_even_at_the_lowest_level(
    results: dict[Reveal, SubmissionResult], marked: Course
) -> None:
    printed = announced("github", [results[Reveal.NOTHING]], context(marked, Language.EN))
    assert "title=double::Hidden check 7." in printed
    assert "- Hidden check 7&#46;" in rendered("github", [results[Reveal.NOTHING]], context(marked, Language.EN))


def test_a_misconception_that_visible_checks_show_is_named_at_every_level(
    marked: Course, server: ForkServer, tmp_path: Path
) -> None:
    (tmp_path / "demo.py").write_text("def double(x):\n    return 3 * x\n")
    grader = Grader(marked, server, Settings(topics=("01_demo",), reveal=Reveal.NOTHING))
    result = grader.grade(open_submission(tmp_path, marked))
    assert [diagnosis.name for diagnosis in result.exercises[0].misconceptions] == ["triples"]


def test_a_broken_rule_is_shown_at_every_level(marked: Course, server: ForkServer, tmp_path: Path) -> None:
    """The rule is about the student's own file, and breaking it costs all points."""
    code = """
    import torch
    def double(x):
        if x.numel() and x.abs().max() > 1000:
            getattr(torch, 'co' + 'sh')(x)
        return 2 * x
    """
    (tmp_path / "demo.py").write_text(textwrap.dedent(code))
    grader = Grader(marked, server, Settings(topics=("01_demo",), reveal=Reveal.NOTHING))
    (double, _) = grader.grade(open_submission(tmp_path, marked)).exercises
    assert double.verdict is Verdict.REFUSED
    refused = [check for check in double.checks if check.verdict is Verdict.REFUSED]
    assert refused
    assert all("torch.cosh" in check.message.en and not check.visible for check in refused)


# Which level holds


def course_with(root: Path, text: str) -> Course:
    with (root / "course.toml").open("a", encoding="utf-8") as manifest:
        manifest.write(text)
    return load_course(root)


def test_the_level_changes_with_the_date(own_course: Path) -> None:
    text = '[reveal]\nhidden = "title"\n[reveal.after]\ndate = 2026-12-01T00:00:00+08:00\nhidden = "call"\n'
    policy = course_with(own_course, text).reveal
    date = datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert policy.at(date - timedelta(seconds=1)) is Reveal.TITLE
    assert policy.at(date) is Reveal.CALL


def test_by_default_misconceptions_are_named(course: Course) -> None:
    assert course.reveal.at(datetime.now(UTC)) is Reveal.MISCONCEPTION


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[reveal]\nhidden = "titles"\n', "Invalid enum value 'titles'"),
        ('[reveal]\nhiden = "title"\n', "[reveal] hiden: unknown key. Did you mean hidden?"),
        ('[reveal.after]\ndate = 2026-12-01T00:00:00\nhidden = "call"\n', "timezone"),
        ('[gradescope]\nhidden = "never"\n', "Invalid enum value 'never'"),
    ],
)
def test_an_invalid_policy_is_an_error_of_the_course(own_course: Path, text: str, said: str) -> None:
    with pytest.raises(CourseError, match=r"course\.toml: ") as error:
        course_with(own_course, text)
    assert said in str(error.value)


@pytest.fixture
def command(own_course: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.chdir(own_course)
    (own_course / "ann").mkdir()
    (own_course / "ann/demo.py").write_text(DOUBLE_ONLY)
    return lambda *arguments: CliRunner().invoke(app, ["grade", "ann", "--out", "out", *arguments])


def level_of(own_course: Path) -> str:
    return json.loads((own_course / "out/ann.json").read_text())["reveal"]


def test_the_command_uses_the_level_of_the_course_unless_an_option_sets_another(
    command: Callable[..., Any], own_course: Path
) -> None:
    """The level is part of the result and of its key. After the date, the same command grades again."""
    text = '[reveal]\nhidden = "nothing"\n[reveal.after]\ndate = {date}\nhidden = "title"\n'
    manifest = (own_course / "course.toml").read_text()
    (own_course / "course.toml").write_text(manifest + text.format(date="2999-01-01T00:00:00Z"))
    assert command().exit_code == 0
    assert level_of(own_course) == "nothing"
    assert "kept" in command().stdout
    run = command("--reveal", "call")
    assert "kept" not in run.stdout
    assert level_of(own_course) == "call"
    (own_course / "course.toml").write_text(manifest + text.format(date="2001-01-01T00:00:00Z"))
    assert command().exit_code == 0
    assert level_of(own_course) == "title"
