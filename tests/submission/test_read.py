"""A submission is read in every form that students hand in, and faults in it are reported."""

import json
import zipfile
from pathlib import Path

import pytest
from small_course import DOUBLE_ONLY, source_in, unreadable_in

from autograder.course.model import Course
from autograder.errors import SubmissionError
from autograder.source import Source, Unreadable
from autograder.submission import topic_file
from autograder.submission.filenames import stem
from autograder.submission.read import open_submission


def the_source(path: Path, course: Course) -> Source | Unreadable | None:
    return open_submission(path, course).sources.get("01_demo")


def code_of(path: Path, course: Course) -> str:
    source = the_source(path, course)
    assert isinstance(source, Source), source
    return source.text


def why_unreadable(path: Path, course: Course) -> str:
    source = the_source(path, course)
    assert isinstance(source, Unreadable)
    return source.sentence.en


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
def test_a_file_is_found_in_any_folder_and_under_any_name_of_a_copy(tmp_path: Path, course: Course, name: str) -> None:
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


def test_a_file_with_another_name_is_recognised_by_what_it_defines(tmp_path: Path, course: Course) -> None:
    (tmp_path / "homework.py").write_text(DOUBLE_ONLY)
    assert code_of(tmp_path / "homework.py", course) == DOUBLE_ONLY


def test_a_second_file_with_exercises_is_reported_as_not_used(tmp_path: Path, course: Course) -> None:
    folder = tmp_path / "ann"
    folder.mkdir()
    (folder / "demo.py").write_text(DOUBLE_ONLY)
    (folder / "final version.py").write_text(DOUBLE_ONLY)
    (folder / "tools.py").write_text("def helper():\n    pass\n")
    submission = open_submission(folder, course)
    assert [(problem.file, problem.sentence.en) for problem in submission.problems] == [
        ("final version.py", "Not used: demo.py was taken.")
    ]


def test_of_several_copies_the_original_is_used_and_the_others_are_reported(tmp_path: Path, course: Course) -> None:
    for name in ("demo.py", "old/demo.py", "demo (1).py"):
        path = tmp_path / "ann" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(DOUBLE_ONLY + f"# {name}\n")
    submission = open_submission(tmp_path / "ann", course)
    assert source_in(submission).text.endswith("# demo.py\n")
    assert {problem.file for problem in submission.problems} == {"old/demo.py", "demo (1).py"}


def test_helper_files_in_the_same_folder_are_read(tmp_path: Path, course: Course) -> None:
    (tmp_path / "demo.py").write_text("from tools import f as double\n")
    (tmp_path / "tools.py").write_text("def f(x):\n    return 2 * x\n")
    (tmp_path / "test_demo.py").write_text("x")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "others.py").write_text("def f(x):\n    return x\n")
    found = source_in(open_submission(tmp_path, course))
    assert list(found.files) == ["tools.py"]


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
def test_a_file_that_is_not_a_notebook_is_reported(tmp_path: Path, course: Course, content: str) -> None:
    path = tmp_path / "demo.ipynb"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    assert "not a Jupyter notebook" in why_unreadable(path, course)


def test_the_reason_why_a_file_is_not_python_is_reported(tmp_path: Path, course: Course) -> None:
    path = tmp_path / "demo.py"
    path.write_text("x = 1\ndef f(:\n    pass\n")
    assert why_unreadable(path, course) == "Python cannot read line 2: invalid syntax: def f(:"
    path.write_bytes(b"x = 1\n\xff\xfe = 2\n")
    found = unreadable_in(open_submission(path, course))
    assert (found.line, found.sentence.en[:22]) == (2, "The file is not UTF-8.")
    path.write_bytes("# 你好，世界\n".encode("gb18030"))
    assert "It looks like GBK" in why_unreadable(path, course)
    path.write_bytes(b"x = 1\0")
    assert "NUL" in why_unreadable(path, course)
    path.write_bytes(b"x = 1\n" * (1 << 18))
    assert "larger than 512 KiB" in why_unreadable(path, course)
    path.write_text("x = " + "(" * 5000 + ")" * 5000)
    assert why_unreadable(path, course).startswith("Python cannot read line 1: too many nested parentheses")
    path.write_text("x = " + "-" * 50_000 + "1")
    assert why_unreadable(path, course) == "The code is nested too deeply for Python to read."


def test_encodings_of_python_files_are_read(tmp_path: Path, course: Course) -> None:
    path = tmp_path / "demo.py"
    path.write_bytes(b"\xef\xbb\xbfdef double(x):\r\n    return 2 * x\r\n")
    assert code_of(path, course) == "def double(x):\n    return 2 * x\n"
    path.write_bytes("# -*- coding: gbk -*-\n# 你好\n".encode("gbk") + DOUBLE_ONLY.encode())
    assert "你好" in code_of(path, course)


@pytest.mark.parametrize(
    ("encoding", "reason"),
    [
        ("undefined", "The encoding undefined is not accepted."),
        ("punycode", "The encoding punycode is not accepted."),
        ("raw_unicode_escape", "The encoding raw_unicode_escape is not accepted."),
        ("no-such-thing", "The file is not UTF-8."),
    ],
)
def test_odd_encodings_are_refused(tmp_path: Path, course: Course, encoding: str, reason: str) -> None:
    (tmp_path / "demo.py").write_bytes(f"# coding: {encoding}\nx = '\\ud800'\n".encode())
    assert why_unreadable(tmp_path, course).startswith(reason)


def test_a_line_of_python_that_begins_with_a_percent_sign_is_kept(tmp_path: Path, course: Course) -> None:
    path = tmp_path / "demo.ipynb"
    path.write_text(notebook(("code", 'left = (7\n        % 4)\ntext = """\n%d items\n"""\n' + DOUBLE_ONLY)))
    assert "% 4)" in code_of(path, course)
    assert "%d items" in code_of(path, course)


def test_helper_files_above_the_limit_are_left_out(tmp_path: Path, course: Course) -> None:
    (tmp_path / "demo.py").write_text(DOUBLE_ONLY)
    (tmp_path / "a.txt").write_text("a" * 100_000)
    (tmp_path / "b.txt").write_text("b" * 100_000)
    submission = open_submission(tmp_path, course)
    assert list(source_in(submission).files) == ["a.txt"]
    assert [problem.file for problem in submission.problems] == ["b.txt"]


def test_a_wrong_suffix_is_reported(tmp_path: Path, course: Course) -> None:
    (tmp_path / "demo.txt").write_text(DOUBLE_ONLY)
    assert why_unreadable(tmp_path, course) == "This is not a Python file. Rename it to demo.py."


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
def test_a_submission_without_work_of_the_course_is_refused(
    tmp_path: Path, course: Course, files: dict, message: str
) -> None:
    folder = tmp_path / "ann"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with pytest.raises(SubmissionError, match=message):
        open_submission(folder, course)


def test_a_copy_without_exercises_is_refused_as_a_file_without_work(tmp_path: Path, course: Course) -> None:
    (tmp_path / "homework (1).py").write_text("x = 1\n")
    with pytest.raises(SubmissionError, match=r"holds no work of this course\. Found: homework \(1\)\.py\. Hand in"):
        open_submission(tmp_path / "homework (1).py", course)


def test_a_student_reads_in_chinese_why_nothing_was_found(tmp_path: Path, course: Course) -> None:
    (tmp_path / "essay.txt").write_text("x")
    (tmp_path / "demo (2).docx").write_text("x")
    with pytest.raises(SubmissionError) as caught:
        open_submission(tmp_path, course)
    sentence = caught.value.sentence.zh
    assert sentence.startswith(f"{tmp_path.name} 中没有本课程的作业。找到的文件：demo (2).docx、essay.txt。请提交")
    for english in ("holds", "Found", "Hand in", "names like"):
        assert english not in sentence


def test_the_hash_depends_on_the_content_alone(tmp_path: Path, course: Course) -> None:
    hashes = set()
    for name, code in (("a", DOUBLE_ONLY), ("b", DOUBLE_ONLY), ("c", DOUBLE_ONLY + "#")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "demo.py").write_text(code)
        hashes.add(open_submission(tmp_path / name, course).content_hash)
    assert len(hashes) == 2


def test_code_beyond_the_limit_of_all_files_is_left_out(
    tmp_path: Path, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_file, "MAX_ALL_TOKENS", 500)
    folder = tmp_path / "ada"
    (folder / "old").mkdir(parents=True)
    (folder / "demo.py").write_text(DOUBLE_ONLY)
    (folder / "old" / "notes.py").write_text("a = 1\n" * 200)
    submission = open_submission(folder, course)
    assert source_in(submission).text == DOUBLE_ONLY
    (problem,) = submission.problems
    assert problem.file == "old/notes.py"
    assert problem.sentence == topic_file.TOO_MUCH_CODE


def test_answers_files_beyond_the_limit_are_reported(tmp_path: Path, course: Course) -> None:
    for number in range(101):
        (tmp_path / f"s{number:03}").mkdir()
        (tmp_path / f"s{number:03}" / "answers.yaml").write_text("answers:\n  q01_01: A\n")
    submission = open_submission(tmp_path, course)
    assert len(submission.answers) == 100
    assert [problem.file for problem in submission.problems] == ["s100/answers.yaml"]


def test_a_notebook_whose_cells_are_too_long_together_is_refused(tmp_path: Path, course: Course) -> None:
    cell = {"cell_type": "code", "source": "a;" * 20_000}
    path = tmp_path / "demo.ipynb"
    path.write_text(json.dumps({"cells": [cell, cell]}))
    assert why_unreadable(path, course).startswith("The code has more than 60,000 words")


def test_a_message_about_a_long_line_shows_its_part_around_the_fault(tmp_path: Path, course: Course) -> None:
    path = tmp_path / "demo.py"
    path.write_text("x = '" + " " * 5000 + "' a b c + '" + " " * 5000 + "'\n")
    source = open_submission(path, course).sources["01_demo"]
    assert isinstance(source, Unreadable)
    assert source.fault is not None
    assert len(source.fault.code) <= 400
    assert 0 <= source.fault.column <= 400


@pytest.mark.parametrize(
    ("name", "original"),
    [("losses (1).py", "losses"), ("losses-20251201103000.py", "losses"), ("losses_2 (3) copy.py.txt", "losses")],
)
def test_a_copy_has_the_name_of_its_original(name: str, original: str) -> None:
    assert stem(name) == original
