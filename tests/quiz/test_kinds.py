"""A new kind of question touches one module: a kind that is defined here goes through the whole engine."""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
import pytest
from quiz_course import write_quiz_course
from small_course import ROOT

from autograder.course.model import Course, load_course
from autograder.course.reveal import Reveal
from autograder.errors import CourseError
from autograder.notebook.questions import as_markdown
from autograder.quiz.answers import AnswersFile, Entry
from autograder.quiz.checkup import check_quiz
from autograder.quiz.exchange.gift import encode_gift
from autograder.quiz.exchange.gift_reading import read_gift
from autograder.quiz.exchange.incoming import questions_of, write_quiz
from autograder.quiz.exchange.item import Answer, AnyItem, Losses, WordItem
from autograder.quiz.exchange.moodle import encode_moodle
from autograder.quiz.exchange.moodle_reading import read_moodle
from autograder.quiz.exchange.outgoing import categories
from autograder.quiz.grading import QuizGrader
from autograder.quiz.key import Key, WrongAnswer
from autograder.quiz.kinds import KINDS
from autograder.quiz.kinds.items import ItemReader, ItemWriter
from autograder.quiz.kinds.kind import RIGHT, WRONG, Input, Judgement, Kind
from autograder.quiz.kinds.written import Complaint, narrow
from autograder.quiz.load import load_keys, load_quiz
from autograder.quiz.question import Question
from autograder.quiz.session import open_session
from autograder.quiz.variant import Variant
from autograder.results.model import QuestionResult, Verdict
from autograder.text import Language, Text

ENGINE = ROOT / "autograder"

# Files outside quiz/kinds/ that name a kind, each with its reason in a comment there.
MAY_NAME_A_KIND = {
    "quiz/copies.py",  # finds copied answers, which only drawn numbers show
    "results/summary.py",  # keeps wrong numbers for quiz/copies.py
}


class HexNumber(Question, frozen=True, kw_only=True, tag="hex_number"):
    """A number in hexadecimal digits."""

    digits: int


class HexNumberKey(Key, frozen=True, kw_only=True):
    answer: int
    replies: tuple[WrongAnswer[int], ...] = ()


class HexNumberKind(Kind[HexNumber, HexNumberKey, int]):
    question_type = HexNumber
    key_type = HexNumberKey
    input = Input.LINE
    instruction = Text("Hexadecimal digits.", "填十六进制数。")
    notebook_instruction = Text("In hexadecimal.", "用十六进制。")
    notebook_example = '"0xff"'

    def understand(self, question: HexNumber, letters: Collection[str], entry: Entry) -> int | Complaint:
        try:
            return int(narrow(entry.text), 16)
        except ValueError:
            return Complaint(Text("Write hexadecimal digits, such as ff.", "请填十六进制数，例如 ff。"))

    def judge(self, variant: Variant, key: HexNumberKey, answer: int) -> Judgement:
        if answer == key.answer:
            return RIGHT
        for mistake in key.replies:
            if mistake.wrong == answer:
                return Judgement(share=0.5, reply=mistake.reply)
        return WRONG

    def mismatches(self, question: HexNumber, key: HexNumberKey) -> Iterator[str]:
        if key.answer >= 16**question.digits:
            yield f"{key.answer:#x} has more than {question.digits} digits."

    def replies(self, key: HexNumberKey) -> Iterator[tuple[str, Text]]:
        for mistake in key.replies:
            yield f"reply to {mistake.wrong:#x}", mistake.reply

    def faults(self, question: HexNumber, key: HexNumberKey) -> Iterator[str]:
        if not key.replies:
            yield "No wrong number has a reply."

    def to_item(self, question: HexNumber, key: HexNumberKey, writer: ItemWriter) -> WordItem:
        answers = [Answer(text=f"{key.answer:#0{question.digits + 2}x}", share=1.0)]
        for mistake in key.replies:
            answers.append(Answer(text=f"{mistake.wrong:#x}", share=0.0, reply=writer.block(mistake.reply)))
        return WordItem(**writer.common(key), answers=tuple(answers))

    def from_item(self, item: AnyItem, reader: ItemReader) -> tuple[HexNumber, HexNumberKey] | None:
        if not isinstance(item, WordItem) or not item.answers[0].text.startswith("0x"):
            return None
        right, *wrong = item.answers
        question = HexNumber(**reader.question_fields(), digits=len(right.text) - 2)
        mistakes: list[WrongAnswer[int]] = []
        for answer in wrong:
            mistakes.append(WrongAnswer(wrong=int(answer.text, 16), en=answer.reply, zh=answer.reply))
        return question, HexNumberKey(answer=int(right.text, 16), replies=tuple(mistakes), **reader.key_fields())


QUIZ = """
- id: w_hex
  kind: hex_number
  difficulty: 2
  prompt: {en: Which byte is 254?, zh: 哪个字节是 254？}
  digits: 4
"""
KEY = """
w_hex:
  answer: 254
  explanation: {en: 254 is 15 times 16 plus 14., zh: 254 是 15 乘 16 加 14。}
  replies:
  - {wrong: 239, en: The digits are swapped., zh: 两位数字颠倒了。}
"""


@pytest.fixture
def new_kind() -> Iterator[HexNumberKind]:
    """Add the kind in front of the others, as the first line of `_ALL` would."""
    others = dict(KINDS)
    kind = HexNumberKind()
    KINDS.clear()
    KINDS.update({kind.name: kind, **others})
    yield kind
    KINDS.clear()
    KINDS.update(others)


@pytest.fixture
def course(new_kind: HexNumberKind, tmp_path: Path) -> Course:
    root = write_quiz_course(tmp_path / "course")
    (root / "exercises/02_words/quiz.yaml").write_text(QUIZ, encoding="utf-8")
    (root / "solutions/02_words/quiz_key.yaml").write_text(KEY, encoding="utf-8")
    return load_course(root)


def change_key(course: Course, old: str, new: str) -> None:
    assert KEY.count(old) == 1
    (course.root / "solutions/02_words/quiz_key.yaml").write_text(KEY.replace(old, new), encoding="utf-8")


def graded(course: Course, answer: str) -> QuestionResult:
    files = [AnswersFile(file="answers.yaml", entries={"w_hex": Entry(text=answer, line=1)})]
    (quiz,), problems = QuizGrader(course, ["02_words"], Reveal.MISCONCEPTION).grade("ada", files)
    assert problems == []
    return quiz.questions[0]


def test_a_new_kind_is_loaded_and_its_key_is_compared_with_the_question(course: Course) -> None:
    topic = course.topic("words")
    quiz = load_quiz(topic)
    assert quiz.questions[0] == HexNumber(
        id="w_hex", difficulty=2, prompt=Text("Which byte is 254?", "哪个字节是 254？"), digits=4
    )
    assert isinstance(load_keys(topic, quiz)["w_hex"], HexNumberKey)
    change_key(course, "254\n", "65536\n")
    with pytest.raises(CourseError, match="line 2: w_hex: 0x10000 has more than 4 digits"):
        load_keys(topic, quiz)
    change_key(course, "answer: 254", "answer: fe")
    with pytest.raises(CourseError, match="w_hex: Expected `int`"):
        load_keys(topic, quiz)


@pytest.mark.parametrize(
    ("answer", "verdict", "points", "reply"),
    [
        ("ＦＥ", Verdict.PASSED, 3, ""),
        ("0xef", Verdict.FAILED, 1.5, "The digits are swapped."),
        ("ff", Verdict.FAILED, 0, ""),
        ("many", Verdict.FAILED, 0, "Write hexadecimal digits, such as ff."),
    ],
)
def test_a_new_kind_is_understood_and_judged(
    course: Course, answer: str, verdict: Verdict, points: float, reply: str
) -> None:
    result = graded(course, answer)
    assert (result.kind, result.verdict, result.points, result.reply.en) == ("hex_number", verdict, points, reply)


def test_a_new_kind_is_shown_in_the_answers_file_and_in_a_notebook(course: Course) -> None:
    session = open_session(course, "words", student="ada")
    complaint = session.record("w_hex", "none")
    assert complaint is not None and complaint.en.startswith("Write hexadecimal digits")
    markdown = as_markdown(session, Language.EN)
    assert "In hexadecimal." in markdown and 'answer("w_hex", "0xff")' in markdown
    assert session.record("w_hex", "fe") is None
    written = session.path.read_text(encoding="utf-8")
    assert "w_hex  Hexadecimal digits." in written and "w_hex: fe" in written


def test_a_notebook_widget_knows_how_to_ask_a_new_kind(course: Course) -> None:
    widget = pytest.importorskip("autograder.quiz.widget")
    (question,) = widget.QuizWidget("words", student="ada", course=course).questions
    assert question["input"] == "line"


def test_the_page_of_the_widget_knows_every_input() -> None:
    page = (ENGINE / "quiz/widget.js").read_text(encoding="utf-8")
    for way in Input:
        assert f"    {way.value}: " in page


def test_the_terminal_knows_every_input() -> None:
    terminal = pytest.importorskip("autograder.quiz.terminal")
    assert set(terminal.ASKS) == set(Input)


def test_a_new_kind_is_verified(course: Course) -> None:
    topic = course.topic("words")
    assert list(check_quiz(course, topic)) == []
    change_key(course, "zh: 两位数字颠倒了。", "zh: TODO")
    assert list(check_quiz(course, topic)) == [("w_hex", "Its reply to 0xef is still to be written.")]
    change_key(course, "  replies:\n  - {wrong: 239, en: The digits are swapped., zh: 两位数字颠倒了。}\n", "")
    assert list(check_quiz(course, topic)) == [("w_hex", "No wrong number has a reply.")]


@pytest.mark.parametrize("system", ["moodle", "gift"])
def test_a_new_kind_goes_to_another_system_and_comes_back(course: Course, system: str, tmp_path: Path) -> None:
    losses = Losses()
    topic = course.topic("words")
    sent = list(categories(course, [topic], language=Language.EN, variants=1, losses=losses))
    if system == "moodle":
        items = list(read_moodle(encode_moodle(sent, losses), "x.xml", losses))
    else:
        items = list(read_gift(encode_gift(sent, losses), "x.gift", losses))
    ((question, key),) = questions_of(items, ["w_again"], losses)
    assert losses.names == {}
    assert question == HexNumber(id="w_again", difficulty=2, digits=4, prompt=Text(*["Which byte is 254?"] * 2))
    assert isinstance(key, HexNumberKey) and (key.answer, key.replies[0].wrong) == (254, 239)
    write_quiz([(question, key)], tmp_path)
    there = msgspec.structs.replace(topic, exercises_folder=tmp_path, solutions_folder=tmp_path)
    quiz = load_quiz(there)
    assert quiz.questions == (question,) and load_keys(there, quiz) == {"w_again": key}


def imports_and_strings(path: Path) -> set[str]:
    """Return the names that a file imports, and its strings."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


def test_no_file_outside_the_folder_of_kinds_names_a_kind() -> None:
    kinds: set[str] = set()
    for name, kind in KINDS.items():
        kinds |= {name, kind.question_type.__name__, kind.key_type.__name__, type(kind).__name__}
    naming = set()
    for path in ENGINE.rglob("*.py"):
        if (ENGINE / "quiz/kinds") not in path.parents and imports_and_strings(path) & kinds:
            naming.add(path.relative_to(ENGINE).as_posix())
    assert naming == MAY_NAME_A_KIND


def test_every_kind_of_the_engine_has_what_a_kind_needs() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name and kind.input in Input
        assert kind.instruction and kind.notebook_instruction and kind.notebook_example
        for method in ("understand", "judge", "replies", "to_item", "from_item"):
            assert getattr(type(kind), method) is not getattr(Kind, method), f"{name}.{method}"
