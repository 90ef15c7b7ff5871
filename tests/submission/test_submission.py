"""Reading what students hand in: every shape of it, and every way of getting it wrong."""

import io
import json
import os
import stat
import zipfile
from pathlib import Path

import pytest
from small_course import DOUBLE_ONLY

from autograder.course.model import Course
from autograder.errors import SubmissionError, UsageError
from autograder.source import Source, Unreadable
from autograder.submission import gather
from autograder.submission.layouts import find_submissions
from autograder.submission.model import Submission
from autograder.submission.read import open_submission


def source_in(submission: Submission) -> Source:
    found = submission.sources["01_demo"]
    assert isinstance(found, Source), found
    return found


def code_of(path: Path, course: Course) -> str:
    return source_in(open_submission(path, course)).text


def unreadable(path: Path, course: Course) -> Unreadable:
    found = open_submission(path, course).sources["01_demo"]
    assert isinstance(found, Unreadable)
    return found


def why_not(path: Path, course: Course) -> str:
    return unreadable(path, course).sentence.en


def notebook(*cells: tuple[str, str]) -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": text} for kind, text in cells], "nbformat": 4})


@pytest.mark.parametrize(
    "name",
    [
        "demo.py",
        "01_demo/demo.py",
        "exercises/01_demo/demo.py",
        "my work/exercises/01_demo/demo.py",
        "Demo.py",
        "demo (1).py",
        "demo-2.py",
        "demo copy.py",
        "demo.PY",
        "demo.py.py",
    ],
)
def test_a_file_is_found_wherever_it_lies(tmp_path: Path, course: Course, name: str) -> None:
    path = tmp_path / "ann" / name
    path.parent.mkdir(parents=True)
    path.write_text(DOUBLE_ONLY)
    submission = open_submission(tmp_path / "ann", course)
    assert submission.id == "ann"
    assert source_in(submission).text == DOUBLE_ONLY


def test_a_zip_and_a_single_file_are_submissions(tmp_path: Path, course: Course) -> None:
    with zipfile.ZipFile(tmp_path / "bob.zip", "w") as archive:
        archive.writestr("bob/01_demo/demo.py", DOUBLE_ONLY)
        archive.writestr("__MACOSX/bob/01_demo/._demo.py", b"\x00\x01")
    assert code_of(tmp_path / "bob.zip", course) == DOUBLE_ONLY
    (tmp_path / "demo.py").write_text(DOUBLE_ONLY)
    assert code_of(tmp_path / "demo.py", course) == DOUBLE_ONLY


def test_a_file_of_another_name_is_known_by_what_it_defines(tmp_path: Path, course: Course) -> None:
    (tmp_path / "homework.py").write_text(DOUBLE_ONLY)
    assert code_of(tmp_path / "homework.py", course) == DOUBLE_ONLY


def test_a_file_of_another_name_beside_is_named_when_it_is_not_used(tmp_path: Path, course: Course) -> None:
    folder = tmp_path / "ann"
    folder.mkdir()
    (folder / "demo.py").write_text(DOUBLE_ONLY)
    (folder / "final version.py").write_text(DOUBLE_ONLY)
    (folder / "tools.py").write_text("def helper():\n    pass\n")
    submission = open_submission(folder, course)
    assert [(problem.file, problem.sentence.en) for problem in submission.problems] == [
        ("final version.py", "Not used: demo.py was taken.")
    ]


def test_the_right_file_is_taken_and_the_others_are_named(tmp_path: Path, course: Course) -> None:
    for name in ("demo.py", "old/demo.py", "demo (1).py"):
        path = tmp_path / "ann" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(DOUBLE_ONLY + f"# {name}\n")
    submission = open_submission(tmp_path / "ann", course)
    assert source_in(submission).text.endswith("# demo.py\n")
    assert {problem.file for problem in submission.problems} == {"old/demo.py", "demo (1).py"}


def test_helper_files_come_along(tmp_path: Path, course: Course) -> None:
    (tmp_path / "demo.py").write_text("from tools import f as double\n")
    (tmp_path / "tools.py").write_text("def f(x):\n    return 2 * x\n")
    (tmp_path / "test_demo.py").write_text("x")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "others.py").write_text("def f(x):\n    return x\n")
    assert list(source_in(open_submission(tmp_path, course)).files) == ["tools.py"]


def test_a_folder_of_submissions(tmp_path: Path, course: Course) -> None:
    for name in ("ann", "bob"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "demo.py").write_text(DOUBLE_ONLY)
    (tmp_path / "cy.zip").write_bytes(b"")
    (tmp_path / ".DS_Store").write_bytes(b"")
    assert [path.name for path in find_submissions(tmp_path, course)] == ["ann", "bob", "cy.zip"]
    assert find_submissions(tmp_path / "ann", course) == [tmp_path / "ann"]
    with pytest.raises(UsageError, match="does not exist"):
        find_submissions(tmp_path / "nobody", course)
    (tmp_path / "dee").mkdir()
    (tmp_path / "dee" / "README.txt").touch()
    assert find_submissions(tmp_path / "dee", course) == [tmp_path / "dee"]
    (tmp_path / "dee" / "homework.ipynb").touch()
    assert find_submissions(tmp_path / "dee", course) == [tmp_path / "dee"]
    (tmp_path / "dee" / "other.ipynb").touch()
    assert len(find_submissions(tmp_path / "dee", course)) == 3
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="nothing to grade"):
        find_submissions(tmp_path / "empty", course)


def test_a_notebook_is_read_cell_by_cell(tmp_path: Path, course: Course) -> None:
    path = tmp_path / "demo.ipynb"
    path.write_text(
        notebook(
            ("markdown", "# Title"),
            ("code", "%matplotlib inline\nimport torch\n!ls"),
            ("code", "def broken(:\n"),
            ("code", "%%bash\nrm -rf /"),
            ("code", "%%time\nif True:\n    %timeit 1\n%time y = 3"),
            ("code", DOUBLE_ONLY),
        )
    )
    submission = open_submission(path, course)
    source = source_in(submission)
    names = [name for name, _ in source.chunks]
    assert names == ["demo.ipynb cell 2", "demo.ipynb cell 4", "demo.ipynb cell 5", "demo.ipynb cell 6"]
    assert "rm -rf" not in source.text
    assert DOUBLE_ONLY in source.text
    assert "\ny = 3" in source.text
    (problem,) = submission.problems
    assert (problem.file, problem.line) == ("demo.ipynb cell 3", 1)
    assert problem.sentence.en.startswith("This cell was left out. Python cannot read line 1")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', '{"cells": [{"source": 1}]}', "\ud800"], ids=repr)
def test_a_notebook_that_is_none_says_so(tmp_path: Path, course: Course, content: str) -> None:
    path = tmp_path / "demo.ipynb"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    assert "not a Jupyter notebook" in why_not(path, course)


def test_what_is_not_python_says_why(tmp_path: Path, course: Course) -> None:
    path = tmp_path / "demo.py"
    path.write_text("x = 1\ndef f(:\n    pass\n")
    assert why_not(path, course) == "Python cannot read line 2: invalid syntax: def f(:"
    path.write_bytes(b"x = 1\n\xff\xfe = 2\n")
    found = unreadable(path, course)
    assert (found.line, found.sentence.en[:22]) == (2, "The file is not UTF-8.")
    path.write_bytes("# 你好，世界\n".encode("gb18030"))
    assert "It looks like GBK" in why_not(path, course)
    path.write_bytes(b"x = 1\0")
    assert "NUL" in why_not(path, course)
    path.write_bytes(b"x = 1\n" * (1 << 18))
    assert "larger than 512 KiB" in why_not(path, course)
    path.write_text("x = " + "(" * 5000 + ")" * 5000)
    assert "nested" in why_not(path, course)
    path.write_text("x = " + "-" * 200_000 + "1")
    assert "nested" in why_not(path, course)


def test_encodings_that_python_knows_are_read(tmp_path: Path, course: Course) -> None:
    path = tmp_path / "demo.py"
    path.write_bytes(b"\xef\xbb\xbfdef double(x):\r\n    return 2 * x\r\n")
    assert code_of(path, course) == "def double(x):\n    return 2 * x\n"
    path.write_bytes("# -*- coding: gbk -*-\n# 你好\n".encode("gbk") + DOUBLE_ONLY.encode())
    assert "你好" in code_of(path, course)


@pytest.mark.parametrize("encoding", ["undefined", "punycode", "raw_unicode_escape", "no-such-thing"])
def test_odd_encodings_are_refused(tmp_path: Path, course: Course, encoding: str) -> None:
    (tmp_path / "demo.py").write_bytes(f"# coding: {encoding}\nx = '\\ud800'\n".encode())
    assert unreadable(tmp_path, course).sentence.en


def test_percent_signs_that_are_python_stay(tmp_path: Path, course: Course) -> None:
    path = tmp_path / "demo.ipynb"
    path.write_text(notebook(("code", 'left = (7\n        % 4)\ntext = """\n%d items\n"""\n' + DOUBLE_ONLY)))
    assert "% 4)" in code_of(path, course)
    assert "%d items" in code_of(path, course)


def test_helper_files_are_bounded(tmp_path: Path, course: Course) -> None:
    (tmp_path / "demo.py").write_text(DOUBLE_ONLY)
    (tmp_path / "a.txt").write_text("a" * 100_000)
    (tmp_path / "b.txt").write_text("b" * 100_000)
    submission = open_submission(tmp_path, course)
    assert list(source_in(submission).files) == ["a.txt"]
    assert [problem.file for problem in submission.problems] == ["b.txt"]


def test_links_and_huge_files_are_refused_as_submissions(tmp_path: Path, course: Course) -> None:
    (tmp_path / "real.py").write_text(DOUBLE_ONLY)
    (tmp_path / "mallory.py").symlink_to(tmp_path / "real.py")
    with pytest.raises(SubmissionError, match="is a link"):
        open_submission(tmp_path / "mallory.py", course)
    with open(tmp_path / "huge.py", "wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(SubmissionError, match="larger than"):
        open_submission(tmp_path / "huge.py", course)


def test_a_name_that_is_no_text_is_left_out(tmp_path: Path, course: Course) -> None:
    (tmp_path / "demo.py").write_text(DOUBLE_ONLY)
    with open(os.fsencode(tmp_path) + b"/\xff.py", "wb"):
        pass
    submission = open_submission(tmp_path, course)
    assert source_in(submission).text == DOUBLE_ONLY
    assert [problem.sentence.en for problem in submission.problems] == ["Left out: its name is not text."]


def test_a_stray_file_does_not_swallow_a_class(tmp_path: Path, course: Course) -> None:
    for name in ("ann", "bob", ".carl"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "demo.py").write_text(DOUBLE_ONLY)
    (tmp_path / "demo.py").write_text(DOUBLE_ONLY)
    assert [path.name for path in find_submissions(tmp_path, course)] == [".carl", "ann", "bob", "demo.py"]


def test_a_wrong_extension_is_named(tmp_path: Path, course: Course) -> None:
    (tmp_path / "demo.txt").write_text(DOUBLE_ONLY)
    assert why_not(tmp_path, course) == "This is not a Python file. Rename it to demo.py."


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "It is empty"),
        ({"essay.docx": b"x"}, "essay.docx"),
        ({"a.py": b"x = 1"}, "a.py"),
        ({"a.py": b"def f(:"}, "line 1"),
    ],
    ids=["empty", "docx", "other", "unparsable"],
)
def test_nothing_of_the_course_is_unreadable(tmp_path: Path, course: Course, files: dict, message: str) -> None:
    folder = tmp_path / "ann"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with pytest.raises(SubmissionError, match=message):
        open_submission(folder, course)


# Archives that mean harm


def zip_with(path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def test_paths_out_of_the_archive_and_links_are_left_out(tmp_path: Path, course: Course) -> None:
    link = zipfile.ZipInfo("link.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zip_with(
        tmp_path / "eve.zip",
        ("../../demo.py", b"evil"),
        ("/etc/demo.py", b"evil"),
        ("..\\demo.py", b"evil"),
        ("C:\\demo.py", b"evil"),
        (link, b"/etc/passwd"),
        ("demo.py", DOUBLE_ONLY.encode()),
    )
    submission = open_submission(path, course)
    assert source_in(submission).text == DOUBLE_ONLY
    assert len(submission.problems) == 5
    assert not (tmp_path.parent / "demo.py").exists()


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path, course: Course) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("SECRET = 1\n" + DOUBLE_ONLY)
    folder = tmp_path / "eve"
    folder.mkdir()
    (folder / "demo.py").symlink_to(secret)
    os.mkfifo(folder / "pipe.py")
    with pytest.raises(SubmissionError, match="holds no work of this course"):
        open_submission(folder, course)


def test_a_bomb_is_refused_while_it_is_read(tmp_path: Path, course: Course) -> None:
    path = zip_with(tmp_path / "bomb.zip", ("demo.py", b"0" * (gather.MAX_TOTAL + 1)))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(SubmissionError, match="more than"):
        open_submission(path, course)


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path, course: Course) -> None:
    path = zip_with(tmp_path / "liar.zip", ("demo.py", b"0" * (gather.MAX_TOTAL + 1)))
    data = bytearray(path.read_bytes())
    size = (gather.MAX_TOTAL + 1).to_bytes(4, "little")
    while size in data:  # in the local header and in the directory
        data[data.index(size) : data.index(size) + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(SubmissionError, match="cannot be unpacked"):
        open_submission(path, course)


def test_a_million_entries_are_refused_quickly(tmp_path: Path, course: Course) -> None:
    entry = b"PK\x01\x02" + b"\0" * 24 + b"\x01\0" + b"\0" * 16 + b"a"
    body = entry * 500_000
    end = b"PK\x05\x06" + b"\0" * 4 + b"\xff\xff\xff\xff" + len(body).to_bytes(4, "little") + b"\0" * 6
    (tmp_path / "many.zip").write_bytes(body + end)
    with pytest.raises(SubmissionError, match="entries"):
        open_submission(tmp_path / "many.zip", course)


def test_many_files_are_refused(tmp_path: Path, course: Course) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(gather.MAX_FILES + 1):
        (folder / f"{number}.txt").touch()
    with pytest.raises(SubmissionError, match="more than"):
        open_submission(folder, course)


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "password"])
def test_a_damaged_zip_says_so(tmp_path: Path, course: Course, damage: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("demo.py", DOUBLE_ONLY * 50)
    whole = bytearray(buffer.getvalue())
    if damage == "password":
        whole[6] |= 1
        whole[whole.index(b"PK\x01\x02") + 8] |= 1
    content = {"empty": b"", "text": b"hello", "cut": bytes(whole[:100]), "password": bytes(whole)}[damage]
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(SubmissionError, match="cannot be unpacked"):
        open_submission(tmp_path / "x.zip", course)


def test_the_hash_is_of_the_content(tmp_path: Path, course: Course) -> None:
    hashes = set()
    for name, code in (("a", DOUBLE_ONLY), ("b", DOUBLE_ONLY), ("c", DOUBLE_ONLY + "#")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "demo.py").write_text(code)
        hashes.add(open_submission(tmp_path / name, course).content_hash)
    assert len(hashes) == 2
