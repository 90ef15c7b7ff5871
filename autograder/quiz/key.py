"""What a student must not see of a quiz: the keys of solutions/<topic>/quiz_key.yaml, by question id."""

import msgspec

from ..text import Text

Formula = str | int | float  # a number, or an expression in the question's parameters


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every key has."""

    explanation: Text  # why the right answer is right


class SingleChoiceKey(Key, frozen=True, kw_only=True):
    """Every wrong option has its reply: what one must have believed to choose it."""

    answer: str
    replies: dict[str, Text]


class MultipleChoiceKey(Key, frozen=True, kw_only=True):
    """A reply for each option: to choosing it where it is wrong, to leaving it out where it is right."""

    answer: tuple[str, ...]
    replies: dict[str, Text]


class TrueFalseKey(Key, frozen=True, kw_only=True):
    """One reply: to the wrong one of the two."""

    answer: bool
    reply: Text


class WrongNumber(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wrong number that students arrive at, and what they did."""

    wrong: Formula
    en: str
    zh: str


class NumericKey(Key, frozen=True, kw_only=True):
    """Right is what lies within either tolerance of the answer."""

    answer: Formula
    absolute: float = 0.0
    relative: float = 0.0
    replies: tuple[WrongNumber, ...] = ()


class WrongText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wrong text that students write, and what they believed."""

    wrong: str
    en: str
    zh: str


class ShortTextKey(Key, frozen=True, kw_only=True):
    """Compared without case, width, outer punctuation and extra spaces."""

    accepted: tuple[str, ...]
    replies: tuple[WrongText, ...] = ()


class WrongPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two steps that students put the wrong way round: `first` before `then`."""

    first: str
    then: str
    en: str
    zh: str


class OrderKey(Key, frozen=True, kw_only=True):
    """One or more orders are right; the first is the one that is shown."""

    accepted: tuple[tuple[str, ...], ...]
    replies: tuple[WrongPair, ...] = ()


class PredictOutputKey(Key, frozen=True, kw_only=True):
    """What the code prints; trailing spaces and blank lines at the end do not count."""

    answer: str
    replies: tuple[WrongText, ...] = ()


KEY_OF = {
    "single_choice": SingleChoiceKey,
    "multiple_choice": MultipleChoiceKey,
    "true_false": TrueFalseKey,
    "numeric": NumericKey,
    "short_text": ShortTextKey,
    "order": OrderKey,
    "predict_output": PredictOutputKey,
}
