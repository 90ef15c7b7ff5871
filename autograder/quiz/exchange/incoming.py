"""Items as a quiz of our own: questions and keys, with fresh ids, and the two files that hold them."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ...course.model import QUIZ, QUIZ_KEY
from ...results.files import write_whole
from ...text import Text
from ..key import (
    Key,
    MultipleChoiceKey,
    NumericKey,
    OrderKey,
    PredictOutputKey,
    ShortTextKey,
    SingleChoiceKey,
    TrueFalseKey,
    WrongNumber,
    WrongText,
)
from ..question import AnyQuestion, MultipleChoice, Numeric, Order, PredictOutput, ShortText, SingleChoice, TrueFalse
from ..understand import text_of
from ..variant import kind_of
from .item import (
    LEFT_OUT,
    Answer,
    AnyItem,
    ChoiceItem,
    Losses,
    NotCarriedError,
    Number,
    NumberItem,
    OrderItem,
    TruthItem,
    WordItem,
    number_text,
)

DIFFICULTY = 3  # where the file tells none
MAX_LETTERS = 26
CODE = re.compile(r"(?P<prompt>.*?)\n*```(?:python)?\n(?P<code>(?:(?!```).)+)\n```\s*", re.DOTALL)
WIDTH = 120
FIRST = ("id", "kind", "answer", "accepted")

Imported = tuple[AnyQuestion, Key]


def questions_of(items: Iterable[AnyItem], ids: Iterable[str], losses: Losses) -> list[Imported]:
    """Each item as a question and its key. What cannot be taken is told to `losses`."""
    found = []
    names = iter(ids)
    for item in items:
        try:
            make = _Maker(item, losses).made()
        except (NotCarriedError, ValueError) as reason:
            losses.add(f"{LEFT_OUT}{reason}", item.name)
            continue
        kind, fields, key = make
        question: AnyQuestion = kind(id=next(names), **fields)
        found.append((question, key))
    return found


def fresh_ids(prefix: str, taken: Iterable[str]) -> Iterable[str]:
    """q10_01, q10_02 …, from behind the last one that is taken."""
    numbers = [int(found[1]) for name in taken if (found := re.fullmatch(rf"{re.escape(prefix)}_(\d+)", name))]
    number = max(numbers, default=0)
    while True:
        number += 1
        yield f"{prefix}_{number:02}"


def write_quiz(imported: Sequence[Imported], folder: Path) -> None:
    """Write quiz.yaml and quiz_key.yaml, each atomically."""
    questions = [_dumped([_plain(question, kind=kind_of(question))]) for question, _ in imported]
    keys = [_dumped({question.id: _plain(key)}) for question, key in imported]
    write_whole(folder / QUIZ_KEY, ["\n".join(keys).encode()])
    write_whole(folder / QUIZ, ["\n".join(questions).encode()])


class _Maker:
    """One item."""

    def __init__(self, item: AnyItem, losses: Losses) -> None:
        self.item = item
        self.losses = losses

    def made(self) -> tuple[type[AnyQuestion], dict[str, Any], Key]:
        """The question's class, its fields without the id, and its key. Raises NotCarriedError."""
        item = self.item
        if not item.explanation:
            self._lose("There is no explanation: write one")
        if isinstance(item, ChoiceItem):
            return self._choice(item)
        if isinstance(item, TruthItem):
            if item.reply_right:
                self._lose("The reply to the right answer was left out")
            key = TrueFalseKey(answer=item.is_true, reply=_both(item.reply), **self._explained())
            return TrueFalse, self._common(), key
        if isinstance(item, NumberItem):
            return self._number(item)
        if isinstance(item, WordItem):
            return self._words(item)
        return self._order(item)

    def _common(self, prompt: str | None = None) -> dict[str, Any]:
        item = self.item
        tagged = (re.fullmatch(r"difficulty ([1-5])", tag) for tag in item.tags)
        difficulty = next((int(found[1]) for found in tagged if found), DIFFICULTY)
        return {"prompt": _both(item.prompt if prompt is None else prompt), "difficulty": difficulty} | (
            {"weight": item.weight} if item.weight != 1 else {}
        )

    def _explained(self) -> dict[str, Any]:
        return {"explanation": _both(self.item.explanation)}

    def _choice(self, item: ChoiceItem) -> tuple[type[AnyQuestion], dict[str, Any], Key]:
        options = _lettered([option.text for option in item.options])
        pairs = list(zip(options, item.options, strict=True))
        fields = self._common() | {"options": options}
        if item.is_single:
            right = [letter for letter, option in pairs if option.share == 1]
            self._tell_partial(item.options)
            if len(right) != 1:
                raise NotCarriedError(f"one option gives all of the points; here {len(right)} do")
            if any(option.reply for letter, option in pairs if letter in right):
                self._lose("The reply to the right answer was left out")
            replies = {letter: _both(option.reply) for letter, option in pairs if letter not in right and option.reply}
            return SingleChoice, fields, SingleChoiceKey(answer=right[0], replies=replies, **self._explained())
        right = [letter for letter, option in pairs if option.share > 0]
        if not right:
            raise NotCarriedError("no option gives points")
        if not self._is_fair(item.options):
            self._lose("Every right option counts alike here, and every wrong one takes as much away")
        if any(option.reply for option in item.options if option.share > 0):
            self._lose("The reply to the right answer was left out")
        both = {letter: _both(o.left_out if o.share > 0 else o.reply) for letter, o in pairs}
        replies = {letter: text for letter, text in both.items() if text}
        return MultipleChoice, fields, MultipleChoiceKey(answer=tuple(right), replies=replies, **self._explained())

    def _is_fair(self, options: Sequence[Answer]) -> bool:
        part = 1 / sum(option.share > 0 for option in options)
        return all(math.isclose(abs(option.share), part, abs_tol=1e-6) for option in options)

    def _number(self, item: NumberItem) -> tuple[type[AnyQuestion], dict[str, Any], Key]:
        right = [answer for answer in item.answers if answer.share == 1 and answer.value is not None]
        if len(right) != 1:
            raise NotCarriedError(f"one number is right; here {len(right)} are")
        if right[0].reply:
            self._lose("The reply to the right answer was left out")
        self._tell_partial(item.answers)
        if any(answer.value is None for answer in item.answers):
            self._lose("The reply to all other answers was left out")
        wrong = [answer for answer in item.answers if answer.value is not None and answer.share < 1]
        absolute, relative = self._tolerances(right[0], [answer for answer in wrong if answer.reply])
        replies = tuple(
            WrongNumber(wrong=_tidy(answer.value or 0.0), en=answer.reply, zh=answer.reply)
            for answer in wrong
            if answer.reply
        )
        key = NumericKey(
            answer=_tidy(right[0].value or 0.0),
            absolute=absolute,
            relative=relative,
            replies=replies,
            **self._explained(),
        )
        return Numeric, self._common() | ({"units": self._units(item)} if item.units else {}), key

    def _tolerances(self, right: Number, wrong: Sequence[Number]) -> tuple[float, float]:
        """The absolute and the relative one that give every answer its tolerance."""
        answers = [right, *wrong]
        least = min(answer.tolerance for answer in answers)
        if all(answer.tolerance == least for answer in answers):
            return least, 0.0
        relative = min((a.tolerance / abs(a.value) for a in answers if a.value), default=0.0)
        relative = float(f"{relative:.9g}")
        slacks = [relative * abs(answer.value or 0.0) for answer in answers]
        for absolute in (0.0, least):
            found = [max(absolute, slack) for slack in slacks]
            if all(
                math.isclose(slack, answer.tolerance, rel_tol=1e-6)
                for slack, answer in zip(found, answers, strict=True)
            ):
                return absolute, relative
        self._lose("All answers have the tolerance of the right one here")
        return right.tolerance, 0.0

    def _units(self, item: NumberItem) -> dict[str, float]:
        """The answers' own unit first."""
        units = dict(sorted(item.units.items(), key=lambda unit: unit[1] != 1))
        if next(iter(units.values())) != 1:
            raise NotCarriedError("no unit has the multiplier 1, so the answer's own unit is not known")
        return {name: _tidy(size) for name, size in units.items()}

    def _words(self, item: WordItem) -> tuple[type[AnyQuestion], dict[str, Any], Key]:
        self._tell_partial(item.answers)
        accepted = tuple(answer.text for answer in item.answers if answer.share == 1)
        if any(answer.reply for answer in item.answers if answer.share == 1):
            self._lose("The reply to the right answer was left out")
        replies = tuple(
            WrongText(wrong=answer.text, en=answer.reply, zh=answer.reply)
            for answer in item.answers
            if answer.share < 1 and answer.reply
        )
        if not accepted:
            raise NotCarriedError("no answer gives all of the points")
        found = CODE.fullmatch(item.prompt)
        if item.minds_case and found and found["prompt"].strip() and len(accepted) == 1:
            fields = self._common(found["prompt"].strip()) | {"code": f"{found['code']}\n"}
            return PredictOutput, fields, PredictOutputKey(answer=accepted[0], replies=replies, **self._explained())
        if item.minds_case:
            self._lose("Capital and small letters count alike here")
        fields = self._common()
        question = ShortText(id="q", **fields)
        if not all(text_of(question, text) for text in accepted):
            raise NotCarriedError("an answer is made of punctuation alone, which does not count here")
        return ShortText, fields, ShortTextKey(accepted=accepted, replies=replies, **self._explained())

    def _order(self, item: OrderItem) -> tuple[type[AnyQuestion], dict[str, Any], Key]:
        """Letters in the order of the steps' texts: in the right order, they would give it away."""
        steps = item.accepted[0]
        if len(set(steps)) < len(steps):
            raise NotCarriedError("two of its steps read the same")
        lettered = _lettered(sorted(steps))
        letters = {str(text): letter for letter, text in lettered.items()}
        accepted = tuple(tuple(letters[step] for step in order) for order in item.accepted)
        return Order, self._common() | {"steps": lettered}, OrderKey(accepted=accepted, **self._explained())

    def _tell_partial(self, answers: Sequence[Answer | Number]) -> None:
        if any(0 < answer.share < 1 for answer in answers):
            self._lose("An answer that gives a part of the points counts as wrong")

    def _lose(self, reason: str) -> None:
        self.losses.add(reason, self.item.name)


def _lettered(texts: Sequence[str]) -> dict[str, str]:
    if not 2 <= len(texts) <= MAX_LETTERS:
        raise NotCarriedError(f"there are 2 to {MAX_LETTERS} options; here {len(texts)}")
    if not all(texts):
        raise NotCarriedError("one of its options is empty")
    return {chr(ord("A") + place): text for place, text in enumerate(texts)}


def _both(text: str) -> Text:
    return Text(text, text)


def _tidy(value: float) -> float | int:
    rounded = float(number_text(value))
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def _plain(one: msgspec.Struct, **more: str) -> dict[str, Any]:
    """The fields that differ from their defaults, in the order that an author writes them."""
    values = {
        field.name: getattr(one, field.name)
        for field in msgspec.structs.fields(type(one))
        if getattr(one, field.name) != _default(field)
    }
    plain: dict[str, Any] = msgspec.to_builtins(values) | more
    return {name: plain.pop(name) for name in FIRST if name in plain} | plain


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks; lists of letters on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.SequenceNode:
    is_short = all(isinstance(item, str) and len(item) < 40 for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=is_short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


def _dumped(value: list[Any] | Mapping[str, Any]) -> str:
    found: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
    return found
