"""Answers that are typed in as a text: words, and the output of a program."""

from collections.abc import Collection, Iterator
from typing import TypeVar

from ...text import Text
from ..answers import Entry
from ..exchange.item import Answer, NotCarriedError, WordItem
from ..key import Key, WrongAnswer
from ..question import filled
from ..variant import Variant
from .items import ItemReader, ItemWriter
from .kind import RIGHT, WRONG, Judgement, Kind, QuestionT


class TextKey(Key, frozen=True, kw_only=True):
    """The key of a question that is answered by a text."""

    @property
    def right_texts(self) -> tuple[str, ...]:
        """Return all right answers."""
        raise NotImplementedError

    @property
    def wrong_texts(self) -> tuple[WrongAnswer[str], ...]:
        """Return the wrong answers that have a reply."""
        raise NotImplementedError


TextKeyT = TypeVar("TextKeyT", bound=TextKey)


class TextKind(Kind[QuestionT, TextKeyT, str]):
    """A kind without partial points: the answer must be one of the right texts, compared in the form that `comparable` returns."""

    def comparable(self, text: str) -> str:
        """Return the text in the form in which texts are compared."""
        raise NotImplementedError

    def understand(self, question: QuestionT, letters: Collection[str], entry: Entry) -> str:
        """Return the text in its comparable form. Every text is an answer."""
        return self.comparable(entry.text)

    def judge(self, variant: Variant, key: TextKeyT, answer: str) -> Judgement:
        """Look the answer up among the right texts, then among the known wrong ones."""
        for text in key.right_texts:
            if self.comparable(filled(text, variant.values)) == answer:
                return RIGHT
        for mistake in key.wrong_texts:
            if self.comparable(filled(mistake.wrong, variant.values)) == answer:
                return Judgement(share=0.0, reply=mistake.reply)
        return WRONG

    def replies(self, key: TextKeyT) -> Iterator[tuple[str, Text]]:
        """Yield the reply to each known wrong text."""
        for mistake in key.wrong_texts:
            yield f"reply to {mistake.wrong}", mistake.reply

    def faults(self, question: QuestionT, key: TextKeyT) -> Iterator[str]:
        """Yield a key without right answers, and wrong texts that are right."""
        right = {self.comparable(text) for text in key.right_texts}
        if not any(right):
            yield "No answer is accepted."
        for mistake in key.wrong_texts:
            if self.comparable(mistake.wrong) in right:
                yield f"{mistake.wrong!r} is right and wrong."

    def answers_of(self, key: TextKeyT, writer: ItemWriter) -> tuple[Answer, ...]:
        """Return the right and the known wrong texts as answers of an item."""
        answers = [Answer(text=writer.plain(text), share=1.0) for text in key.right_texts]
        for mistake in key.wrong_texts:
            answers.append(Answer(text=writer.plain(mistake.wrong), share=0.0, reply=writer.block(mistake.reply)))
        return tuple(answers)


def read_texts(item: WordItem, reader: ItemReader) -> tuple[tuple[str, ...], tuple[WrongAnswer[str], ...]]:
    """Return an item's right texts, and its wrong ones that have a reply. Raise NotCarriedError if none is right."""
    reader.lose_partial(item.answers)
    right = [answer for answer in item.answers if answer.share == 1]
    reader.lose_replies(right)
    if not right:
        raise NotCarriedError("no answer gives all of the points")
    texts = [answer.text for answer in right]
    return tuple(texts), tuple(_mistakes(item))


def _mistakes(item: WordItem) -> Iterator[WrongAnswer[str]]:
    for answer in item.answers:
        if answer.share < 1 and answer.reply:
            yield WrongAnswer(wrong=answer.text, en=answer.reply, zh=answer.reply)
