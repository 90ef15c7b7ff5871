"""Writes a variant as an item of exchange/, and reads an item: the parts that all kinds share."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...text import Language, Text
from ..exchange.item import Answer, AnyItem, Losses, Number, number_text
from ..key import Key
from ..question import filled
from ..variant import Variant, as_text, filled_text

DIFFICULTY = 3  # of an item without one
DIFFICULTY_TAG = re.compile(r"difficulty ([1-5])")
REPLY_TO_RIGHT = "The reply to the right answer was left out"
PLACEHOLDER = "q"  # id of an imported question until it gets its own


class ItemWriter:
    """A writer of the texts of one variant, in one language or both."""

    def __init__(self, variant: Variant, language: Language, name: str, losses: Losses) -> None:
        self.variant = variant
        self.language = language
        self.name = name
        self.losses = losses

    def common(self, key: Key) -> dict[str, Any]:
        """Return the fields that every item has."""
        question = self.variant.question
        prompt = self.block(question.prompt)
        if question.code:
            prompt += f"\n\n```python\n{self.plain(question.code)}\n```"
        tags = [f"difficulty {question.difficulty}"]
        if question.exercise:
            tags.append(question.exercise)
        return {
            "name": self.name,
            "prompt": prompt,
            "explanation": self.block(key.explanation),
            "weight": question.weight,
            "tags": tuple(tags),
        }

    def entries(self) -> dict[str, str]:
        """Return the options or steps by the author's letters."""
        return {letter: self.inline(as_text(label)) for letter, label in self.variant.question.entries.items()}

    def block(self, text: Text) -> str:
        """Return the text with each language in a paragraph of its own."""
        lines = filled_text(text, self.variant.values).lines(self.language)
        return "\n\n".join(line.strip() for line in lines)

    def inline(self, text: Text) -> str:
        """Return the text with both languages on one line."""
        return on_one_line(filled_text(text, self.variant.values), self.language)

    def plain(self, text: str) -> str:
        """Return a text that is the same in both languages, such as code or an answer to type in."""
        return filled(text, self.variant.values).rstrip()

    def lose(self, reason: str) -> None:
        """Report a part of the question that no item can hold, once for all its variants."""
        self.losses.add(reason, self.variant.question.id)


class ItemReader:
    """A reader of the parts of one item."""

    def __init__(self, item: AnyItem, losses: Losses) -> None:
        self.item = item
        self.losses = losses

    def question_fields(self, prompt: str | None = None) -> dict[str, Any]:
        """Return the fields that every question has.

        prompt: by default the item's
        """
        return {
            "id": PLACEHOLDER,
            "prompt": in_both_languages(self.item.prompt if prompt is None else prompt),
            "difficulty": self._difficulty(),
            "weight": self.item.weight,
        }

    def key_fields(self) -> dict[str, Any]:
        """Return the fields that every key has."""
        return {"explanation": in_both_languages(self.item.explanation)}

    def lose(self, reason: str) -> None:
        """Report a part of the item that a question here cannot hold."""
        self.losses.add(reason, self.item.name)

    def lose_replies(self, right: Iterable[Answer | Number]) -> None:
        """Report that replies to right answers are lost, if there are any: a key here has only an explanation."""
        for answer in right:
            if answer.reply:
                self.lose(REPLY_TO_RIGHT)

    def lose_partial(self, answers: Iterable[Answer | Number]) -> None:
        """Report that answers which earn a part of the points count as wrong, if there are any."""
        for answer in answers:
            if 0 < answer.share < 1:
                self.lose("An answer that gives a part of the points counts as wrong")

    def _difficulty(self) -> int:
        for tag in self.item.tags:
            match = DIFFICULTY_TAG.fullmatch(tag)
            if match:
                return int(match[1])
        return DIFFICULTY


def on_one_line(text: Text, language: Language) -> str:
    """Return the text on one line, its languages parted by a slash."""
    return " / ".join(line.strip() for line in text.lines(language))


def in_both_languages(text: str) -> Text:
    """Return an item's text as a text of ours: items have one language."""
    return Text(text, text)


def written_replies(replies: Mapping[str, str]) -> dict[str, Text]:
    """Return the replies of an item, by letter, without those that are empty."""
    return {letter: in_both_languages(reply) for letter, reply in replies.items() if reply}


def without_noise(value: float) -> float:
    """Return the number without the last digits, which are rounding errors."""
    return float(number_text(value))
