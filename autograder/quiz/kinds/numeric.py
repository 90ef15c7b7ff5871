"""Numeric: a number."""

import math
from collections.abc import Collection, Iterator, Sequence

import msgspec

from ...text import NOTHING, Text
from ..answers import Entry
from ..exchange.item import AnyItem, NotCarriedError, Number, NumberItem
from ..formula import FormulaError, number
from ..key import Formula, Key, WrongAnswer
from ..question import Question
from ..variant import Variant
from .items import ItemReader, ItemWriter, without_noise
from .kind import RIGHT, Input, Judgement, Kind
from .written import Complaint, read_number

ROUNDING = 1e-9  # relative: rounding errors of the formula, not of a student
FIGURES = 4  # significant digits that a student may round to if the prompt asks for no others
EXACT_INTEGERS = 1e15  # floats below it hold every integer


class Numeric(Question, frozen=True, kw_only=True, tag="numeric"):
    """A number. If `units` are given, an answer may carry one; if they differ in size, it must."""

    units: dict[str, float] = msgspec.field(default_factory=dict)  # unit -> its size in the first unit
    figures: int | None = None  # significant digits that the prompt asks for

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(size <= 0 for size in self.units.values()):
            raise ValueError("a unit is larger than 0")


class NumericKey(Key, frozen=True, kw_only=True):
    """The right number. Every number within either tolerance of it is right."""

    answer: Formula
    absolute: float = 0.0
    relative: float = 0.0
    replies: tuple[WrongAnswer[Formula], ...] = ()

    def tolerance(self, target: float) -> float:
        """Return the larger of both tolerances, as an absolute one."""
        return max(self.absolute, self.relative * abs(target))


class NumericKind(Kind[Numeric, NumericKey, float]):
    """The kind of questions for a number. An answer within the tolerance earns all points."""

    question_type = Numeric
    key_type = NumericKey
    input = Input.LINE
    instruction = Text("A number, such as 0.24, 2.5e-4 or 1/4.", "填一个数，例如 0.24、2.5e-4 或 1/4。")
    notebook_instruction = Text("A number.", "填一个数。")
    notebook_example = "0.24"

    def understand(self, question: Numeric, letters: Collection[str], entry: Entry) -> float | Complaint:
        """Read a number, with its unit."""
        return read_number(entry.text, question.units)

    def judge(self, variant: Variant, key: NumericKey, answer: float) -> Judgement:
        """Compare the answer with the right number, then with the known wrong ones."""
        if is_within(answer, right_number(variant, key), key):
            return RIGHT
        return Judgement(share=0.0, reply=reply_to_wrong(variant, key, answer) or NOTHING)

    def replies(self, key: NumericKey) -> Iterator[tuple[str, Text]]:
        """Yield the reply to each known wrong number."""
        for mistake in key.replies:
            yield f"reply to {mistake.wrong}", mistake.reply

    def faults(self, question: Numeric, key: NumericKey) -> Iterator[str]:
        """Yield a key without any known wrong number."""
        if not key.replies:
            yield "No wrong number has a reply."

    def variant_faults(self, question: Numeric, variant: Variant, key: NumericKey) -> Iterator[str]:
        """Yield a right answer that is wrong after rounding, and wrong numbers that are right or have no value."""
        right = right_number(variant, key)
        yield from _faults_of_rounding(question, right, key)
        for mistake in key.replies:
            fault = _fault_of_mistake(mistake.wrong, right, variant, key)
            if fault:
                yield f"The wrong number {mistake.wrong!r} {fault}"

    def to_item(self, question: Numeric, key: NumericKey, writer: ItemWriter) -> NumberItem:
        """Return the right number, and the wrong ones that this variant has."""
        variant = writer.variant
        answers = [_answer(right_number(variant, key), key, share=1.0)]
        for wrong, reply in _wrong_numbers(variant, key):
            answers.append(_answer(wrong, key, share=0.0, reply=writer.block(reply)))
        return NumberItem(**writer.common(key), answers=tuple(answers), units=dict(question.units))

    def from_item(self, item: AnyItem, reader: ItemReader) -> tuple[Numeric, NumericKey] | None:
        """Take numbers."""
        if not isinstance(item, NumberItem):
            return None
        right = _right_answer(item)
        reader.lose_replies([right])
        reader.lose_partial(item.answers)
        mistakes = _mistakes(item, reader)
        absolute, relative = _tolerances(right, mistakes, reader)
        replies: list[WrongAnswer[Formula]] = []
        for mistake in mistakes:
            replies.append(WrongAnswer(wrong=_as_written(mistake), en=mistake.reply, zh=mistake.reply))
        question = Numeric(**reader.question_fields(), units=_units(item))
        key = NumericKey(
            answer=_as_written(right),
            absolute=absolute,
            relative=relative,
            replies=tuple(replies),
            **reader.key_fields(),
        )
        return question, key


def right_number(variant: Variant, key: NumericKey) -> float:
    """Return the right answer of this variant, in the first unit. Raise FormulaError."""
    return number(key.answer, variant.values)


def is_within(value: float, target: float, key: NumericKey) -> bool:
    """Return whether the value is the target within either tolerance."""
    tolerance = key.tolerance(target)
    return abs(value - target) <= tolerance + ROUNDING * max(tolerance, abs(target))


def reply_to_wrong(variant: Variant, key: NumericKey, value: float) -> Text | None:
    """Return the reply to a wrong number that the key knows, or None."""
    for wrong, reply in _wrong_numbers(variant, key):
        if is_within(value, wrong, key):
            return reply
    return None


def _wrong_numbers(variant: Variant, key: NumericKey) -> Iterator[tuple[float, Text]]:
    """Yield each known wrong number of this variant with its reply."""
    for mistake in key.replies:
        try:
            yield number(mistake.wrong, variant.values), mistake.reply
        except FormulaError:
            continue  # this variant has no such wrong number


def _faults_of_rounding(question: Numeric, right: float, key: NumericKey) -> Iterator[str]:
    """Yield a fault if the right answer is wrong after rounding. Integers are rounded only if the prompt asks for it."""
    if question.figures is None and right.is_integer():
        return
    figures = question.figures or FIGURES
    rounded = float(f"{right:.{figures}g}")
    if not is_within(rounded, right, key):
        yield f"The right answer with {figures} significant digits is not accepted"


def _fault_of_mistake(formula: Formula, right: float, variant: Variant, key: NumericKey) -> str | None:
    """Return why a reply to this wrong number would be unfair, or None."""
    try:
        wrong = number(formula, variant.values)
    except FormulaError:
        return "cannot be computed"
    if is_within(wrong, right, key):
        return "is right"
    if is_within(right, wrong, key):
        return "cannot be told from the right one"
    return None


def _answer(value: float, key: NumericKey, *, share: float, reply: str = "") -> Number:
    value = without_noise(value)
    return Number(value=value, tolerance=without_noise(key.tolerance(value)), share=share, reply=reply)


def _right_answer(item: NumberItem) -> Number:
    right = [answer for answer in item.answers if answer.share == 1 and answer.value is not None]
    if len(right) != 1:
        raise NotCarriedError(f"one number is right; here {len(right)} are")
    return right[0]


def _mistakes(item: NumberItem, reader: ItemReader) -> list[Number]:
    """Return the wrong numbers that have a reply."""
    mistakes = []
    for answer in item.answers:
        if answer.value is None:
            reader.lose("The reply to all other answers was left out")
        elif answer.share < 1 and answer.reply:
            mistakes.append(answer)
    return mistakes


def _tolerances(right: Number, mistakes: Sequence[Number], reader: ItemReader) -> tuple[float, float]:
    """Return the absolute and the relative tolerance that together give every answer its own tolerance."""
    answers = [right, *mistakes]
    tolerances = [answer.tolerance for answer in answers]
    least = min(tolerances)
    if least == max(tolerances):
        return least, 0.0
    relative = _least_relative(answers)
    if _have_tolerances(answers, 0.0, relative):
        return 0.0, relative
    if _have_tolerances(answers, least, relative):
        return least, relative
    reader.lose("All answers have the tolerance of the right one here")
    return right.tolerance, 0.0


def _least_relative(answers: Sequence[Number]) -> float:
    """Return the smallest relative tolerance of the answers, without rounding errors."""
    ratios = [answer.tolerance / abs(answer.value) for answer in answers if answer.value]
    return float(f"{min(ratios, default=0.0):.9g}")


def _have_tolerances(answers: Sequence[Number], absolute: float, relative: float) -> bool:
    """Return whether these two tolerances give each answer its own tolerance."""
    for answer in answers:
        tolerance = max(absolute, relative * abs(answer.value or 0.0))
        if not math.isclose(tolerance, answer.tolerance, rel_tol=1e-6):
            return False
    return True


def _units(item: NumberItem) -> dict[str, float]:
    """Return the item's units, the answers' own unit first."""
    if not item.units:
        return {}
    units = dict(sorted(item.units.items(), key=lambda unit: unit[1] != 1))
    if next(iter(units.values())) != 1:
        raise NotCarriedError("no unit has the multiplier 1, so the answer's own unit is not known")
    return {name: _tidy(size) for name, size in units.items()}


def _as_written(answer: Number) -> float | int:
    assert answer.value is not None
    return _tidy(answer.value)


def _tidy(value: float) -> float | int:
    """Return the number as an author writes it: without rounding errors, and an integer if it is one."""
    rounded = without_noise(value)
    return int(rounded) if rounded.is_integer() and abs(rounded) < EXACT_INTEGERS else rounded
