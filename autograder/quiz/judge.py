"""An answer held against its key: what share of the points it earns, and what to say to it."""

from collections.abc import Iterable
from itertools import combinations

import msgspec

from ..text import NOTHING, Text
from .formula import FormulaError, number
from .key import (
    Key,
    MultipleChoiceKey,
    NumericKey,
    OrderKey,
    PredictOutputKey,
    ShortTextKey,
    SingleChoiceKey,
    TrueFalseKey,
    WrongText,
)
from .question import Numeric, filled
from .understand import Answer, text_of
from .variant import Variant, filled_text

ROUNDING = 1e-9  # relative: of arithmetic with floats, never of a student


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer is worth, and the replies to it."""

    share: float  # 0 to 1
    reply: Text = NOTHING  # to what was answered
    left_out: Text = NOTHING  # to right options that were not chosen: it gives them away
    is_incomplete: bool = False  # there are such options


RIGHT = Judgement(share=1.0)


def judge(variant: Variant, key: Key, answer: Answer) -> Judgement:
    """The judgement. Raises FormulaError where the key's formula cannot be computed."""
    found = _judged(variant, key, answer)
    if not variant.values:
        return found
    return Judgement(
        share=found.share,
        reply=filled_text(found.reply, variant.values),
        left_out=filled_text(found.left_out, variant.values),
        is_incomplete=found.is_incomplete,
    )


def right_number(variant: Variant, key: NumericKey) -> float:
    """The right answer of this variant, in the first unit. Raises FormulaError."""
    return number(key.answer, variant.values)


def is_within(value: float, target: float, key: NumericKey) -> bool:
    """Whether the value is the target within either tolerance."""
    slack = max(key.absolute, key.relative * abs(target))
    return abs(value - target) <= slack + ROUNDING * max(slack, abs(target))


def named_wrong(variant: Variant, key: NumericKey, value: float) -> Text | None:
    """The reply to a wrong number that the key knows."""
    for wrong in key.replies:
        try:
            if is_within(value, number(wrong.wrong, variant.values), key):
                return Text(wrong.en, wrong.zh)
        except FormulaError:
            continue  # this variant has no such wrong number
    return None


def _judged(variant: Variant, key: Key, answer: Answer) -> Judgement:
    if isinstance(key, SingleChoiceKey):
        own = variant.letters[str(answer)]
        return RIGHT if own == key.answer else Judgement(share=0.0, reply=key.replies.get(own, NOTHING))
    if isinstance(key, TrueFalseKey):
        return RIGHT if answer is key.answer else Judgement(share=0.0, reply=key.reply)
    if isinstance(key, NumericKey):
        return _number(variant, key, answer)
    if isinstance(key, MultipleChoiceKey):
        return _options(key, [variant.letters[letter] for letter in _letters(answer)])
    if isinstance(key, OrderKey):
        return _order(key, [variant.letters[letter] for letter in _letters(answer)])
    assert isinstance(key, ShortTextKey | PredictOutputKey) and isinstance(answer, str)
    accepted = key.accepted if isinstance(key, ShortTextKey) else (key.answer,)
    return _text(variant, accepted, key.replies, answer)


def _letters(answer: Answer) -> tuple[str, ...]:
    assert isinstance(answer, tuple)
    return answer


def _number(variant: Variant, key: NumericKey, answer: Answer) -> Judgement:
    assert isinstance(answer, float) and isinstance(variant.question, Numeric)
    if is_within(answer, right_number(variant, key), key):
        return RIGHT
    return Judgement(share=0.0, reply=named_wrong(variant, key, answer) or NOTHING)


def _options(key: MultipleChoiceKey, chosen: list[str]) -> Judgement:
    """Each right one earns, each wrong one takes as much away."""
    right, wrong = set(chosen) & set(key.answer), set(chosen) - set(key.answer)
    return Judgement(
        share=max(0, len(right) - len(wrong)) / len(key.answer),
        reply=_joined(key.replies[letter] for letter in sorted(wrong) if letter in key.replies),
        left_out=_joined(key.replies[letter] for letter in key.answer if letter not in right and letter in key.replies),
        is_incomplete=len(right) < len(key.answer),
    )


def _order(key: OrderKey, steps: list[str]) -> Judgement:
    """By the pairs that stand in the right order, against the accepted order that fits best; half of them earn none."""
    if tuple(steps) in key.accepted:
        return RIGHT
    places = {step: place for place, step in enumerate(steps)}
    pairs = list(combinations(range(len(steps)), 2))
    kept = max(sum(places[order[i]] < places[order[j]] for i, j in pairs) for order in key.accepted)
    replies = (Text(one.en, one.zh) for one in key.replies if places[one.first] < places[one.then])
    return Judgement(share=max(0.0, 2 * kept / len(pairs) - 1), reply=next(replies, NOTHING))


def _text(variant: Variant, accepted: Iterable[str], replies: Iterable[WrongText], answer: str) -> Judgement:
    def same(text: str) -> bool:
        return text_of(variant.question, filled(text, variant.values)) == answer

    if any(map(same, accepted)):
        return RIGHT
    known = (Text(one.en, one.zh) for one in replies if same(one.wrong))
    return Judgement(share=0.0, reply=next(known, NOTHING))


def _joined(texts: Iterable[Text]) -> Text:
    texts = list(texts)
    return Text(" ".join(text.en for text in texts), "".join(text.zh for text in texts))
