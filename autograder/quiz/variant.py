"""The question as one student sees it: numbers and the order of options drawn from the student's id.

Draws use only keyed BLAKE2b and integers, so that a student gets the same variant on every machine, at any time.
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
    """The numbers and letters of a question that were drawn for one student."""

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
    """Return the name in the form that variants are drawn from."""
    return unicodedata.normalize("NFC", name).strip()


def draw(question: Question, *, key: str, student: str, attempt: int = 1) -> Variant:
    """Draw the student's variant. Raise CourseError if no draw meets the question's requirements.

    key: of the course
    """
    source = VariantSource(key, student, question.id, attempt)
    order = source.shuffled(list(question.entries))
    return Variant(
        question=question,
        attempt=attempt,
        values=_values(question, source),
        letters={chr(ord("A") + place): letter for place, letter in enumerate(order)},
    )


def show(variant: Variant) -> Shown:
    """Return the question with the drawn numbers and letters in place."""
    question, values = variant.question, variant.values
    entries = question.entries
    options = {}
    for letter, author_letter in variant.letters.items():
        options[letter] = filled_text(as_text(entries[author_letter]), values)
    return Shown(
        id=question.id,
        kind=question.kind,
        prompt=filled_text(question.prompt, values),
        options=options,
        code=filled(question.code, values) if question.code else None,
        units=tuple(getattr(question, "units", ())),
    )


def as_text(label: Label) -> Text:
    """Return the label as a text in both languages."""
    return label if isinstance(label, Text) else Text(label, label)


def filled_text(text: Text, values: dict[str, Value]) -> Text:
    """Return the text with the drawn numbers in place, in both languages."""
    return Text(filled(text.en, values), filled(text.zh, values)) if values else text


class VariantSource:
    """A source of integers that depend only on the course's key, the student, the question and the attempt."""

    def __init__(self, key: str, student: str, question: str, attempt: int) -> None:
        self.hash = hashlib.blake2b(key=_hash_key(key), digest_size=16)
        self.hash.update("\0".join((student_id(student), question, str(attempt), "")).encode("utf-8", "replace"))

    def index(self, count: int, purpose: str) -> int:
        """Return one of 0, 1 … count - 1, always the same one for the same purpose."""
        digest = self.hash.copy()
        digest.update(purpose.encode())
        return int.from_bytes(digest.digest(), "big") * count >> 128

    def shuffled(self, entries: list[str]) -> list[str]:
        """Return the entries in this student's order."""
        order = list(entries)
        for last in range(len(order) - 1, 0, -1):
            other = self.index(last + 1, f"order {last}")
            order[last], order[other] = order[other], order[last]
        return order


@functools.lru_cache(maxsize=8)
def _hash_key(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=32).digest()


def _values(question: Question, source: VariantSource) -> dict[str, Value]:
    """Return the first draw of values that meets the question's requirements."""
    for turn in range(MAX_DRAWS):
        values = _drawn(question, source, turn)
        if all(holds(formula, values) for formula in question.require):
            return values
    raise CourseError(f"{question.id}: none of {MAX_DRAWS} draws fulfils what it requires.")


def _drawn(question: Question, source: VariantSource, turn: int) -> dict[str, Value]:
    values = {}
    for name, parameter in question.parameters.items():
        index = source.index(size_of(parameter), f"value {turn} {name}")
        values[name] = value_of(parameter, index)
    return values


def size_of(parameter: Parameter) -> int:
    """Return the number of values that the parameter may take."""
    if parameter.choice is not None:
        return len(parameter.choice)
    low, high = _steps(parameter)
    return high - low + 1


def value_of(parameter: Parameter, index: int) -> Value:
    """Return the parameter's value at that index."""
    if parameter.choice is not None:
        return parameter.choice[index]
    step = _steps(parameter)[0] + index
    return step if parameter.integer is not None else step / _scale(parameter)


def _steps(parameter: Parameter) -> tuple[int, int]:
    """Return both ends of the range, in units of the last decimal."""
    if parameter.integer is not None:
        return parameter.integer
    assert parameter.uniform is not None
    low, high = (round(end * _scale(parameter)) for end in parameter.uniform)
    return low, high


def _scale(parameter: Parameter) -> int:
    return 10 ** max(0, min(parameter.digits, MAX_DIGITS))  # type: ignore[no-any-return]  # mypy allows for a negative exponent
