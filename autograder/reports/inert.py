"""Text of a student's that is safe wherever it is shown: names and messages may hold anything.

What every medium must be kept from goes here, once, before any format sees a result; what is special to a medium
(markup, formulas, commands) is its format's to escape.
"""

import re
from typing import Any

import msgspec

from ..results import SubmissionResult

MAX_TEXT = 4000  # characters of one message
REPLACEMENT = "\ufffd"

# What would move the cursor, ring, change the window's title, turn text around, or is no character at all.
CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)


def printable(text: str) -> str:
    """The text without control characters; line breaks and tabs stay."""
    return CONTROLS.sub(REPLACEMENT, text)


def shortened(text: str, limit: int = MAX_TEXT) -> str:
    """No more of a text than anybody reads."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def one_line(text: str) -> str:
    """The text with its line breaks and tabs as spaces."""
    return " ".join(text.split())


def cleaned(result: SubmissionResult) -> SubmissionResult:
    """The result, each of its texts printable and of bounded length."""
    return msgspec.convert(_cleaned(msgspec.to_builtins(result)), SubmissionResult)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return printable(shortened(value))
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return value
