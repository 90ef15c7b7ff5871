"""What a student may see of a quiz: the questions of exercises/<topic>/quiz.yaml."""

import re
from typing import Any

import msgspec

from ..text import Text

Label = Text | str  # a string reads the same in both languages
Value = int | float | str  # of a parameter


class Parameter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a number in a question is drawn from: exactly one of the three."""

    integer: tuple[int, int] | None = None  # both ends included
    uniform: tuple[float, float] | None = None  # rounded to `digits` decimals
    choice: tuple[Value, ...] | None = None
    digits: int = 2

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.integer, self.uniform, self.choice)) != 1:
            raise ValueError("a parameter has exactly one of integer, uniform, choice")
        span = self.integer or self.uniform
        if span is not None and span[0] >= span[1]:
            raise ValueError("a range begins below its end")
        if self.choice is not None and len(set(self.choice)) < max(2, len(self.choice)):
            raise ValueError("a choice has two or more values, all different")


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every kind of question has.

    `{name}` of a declared parameter stands for its value in every text; in maths, write a second pair of braces.
    """

    id: str  # unique in the course: q06_12
    prompt: Text  # Markdown: maths between dollar signs, code in fences or backticks
    difficulty: int  # 1 to 5
    weight: int = 1  # its share of the quiz's points
    exercise: str | None = None  # the exercise that it belongs to
    code: str | None = None  # Python that the prompt speaks of
    parameters: dict[str, Parameter] = {}
    require: tuple[str, ...] = ()  # formulas of the parameters that must hold; a draw that breaks one is drawn again

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.id):
            raise ValueError(f"the id {self.id!r} is not made of small letters, digits and underscores")
        if not 1 <= self.difficulty <= 5 or self.weight < 1:
            raise ValueError(f"{self.id}: the difficulty is 1 to 5, the weight 1 or more")


class WithOptions(Question, frozen=True, kw_only=True):
    """Shown in an order of the student's own; the letters here are the author's."""

    options: dict[str, Label]

    def __post_init__(self) -> None:
        super().__post_init__()
        _need_letters(self.id, self.options)


class SingleChoice(WithOptions, frozen=True, kw_only=True, tag="single_choice"):
    """One option is right."""


class MultipleChoice(WithOptions, frozen=True, kw_only=True, tag="multiple_choice"):
    """One or more options are right."""


class TrueFalse(Question, frozen=True, kw_only=True, tag="true_false"):
    """A statement."""


class Numeric(Question, frozen=True, kw_only=True, tag="numeric"):
    """A number. Where `units` are given, an answer may carry one; where they differ in size, it must."""

    units: dict[str, float] = {}  # unit -> how many of the first one it is
    figures: int | None = None  # significant digits that the prompt asks for


class ShortText(Question, frozen=True, kw_only=True, tag="short_text"):
    """A word or two."""


class Order(Question, frozen=True, kw_only=True, tag="order"):
    """Steps to be put in order; shown in an order of the student's own."""

    steps: dict[str, Label]

    def __post_init__(self) -> None:
        super().__post_init__()
        _need_letters(self.id, self.steps)


class PredictOutput(Question, frozen=True, kw_only=True, tag="predict_output"):
    """What `code` prints."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.code:
            raise ValueError(f"{self.id}: there is no code whose output could be predicted")


AnyQuestion = SingleChoice | MultipleChoice | TrueFalse | Numeric | ShortText | Order | PredictOutput


def filled(text: str, values: dict[str, Value]) -> str:
    """The text with each `{name}` of a drawn parameter replaced by its value; all other braces stay."""
    if not values:
        return text
    names = "|".join(map(re.escape, values))
    return re.sub(rf"\{{({names})\}}", lambda match: f"{values[match[1]]}", text)


def _need_letters(question: str, entries: dict[str, Any]) -> None:
    if list(entries) != [chr(ord("A") + position) for position in range(len(entries))] or len(entries) < 2:
        raise ValueError(f"{question}: two or more entries with the letters A, B, C … in order")
