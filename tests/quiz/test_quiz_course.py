"""Quizzes as an author writes them: loading reports what is wrong in a file, verify what is unfair."""

import subprocess
import sys
from pathlib import Path

import pytest
from quiz_course import write_quiz_course
from small_course import autograder

from autograder.checks.collect import collect_checks
from autograder.course.model import load_course
from autograder.course.reveal import Reveal
from autograder.course.stubs import stale_stubs
from autograder.errors import CourseError
from autograder.quiz.checkup import check_quiz
from autograder.quiz.grading import QuizGrader
from autograder.quiz.load import load_keys, load_quiz

QUIZ, KEY = "exercises/01_demo/quiz.yaml", "solutions/01_demo/quiz_key.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_quiz_course(tmp_path / "course")


def change(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    (root / name).write_text(text.replace(old, new), encoding="utf-8")


def findings(root: Path, topic: str = "demo") -> list[tuple[str, str]]:
    course = load_course(root)
    return list(check_quiz(course, course.topic(topic)))


def test_loading_reports_all_wrong_questions_at_once_with_their_lines(root: Path) -> None:
    change(root, QUIZ, "weight: 2", "weight: 0")
    change(root, QUIZ, "kind: true_false", "kind: true_or_false")
    change(root, QUIZ, 'A: "2", B: "3"', 'A: "2", E: "3"')
    with pytest.raises(CourseError) as error:
        load_quiz(load_course(root).topic("demo"))
    lines = str(error.value).split("\n")
    assert len(lines) == 3
    assert "quiz.yaml, line 1: d_single:" in lines[0] and "weight 1 or more" in lines[0]
    assert "quiz.yaml, line 12: d_several:" in lines[1] and "letters A, B, C" in lines[1]
    assert "quiz.yaml, line 18: d_truth:" in lines[2] and "true_or_false" in lines[2]


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (QUIZ, "id: d_truth", "id: d_single", "line 18: d_single: another question has this id."),
        (QUIZ, "id: d_truth", "id: w_truth", "w_truth is a question of 01_demo, too."),
        (QUIZ, "prompt: {en: Twice zero is zero., zh: 零的两倍是零。}", "prompt: 3", "line 18: d_truth: Expected"),
        (QUIZ, "prompt: {en: Twice zero is zero., zh: 零的两倍是零。}", "prompt: [", "did not find"),
        (QUIZ, "difficulty: 1\n  prompt: {en: Twice", "kind: numeric\n  prompt: {en: Twice", "kind is written twice"),
        (QUIZ, "KB: 0.001", "KB: 0", "d_size: a unit is larger than 0."),
        (KEY, "answer: [A, C]", "answer: [A, E]", "line 7: d_several: there is no E among its options."),
        (KEY, "answer: B", "answer: A", "A is right and has a reply"),
        (KEY, "[A, B, D, C]", "[A, B, D]", "d_order: an accepted order has every step once."),
        (KEY, "first: B", "first: E", "d_order: there is no E"),
        (KEY, "d_word:", "d_words:", "d_words: "),
        (KEY, "answer: true", "answer: 1", "d_truth: Expected `bool`"),
    ],
)
def test_loading_reports_where_a_file_is_wrong(root: Path, name: str, old: str, new: str, message: str) -> None:
    change(root, name, old, new)
    course = load_course(root)
    with pytest.raises(CourseError) as error:
        QuizGrader(course, ["01_demo", "02_words"], Reveal.MISCONCEPTION)
    assert message in str(error.value) and Path(name).name in str(error.value)


def test_loading_reports_a_missing_key(root: Path) -> None:
    path = root / "solutions/02_words/quiz_key.yaml"
    course = load_course(root)
    path.write_text("{}\n")
    with pytest.raises(CourseError, match="w_truth has no key"):
        load_keys(course.topic("words"), load_quiz(course.topic("words")))
    path.unlink()
    with pytest.raises(CourseError, match="is missing"):
        load_keys(course.topic("words"), load_quiz(course.topic("words")))


def test_a_quiz_is_worth_the_manifests_points_or_two_and_points_need_a_quiz(root: Path) -> None:
    assert [topic.quiz_points for topic in load_course(root).topics] == [2, 3]
    (root / QUIZ).unlink()
    assert load_course(root).topics[0].quiz_points == 0
    (root / "exercises/02_words/quiz.yaml").unlink()
    with pytest.raises(CourseError, match=r"quiz_points = 3 needs a quiz\.yaml"):
        load_course(root)


def test_every_command_accepts_a_topic_without_exercises(root: Path) -> None:
    course = load_course(root)
    assert stale_stubs(course) == [] and set(collect_checks(course.topics)) == {"double", "Tally"}
    assert collect_checks([course.topic("words")]) == {}
    command = [sys.executable, "-m", "pytest", "exercises", "-q", "-p", "no:cacheprovider", "--against", "solutions"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0 and "4 passed" in run.stdout and "01 A topic" in run.stdout


def test_verify_finds_nothing_in_a_fair_quiz(root: Path) -> None:
    assert findings(root) == [] and findings(root, "words") == []


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (QUIZ, "en: Twice zero is zero., zh: 零的两倍是零。", "en: Twice zero is zero., zh: Twice.", "prompt is not in both"),
        (QUIZ, "exercise: double", "exercise: treble", "no exercise treble"),
        (QUIZ, "B: {en: x + x, zh: x 加 x}", "B: {en: x squared, zh: 平方}", "Two options read the same (en)"),
        (QUIZ, "A: {en: x squared, zh: x 的平方}\n    B: {en: x + x, zh: x 加 x}", 'A: "0.50"\n    B: "1/2"', "A is the same number"),
        (QUIZ, "print([i, 2 * i])", "print(i)", "The code prints '0\\n1', and"),
        (QUIZ, "print([i, 2 * i])", "raise ValueError(7)", "ValueError: 7"),
        (QUIZ, '["x != 0"]', '["x > 60"]', "none of 1000 draws"),
        (KEY, "zh: 相加即加倍。", "zh: TODO", "explanation is still to be written"),
        (KEY, "    C: {en: That makes it smaller., zh: 那样会变小。}\n", "", "C has no reply."),
        (KEY, "    D: {en: 5 is odd., zh: 5 是奇数。}\n", "", "D has no reply."),
        (KEY, "wrong: x + y**n", "wrong: 2*x + y**n", "is right in 200 of 200 variants"),
        (KEY, "wrong: x + y**n", "wrong: 2*x + y**2", "is right in "),
        (KEY, "wrong: x + y**n", "wrong: TODO", "'TODO' cannot be computed in 200 of 200"),
        (KEY, "answer: 2*x + y**n", "answer: 2*x / 0", "cannot be computed"),
        (KEY, "answer: 2*x + y**n", "answer: 777.7777*x", "with 6 significant digits is not accepted in"),
        (KEY, "  replies:\n  - {wrong: 1.5, en: That is one of them., zh: 那只是一个的大小。}\n", "  replies: []\n", "No wrong number has a reply."),
        (KEY, "wrong: squaring", "wrong: Doubling.", "'Doubling.' is right and wrong."),
        (KEY, "{first: B, then: A,", "{first: A, then: B,", "A before B is right and wrong."),
    ],
)  # fmt: skip
def test_verify_finds_what_is_unfair_or_missing(root: Path, name: str, old: str, new: str, message: str) -> None:
    change(root, name, old, new)
    found = findings(root)
    assert any(message in fault for _, fault in found), found
    assert len({where for where, _ in found}) == 1


def test_verify_finds_that_the_longest_option_is_the_right_one(root: Path) -> None:
    single = "- {id: NAME, kind: single_choice, difficulty: 1, prompt: {en: Which?, zh: 哪个？}, options: {A: longest, B: b}}\n"
    key = "NAME: {answer: A, explanation: {en: So., zh: 如此。}, replies: {B: {en: No., zh: 不对。}}}\n"
    for name, text in (("exercises/02_words/quiz.yaml", single), ("solutions/02_words/quiz_key.yaml", key)):
        (root / name).write_text("".join(text.replace("NAME", f"w_{n}") for n in "abc"), encoding="utf-8")
    assert findings(root, "words") == [
        ("02_words", "The right option is the longest in 3 of 3 single-choice questions.")
    ]


def test_the_command_prints_what_it_finds_in_a_quiz(root: Path) -> None:
    change(root, "solutions/02_words/quiz_key.yaml", "en: Think of jieba.", "en: TODO")
    run = autograder("verify", "--topic", "02", cwd=root)
    assert run.returncode == 1 and "w_truth: Its reply is still to be written." in run.stdout, run.stderr
