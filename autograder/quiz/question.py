"""The part of a quiz that students may see: the questions of exercises/<topic>/quiz.yaml."""

import re

import msgspec

from ..text import Text

Label = Text | str  # a string reads the same in both languages
Value = int | float | str  # of a parameter


class Parameter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The values that a number of a question is drawn from: exactly one of the three is given."""

    integer: tuple[int, int] | None = None  # both ends included
    uniform: tuple[float, float] | None = None  # rounded to `digits` decimals
    choice: tuple[Value, ...] | None = None
    digits: int = 2

    def __post_init__(self) -> None:
        sources = (self.integer, self.uniform, self.choice)
        if sources.count(None) != len(sources) - 1:
            raise ValueError("a parameter has exactly one of integer, uniform, choice")
        if self.choice is not None:
            _check_choice(self.choice)
        else:
            _check_range(self.integer or self.uniform)


def _check_choice(values: tuple[Value, ...]) -> None:
    is_each_different = len(set(values)) == len(values)
    if len(values) < 2 or not is_each_different:
        raise ValueError("a choice has two or more values, all different")


def _check_range(ends: tuple[float, float] | None) -> None:
    if ends is not None and ends[0] >= ends[1]:
        raise ValueError("a range begins below its end")


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """A question. Each kind of question adds its own fields, in its module of kinds/.

    In every text, `{name}` of a declared parameter is replaced by its value. Maths needs a second pair of braces.
    """

    id: str  # unique in the course: q06_12
    prompt: Text  # Markdown: maths between dollar signs, code in fences or backticks
    difficulty: int  # 1 to 5
    weight: int = 1  # its share of the quiz's points
    exercise: str | None = None  # the exercise that it belongs to
    code: str | None = None  # Python that the prompt refers to
    parameters: dict[str, Parameter] = {}
    require: tuple[str, ...] = ()  # formulas of the parameters that must hold; a draw that breaks one is drawn again

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.id):
            raise ValueError(f"the id {self.id!r} is not made of small letters, digits and underscores")
        if not 1 <= self.difficulty <= 5 or self.weight < 1:
            raise ValueError(f"{self.id}: the difficulty is 1 to 5, the weight 1 or more")

    @property
    def kind(self) -> str:
        """Return the name of its kind in quiz.yaml."""
        return str(self.__struct_config__.tag)

    @property
    def entries(self) -> dict[str, Label]:
        """Return the texts that each student sees in another order, by the author's letters; none for most kinds."""
        return {}


def filled(text: str, values: dict[str, Value]) -> str:
    """Replace each `{name}` of a drawn parameter by its value; leave all other braces."""
    if not values:
        return text
    names = "|".join(re.escape(name) for name in values)
    return re.sub(rf"\{{({names})\}}", lambda match: f"{values[match[1]]}", text)
