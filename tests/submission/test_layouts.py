"""The submissions at a path are found: a file, a folder of one student, or a folder of many students."""

import os
from pathlib import Path

import pytest
from small_course import DOUBLE_ONLY

from autograder.course.model import Course
from autograder.errors import SubmissionError, UsageError
from autograder.submission.layouts import find_submissions, submission_id
from autograder.submission.read import open_submission


def write(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(DOUBLE_ONLY)
    return folder


def found_names(path: Path, course: Course) -> list[str]:
    return [submission.name for submission in find_submissions(path, course)]


@pytest.mark.parametrize(
    "files",
    [
        ["demo.py"],
        ["demo.ipynb", "other.py", "third.py"],
        ["demo.txt"],
        ["Demo (1).py", "other.py"],
        ["01_demo/anything.py", "notes/a.txt"],
        ["exercises/01_demo/demo.py", "notes/a.txt"],
        ["answers.yaml"],
        ["answers (2).yml", "notes/a.txt"],
        ["homework.ipynb", "README.txt"],
        ["README.txt"],
        ["demo.py", "old/demo.py"],
        ["demo.py", ".git/demo.py", "__pycache__/demo.py"],
    ],
    ids=" ".join,
)
def test_a_folder_with_the_work_of_one_student_is_one_submission(
    tmp_path: Path, course: Course, files: list[str]
) -> None:
    assert find_submissions(write(tmp_path / "ann", *files), course) == [tmp_path / "ann"]


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["ann/demo.py", "bob/demo.py", "cy.zip", ".DS_Store", "Thumbs.db"], ["ann", "bob", "cy.zip"]),
        (["ann/01_demo/demo.py", "bob/01_demo/demo.py"], ["ann", "bob"]),
        (["ann/homework.py"], ["ann"]),
        (["ann.py", "bob.py"], ["ann.py", "bob.py"]),
        (["README.txt", "ann.ipynb", "bob.ipynb"], ["README.txt", "ann.ipynb", "bob.ipynb"]),
        (["ann.zip", "README.txt"], ["README.txt", "ann.zip"]),
        (["ann/demo.py", "bob/demo.py", "demo.py"], ["ann", "bob", "demo.py"]),
        (["ann/demo.py", "bob/demo.py", "01_demo/demo.py"], ["01_demo", "ann", "bob"]),
        (["ann/demo.py", ".carl/demo.py", "demo.py"], [".carl", "ann", "demo.py"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_each_entry_of_a_class_folder_is_a_submission(
    tmp_path: Path, course: Course, files: list[str], names: list[str]
) -> None:
    assert found_names(write(tmp_path / "class", *files), course) == names


def test_a_file_is_one_submission(tmp_path: Path, course: Course) -> None:
    write(tmp_path, "anything.docx")
    assert find_submissions(tmp_path / "anything.docx", course) == [tmp_path / "anything.docx"]


def test_the_student_is_named_like_the_folder_or_file(tmp_path: Path) -> None:
    write(tmp_path, "ann.lee/demo.py", "bob.zip")
    assert submission_id(tmp_path / "ann.lee") == "ann.lee"
    assert submission_id(tmp_path / "bob.zip") == "bob"


def test_a_missing_path_is_refused(tmp_path: Path, course: Course) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        find_submissions(tmp_path / "nobody", course)


def test_an_empty_folder_is_refused(tmp_path: Path, course: Course) -> None:
    write(tmp_path / "empty", ".DS_Store")
    with pytest.raises(UsageError, match="nothing to grade"):
        find_submissions(tmp_path / "empty", course)


def test_a_pipe_is_reported_as_one_submission(tmp_path: Path, course: Course) -> None:
    os.mkfifo(tmp_path / "demo.py")
    assert find_submissions(tmp_path / "demo.py", course) == [tmp_path / "demo.py"]
    with pytest.raises(SubmissionError, match="a link or a special file"):
        open_submission(tmp_path / "demo.py", course)
