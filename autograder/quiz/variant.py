"""The question as one student sees it: numbers and the order of options drawn from the student's id.

Drawn by keyed BLAKE2b and whole numbers alone, so that the same student is asked the same everywhere and for ever.
"""

import functools
import hashlib
import unicodedata

import msgspec

from ..errors import CourseError
from ..text import Text
from .formula import holds
from .question import Label, Parameter, Question, Value, filled

MAX_DRAWS = 1000  # until `require` holds
MAX_DIGITS = 12  # decimals of a drawn number


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """What was drawn for one student."""

    question: Question
    attempt: int
    values: dict[str, Value]
    letters: dict[str, str]  # the letter that the student sees -> the author's; in the order of being shown


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A question as its student reads it."""

    id: str
    kind: str
    prompt: Text
    options: dict[str, Text]  # by the student's letters; the steps of an order; empty for other kinds
    code: str | None = None
    units: tuple[str, ...] = ()


def student_id(name: str) -> str:
    """The name as variants are drawn from it."""
    return unicodedata.normalize("NFC", name).strip()


def draw(question: Question, *, key: str, student: str, attempt: int = 1) -> Variant:
    """The student's variant. Raises CourseError where no draw fulfils what the question requires.

    key: of the course
    """
    source = VariantSource(key, student, question.id, attempt)
    entries = list(question.entries)
    return Variant(
        question=question,
        attempt=attempt,
        values=_values(question, source),
        letters={chr(ord("A") + place): letter for place, letter in enumerate(source.shuffled(entries))},
    )


def show(variant: Variant) -> Shown:
    """The question with the drawn numbers and letters in place."""
    question, values = variant.question, variant.values
    entries = question.entries
    return Shown(
        id=question.id,
        kind=question.kind,
        prompt=filled_text(question.prompt, values),
        options={letter: filled_text(as_text(entries[own]), values) for letter, own in variant.letters.items()},
        code=filled(question.code, values) if question.code else None,
        units=tuple(getattr(question, "units", ())),
    )


def as_text(label: Label) -> Text:
    """A label that reads the same in both languages, as a text."""
    return label if isinstance(label, Text) else Text(label, label)


def filled_text(text: Text, values: dict[str, Value]) -> Text:
    """Both languages with the drawn numbers in place."""
    return Text(filled(text.en, values), filled(text.zh, values)) if values else text


class VariantSource:
    """Whole numbers that follow from the course's key, the student, the question and the attempt."""

    def __init__(self, key: str, student: str, question: str, attempt: int) -> None:
        self.hash = hashlib.blake2b(key=_hash_key(key), digest_size=16)
        self.hash.update("\0".join((student_id(student), question, str(attempt), "")).encode("utf-8", "replace"))

    def index(self, count: int, purpose: str) -> int:
        """One of 0, 1 … count - 1: always the same for the same purpose."""
        digest = self.hash.copy()
        digest.update(purpose.encode())
        return int.from_bytes(digest.digest(), "big") * count >> 128

    def shuffled(self, entries: list[str]) -> list[str]:
        """The entries in an order of this student's own."""
        order = list(entries)
        for last in range(len(order) - 1, 0, -1):
            other = self.index(last + 1, f"order {last}")
            order[last], order[other] = order[other], order[last]
        return order


@functools.lru_cache(maxsize=8)
def _hash_key(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=32).digest()


def _values(question: Question, source: VariantSource) -> dict[str, Value]:
    for turn in range(MAX_DRAWS):
        values = {
            name: value_of(parameter, source.index(size_of(parameter), f"value {turn} {name}"))
            for name, parameter in question.parameters.items()
        }
        if all(holds(formula, values) for formula in question.require):
            return values
    raise CourseError(f"{question.id}: none of {MAX_DRAWS} draws fulfils what it requires.")


def size_of(parameter: Parameter) -> int:
    """How many values it may take."""
    if parameter.choice is not None:
        return len(parameter.choice)
    low, high = _steps(parameter)
    return high - low + 1


def value_of(parameter: Parameter, index: int) -> Value:
    """The value at that place."""
    if parameter.choice is not None:
        return parameter.choice[index]
    step = _steps(parameter)[0] + index
    return step if parameter.integer is not None else step / _scale(parameter)


def _steps(parameter: Parameter) -> tuple[int, int]:
    """Both ends, counted in the last decimal."""
    if parameter.integer is not None:
        return parameter.integer
    assert parameter.uniform is not None
    low, high = (round(end * _scale(parameter)) for end in parameter.uniform)
    return low, high


def _scale(parameter: Parameter) -> int:
    return 10 ** max(0, min(parameter.digits, MAX_DIGITS))  # type: ignore[no-any-return]  # mypy allows for a negative exponent
