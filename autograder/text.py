"""Sentences that students read. Each has an English and a Chinese version."""

import re
from enum import StrEnum
from typing import Any

import msgspec


class Language(StrEnum):
    """The languages in which a sentence is shown."""

    EN = "en"
    ZH = "zh"
    BOTH = "both"


class Text(msgspec.Struct, frozen=True):
    """A sentence in both languages."""

    en: str
    zh: str

    def filled(self, **values: Any) -> "Text":
        """Return the sentence with its {placeholders} filled. A value may itself be a Text."""
        en = {name: value.en if isinstance(value, Text) else value for name, value in values.items()}
        zh = {name: value.zh if isinstance(value, Text) else value for name, value in values.items()}
        return Text(self.en.format(**en), self.zh.format(**zh))

    def lines(self, language: Language) -> list[str]:
        """Return the sentence in the language, or in both on a line each. Equal lines are returned once."""
        if language is Language.EN:
            return [self.en]
        if language is Language.ZH:
            return [self.zh]
        if self.en == self.zh:
            return [self.en]
        return [line for line in (self.en, self.zh) if line]

    def label(self, language: Language) -> str:
        """Return the sentence in one language, for a heading or a number: English where both are asked for."""
        return self.zh if language is Language.ZH else self.en

    def __bool__(self) -> bool:
        return bool(self.en)

    def __add__(self, other: "Text") -> "Text":
        return Text(self.en + other.en, self.zh + other.zh)


NOTHING = Text("", "")

# Characters that move the cursor, ring the bell, change the window's title or reverse the text.
CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Return a student's text without control characters, safe for a terminal. Line breaks and tabs stay."""
    return CONTROLS.sub("�", text)
