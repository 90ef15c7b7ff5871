"""Reads one answer, and compares it with its key. The kind of the question knows how."""

from typing import Any

from ..text import Text
from .answers import Entry
from .key import Key
from .kinds import kind_of
from .kinds.kind import Judgement
from .kinds.written import Complaint
from .variant import Variant, filled_text

MAX_WRITTEN = 2000  # characters of an answer; nothing longer is compared with anything
TOO_LONG = Text(
    f"This has more than {MAX_WRITTEN:,} characters. Write the answer alone.",
    f"这里超过了 {MAX_WRITTEN} 个字符，请只写答案。",
)

# A letter, letters, a number, true or false, a text: each kind's own type.
Answer = Any


def understand(variant: Variant, entry: Entry) -> Answer | Complaint | None:
    """Return the answer, or a complaint that says what to write instead, or None if nothing was written."""
    if entry.is_blank:
        return None
    if entry.refused:
        return Complaint(entry.refused)
    if entry.length > MAX_WRITTEN:
        return Complaint(TOO_LONG)
    question = variant.question
    return kind_of(question).understand(question, variant.letters, entry)


def joined(first: Text, second: Text) -> Text:
    """Return both texts as one; if one of them is empty, the other."""
    if first and second:
        return Text(f"{first.en} {second.en}", first.zh + second.zh)
    return first or second


def judge(variant: Variant, key: Key, answer: Answer) -> Judgement:
    """Return the share of the points and the replies. Raise FormulaError if the key's formula cannot be computed."""
    judgement = kind_of(variant.question).judge(variant, key, answer)
    if not variant.values:
        return judgement
    return Judgement(
        share=judgement.share,
        reply=filled_text(judgement.reply, variant.values),
        left_out=filled_text(judgement.left_out, variant.values),
        is_incomplete=judgement.is_incomplete,
    )
