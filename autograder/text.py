"""Sentences that a student reads: each exists in English and in Chinese, written side by side."""

import re
from enum import StrEnum
from typing import Any

import msgspec


class Language(StrEnum):
    """Which of a sentence's languages to show."""

    EN = "en"
    ZH = "zh"
    BOTH = "both"


class Text(msgspec.Struct, frozen=True):
    """One sentence in both languages."""

    en: str
    zh: str

    def filled(self, **values: Any) -> "Text":
        """The sentence with its {placeholders} filled; a value may itself be a Text."""

        def fill(template: str, language: str) -> str:
            chosen = {key: getattr(v, language) if isinstance(v, Text) else v for key, v in values.items()}
            return template.format(**chosen)

        return Text(fill(self.en, "en"), fill(self.zh, "zh"))

    def lines(self, language: Language) -> list[str]:
        """The sentence in the languages asked for, one line each; once where both read the same."""
        if language is Language.BOTH:
            return [self.en] if self.en == self.zh else [line for line in (self.en, self.zh) if line]
        return [getattr(self, language.value)]

    def __bool__(self) -> bool:
        return bool(self.en)

    def __add__(self, other: "Text") -> "Text":
        return Text(self.en + other.en, self.zh + other.zh)


NOTHING = Text("", "")

# What would move the cursor, ring, change the window's title, or turn text around.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Text of a student's, safe for a terminal."""
    return CONTROLS.sub("�", text)
