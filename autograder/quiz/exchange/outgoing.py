"""A course's questions as items: drawn by the course's key and the item's number, so always the same."""

from collections.abc import Iterable, Iterator
from typing import Any

from ...course.model import Course, Topic
from ...text import Language, Text
from ..formula import FormulaError, number
from ..judge import right_number
from ..key import (
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
from ..load import load_keys, load_quiz
from ..question import AnyQuestion, Numeric, filled
from ..variant import Variant, as_text, draw, entries_of, filled_text
from .item import (
    Answer,
    AnyItem,
    Category,
    ChoiceItem,
    Losses,
    Number,
    NumberItem,
    OrderItem,
    TruthItem,
    WordItem,
    number_text,
)

DRAWS_PER_ITEM = 10  # tried, until one differs from those before


def categories(
    course: Course, topics: Iterable[Topic], *, language: Language, variants: int, losses: Losses
) -> Iterator[Category]:
    """Each topic's fixed questions, then its parametrised ones, each with a category of its own."""
    for topic in topics:
        quiz = load_quiz(topic)
        keys = load_keys(topic, quiz)
        path = (_inline(course.title, language), f"{topic.name.split('_')[0]} {_inline(topic.title, language)}")
        fixed, drawn = [], []
        for question in quiz.questions:
            found = _variants(course, question, variants)
            names = [f"{question.id} {place:02}" for place in range(1, len(found) + 1)]
            if not question.parameters:
                fixed.append(item_of(found[0], keys[question.id], language, question.id, losses))
                continue
            items = tuple(
                item_of(variant, keys[question.id], language, name, losses)
                for variant, name in zip(found, names, strict=True)
            )
            drawn.append(Category(path=(*path, question.id), items=items, is_variants=True))
        if fixed:
            yield Category(path=path, items=tuple(fixed))
        yield from drawn


def _variants(course: Course, question: AnyQuestion, count: int) -> list[Variant]:
    """As many different ones as asked for, or as there are; of a fixed question, one."""
    found: list[Variant] = []
    for place in range(1, 1 + (count * DRAWS_PER_ITEM if question.parameters else 1)):
        variant = draw(question, key=course.quiz.key, student=f"item {place}")
        if all(variant.values != other.values for other in found):
            found.append(variant)
        if len(found) == count:
            break
    return found


def item_of(variant: Variant, key: Key, language: Language, name: str, losses: Losses) -> AnyItem:
    """The variant with its key, in that language."""
    return _Writer(variant, language, name, losses).item(key)


class _Writer:
    """One variant, in one language or both."""

    def __init__(self, variant: Variant, language: Language, name: str, losses: Losses) -> None:
        self.variant = variant
        self.question = variant.question
        self.language = language
        self.name = name
        self.losses = losses

    def item(self, key: Key) -> AnyItem:
        if isinstance(key, SingleChoiceKey | MultipleChoiceKey):
            return self._choice(key)
        if isinstance(key, TrueFalseKey):
            return TruthItem(**self._common(key), is_true=key.answer, reply=self._block(key.reply))
        if isinstance(key, NumericKey):
            return self._number(key)
        if isinstance(key, OrderKey):
            return self._order(key)
        assert isinstance(key, ShortTextKey | PredictOutputKey)
        is_output = isinstance(key, PredictOutputKey)
        accepted = [key.answer] if isinstance(key, PredictOutputKey) else key.accepted
        answers = (*(Answer(text=self._filled(text), share=1.0) for text in accepted), *self._wrong_texts(key.replies))
        return WordItem(**self._common(key), answers=answers, minds_case=is_output)

    def _common(self, key: Key) -> dict[str, Any]:
        question = self.question
        prompt = self._block(question.prompt)
        if question.code:
            prompt += f"\n\n```python\n{filled(question.code, self.variant.values).rstrip()}\n```"
        exercise = (question.exercise,) if question.exercise else ()
        return {
            "name": self.name,
            "prompt": prompt,
            "explanation": self._block(key.explanation),
            "weight": question.weight,
            "tags": (f"difficulty {question.difficulty}", *exercise),
        }

    def _choice(self, key: SingleChoiceKey | MultipleChoiceKey) -> ChoiceItem:
        right = {key.answer} if isinstance(key, SingleChoiceKey) else set(key.answer)
        is_single = isinstance(key, SingleChoiceKey)
        options = []
        for letter, label in entries_of(self.question).items():
            text, reply = self._inline(as_text(label)), key.replies.get(letter, Text("", ""))
            if letter in right:
                left_out = "" if is_single else self._block(reply)
                options.append(Answer(text=text, share=1 / len(right), left_out=left_out))
            else:
                share = 0.0 if is_single else -1 / len(right)
                options.append(Answer(text=text, share=share, reply=self._block(reply)))
        return ChoiceItem(**self._common(key), options=tuple(options), is_single=is_single)

    def _number(self, key: NumericKey) -> NumberItem:
        assert isinstance(self.question, Numeric)
        right = _plain(right_number(self.variant, key))
        answers = [Number(value=right, tolerance=_tolerance(right, key), share=1.0)]
        for wrong in key.replies:
            try:
                value = _plain(number(wrong.wrong, self.variant.values))
            except FormulaError:
                continue  # this variant has no such wrong number
            reply = self._block(Text(wrong.en, wrong.zh))
            answers.append(Number(value=value, tolerance=_tolerance(value, key), share=0.0, reply=reply))
        return NumberItem(**self._common(key), answers=tuple(answers), units=dict(self.question.units))

    def _order(self, key: OrderKey) -> OrderItem:
        if key.replies:
            self.losses.add("No format has replies to steps in the wrong order", self.question.id)
        steps = {letter: self._inline(as_text(label)) for letter, label in entries_of(self.question).items()}
        accepted = tuple(tuple(steps[letter] for letter in order) for order in key.accepted)
        return OrderItem(**self._common(key), accepted=accepted)

    def _wrong_texts(self, replies: Iterable[WrongText]) -> list[Answer]:
        return [
            Answer(text=self._filled(one.wrong), share=0.0, reply=self._block(Text(one.en, one.zh))) for one in replies
        ]

    def _filled(self, text: str) -> str:
        return filled(text, self.variant.values).rstrip()

    def _block(self, text: Text) -> str:
        """Each language in a paragraph of its own."""
        lines = filled_text(text, self.variant.values).lines(self.language)
        return "\n\n".join(line.strip() for line in lines)

    def _inline(self, text: Text) -> str:
        return _inline(filled_text(text, self.variant.values), self.language)


def _inline(text: Text, language: Language) -> str:
    return " / ".join(line.strip() for line in text.lines(language))


def _tolerance(value: float, key: NumericKey) -> float:
    return _plain(max(key.absolute, key.relative * abs(value)))


def _plain(value: float) -> float:
    """Without the last digits, which arithmetic with floats makes up."""
    return float(number_text(value))
