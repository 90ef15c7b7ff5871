"""answers.yaml: clear answers are understood, unclear ones get a complaint, and hostile files do no harm."""

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.quiz.answers import MAX_BYTES, AnswersFile, Entry, read_answers
from autograder.quiz.judge import understand
from autograder.quiz.kinds.multiple_choice import MultipleChoice
from autograder.quiz.kinds.numeric import Numeric
from autograder.quiz.kinds.order import Order
from autograder.quiz.kinds.predict_output import PredictOutput
from autograder.quiz.kinds.short_text import ShortText
from autograder.quiz.kinds.single_choice import SingleChoice
from autograder.quiz.kinds.true_false import TrueFalse
from autograder.quiz.kinds.written import Complaint
from autograder.quiz.question import Question
from autograder.quiz.variant import Shown, Variant, draw
from autograder.quiz.writing import write_answers
from autograder.text import Language, Text

PROMPT = Text("?", "？")
LETTERS: dict[str, Text | str] = {"A": "a", "B": "b", "C": "c"}
COMMON: dict[str, Any] = {"prompt": PROMPT, "difficulty": 1}
QUESTIONS: dict[str, Question] = {
    "single": SingleChoice(id="single", options=LETTERS, **COMMON),
    "several": MultipleChoice(id="several", options=LETTERS, **COMMON),
    "truth": TrueFalse(id="truth", **COMMON),
    "number": Numeric(id="number", **COMMON),
    "size": Numeric(id="size", units={"MB": 1, "KB": 0.001}, **COMMON),
    "share": Numeric(id="share", units={"%": 1}, **COMMON),
    "word": ShortText(id="word", **COMMON),
    "order": Order(id="order", steps=LETTERS, **COMMON),
    "output": PredictOutput(id="output", code="print()", **COMMON),
}


def asked(name: str) -> Variant:
    """Return the question with the author's letters."""
    variant = draw(QUESTIONS[name], key="", student="ada")
    return Variant(question=variant.question, attempt=1, values={}, letters={c: c for c in variant.letters})


def read(text: str | bytes) -> AnswersFile:
    return read_answers(text.encode() if isinstance(text, str) else text, "answers.yaml")


def understood(name: str, line: str) -> object:
    """Return the answer that a file with `name: line` gives to a question."""
    file = read(f"answers:\n  {name}: {line}\n")
    assert not file.problems, file.problems
    found = understand(asked(name), file.entries[name])
    return "complaint" if isinstance(found, Complaint) else found


@pytest.mark.parametrize(
    ("name", "line", "answer"),
    [
        *(("single", line, "B") for line in ("B", "b", "Ｂ", "ｂ", "'B'", '"B."', "(b)", "[B]", "B   # sure", "B)")),
        *(("single", line, "complaint") for line in ("E", "AB", "[A, B]", "1", "the second")),
        *(("several", line, ("A", "C")) for line in ("[A, C]", "[C, A]", "A, C", "AC", "[a，c]", "A、C", "【A，C】", "C；A")),
        *(("several", line, "complaint") for line in ("[A, A]", "[A, E]", "A or C", "{A: C}")),
        *(("order", line, ("B", "A", "C")) for line in ("[B, A, C]", "BAC", "b → a → c", "B > A > C", "B，A，C", "B-A-C")),
        *(("order", line, "complaint") for line in ("[B, A]", "BACA", "BBA")),
        *(("truth", line, True) for line in ("true", "True", "YES", "y", "对", "正确", "ｔｒｕｅ", "是。", "√", "t")),
        *(("truth", line, False) for line in ("false", "no", "No", "n", "错", "不对", "×", "否")),
        *(("truth", line, "complaint") for line in ("maybe", "1", "on", "truefalse")),
        *(("number", line, 0.24) for line in ("0.24", ".24", "０．２４", "2.4e-1", "6/25", "24 %", "24%", "2.4×10^-1", "0。24", "+0.24")),
        *(("number", line, -3.0) for line in ("-3", "−3", "－３", "'- 3'", "-3.", "'-3'", "-6/2")),
        *(("number", line, 1234567.0) for line in ("1,234,567", "1 234 567", "1_234_567", "1234567")),
        *(("number", line, 25088.0) for line in ("25088", "25 088", "25,088.0", "2.5088*10**4")),
        *(("number", line, "complaint") for line in ("1,234", "0,5", "1,5", "1:30", "0x10", "1/0", "1e999", "inf", "nan", "3 MB", "2^10", "10²", "1½", "~", "null", "[1, 2]", "{a: 1}", "9" * 65)),
        *(("size", line, 12.0) for line in ("12 MB", "12MB", "12 mb", "１２ ＭＢ", "12000 KB")),
        *(("size", line, "complaint") for line in ("12", "12 GB", "12 M B")),
        *(("share", line, 25.0) for line in ("25 %", "25", "25％")),
        *(("word", line, "jieba lcut") for line in ("jieba lcut", "  Jieba   LCUT. ", "“jieba lcut”", "ｊｉｅｂａ lcut")),
        ("output", "[1, 2, 3]", "[1, 2, 3]"),
        ("output", "[[1, 2], [3]]", "[[1, 2], [3]]"),
        ("output", "{'a': 1}", "{'a': 1}"),
        ("output", "True False", "True False"),
        ("output", "|\n    a\n      b  \n\n", "a\n  b"),
        ("output", "torch.Size([2, 3])", "torch.Size([2, 3])"),
        ("output", "no", "no"),
        *((name, "", None) for name in ("single", "several", "number", "output")),
        ("several", "[]", "complaint"),
    ],
)  # fmt: skip
def test_a_clear_answer_is_understood_and_an_unclear_one_gets_a_complaint(name: str, line: str, answer: object) -> None:
    found = understood(name, line)
    assert found == (pytest.approx(answer) if isinstance(answer, float) else answer)
    assert type(found) is type(answer)


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffanswers:\r\n  single: B\r\n".encode(),
        b"answers:\n\tsingle: B\n",
        "answers：\n  single：B\n".encode(),
        b"answers:\n  single :  B\n",
        "answers:\n  single：B\n  truth：对\n".encode(),
        b"single: B\n",
        b"# only\nanswers: {single: B}\n",
        b"---\nanswers:\n  single: B\n...\n",
    ],
)
def test_a_file_is_read_as_editors_and_students_write_it(data: bytes) -> None:
    file = read(data)
    assert file.problems == () and understand(asked("single"), file.entries["single"]) == "B"


def test_the_student_and_the_attempt_are_read() -> None:
    file = read("student: 李雷 \nattempt: 2\nanswers:\n  single: B\n")
    assert (file.student, file.attempt) == ("李雷", 2)
    wrong = read("student: ada\nattempt: first\nanswers: {single: B}\n")
    assert wrong.attempt == 1 and "number from 1" in wrong.problems[0].sentence.en and wrong.problems[0].line == 2


BOMB = "a: &a [x,x]\n" + "\n".join(f"{b}: &{b} [*{a},*{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (b"\xc4\xe3\xba\xc3: \xff\xfe", 1, "not UTF-8"),
        (b"\x00\x01\x02", None, "NUL"),
        (b"PK\x03\x04answers", 1, "no text has"),
        ("answers:\n  single: \x1b[31mB", 2, "U+001B"),
        ("answers:\n  single: B: C\n", 2, "quotes"),
        ("answers:\n  single: 'B\n", None, "quotes"),
        ("answers:\n  single: @B\n", 2, "quotes"),
        ("just words", 1, "There is no"),
        ("- single\n- B", 1, "There is no"),
        ("answers: B\n", 1, "Below `answers:`"),
        ("answers:\n  single: B\n---\nanswers:\n  single: C\n", 3, "second document"),
        ("[" * 60000, 1, "nested"),
        ("{a: " * 15000, 1, "nested"),
        ("- " * 30000, 1, "nested"),
        ("answers:\n  single: " + "[" * 50, 2, "nested"),
        (b"a" * (MAX_BYTES + 1), None, "larger than 64 KiB"),
        (b"x" * (10 << 20), None, "larger than 64 KiB"),
        ("answers:\n  'a b': B\n", 2, "no question's name"),
        ('answers:\n  "\\e[31mred": B\n', 2, "no question's name"),
        ("answers:\n  <b>: B\n", 2, "no question's name"),
        ("answers:\n  ? [a, b]\n  : c\n", 2, "no question's name"),
        ("answers:\n  &x single: B\n", 2, "no question's name"),
        ("answers: !!python/object/apply:os.system [echo]\n", 1, "Below `answers:`"),
    ],
)  # fmt: skip
def test_an_unreadable_file_loses_its_answers_and_is_reported_with_the_line(
    text: str | bytes, line: int | None, words: str
) -> None:
    started = time.process_time()
    file = read(text)
    assert time.process_time() - started < 5  # quadratic reading took two minutes
    assert file.entries == {} and len(file.problems) == 1
    problem = file.problems[0]
    assert words in problem.sentence.en and problem.sentence.zh != problem.sentence.en
    assert problem.file == "answers.yaml" and (line is None or problem.line == line)


@pytest.mark.parametrize(
    "line",
    [
        *("*other", "&x B", "!!python/object/apply:os.system ['touch pwned']", "!B", "!!int 3", "[A, *other]", "[!!str A]"),
        "&a [*a, *a]",
    ],
)  # fmt: skip
def test_an_alias_an_anchor_or_a_tag_spoils_only_its_own_question(line: str, tmp_path: Path) -> None:
    file = read(f"answers:\n  single: {line}\n  truth: no\n")
    assert file.problems == ()
    found = understand(asked("single"), file.entries["single"])
    assert isinstance(found, Complaint) and "quotes" in found.sentence.en and "`single: |`" in found.sentence.zh
    assert understand(asked("truth"), file.entries["truth"]) is False


def test_a_bomb_of_aliases_becomes_a_few_refused_entries() -> None:
    file = read(BOMB)
    assert len(file.entries) == 9 and all(entry.refused for entry in file.entries.values())


def test_a_question_answered_twice_counts_only_if_both_answers_agree() -> None:
    file = read("answers:\n  single: A\n  single: B\n  truth: no\n  truth: no\n")
    found = understand(asked("single"), file.entries["single"])
    assert isinstance(found, Complaint) and "lines 2 and 3" in found.sentence.en
    assert understand(asked("truth"), file.entries["truth"]) is False


WORDS = st.sampled_from(
    [*["answers", "student", "attempt", "single", "several", "number", "output"], ": ", "\n", "  ", "- ", "[", "]", "{", "}", ", ", "'", '"', "|", "> ", "&a", "*a", "!!int", "#", "\t", "？", "A", "1e5", "½", "\r\n", "---", "...", "%", "?", "\x7f"]
)  # fmt: skip


def bounded(data: bytes) -> AnswersFile:
    """Read a file of any content: each problem and each complaint has its sentence, and reading ends soon."""
    started = time.process_time()
    file = read(data)
    for problem in file.problems:
        assert problem.sentence.en and problem.sentence.zh and problem.file == "answers.yaml"
    for entry in file.entries.values():
        for name in QUESTIONS:
            found = understand(asked(name), entry)
            assert not isinstance(found, Complaint) or (found.sentence.en and found.sentence.zh)
    assert time.process_time() - started < 5
    return file


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_clear_message(data: bytes) -> None:
    bounded(data)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(WORDS, max_size=60).map("".join))
def test_any_yaml_ends_in_answers_or_a_clear_message(text: str) -> None:
    bounded(text.encode())


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=80), st.sampled_from(sorted(QUESTIONS)))
def test_any_text_is_an_answer_or_gets_a_complaint(text: str, name: str) -> None:
    found = understand(asked(name), Entry(text=text, line=1))
    assert found is None or isinstance(found, str | tuple | bool | float | Complaint)


PRINTABLE = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]) | st.sampled_from("\n #:|>'\"-*&!{}[],%@`")
)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    PRINTABLE, st.lists(PRINTABLE.map(lambda text: text.replace("\n", "")).filter(str.strip), min_size=1, max_size=3)
)
def test_a_written_answers_file_is_read_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory, text: str, items: list[str]
) -> None:
    path = tmp_path_factory.mktemp("written") / "answers.yaml"
    text = text.replace("\ufeff", "")
    questions = [
        Shown(id="first", kind="predict_output", prompt=Text(text, text), options={}, code=text),
        Shown(id="second", kind="order", prompt=PROMPT, options={"A": Text(text, "甲")}),
    ]
    entries = {"first": Entry(text=text, line=0), "second": Entry(text="[…]", line=0, items=tuple(items))}
    write_answers(
        path,
        title=Text("Title", "标题"),
        student="ada: 'x' #1",
        attempt=2,
        questions=questions,
        entries={**entries, "elsewhere": Entry(text="B", line=0)},
        language=Language.BOTH,
    )
    file = read_answers(path.read_bytes(), "answers.yaml")
    assert file.problems == () and (file.student, file.attempt) == ("ada: 'x' #1", 2)
    assert file.entries["first"].text == (text if text.strip() else "") and file.entries["elsewhere"].text == "B"
    assert file.entries["second"].items == tuple(items)
