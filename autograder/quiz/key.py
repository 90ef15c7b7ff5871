"""The part of a quiz that students must not see: the keys of solutions/<topic>/quiz_key.yaml, by question id."""

from typing import Generic, TypeVar

import msgspec

from ..text import Text

Formula = str | int | float  # a number, or an expression in the question's parameters
WrittenT = TypeVar("WrittenT")


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The key of a question. Each kind of question adds its own fields, in its module of kinds/."""

    explanation: Text  # why the right answer is right


class WrongAnswer(msgspec.Struct, Generic[WrittenT], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wrong answer that students give, and the reply to it in both languages: what they did or believed."""

    wrong: WrittenT
    en: str
    zh: str

    @property
    def reply(self) -> Text:
        """Return the reply as one text."""
        return Text(self.en, self.zh)
