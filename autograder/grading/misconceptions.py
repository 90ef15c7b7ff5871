"""Misconceptions: the reference with one thing written differently, and the sentence that helps."""

import ast
from pathlib import Path

import msgspec

from ..course.model import Topic
from ..course.toml import read_toml
from ..errors import CourseError
from ..results.model import Diagnosis
from ..source import Source
from ..text import Text


class Misconception(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One wrong way to write an exercise."""

    name: str
    wrote: str
    en: str
    zh: str
    instead_of: str = ""

    @property
    def diagnosis(self) -> Diagnosis:
        return Diagnosis(name=self.name, sentence=Text(self.en, self.zh))


def load_misconceptions(topic: Topic) -> dict[str, list[Misconception]]:
    """Return exercise -> its misconceptions. Raises CourseError with the file and what is wrong in it."""
    path = topic.solutions_folder / "misconceptions.toml"
    if not path.is_file():
        return {}
    return read_toml(path, dict[str, list[Misconception]])


def definition(code: str, name: str) -> tuple[int, int]:
    """Return the (first, last) line, counted from 0 and last exclusive, of a module-level definition in `code`."""
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            assert node.end_lineno is not None
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            return first - 1, node.end_lineno
    raise CourseError(f"The reference defines no {name}.")


def replaced(code: str, name: str, new: str) -> str:
    """Return `code` with the definition of `name` replaced by `new`."""
    first, last = definition(code, name)
    lines = code.splitlines(keepends=True)
    return "".join([*lines[:first], new.rstrip("\n") + "\n", *lines[last:]])


def variant(reference: Path, exercise: str, misconception: Misconception) -> Source:
    """Return the reference's source with the misconception put in. Raises CourseError if it does not fit."""
    code = reference.read_text(encoding="utf-8")
    wrong = misconception.wrote
    if misconception.instead_of:
        wrong = _changed_definition(code, reference, exercise, misconception)
    changed = replaced(code, exercise, wrong)
    return Source(filename=reference.name, chunks=((f"{reference.stem}+{misconception.name}.py", changed),))


def _changed_definition(code: str, reference: Path, exercise: str, misconception: Misconception) -> str:
    """Return the reference's definition of the exercise with one thing written differently."""
    first, last = definition(code, exercise)
    right = "".join(code.splitlines(keepends=True)[first:last])
    count = right.count(misconception.instead_of)
    if count != 1:
        raise CourseError(
            f"Misconception {exercise}.{misconception.name}: instead_of stands {count} times in {reference}.",
            fix="It must stand exactly once in the exercise's reference.",
        )
    return right.replace(misconception.instead_of, misconception.wrote)


def read_reference(topic: Topic) -> Source:
    """Return the topic's reference, as a source like a student's."""
    code = topic.reference.read_text(encoding="utf-8")
    return Source(filename=topic.filename, chunks=((str(topic.reference), code),))
