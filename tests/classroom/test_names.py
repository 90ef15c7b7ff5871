"""Each submission of a class has a name of its own; no file takes the name of another student."""

import unicodedata
from pathlib import Path

import pytest
from small_course import DOUBLE_ONLY

from autograder.classroom.names import Names
from autograder.course.model import Course
from autograder.errors import SubmissionError
from autograder.submission.model import Submission
from autograder.submission.read import read_submission

ANSWERS = "student: {}\nanswers:\n  d_truth: yes\n"


def add_folder(root: Path, name: str) -> Path:
    (root / name).mkdir(parents=True)
    (root / name / "demo.py").write_text(DOUBLE_ONLY)
    return root / name


def add_answers(path: Path, student: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ANSWERS.format(student), encoding="utf-8")
    return path


def named(names: Names, path: Path, course: Course) -> Submission:
    return names.checked(path, read_submission(path, course, names.student(path)))


def test_a_loose_file_cannot_take_the_name_of_a_student_in_the_class(tmp_path: Path, course: Course) -> None:
    paths = [add_folder(tmp_path, "ada"), add_answers(tmp_path / "answers.yaml", " ADA ")]
    names = Names(paths, {})
    assert named(names, paths[0], course).id == "ada"
    with pytest.raises(SubmissionError) as refusal:
        named(names, paths[1], course)
    assert "ADA has handed in another submission" in refusal.value.sentence.en
    assert "ADA 另有一份提交" in refusal.value.sentence.zh


def test_the_second_of_two_loose_files_for_one_student_is_refused(tmp_path: Path, course: Course) -> None:
    paths = [add_answers(tmp_path / "answers.yaml", "ada"), add_answers(tmp_path / "answers (1).yaml", "ada")]
    names = Names(paths, {})
    assert named(names, paths[0], course).id == "ada"
    with pytest.raises(SubmissionError):
        named(names, paths[1], course)


def test_names_that_a_gradebook_may_take_for_one_are_told_apart(tmp_path: Path, course: Course) -> None:
    composed, decomposed = "Renée", unicodedata.normalize("NFD", "Renée")
    paths = [add_folder(tmp_path, name) for name in ("li", "LI", composed, decomposed, "wu")]
    names = Names(paths, {})
    submissions = [named(names, path, course) for path in paths]
    assert len({submission.id.casefold() for submission in submissions}) == 5
    assert submissions[4].id == "wu"
    assert submissions[4].problems == ()
    for submission in submissions[:4]:
        assert "Another submission is also named" in submission.problems[0].sentence.en


def test_a_marked_name_is_nobodys_name(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "ada", tmp_path / "b" / "ada"]
    first = Names(paths, {}).listed[paths[0]]
    squatter = tmp_path / first
    listed = Names([*paths, squatter], {}).listed
    assert listed[squatter] == first
    assert len(set(listed.values())) == 3


def test_answers_of_a_single_submission_count_for_the_student_whom_they_name(tmp_path: Path, course: Course) -> None:
    """Gradescope and GitHub call the folder of every student the same."""
    folder = add_folder(tmp_path, "submission")
    add_answers(folder / "answers.yaml", "ada")
    assert named(Names([folder], {}), folder, course).quiz_student == "ada"
    others = [folder, add_folder(tmp_path, "bob")]
    assert named(Names(others, {}), folder, course).quiz_student == "submission"


def test_a_single_submission_that_names_two_students_has_its_own_name(tmp_path: Path, course: Course) -> None:
    folder = add_folder(tmp_path, "submission")
    add_answers(folder / "answers.yaml", "ada")
    add_answers(folder / "01_demo" / "answers.yaml", "bob")
    assert named(Names([folder], {}), folder, course).quiz_student == "submission"
