"""What is hidden, planted in exercises/ in every shape: no release is built, and the refusal names it."""

import base64
import gzip
import io
import json
import lzma
import tarfile
import textwrap
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from release_course import HIDDEN_SHARED, release, write_release_course, write_small_wheel
from small_course import HIDDEN, REFERENCE, ROOT

from autograder.course.model import load_course
from autograder.errors import CourseError
from autograder.release.leaks.search import find_leaks

TALLY_LINE = "self.counts[word] = self.counts.get(word, 0) + 1"
BODY = "x = randn(3, 4, seed=1, dtype=dtype)\n    assert_close(student.double(x), x + x, EXACT)"
SENTENCE = "Every word counts once in yours. Add to the count so far."


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_release_course(tmp_path / "course")


@pytest.fixture
def refusal(course: Path, tmp_path: Path, wheel: Path) -> Callable[[], str]:
    """The sentence with which a release of the course is refused."""

    def refused() -> str:
        with pytest.raises(CourseError) as error:
            release(course, tmp_path / "out", wheel)
        assert not (tmp_path / "out").exists()
        return str(error.value)

    return refused


def plant(course: Path, name: str, content: str | bytes) -> None:
    path = course / "exercises/01_demo" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def line_of(text: str, name: str, course: Path) -> int:
    """The last line of a file that says the text."""
    lines = (course / name).read_text(encoding="utf-8").splitlines()
    return max(number for number, line in enumerate(lines, 1) if text in line)


def append(course: Path, name: str, text: str) -> None:
    path = course / "exercises/01_demo" / name
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


PLAIN = {
    "reference_line": (
        f"first\n{TALLY_LINE}\n",
        "notes.txt, line 2: a line of the reference (solutions/01_demo/demo.py:38): self.counts[word] = self.counts",
    ),
    "reference_line_laid_out_otherwise": (
        "self . counts[ word ]= self.counts.get(\n    word,  # mine\n    0) + 1\n",
        "notes.txt → without comments, line 1: a line of the reference",
    ),
    "second_solution": ("columns = [column + column for column in x.reshape(-1)]", "a line of the second solution"),
    "title_en": ("see: Takes a tensor\n  without dimensions.", "line 1: the title of a hidden check"),
    "title_zh": ("（同一个词不算；一个还没有出现过的词，\n次数必须是零。）", "line 1: the title of a hidden check"),
    "body": (BODY, "notes.txt, line 1: the body of a hidden check (solutions/01_demo/test_demo.py:"),
    "shared": (HIDDEN_SHARED, "what hidden checks share"),
    "misconception_en": (
        "> every word counts\n> ONCE in yours... Add to the count — so far!",
        "notes.txt, line 1: the sentence of a misconception (Tally: forgets): Every word counts once in yours.",
    ),
    "misconception_zh": ("你的计数永远是 1，应在原计数上加一。", "(Tally: forgets)"),
    "explanation": (
        "Multiply the number by two before you take one away.",
        "notes.txt, line 1: the explanation of an answer (q1_factor)",
    ),
    "explanation_zh": ("先把这个数乘以二，\n再减去一。", "(q1_factor)"),
    "reply": ("A stack only knows what came last, and forgets how often.", "(q1_kind)"),
    "answer_by_id": ("q1_kind: B", "notes.txt, line 1: the answer of a question, by its id (q1_kind): q1_kind: B"),
    "answer_in_words": ("\n\nThe answer of q1_kind is (b)", "notes.txt, line 3: the answer of a question, by its id"),
    "formula_by_id": ("q1_factor = 2 * n-1", "by its id (q1_factor)"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), PLAIN.values(), ids=PLAIN.keys())
def test_what_is_hidden_is_found_in_any_text(course: Path, refusal, text: str, told: str) -> None:
    plant(course, "notes.txt", text)
    refused = refusal()
    assert told in refused
    assert "exercises/01_demo/notes.txt" in refused


def zipped(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner/readme.txt", "nothing\n" + text)
    return buffer.getvalue()


def tarred(data: bytes, mode: Literal["w", "w:gz"] = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        entry = tarfile.TarInfo("inner")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def in_notebook(text: str) -> bytes:
    """As nbformat writes it: one string for each line, quotes and Chinese escaped."""
    cell = {"cell_type": "code", "source": text.splitlines(keepends=True), "outputs": [], "metadata": {}}
    return json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


def in_base64_lines(data: bytes) -> bytes:
    return b"# kept for later\ndata = '''\n" + base64.encodebytes(data) + b"'''\n"


PACKED: dict[str, Callable[[str], bytes]] = {
    "notebook": in_notebook,
    "zip": zipped,
    "zip_in_zip": lambda text: _zip_of("a.zip", zipped(text)),
    "zip_behind_an_image": lambda text: b"\x89PNG\r\n\x1a\n" + bytes(200) + zipped(text),
    "tar_gz": lambda text: tarred(text.encode(), "w:gz"),
    "gzip_in_tar": lambda text: tarred(gzip.compress(text.encode())),
    "gzip": lambda text: gzip.compress(text.encode()),
    "xz": lambda text: lzma.compress(text.encode()),
    "zlib": lambda text: zlib.compress(text.encode()),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64_in_lines": lambda text: in_base64_lines(text.encode()),
    "base64_for_urls": lambda text: base64.urlsafe_b64encode(text.encode()).rstrip(b"="),
    "base64_of_gzip": lambda text: in_base64_lines(gzip.compress(text.encode())),
    "base64_in_a_notebook": lambda text: in_notebook(base64.encodebytes(text.encode()).decode()),
    "hex": lambda text: text.encode().hex().encode(),
    "hex_in_python": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()).encode(),
    "utf_16": lambda text: text.encode("utf-16"),
    "gb18030": lambda text: text.encode("gb18030"),
}


def _zip_of(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED.keys())
@pytest.mark.parametrize(
    ("text", "told"),
    [(REFERENCE, "a line of the reference"), (HIDDEN, "the title of a hidden check"), (SENTENCE * 3, "Tally: forgets")],
    ids=["reference", "checks", "misconception"],
)
def test_what_is_hidden_is_found_however_it_is_packed(course: Path, pack, text: str, told: str) -> None:
    files = {"exercises/01_demo/data.bin": pack(text)}
    leaks = find_leaks(files, course, load_course(course).topics)
    assert any(told in str(leak) for leak in leaks), leaks
    assert all("exercises/01_demo/data.bin" in leak.where for leak in leaks)


def test_a_leak_in_a_notebook_is_told_by_its_cell(course: Path, refusal) -> None:
    plant(course, "old.ipynb", in_notebook(f"x = 1\n{TALLY_LINE}\n"))
    assert "exercises/01_demo/old.ipynb → /cells/0/source, line 2: a line of the reference" in refusal()


def test_a_file_of_the_solutions_is_known_whatever_it_holds(course: Path, refusal) -> None:
    weights = bytes(range(256))
    (course / "solutions/01_demo/weights.bin").write_bytes(weights)
    plant(course, "sample.bin", _zip_of("w", weights))
    assert "a whole file of the solutions (solutions/01_demo/weights.bin): 256 bytes" in refusal()


def test_a_locked_archive_is_refused_since_nobody_can_look_into_it(course: Path, refusal) -> None:
    data = bytearray(zipped("harmless"))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + at] |= 1  # the bit that says: encrypted
    plant(course, "data.zip", bytes(data))
    assert "exercises/01_demo/data.zip cannot be looked into" in refusal()


def test_an_archive_that_unpacks_without_end_is_refused(course: Path, refusal) -> None:
    plant(course, "data.gz", gzip.compress(bytes(65 << 20)))
    assert "unpacks to more than 64 MiB" in refusal()


def test_a_solution_in_the_stub_is_a_leak_by_name(course: Path, refusal) -> None:
    stub = course / "exercises/01_demo/demo.py"
    text = stub.read_text(encoding="utf-8")
    stub.write_text(
        text.replace('raise NotImplementedError("Tally.add is yours to write")', TALLY_LINE), encoding="utf-8"
    )
    lines = [line_of(TALLY_LINE, f"{folder}/01_demo/demo.py", course) for folder in ("exercises", "solutions")]
    assert "demo.py, line {}: a line of the reference (solutions/01_demo/demo.py:{})".format(*lines) in refusal()


def test_a_stub_that_is_not_what_the_reference_says_is_refused(course: Path, refusal) -> None:
    append(course, "demo.py", "\n# mine\n")
    assert "Run `autograder stubs`" in refusal()


def test_a_hidden_check_copied_beside_the_visible_ones_is_a_leak(course: Path, refusal) -> None:
    check = HIDDEN[HIDDEN.index('@check("double")\ndef test_double_transposed') :].split("\n\n\n")[0]
    append(course, "test_demo.py", f"\n\n{check}\n".replace("def test_double_transposed", "def test_of_mine"))
    refused = refusal()
    assert "the title of a hidden check" in refused
    assert "the body of a hidden check" in refused


def test_a_key_in_the_quiz_is_no_question(course: Path, refusal) -> None:
    append(course, "quiz.yaml", "  answer: A\n")
    assert "quiz.yaml: Object contains unknown field `answer`" in refusal()


def test_a_short_formula_says_something_beside_its_question_only(
    course: Path, tmp_path: Path, wheel: Path, refusal
) -> None:
    plant(course, "notes.txt", "y = 2*n - 1")
    release(course, tmp_path / "fine", wheel)
    append(course, "quiz.yaml", "# y = 2*n - 1\n")
    assert "quiz.yaml, line 15: the answer of a question (q1_factor): 2*n - 1" in refusal()


def test_placeholders_are_no_secret(course: Path, tmp_path: Path, wheel: Path) -> None:
    key = course / "solutions/01_demo/quiz_key.yaml"
    text = key.read_text(encoding="utf-8").replace("answer: B", "answer: TODO")
    key.write_text(text.replace("en: TODO", 'en: "TODO say why a table is right"'), encoding="utf-8")
    plant(course, "notes.txt", "TODO. The answer of q1_kind is TODO. TODO say why a table is right")
    release(course, tmp_path / "out", wheel)
    assert (tmp_path / "out").is_dir()


# What the author publishes


def test_a_hint_may_quote_its_own_exercise_and_nothing_else_may(
    course: Path, tmp_path: Path, wheel: Path, refusal
) -> None:
    topic = course / "exercises/01_demo/topic.toml"
    text = topic.read_text(encoding="utf-8")
    topic.write_text(text.replace('en = "dict.get"', f'en = "{TALLY_LINE}"'), encoding="utf-8")
    release(course, tmp_path / "fine", wheel)

    topic.write_text(topic.read_text(encoding="utf-8") + f"# {TALLY_LINE}\n", encoding="utf-8")
    assert "topic.toml, line 16: a line of the reference" in refusal()

    topic.write_text(text.replace('en = "Two times."', f'en = "{TALLY_LINE}"'), encoding="utf-8")  # of double
    assert "topic.toml, line 9: a line of the reference" in refusal()

    topic.write_text(text.replace('en = "dict.get"', f'en = "{SENTENCE}"'), encoding="utf-8")
    assert "the sentence of a misconception" in refusal()


def test_a_visible_check_may_have_a_hidden_title_and_contain_what_a_hidden_one_does(
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
    append(course, "test_demo.py", "# Takes a transposed tensor.\n")
    assert "the title of a hidden check" in refusal()


def test_an_explanation_may_repeat_an_option_and_only_there(course: Path, refusal) -> None:
    append(course, "quiz.yaml", "# 词到次数的字典表\n")
    assert "quiz.yaml, line 15: the explanation of an answer (q1_kind)" in refusal()


def test_a_docstring_that_stands_outside_the_markers_is_public_in_the_stub_only(
    course: Path, tmp_path: Path, wheel: Path, refusal
) -> None:
    said = "An unknown word is counted as a zero by the table."
    for name in ("exercises/01_demo/demo.py", "solutions/01_demo/demo.py"):
        path = course / name
        path.write_text(path.read_text(encoding="utf-8").replace("Counts words.", said), encoding="utf-8")
    hidden = course / "solutions/01_demo/test_demo.py"
    hidden.write_text(hidden.read_text(encoding="utf-8").replace("Keeps words apart.", said), encoding="utf-8")
    release(course, tmp_path / "fine", wheel)
    plant(course, "notes.txt", said)
    assert "notes.txt, line 1: the title of a hidden check" in refusal()


def test_the_engine_is_searched_too(course: Path) -> None:
    data = zipped(f'"""For example\n{TALLY_LINE}\n"""')
    (leak, *_) = find_leaks({"wheels/engine.whl": data}, course, load_course(course).topics)
    assert leak.where == "wheels/engine.whl → inner/readme.txt, line 3"


def test_the_real_course_hides_what_its_solutions_say() -> None:
    """Each reference, check file, misconception table and key, copied into a notebook as it stands, is found."""
    course = load_course(ROOT)
    hidden = [
        path for topic in course.topics for path in topic.solutions_folder.glob("*.*") if path.stat().st_size > 3000
    ]
    files = {f"exercises/{path.parent.name}/{path.name}.ipynb": in_notebook(path.read_text("utf-8")) for path in hidden}
    leaks = find_leaks(files, ROOT, course.topics)
    assert len(files) > 30
    for name in files:
        assert sum(leak.where.startswith(name) for leak in leaks) > 2, name
