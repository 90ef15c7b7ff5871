"""Hidden parts of the course, planted in exercises/ in every shape: no release is written, and the refusal names them."""

import io
import json
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from release_course import HIDDEN_SHARED, release, write_release_course, write_small_wheel
from small_course import HIDDEN, MISCONCEPTIONS, REFERENCE, ROOT

from autograder.course.model import load_course
from autograder.errors import CourseError
from autograder.release.leaks.search import Leak, find_leaks

TALLY_LINE = "self.counts[word] = self.counts.get(word, 0) + 1"
CHECK_BODY = "x = randn(3, 4, seed=1, dtype=dtype)\n    assert_close(student.double(x), x + x, EXACT)"
SENTENCE = "Every word counts once in yours. Add to the count so far."
EXPLANATION = "Multiply the number by two before you take one away."
DATA = "exercises/01_demo/data.bin"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_release_course(tmp_path / "course")


@pytest.fixture
def refusal(course: Path, tmp_path: Path, wheel: Path) -> Callable[[], str]:
    """Return the message with which a release of the course is refused."""

    def refused() -> str:
        with pytest.raises(CourseError) as error:
            release(course, tmp_path / "out", wheel)
        assert not (tmp_path / "out").exists()
        return str(error.value)

    return refused


def plant(course: Path, name: str, content: str | bytes) -> None:
    path = course / "exercises/01_demo" / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def append(course: Path, name: str, text: str) -> None:
    path = course / "exercises/01_demo" / name
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def leaks_of(course: Path, data: bytes, name: str = DATA) -> list[Leak]:
    return find_leaks({name: data}, load_course(course), ("01_demo",))


PLAIN = {
    "line": (
        f"first\n{TALLY_LINE}\n",
        "notes.txt, line 2: a line of a solution (solutions/01_demo/demo.py:38): self.counts[word] = self.counts",
    ),
    "line_with_another_layout_and_a_comment": (
        "self . counts[ word ]= self.counts.get(\n    word,  # mine\n    0) + 1\n",
        "notes.txt, line 1: a line of a solution",
    ),
    "line_in_a_comment": (f"# {TALLY_LINE}", "notes.txt, line 1: a line of a solution"),
    "whole_solution": (
        "columns = [column + column for column in x.reshape(-1)]\nreturn columns",
        "a solution (solutions/01_demo/alternatives.py:4)",
    ),
    "second_solution": (
        "columns = [column + column for column in x.reshape(-1)]",
        "a line of a solution (solutions/01_demo/alternatives.py:4)",
    ),
    "title_en": (
        "see: Takes a tensor\n  without dimensions.",
        "line 1: the title of a hidden check (solutions/01_demo/test_demo.py:",
    ),
    "title_zh": ("（同一个词不算；一个还没有出现过的词，\n次数必须是零。）", "line 1: the title of a hidden check"),
    "check": (CHECK_BODY, "notes.txt, line 1: the code of a hidden check (solutions/01_demo/test_demo.py:"),
    "helper_of_checks": (
        HIDDEN_SHARED[HIDDEN_SHARED.index("TABLE") :],
        "notes.txt, line 1: the code of a hidden check (solutions/01_demo/test_demo.py:",
    ),
    "misconception_en": (
        "> every word counts\n> ONCE in yours... Add to the count — so far!",
        "notes.txt, line 1: a misconception "
        "(solutions/01_demo/misconceptions.toml, Tally: forgets): Every word counts once in yours.",
    ),
    "misconception_zh": ("你的计数永远是 1，应在原计数上加一。", "Tally: forgets)"),
    "explanation": (
        EXPLANATION,
        "notes.txt, line 1: the explanation of an answer (solutions/01_demo/quiz_key.yaml, q1_factor)",
    ),
    "explanation_zh": ("先把这个数乘以二，\n再减去一。", "q1_factor)"),
    "reply": ("A stack only knows what came last, and forgets how often.", "q1_kind)"),
    "key": ("q1_kind:\n  answer: B", "notes.txt, line 1: the key of a question (solutions/01_demo/quiz_key.yaml, q1_kind)"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), PLAIN.values(), ids=PLAIN.keys())
def test_a_secret_in_plain_text_is_refused(course: Path, refusal, text: str, message: str) -> None:
    plant(course, "notes.txt", text)
    refused = refusal()
    assert message in refused
    assert "exercises/01_demo/notes.txt" in refused
    assert "Remove them from exercises/." in refused


def zip_of(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def zipped(text: str) -> bytes:
    return zip_of("inner/readme.txt", f"nothing\n{text}".encode())


def notebook(text: str, *, is_output: bool = False) -> bytes:
    """Return a notebook as nbformat writes it: one string for each line, quotes and Chinese escaped."""
    lines = text.splitlines(keepends=True)
    output = {"output_type": "stream", "name": "stdout", "text": lines}
    cell = {
        "cell_type": "code",
        "source": ["x = 1\n"] if is_output else lines,
        "outputs": [output] if is_output else [],
        "metadata": {},
    }
    return json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


SHAPES: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "notebook": notebook,
    "output_of_a_notebook": lambda text: notebook(text, is_output=True),
    "json": lambda text: json.dumps({"solution": text}).encode(),
    "zip": zipped,
    "zip_in_zip": lambda text: zip_of("a.zip", zipped(text)),
    "notebook_in_zip": lambda text: zip_of("a.ipynb", notebook(text)),
    "zip_behind_an_image": lambda text: b"\x89PNG\r\n\x1a\n" + bytes(200) + zipped(text),
    "utf_8_with_mark": lambda text: text.encode("utf-8-sig"),
    "utf_16": lambda text: text.encode("utf-16"),
    "gb18030": lambda text: text.encode("gb18030"),
    "declared_encoding": lambda text: b"# coding: utf-7\n" + text.encode("utf-7"),
}
SECRETS = {
    "reference": (REFERENCE, "a line of a solution"),
    "solution": (TALLY_LINE, "a line of a solution"),
    "checks": (HIDDEN, "the title of a hidden check"),
    "check": (CHECK_BODY, "the code of a hidden check"),
    "misconceptions": (MISCONCEPTIONS, "Tally: forgets): Every word"),
    "misconception_zh": ("你的计数永远是 1，应在原计数上加一。", "Tally: forgets): 你的计数"),
    "explanation": (EXPLANATION, "the explanation of an answer"),
    "key": ("q1_kind:\n  answer: B\n", "the key of a question"),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize(("text", "message"), SECRETS.values(), ids=SECRETS.keys())
def test_each_secret_is_found_in_each_shape(
    course: Path, shape: Callable[[str], bytes], text: str, message: str
) -> None:
    leaks = leaks_of(course, shape(text))
    assert any(message in str(leak) for leak in leaks), leaks
    assert all(leak.where.startswith(DATA) for leak in leaks)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_harmless_text_is_no_leak_in_any_shape(course: Path, shape: Callable[[str], bytes]) -> None:
    assert leaks_of(course, shape("Count each word. Double each number.\nx = 2 * y\n")) == []


def test_a_leak_in_a_notebook_names_the_cell(course: Path, refusal) -> None:
    plant(course, "old.ipynb", notebook(f"x = 1\n{TALLY_LINE}\n"))
    assert "exercises/01_demo/old.ipynb → /cells/0/source, line 2: a line of a solution" in refusal()


def test_a_leak_in_a_zip_names_the_member(course: Path) -> None:
    (leak, *_) = leaks_of(course, zipped(f'"""For example\n{TALLY_LINE}\n"""'), "wheels/engine.whl")
    assert leak.where == "wheels/engine.whl → inner/readme.txt, line 3"


def test_a_copy_of_a_file_is_found_even_if_it_is_no_text(course: Path, refusal) -> None:
    weights = bytes(range(256))
    (course / "solutions/01_demo/weights.bin").write_bytes(weights)
    plant(course, "sample.bin", zip_of("w", weights))
    assert "a whole file of the solutions (solutions/01_demo/weights.bin): 256 bytes" in refusal()


# Files that cannot be searched


def encrypted_zip() -> bytes:
    data = bytearray(zipped("harmless"))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1  # the flag "encrypted"
    return bytes(data)


UNSEARCHABLE = {
    "encrypted": ("data.zip", encrypted_zip(), "data.zip cannot be searched for leaks"),
    "other_archive": ("data.tar.gz", b"\x1f\x8b", "data.tar.gz cannot be searched for leaks"),
    "too_deep": ("data.zip", zip_of("b.zip", zip_of("a.zip", zipped("harmless"))), "is a zip in a zip in a zip"),
    "too_large": ("data.zip", zip_of("zeros", bytes(65 << 20)), "unpacks to more than 64 MiB"),
}


@pytest.mark.parametrize(("name", "data", "message"), UNSEARCHABLE.values(), ids=UNSEARCHABLE.keys())
def test_a_file_that_cannot_be_searched_is_refused(course: Path, refusal, name: str, data: bytes, message: str) -> None:
    plant(course, name, data)
    assert message in refusal()


# Leaks in the course's own files


def test_a_solution_in_the_stub_is_a_leak(course: Path, refusal) -> None:
    path = course / "exercises/01_demo/demo.py"
    text = path.read_text(encoding="utf-8")
    stub = text.replace('raise NotImplementedError("Tally.add is yours to write")', TALLY_LINE)
    path.write_text(stub, encoding="utf-8")
    line = stub[: stub.index(TALLY_LINE)].count("\n") + 1
    assert f"demo.py, line {line}: a line of a solution (solutions/01_demo/demo.py:38)" in refusal()


def test_a_stub_that_differs_from_its_reference_is_refused(course: Path, refusal) -> None:
    append(course, "demo.py", "\n# mine\n")
    assert "Run `autograder stubs`" in refusal()


def test_a_hidden_check_copied_into_the_visible_ones_is_a_leak(course: Path, refusal) -> None:
    check = HIDDEN[HIDDEN.index('@check("double")\ndef test_double_transposed') :].split("\n\n\n")[0]
    append(course, "test_demo.py", f"\n\n{check}\n".replace("def test_double_transposed", "def test_of_mine"))
    refused = refusal()
    assert "the title of a hidden check" in refused
    assert "the code of a hidden check" in refused


def test_a_key_in_the_quiz_is_refused(course: Path, refusal) -> None:
    append(course, "quiz.yaml", "  answer: A\n")
    assert "quiz.yaml: Object contains unknown field `answer`" in refusal()


def test_texts_that_are_still_to_be_written_are_no_secret(course: Path, tmp_path: Path, wheel: Path) -> None:
    key = course / "solutions/01_demo/quiz_key.yaml"
    text = key.read_text(encoding="utf-8").replace("en: TODO", 'en: "TODO say why a table is right"')
    key.write_text(text, encoding="utf-8")
    plant(course, "notes.txt", "TODO say why a table is right")
    release(course, tmp_path / "out", wheel)
    assert (tmp_path / "out").is_dir()


# What the author publishes


@pytest.mark.parametrize(
    ("hint", "text", "message"),
    [
        ('en = "dict.get"', TALLY_LINE, ""),
        ('en = "Two times."', TALLY_LINE, "topic.toml, line 9: a line of a solution"),
        ('en = "dict.get"', SENTENCE, "topic.toml, line 15: a misconception"),
    ],
    ids=["own_solution", "solution_of_another_exercise", "misconception"],
)
def test_a_hint_may_quote_the_solution_of_its_own_exercise_and_nothing_else(
    course: Path, tmp_path: Path, wheel: Path, refusal, hint: str, text: str, message: str
) -> None:
    path = course / "exercises/01_demo/topic.toml"
    topic = path.read_text(encoding="utf-8")
    assert hint in topic
    path.write_text(topic.replace(hint, f'en = "{text}"'), encoding="utf-8")
    if message:
        assert message in refusal()
    else:
        release(course, tmp_path / "out", wheel)


def test_a_visible_check_may_have_a_hidden_title_and_contain_hidden_code(
    course: Path, tmp_path: Path, wheel: Path, refusal
) -> None:
    visible = """

    @check("double")
    def test_double_of_zeros(student):
        \"\"\"Takes a transposed tensor. 接受转置张量。\"\"\"
        rows = 2
        x = randn(2, 3, seed=2).T
        assert_close(student.double(x), x + x, EXACT)
    """
    append(course, "test_demo.py", textwrap.dedent(visible))
    release(course, tmp_path / "fine", wheel)
    append(course, "test_demo.py", "# Takes a tensor without dimensions.\n")
    assert "the title of a hidden check" in refusal()


def test_an_explanation_may_repeat_an_option_of_its_own_question(
    course: Path, tmp_path: Path, wheel: Path, refusal
) -> None:
    option = "词到次数的字典表"
    quiz, key = (course / name for name in ("exercises/01_demo/quiz.yaml", "solutions/01_demo/quiz_key.yaml"))
    assert option in quiz.read_text(encoding="utf-8")
    assert option in key.read_text(encoding="utf-8")
    release(course, tmp_path / "fine", wheel)
    append(course, "quiz.yaml", f"# {EXPLANATION}\n")
    assert "quiz.yaml, line 15: the explanation of an answer" in refusal()


def test_a_docstring_outside_the_markers_is_published_by_the_stub(
    course: Path, tmp_path: Path, wheel: Path, refusal
) -> None:
    title = "An unknown word is counted as a zero by the table."
    hidden = course / "solutions/01_demo/test_demo.py"
    hidden.write_text(hidden.read_text(encoding="utf-8").replace("Keeps words apart.", title), encoding="utf-8")
    plant(course, "notes.txt", title)
    assert "notes.txt, line 1: the title of a hidden check" in refusal()
    for name in ("exercises/01_demo/demo.py", "solutions/01_demo/demo.py"):
        path = course / name
        path.write_text(path.read_text(encoding="utf-8").replace("Counts words.", title), encoding="utf-8")
    release(course, tmp_path / "fine", wheel)


def test_a_topic_that_is_not_released_publishes_nothing(course: Path) -> None:
    topic = course / "exercises/01_demo/topic.toml"
    text = topic.read_text(encoding="utf-8")
    topic.write_text(text.replace('en = "dict.get"', f'en = "{TALLY_LINE}"'), encoding="utf-8")
    files = {"exercises/02_other/notes.txt": TALLY_LINE.encode()}
    assert find_leaks(files, load_course(course), ("01_demo",)) == []
    (leak,) = find_leaks(files, load_course(course), ("02_other",))
    assert leak.secret.text == TALLY_LINE


def test_every_file_of_the_real_solutions_is_found_in_a_notebook() -> None:
    course = load_course(ROOT)
    files = {}
    for topic in course.topics:
        for path in topic.solutions_folder.glob("*.*"):
            if path.stat().st_size > 3000 and path.name != "equivalent_mutants.toml":
                files[f"exercises/{path.parent.name}/{path.name}.ipynb"] = notebook(path.read_text("utf-8"))
    leaks = find_leaks(files, course, [topic.name for topic in course.topics])
    assert len(files) > 30
    for name in files:
        assert sum(leak.where.startswith(name) for leak in leaks) > 2, name
