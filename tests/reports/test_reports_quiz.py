"""Quizzes in every report: their points add up, wrong answers are explained, and answers stay text."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import junitparser
import pytest
from msgspec.structs import replace
from quiz_course import write_quiz_course
from reports import HOSTILE, READERS, announced, context, rendered
from small_course import QUICK, REFERENCE

from autograder.course.model import Course, load_course
from autograder.course.reveal import Reveal
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.quiz.answers import AnswersFile, Entry
from autograder.quiz.grading import QuizGrader
from autograder.quiz.load import load_quizzes
from autograder.quiz.variant import draw
from autograder.reports.inert import one_line
from autograder.results.model import SubmissionResult, Verdict
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.model import Submission
from autograder.submission.read import open_submission
from autograder.text import Language

TOPICS = ("01_demo", "02_words")
TELL_NO_ANSWER = ("classroom50", "csv")  # they hold only points


@pytest.fixture(scope="module")
def quizzed(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = load_course(write_quiz_course(tmp_path_factory.mktemp("quizzed")))
    course.limits = QUICK
    return course


@pytest.fixture(scope="module")
def answers(quizzed: Course) -> dict[str, str]:
    """Return the answers of ada: two wrong, one partly right, one right. She leaves out four and the other quiz."""
    questions = {q.id: q for q in load_quizzes(quizzed)["01_demo"].questions}
    number, order = (draw(questions[name], key="spring", student="ada", attempt=1) for name in ("d_number", "d_order"))
    x, y, n = (float(number.values[name]) for name in "xyn")
    shown = {mine: theirs for theirs, mine in order.letters.items()}
    return {
        "d_number": f"{x + y**n:.2f}",
        "d_word": "squaring",
        "d_order": f"[{', '.join(shown[letter] for letter in 'BACD')}]",
        "d_truth": "yes",
    }


@pytest.fixture(scope="module")
def handed_in(quizzed: Course, answers: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Submission:
    folder = tmp_path_factory.mktemp("class") / "ada"
    folder.mkdir()
    (folder / "demo.py").write_text(REFERENCE)
    lines = [f"  {question}: {answer}" for question, answer in answers.items()]
    (folder / "answers.yaml").write_text("\n".join(["student: ada", "answers:", *lines]), encoding="utf-8")
    return open_submission(folder, quizzed)


@pytest.fixture(scope="module")
def ada(quizzed: Course, server: ForkServer, handed_in: Submission) -> SubmissionResult:
    """Grade a submission with right exercises and the answers above."""
    result = Grader(quizzed, server, Settings(topics=TOPICS)).grade(handed_in)
    assert (result.worth, [quiz.answered for quiz in result.quizzes]) == (11.0, [4, 0])
    assert {exercise.verdict for exercise in result.exercises} == {Verdict.PASSED}
    return result


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", READERS)
def test_a_wrong_answer_is_shown_with_its_prompt_and_reply(
    quizzed: Course, ada: SubmissionResult, answers: dict[str, str], name: str, language: Language
) -> None:
    texts = "\n".join(READERS[name](rendered(name, [ada], context(quizzed, language))))
    english = ("What is twice", "You did not double")
    chinese = ("两倍", "没有把")
    wanted = {Language.EN: english, Language.ZH: chinese, Language.BOTH: (*english, *chinese)}[language]
    for text in (*wanted, answers["d_number"]):
        assert (text in texts) is (name not in TELL_NO_ANSWER)
    assert announced(name, [ada], context(quizzed, language)) == ""


def points_in(name: str, file: str) -> Iterator[tuple[float, float | None]]:
    """Yield (points, worth) of each part that a report lists."""
    if name in ("gradescope", "classroom50"):
        key = "max_score" if name == "gradescope" else "max-score"
        yield from ((test["score"], test[key]) for test in json.loads(file)["tests"])
    elif name == "github":
        rows = [line.split("|") for line in file.splitlines() if line.startswith("| ")][1:]
        yield from ((float(points), float(worth)) for points, worth in (row[2].split("/") for row in rows))
    else:
        (row,) = csv.DictReader(io.StringIO(file.removeprefix("\ufeff")))
        yield from ((float(row[part]), None) for part in ("double", "Tally", *(f"quiz {topic}" for topic in TOPICS)))


@pytest.mark.parametrize("name", ["gradescope", "classroom50", "github", "csv"])
def test_the_points_of_exercises_and_quizzes_add_up(quizzed: Course, ada: SubmissionResult, name: str) -> None:
    parts = list(points_in(name, rendered(name, [ada], context(quizzed))))
    lost = ada.points - int(ada.points) if name == "classroom50" else 0  # it rounds each part down
    assert 6 < ada.points < 8
    assert sum(points for points, _ in parts) == pytest.approx(ada.points - lost, abs=0.001)
    if name != "csv":
        assert sum(worth or 0 for _, worth in parts) == pytest.approx(ada.worth)


@pytest.mark.parametrize("name", ["junit", "gitlab"])
def test_each_question_is_a_case_and_one_without_an_answer_is_skipped(
    quizzed: Course, ada: SubmissionResult, name: str
) -> None:
    file = rendered(name, [ada], context(quizzed, Language.EN))
    suites = {suite.name: suite for suite in junitparser.JUnitXml.fromstring(file.encode())}
    demo, words = suites["01_demo.quiz"], suites["02_words.quiz"]
    assert (demo.tests, demo.failures, demo.errors, demo.skipped) == (8, 3, 0, 4)
    assert (words.tests, words.failures, words.skipped) == (1, 0, 1)
    cases = {case.name: case for case in demo}
    assert {case.classname for case in demo} == {"01_demo.quiz"} and not cases["d_truth"].result
    (fault,) = cases["d_number"].result
    assert fault.message.startswith("You did not double ") and fault.text.startswith("What is twice ")


def test_a_broken_question_is_an_error_and_no_failure(quizzed: Course, ada: SubmissionResult) -> None:
    demo, words = ada.quizzes
    broken = tuple(replace(q, verdict=Verdict.BROKEN) if q.id == "d_number" else q for q in demo.questions)
    result = replace(ada, quizzes=(replace(demo, questions=broken), words))
    found = junitparser.JUnitXml.fromstring(rendered("junit", [result], context(quizzed)).encode())
    assert (found.errors, found.failures) == (1, 2)


def test_gradescope_has_a_test_for_each_quiz(quizzed: Course, ada: SubmissionResult, tmp_path: Path) -> None:
    def tests(course: Course) -> list[dict[str, Any]]:
        return json.loads(rendered("gradescope", [ada], context(course, Language.EN)))["tests"][-2:]

    demo, words = tests(quizzed)
    assert (demo["name"], demo["score"], demo["max_score"]) == ("quiz 01_demo", ada.quizzes[0].points, 2)
    assert (words["name"], words["score"], words["max_score"]) == ("quiz 02_words", 0, 3)
    assert [test["status"] for test in (demo, words)] == ["failed", "failed"]
    lines = demo["output"].splitlines()
    assert lines[0] == "1 right, 4 of 8 answered." and words["output"] == "Not attempted yet."
    start = lines.index("✗ d_word  How is times two called?")
    assert lines[start + 1 : start + 3] == ["    squaring", "    That is a power."]
    assert "d_truth" not in demo["output"]
    root = write_quiz_course(tmp_path)
    with (root / "course.toml").open("a") as manifest:
        manifest.write('[gradescope]\nvisible = "after_due_date"\nhidden = "after_published"\n')
    assert {test["visibility"] for test in tests(load_course(root))} == {"after_due_date"}


def test_a_quiz_without_a_fault_passes(quizzed: Course, ada: SubmissionResult) -> None:
    right = replace(
        ada.quizzes[1], points=3.0, questions=(replace(ada.quizzes[1].questions[0], verdict=Verdict.PASSED),)
    )
    result = replace(ada, quizzes=(ada.quizzes[0], right))
    (test,) = json.loads(rendered("gradescope", [result], context(quizzed)))["tests"][-1:]
    assert (test["status"], test["score"]) == ("passed", 3)
    found = json.loads(rendered("classroom50", [result], context(quizzed)))["tests"][-2:]
    assert found[0] == {"test-name": "quiz 01_demo", "passed": False, "score": 0, "max-score": 2}
    assert found[1] == {"test-name": "quiz 02_words", "passed": True, "score": 3, "max-score": 3}


def test_the_summary_counts_a_quiz_in_the_row_of_its_topic(quizzed: Course, ada: SubmissionResult) -> None:
    def texts(result: SubmissionResult) -> list[str]:
        return READERS["github"](rendered("github", [result], context(quizzed, Language.EN)))

    found = texts(ada)
    assert {"✓ double ✓ Tally ✗ quiz", f"{ada.points:g}/8", "○ quiz", "0/3"} <= set(found)
    start = found.index("Next: quiz 01_demo")
    steps = [text for text in found[start + 1 :] if text]
    assert steps[0] == "1 right, 4 of 8 answered." and steps[1].startswith("What is twice ")
    assert steps[3].startswith("You did not double ") and steps[4:] == ["autograder quiz 01_demo"]
    first, *others = ada.exercises
    assert "Next: double" in texts(replace(ada, exercises=(replace(first, verdict=Verdict.NOT_ATTEMPTED), *others)))
    assert "Next: quiz 02_words" in texts(replace(ada, quizzes=ada.quizzes[1:]))
    assert not any(text.startswith("Next") for text in texts(replace(ada, quizzes=())))


@pytest.mark.parametrize("level", list(Reveal))
def test_no_report_shows_more_of_a_quiz_than_the_level_allows(
    quizzed: Course, ada: SubmissionResult, handed_in: Submission, level: Reveal
) -> None:
    quizzes, _ = QuizGrader(quizzed, TOPICS, level).grade("ada", handed_in.answers)
    for name in READERS:
        file = "\n".join(READERS[name](rendered(name, [replace(ada, quizzes=quizzes)], context(quizzed))))
        is_told = name not in TELL_NO_ANSWER
        assert ("You did not double" in file) is (is_told and level.covers(Reveal.MISCONCEPTION))
        assert ("then the power" in file) is (is_told and level.covers(Reveal.CALL))


ANSWERS = {name: text for name, text in HOSTILE.items() if text.strip()}


@pytest.mark.parametrize("hostile", ANSWERS.values(), ids=ANSWERS)
def test_a_hostile_answer_stays_text(quizzed: Course, ada: SubmissionResult, hostile: str) -> None:
    file = AnswersFile(file="answers.yaml", entries={"d_word": Entry(text=hostile, line=1)})
    quizzes, _ = QuizGrader(quizzed, TOPICS, Reveal.CALL).grade("ada", [file])
    (answer,) = [q.answer for q in quizzes[0].questions if q.answer]
    for name in READERS:
        report = rendered(name, [replace(ada, quizzes=quizzes)], context(quizzed))
        assert not set(report.removeprefix("\ufeff")) & set("\0\x1b\x07\x9b\x85\u2028\u2029\u202e\u2066\ud800\ufeff")
        texts = [one_line(text.replace("⏎", "")) for text in READERS[name](report)]
        assert name in TELL_NO_ANSWER or any(one_line(answer) in text for text in texts)


def test_an_answer_of_many_lines_is_shown_on_one_line(quizzed: Course, ada: SubmissionResult) -> None:
    """A second line could look like a right question."""
    entry = Entry(text="a\n✓ d_single  What doubles x?", line=1)
    quizzes, _ = QuizGrader(quizzed, TOPICS, Reveal.CALL).grade(
        "ada", [AnswersFile(file="answers.yaml", entries={"d_output": entry})]
    )
    for name in ("gradescope", "junit", "gitlab", "github"):
        texts = READERS[name](rendered(name, [replace(ada, quizzes=quizzes)], context(quizzed)))
        lines = [line.strip() for text in texts for line in text.splitlines()]
        assert "a ⏎ ✓ d_single What doubles x?" in lines
