"""Grading of quizzes: points, replies, problems of answers files, and copied numbers."""

import json
import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quiz_course import write_quiz_course
from small_course import autograder

from autograder.course.model import Course, load_course
from autograder.course.reveal import Reveal
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings, grading_key
from autograder.quiz.answers import AnswersFile, Entry
from autograder.quiz.copies import CopyWatch
from autograder.quiz.grading import QuizGrader
from autograder.quiz.kinds.numeric import NumericKey, right_number
from autograder.quiz.load import load_keys, load_quizzes
from autograder.quiz.variant import Variant, draw
from autograder.results.model import QuestionResult, SubmissionResult, Verdict
from autograder.results.summary import Summary, summarise
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.layouts import find_submissions
from autograder.submission.read import open_submission

TOPICS = ("01_demo", "02_words")


@pytest.fixture(scope="module")
def quizzed(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return load_course(write_quiz_course(tmp_path_factory.mktemp("quizzed")))


@pytest.fixture(scope="module")
def variants(quizzed: Course):
    """Return a function that draws a variant: (student, question, attempt) -> variant."""
    questions = {q.id: q for quiz in load_quizzes(quizzed).values() for q in quiz.questions}

    def variant(student: str, question: str, attempt: int = 1) -> Variant:
        return draw(questions[question], key="spring", student=student, attempt=attempt)

    return variant


@pytest.fixture
def answered(quizzed: Course, tmp_path: Path):
    """Return a function that grades answers, handed in as a folder with one file."""

    def grade(student: str, answers: dict[str, str], *, head: str = "", explains: bool = False):
        folder = tmp_path / student
        folder.mkdir(exist_ok=True)
        lines = [f"  {question}: {answer}" for question, answer in answers.items()]
        (folder / "answers.yaml").write_text("\n".join([head, "answers:", *lines]), encoding="utf-8")
        submission = open_submission(folder, quizzed)
        quizzes, problems = QuizGrader(quizzed, TOPICS, Reveal.CALL if explains else Reveal.MISCONCEPTION).grade(
            submission.id, submission.answers
        )
        return {q.id: q for quiz in quizzes for q in quiz.questions}, [*submission.problems, *problems]

    return grade


def letters(variant: Variant, own: str) -> str:
    """Return the author's letters as this student sees them."""
    shown = {mine: theirs for theirs, mine in variant.letters.items()}
    return "[" + ", ".join(shown[letter] for letter in own) + "]"


def right_sum(student: str, variants, attempt: int = 1) -> str:
    values = variants(student, "d_number", attempt).values
    return f"{2 * values['x'] + values['y'] ** values['n']:.2f}"


def right_answers(student: str, variants, attempt: int = 1) -> dict[str, str]:
    return {
        "d_single": letters(variants(student, "d_single", attempt), "B"),
        "d_several": letters(variants(student, "d_several", attempt), "CA"),
        "d_truth": "yes",
        "d_number": right_sum(student, variants, attempt),
        "d_size": "3000 KB",
        "d_word": "“Doubling”",
        "d_order": letters(variants(student, "d_order", attempt), "ABDC"),
        "d_output": '"[0, 0]\\n[1, 2]  \\n"',
        "w_truth": "对",
    }


@pytest.mark.parametrize("student", ["ada", "boris", "李雷"])
def test_right_answers_earn_all_points_in_every_variant(student: str, answered, variants) -> None:
    graded, problems = answered(student, right_answers(student, variants))
    assert problems == [] and {q.verdict for q in graded.values()} == {Verdict.PASSED}
    assert sum(q.points for q in graded.values()) == pytest.approx(5)
    assert graded["d_single"].worth == pytest.approx(2 * graded["d_truth"].worth) == pytest.approx(4 / 9, abs=1e-5)


@pytest.mark.parametrize(
    ("question", "own", "share", "reply"),
    [
        ("d_single", "A", 0, "2 squared"),
        ("d_single", "C", 0, "smaller"),
        ("d_several", "A", 1 / 2, "Not everything"),
        ("d_several", "ACB", 1 / 2, "3 is odd."),
        ("d_several", "AB", 0, "3 is odd. Not everything"),
        ("d_several", "ABCD", 0, "3 is odd. 5 is odd."),
        ("d_order", "ABCD", 1, ""),
        ("d_order", "ACBD", 2 / 3, ""),
        ("d_order", "BACD", 2 / 3, "no x to add"),
        ("d_order", "DCBA", 0, "no x to add"),
    ],
)
def test_letters_earn_points_by_the_rule_of_their_kind_and_get_a_reply(
    question: str, own: str, share: float, reply: str, answered, variants
) -> None:
    graded, _ = answered("ada", {question: letters(variants("ada", question), own)})
    found: QuestionResult = graded[question]
    assert found.points == pytest.approx(share * found.worth, abs=1e-5)
    assert found.verdict is (Verdict.PASSED if share == 1 else Verdict.FAILED)
    assert reply in found.reply.en and bool(reply) == bool(found.reply.en) == bool(found.reply.zh)


def test_a_known_wrong_number_gets_its_reply_with_the_students_numbers(answered, variants) -> None:
    values = variants("ada", "d_number").values
    graded, _ = answered("ada", {"d_number": f"{values['x'] + values['y'] ** values['n']:.2f}", "d_size": "1.5 MB"})
    assert graded["d_number"].reply.en == f"You did not double {values['x']}."
    assert graded["d_number"].points == 0 and graded["d_size"].reply.en == "That is one of them."


def test_a_number_is_right_within_the_tolerance_and_wrong_beyond_it(answered, variants, quizzed: Course) -> None:
    quiz = load_quizzes(quizzed)["01_demo"]
    key = load_keys(quizzed.topic("demo"), quiz)["d_number"]
    assert isinstance(key, NumericKey)
    right = right_number(variants("ada", "d_number"), key)
    for off, verdict in ((0.005, Verdict.PASSED), (-0.005, Verdict.PASSED), (0.006, Verdict.FAILED)):
        assert answered("ada", {"d_number": f"{right + off:.4f}"})[0]["d_number"].verdict is verdict
    for size, verdict in ((3.003, Verdict.PASSED), (3.004, Verdict.FAILED)):
        assert answered("ada", {"d_size": f"{size} MB"})[0]["d_size"].verdict is verdict


def test_an_unclear_answer_earns_nothing_and_gets_a_complaint(answered) -> None:
    graded, problems = answered("ada", {"d_single": "the second", "d_number": "1,234", "d_size": "3", "d_truth": "yes"})
    assert problems == [] and graded["d_truth"].verdict is Verdict.PASSED
    assert "one of the letters A, B, C" in graded["d_single"].reply.en and "MB, KB" in graded["d_size"].reply.zh
    assert {graded[name].verdict for name in ("d_single", "d_number", "d_size")} == {Verdict.FAILED}
    assert graded["d_word"].verdict is Verdict.NOT_ATTEMPTED and graded["d_word"].answer == ""


def test_only_a_full_reveal_gives_right_answers_away(answered, variants) -> None:
    wrong = {"d_several": letters(variants("ada", "d_several"), "AB"), "d_word": "squaring", "d_number": "1000"}
    for explains in (False, True):
        graded, _ = answered("ada", wrong, explains=explains)
        text = msgspec.json.encode([graded[name] for name in wrong]).decode()
        secrets = ("4 is even", "加倍即两倍", "Double means twice", "then the power")
        assert [secret in text for secret in secrets] == [explains] * 4
        assert "That is a power." in text and "3 is odd." in text


def test_a_shown_answer_has_no_control_characters_and_a_limited_length(answered) -> None:
    graded, _ = answered("ada", {"d_word": '"\\e[31m<b>\\u202e' + "x" * 5000 + '"', "d_output": '"a\\nb"'})
    assert graded["d_word"].answer.startswith("�[31m<b>�xxx") and len(graded["d_word"].answer) == 200
    assert graded["d_output"].answer == "a\nb" and graded["d_output"].prompt.en.startswith("What is printed")
    assert "second line" not in graded["d_number"].prompt.en


def test_a_file_for_another_student_does_not_count_and_is_reported(answered, variants) -> None:
    graded, problems = answered("boris", right_answers("ada", variants), head="student: ada")
    assert {question.verdict for question in graded.values()} == {Verdict.NOT_ATTEMPTED}
    (problem,) = problems
    assert "ada" in problem.sentence.en and "boris" in problem.sentence.zh


def test_each_attempt_is_another_variant_and_only_open_attempts_count(answered, variants) -> None:
    graded, problems = answered("ada", right_answers("ada", variants, 2), head="attempt: 2")
    assert problems == [] and {q.verdict for q in graded.values()} == {Verdict.PASSED}
    assert {q.attempt for q in graded.values()} == {2}
    graded, problems = answered("ada", right_answers("ada", variants, 3), head="attempt: 3")
    assert {q.verdict for q in graded.values()} == {Verdict.NOT_ATTEMPTED}
    assert "Attempt 3 is not open: this course has 2." in problems[0].sentence.en


def test_an_unknown_question_is_reported_with_a_similar_id(answered) -> None:
    _, problems = answered("ada", {"d_truht": "yes", "x" * 900: "1", **{f"q{n}": "1" for n in range(50)}})
    assert "Did you mean d_truth?" in problems[0].sentence.en and problems[0].line == 3
    assert len(problems) == 20 and all(len(problem.sentence.en) < 200 for problem in problems)


def test_answers_are_found_in_any_folder_and_the_topics_folder_wins(quizzed: Course, tmp_path: Path) -> None:
    ada = tmp_path / "ada"
    files = {
        "answers.yaml": "answers: {d_truth: no, w_truth: yes}",
        "01_demo/Answers (1).YML": "answers: {d_truth: no}",
        "01_demo/answers.yaml": "answers: {d_truth: yes, d_word: }",
        "notes/answers.yml": "answers: {d_word: doubling}",
        "notes/other.yaml": "answers: {d_size: 3 MB}",
    }
    for name, content in files.items():
        (ada / name).parent.mkdir(parents=True, exist_ok=True)
        (ada / name).write_text(content, encoding="utf-8")
    os.symlink("/etc/passwd", ada / "02_words_answers.yaml")
    (ada / "02_words").mkdir()
    os.symlink(ada / "notes/other.yaml", ada / "02_words/answers.yaml")
    submission = open_submission(ada, quizzed)
    quizzes, problems = QuizGrader(quizzed, TOPICS, Reveal.MISCONCEPTION).grade("ada", submission.answers)
    graded = {q.id: q for quiz in quizzes for q in quiz.questions}
    passed = {name for name, q in graded.items() if q.verdict is Verdict.PASSED}
    assert passed == {"d_truth", "w_truth", "d_word"} and graded["d_size"].verdict is Verdict.NOT_ATTEMPTED
    assert sorted(problem.file for problem in problems) == ["01_demo/Answers (1).YML", "answers.yaml"]
    assert problems[0].sentence.en == "Not used for d_truth: 01_demo/answers.yaml was taken."
    assert len([p for p in submission.problems if "link" in p.sentence.en]) == 2


def test_a_folder_or_a_file_with_only_answers_is_a_submission(quizzed: Course, tmp_path: Path) -> None:
    for name in ("class/ada", "class/boris"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "answers.yaml").write_text("answers: {d_truth: yes}")
    (tmp_path / "class/ada/scratch").mkdir()
    assert [path.name for path in find_submissions(tmp_path / "class", quizzed)] == ["ada", "boris"]
    assert find_submissions(tmp_path / "class/ada", quizzed) == [tmp_path / "class/ada"]
    (tmp_path / "laura.yaml").write_text("answers: {d_truth: yes}")
    assert open_submission(tmp_path / "laura.yaml", quizzed).id == "laura"
    alone = tmp_path / "class/ada/answers.yaml"
    alone.write_text("student: maya\nanswers: {d_truth: yes}")
    assert open_submission(alone, quizzed).id == "maya"
    assert open_submission(tmp_path / "class/ada", quizzed).id == "ada"


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.dictionaries(st.sampled_from(sorted({"d_single", "d_several", "d_number", "d_size", "d_order"})), st.text()))
def test_no_answer_breaks_the_grading(quizzed: Course, texts: dict[str, str]) -> None:
    entries = {name: Entry(text=text, line=1) for name, text in texts.items()}
    files = [AnswersFile(file="answers.yaml", entries=entries)]
    quizzes, problems = QuizGrader(quizzed, TOPICS, Reveal.CALL).grade("ada", files)
    assert problems == [] and all(0 <= quiz.points <= quiz.worth for quiz in quizzes)


@pytest.fixture(scope="module")
def quiz_grader(quizzed: Course, server: ForkServer) -> Grader:
    return Grader(quizzed, server, Settings(topics=TOPICS, reveal=Reveal.MISCONCEPTION))


def test_points_of_code_and_quiz_add_up_and_a_quiz_needs_no_worker(
    quiz_grader: Grader, quizzed: Course, tmp_path: Path, variants
) -> None:
    ada = tmp_path / "ada"
    ada.mkdir()
    lines = [f"  {question}: {answer}" for question, answer in right_answers("ada", variants).items()]
    (ada / "answers.yaml").write_text("\n".join(["answers:", *lines]), encoding="utf-8")
    result = quiz_grader.grade(open_submission(ada, quizzed))
    assert (result.points, result.worth, result.isolation) == (5.0, 11.0, None)
    assert [(quiz.topic, quiz.points, quiz.worth) for quiz in result.quizzes] == [("01_demo", 2, 2), ("02_words", 3, 3)]
    assert {exercise.verdict for exercise in result.exercises} == {Verdict.NOT_ATTEMPTED}
    assert msgspec.json.decode(msgspec.json.encode(result), type=SubmissionResult) == result
    (ada / "demo.py").write_text("def double(x):\n    return 2 * x\n")
    both = quiz_grader.grade(open_submission(ada, quizzed))
    assert both.points == 9.0 and both.quizzes == result.quizzes


def test_a_changed_key_changes_the_grading_key(tmp_path: Path, variants) -> None:
    root = write_quiz_course(tmp_path / "course")
    (tmp_path / "ada.yaml").write_text("answers: {d_truth: yes}")
    keys = set()
    for name in ("", "solutions/01_demo/quiz_key.yaml", "exercises/02_words/quiz.yaml"):
        if name:
            (root / name).write_text((root / name).read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        course = load_course(root)
        keys.add(grading_key(open_submission(tmp_path / "ada.yaml", course), course, Settings(topics=TOPICS)))
    assert len(keys) == 3
    (root / "exercises/01_demo/answers.yaml").write_text("answers: {d_truth: yes}")
    assert load_course(root).digest == course.digest


def test_a_broken_formula_costs_no_student_points(tmp_path: Path) -> None:
    root = write_quiz_course(tmp_path / "course")
    path = root / "solutions/01_demo/quiz_key.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("2*x + y**n", "2*x / 0"), encoding="utf-8")
    course = load_course(root)
    (tmp_path / "ada.yaml").write_text("answers: {d_number: 3, d_truth: yes}")
    submission = open_submission(tmp_path / "ada.yaml", course)
    quizzes, _ = QuizGrader(course, TOPICS, Reveal.MISCONCEPTION).grade("ada", submission.answers)
    broken = next(q for q in quizzes[0].questions if q.id == "d_number")
    assert (broken.verdict, broken.worth, broken.points) == (Verdict.BROKEN, 0, 0)
    assert quizzes[0].worth == pytest.approx(2 * 8 / 9, abs=1e-4)


def wrong_number(student: str, answer: str, question: str = "d_number") -> Summary:
    return msgspec.convert(
        {
            "submission": student,
            "points": 0,
            "worth": 1,
            "exercises": [],
            "problems": [],
            "broken": [],
            "wrong_numbers": [{"question": question, "attempt": 1, "answer": answer}],
        },
        Summary,
    )


def test_only_a_number_that_fits_few_other_variants_is_flagged(quizzed: Course, variants) -> None:
    roster = [f"student {n}" for n in range(30)]
    rights = {name: right_sum(name, variants) for name in roster}
    watch = CopyWatch(quizzed, TOPICS, roster)
    watch.look(wrong_number("student 1", rights["student 7"]))
    watch.look(wrong_number("student 2", "12345"))  # nobody's
    watch.look(wrong_number("student 3", "the same as above"))
    watch.look(wrong_number("student 4", "1.5", "d_size"))  # no parameters: nobody's numbers
    own = variants("student 5", "d_number").values
    known = own["x"] + own["y"] ** own["n"]
    watch.look(wrong_number("student 5", f"{known:.2f}"))
    assert [(flag.submission, flag.question, flag.fits) for flag in watch.flags] == [
        ("student 1", "d_number", ("student 7",))
    ]
    assert json.loads(watch.file())["flags"][0]["answer"] == rights["student 7"]


def test_a_known_wrong_number_is_not_flagged_even_if_it_fits_another_variant(quizzed: Course, variants) -> None:
    """The right answer of one student is the result of a known mistake of another."""
    own = variants("ada", "d_number").values
    known = own["x"] + own["y"] ** own["n"]
    names = (f"other {n}" for n in range(100_000))
    fitting = next(n for n in names if abs(float(right_sum(n, variants)) - known) < 0.004)
    watch = CopyWatch(quizzed, TOPICS, ["ada", fitting])
    watch.look(wrong_number("ada", f"{known:.2f}"))
    assert watch.flags == []
    watch.look(wrong_number("boris", right_sum(fitting, variants)))
    assert [flag.fits for flag in watch.flags] == [(fitting,)]


def test_nothing_is_flagged_if_answers_fit_many_variants_by_accident(quizzed: Course, variants) -> None:
    roster = [f"student {n}" for n in range(3000)]
    watch = CopyWatch(quizzed, TOPICS, roster)
    watch.look(wrong_number("student 1", right_sum("student 7", variants)))
    assert watch.flags == []


@pytest.fixture(scope="module")
def class_run(quizzed: Course, tmp_path_factory: pytest.TempPathFactory, variants):
    """Run `autograder grade` twice on a class of five."""
    folder = tmp_path_factory.mktemp("class")
    answers = {
        "ada": right_answers("ada", variants),
        "boris": right_answers("boris", variants) | {"d_number": right_answers("ada", variants)["d_number"]},
        "carla": right_answers("ada", variants),  # the same file as ada's
        "quiz_flags": {"d_truth": "no"},
        "david": {"d_truth": "[" * 100},
    }
    for name, given_ in answers.items():
        (folder / "in" / name).mkdir(parents=True)
        lines = [f"  {question}: {answer}" for question, answer in given_.items()]
        text = "\n".join(["answers:", *lines])
        (folder / "in" / name / "answers.yaml").write_text(text, encoding="utf-8")
    runs = [
        autograder(
            "grade", folder / "in", "--out", folder / out, "--isolation", "basic", "--jobs", "1", cwd=quizzed.root
        )
        for out in ("first", "second")
    ]
    return folder, runs


def test_two_runs_over_a_class_of_quizzes_write_the_same_bytes(class_run) -> None:
    folder, runs = class_run
    for run in runs:
        assert run.returncode == 0, run.stderr
    names = sorted(path.name for path in (folder / "first").iterdir())
    assert [path.name for path in sorted((folder / "second").iterdir())] == names and len(names) == 6
    for name in names:
        assert (folder / "first" / name).read_bytes() == (folder / "second" / name).read_bytes()
    assert "Quiz" in runs[0].stdout and "5.00" in runs[0].stdout


def test_two_students_with_the_same_file_are_graded_by_their_own_variants(class_run) -> None:
    folder, _ = class_run
    ada, carla = (json.loads((folder / "first" / f"{name}.json").read_text()) for name in ("ada", "carla"))
    assert ada["content_hash"] == carla["content_hash"]
    assert ada["points"] == 5 and carla["points"] < 5


def test_only_the_instructor_sees_whose_numbers_were_handed_in(class_run) -> None:
    folder, runs = class_run
    flags = json.loads((folder / "first" / "quiz_flags.json").read_text())["flags"]
    assert [(flag["submission"], flag["fits"]) for flag in flags] == [("boris", ["ada"]), ("carla", ["ada"])]
    assert "boris: " in runs[0].stdout and "is right for ada" in runs[0].stdout
    for name in ("ada", "boris", "carla"):
        assert "fits" not in (folder / "first" / f"{name}.json").read_text()
    (own,) = (path for path in (folder / "first").glob("quiz_flags-*.json"))
    assert json.loads(own.read_text())["submission"] == "quiz_flags"


def test_a_single_submission_shows_its_wrong_answers_with_replies(class_run, quizzed: Course, tmp_path: Path) -> None:
    folder, _ = class_run
    path = folder / "in" / "quiz_flags"
    shown = autograder(
        "grade", path, "--out", tmp_path, "--isolation", "basic", "--lang", "en", cwd=quizzed.root
    ).stdout
    assert "quiz 01_demo  0/2  0 right, 1 of 8 answered" in shown
    assert "✗ d_truth  Twice zero is zero." in shown and "→ Nothing plus nothing is nothing." in shown
    assert "quizzes not attempted: 02" in shown and "零加零" not in shown


def test_a_summary_keeps_wrong_numbers_and_no_other_answers(class_run) -> None:
    folder, _ = class_run
    result = msgspec.json.decode((folder / "first" / "boris.json").read_bytes(), type=SubmissionResult)
    summary = summarise(result)
    assert [wrong.question for wrong in summary.wrong_numbers] == ["d_number"]
    assert [(quiz.topic, quiz.answered, quiz.passed) for quiz in summary.quizzes] == [
        ("01_demo", 8, 7),
        ("02_words", 1, 1),
    ]
