"""A fault in a TOML file of the course becomes an error that names the file, the table and the key."""

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.mutation.run import load_equivalents
from autograder.course.model import load_course
from autograder.errors import CourseError
from autograder.grading.misconceptions import load_misconceptions


def load_every_toml(root: Path) -> None:
    topic = load_course(root).topics[0]
    load_misconceptions(topic)
    load_equivalents(topic)


@pytest.mark.parametrize(
    ("file", "added", "complaint"),
    [
        ("course.toml", "call_second = 1", "[limits] call_second: unknown key. Did you mean call_seconds or load_seconds?"),
        ("course.toml", 'strikes = "2"', "[limits] strikes: Expected `int`, got `str`."),
        ("course.toml", "[limit]\nstrikes = 2", "limit: unknown key. Did you mean limits?"),
        ("course.toml", 'zzz = "x"', "[limits] zzz: unknown key."),
        ("course.toml", '[reveal]\nafter = {date = 2026-01-01}', "[reveal.after] date: Expected `datetime`, got `date`."),
        (
            "course.toml",
            '[reveal]\nafter = {hiden = "call"}',
            "[reveal.after] hiden: unknown key. Did you mean hidden?",
        ),
        ("course.toml", "[quiz", "Expected ']' at the end of a table declaration (at line 6, column 6)."),
        ("exercises/01_demo/topic.toml", "[exercises.other]\npoints = 1", "[exercises.other] title: this key is missing."),
        (
            "exercises/01_demo/topic.toml",
            '[exercises.other]\ntitle = {en = "", zh = ""}\npoints = "1"\ndifficulty = 1\nhints = []',
            "[exercises.other] points: Expected `int`, got `str`.",
        ),
        (
            "solutions/01_demo/misconceptions.toml",
            '[[other]]\nname = "a"\nwrote = "b"\nen = "c"\nzh = "d"\n[[other]]\nnames = "a"',
            "[[other]] entry 2, names: unknown key. Did you mean name?",
        ),
        ("solutions/01_demo/equivalent_mutants.toml", '[[double]]\nbefore = "x"', "[[double]] entry 1, after: this key is missing."),
        ("solutions/01_demo/equivalent_mutants.toml", "double = 3", "double: Expected `array`, got `int`."),
    ],
)  # fmt: skip
def test_an_error_names_the_file_the_table_and_the_key(own_course: Path, file: str, added: str, complaint: str) -> None:
    path = own_course / file
    path.touch()
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{added}\n", encoding="utf-8")
    with pytest.raises(CourseError) as error:
        load_every_toml(own_course)
    assert str(error.value) == f"{path}: {complaint}"


def test_a_key_is_missing_at_the_top_of_the_file(own_course: Path) -> None:
    (own_course / "course.toml").write_text('version = "1"\n')
    with pytest.raises(CourseError, match=r"course\.toml: title: this key is missing\.$"):
        load_course(own_course)


@pytest.mark.parametrize(
    "break_it", [Path.unlink, lambda path: path.write_bytes(b"\xff")], ids=["missing", "not UTF-8"]
)
def test_a_file_that_cannot_be_read_is_named(own_course: Path, break_it: Callable[[Path], object]) -> None:
    break_it(own_course / "course.toml")
    with pytest.raises(CourseError, match=r"course\.toml"):
        load_course(own_course)
