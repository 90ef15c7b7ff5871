"""Hostile texts in every field of a result: each report shows them as text and nothing else."""

import json

import pytest
from msgspec.structs import replace
from reports import HOSTILE, READERS, announced, commands_run, context, read_annotations, rendered

from autograder.course.model import Course
from autograder.course.reveal import Reveal
from autograder.reports.github import without_commands
from autograder.reports.inert import MAX_TEXT, one_line
from autograder.results.model import CheckResult, Diagnosis, ExerciseResult, Problem, SubmissionResult, Verdict
from autograder.text import Text, printable

COLUMNS = 200  # enough of a long text to know it again


def result_of(hostile: str) -> SubmissionResult:
    """Return a result that holds the text in every field that a student can influence."""
    text = Text(hostile, hostile)

    def check(name: str, visible: bool, verdict: Verdict) -> CheckResult:
        return CheckResult(id=name, title=text, visible=visible, verdict=verdict, weight=1, message=text)

    exercises = tuple(
        ExerciseResult(
            name=name,
            topic="01_demo",
            verdict=verdict,
            points=0.0,
            worth=2.0,
            misconceptions=(Diagnosis(name="wrong", sentence=text),) if name == "Tally" else (),
            checks=(check("test_a", True, verdict), check("test_b", False, verdict)),
            file=hostile,
            line=1,
        )
        for name, verdict in (("double", Verdict.FAILED), ("Tally", Verdict.CRASHED))
    )
    return SubmissionResult(
        submission=hostile,
        content_hash="",
        grading_key="",
        points=0.0,
        worth=4.0,
        problems=tuple(Problem(file=hostile, sentence=text, line=3) for _ in range(30)),
        exercises=exercises,
        reveal=Reveal.CALL,
        isolation="strict",
        confinement={},
    )


def known_again(hostile: str) -> str:
    """Return what a report must show of the text: its beginning, on one line, without control characters."""
    return one_line(printable(hostile))[:COLUMNS]


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", READERS)
def test_a_hostile_text_stays_text(course: Course, name: str, hostile: str) -> None:
    file = rendered(name, [result_of(hostile)], context(course))
    assert not set(file.removeprefix("\ufeff")) & set("\0\x1b\x07\x9b\x85\u2028\u2029\u202e\u2066\ud800\udfff\ufeff")
    file.encode()
    texts = [one_line(text) for text in READERS[name](file)]
    assert name == "classroom50" or any(known_again(hostile) in text for text in texts)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_an_annotation_is_one_command_and_says_what_the_text_says(course: Course, hostile: str) -> None:
    text = announced("github", [result_of(hostile)], context(course))
    assert len(text.splitlines()) == len(commands_run(text)) <= 20
    messages = [one_line(message) for message in read_annotations(text)]
    assert any(known_again(hostile) in message for message in messages)


@pytest.mark.parametrize("name", READERS)
def test_a_long_text_does_not_make_a_long_report(course: Course, name: str) -> None:
    assert len(rendered(name, [result_of("<" * 300_000)], context(course))) < 100 * 5 * MAX_TEXT


def test_a_summary_above_githubs_limit_is_cut_between_lines(course: Course) -> None:
    result = result_of("*" * 4000)
    many = tuple(replace(result.exercises[0], name="*" * 4000, topic=str(number)) for number in range(100))
    file = rendered("github", [replace(result, exercises=many)], context(course))
    assert 900_000 < len(file.encode()) <= 1 << 20
    assert file.endswith("|\n")


def test_no_more_than_ten_annotations_of_a_kind(course: Course) -> None:
    result = result_of("x")
    exercises = tuple(replace(result.exercises[0], line=number) for number in range(1, 31))
    problems = tuple(Problem(file=f"{number}.py", sentence=Text("Odd.", "奇怪。")) for number in range(30))
    text = announced("github", [replace(result, exercises=exercises, problems=problems)], context(course))
    assert (text.count("::error "), text.count("::warning ")) == (10, 10)
    assert "line=1,title=double" in text.splitlines()[0]


def test_a_student_who_is_named_like_a_formula_stays_in_one_cell(course: Course) -> None:
    file = rendered("csv", [result_of("=1"), result_of('a","b')], context(course))
    assert "\r\n'=1,0,4," in file
    assert '\r\n"a"",""b",0,4,' in file


def test_only_on_github_is_the_reading_of_commands_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    with without_commands({}):
        print("::error::x")
    assert capsys.readouterr().out == "::error::x\n"


def test_github_reads_no_command_of_a_students_and_goes_on_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    def show() -> None:
        with without_commands({"GITHUB_ACTIONS": "true"}):
            print("::error::x\n##[error]y\n::stop-commands::mine\n::mine::")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        show()
    print("::error::ours")
    log = capsys.readouterr().out
    assert commands_run(log) == ["::error::ours"]
    with without_commands({"GITHUB_ACTIONS": "true"}):
        pass
    words = {log.split("\n")[0], capsys.readouterr().out.split("\n")[0]}
    assert len(words) == 2  # the word is random


def test_environment_variables_of_the_runner_stay_text(course: Course) -> None:
    file = rendered("classroom50", [result_of("")], context(course, SUBMISSION_TAG='a"\ud800\x1b'))
    READERS["classroom50"](file)
    assert json.loads(file)["submission"] == 'a"\ufffd\ufffd'
