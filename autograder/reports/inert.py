"""Text of a student's that is safe wherever it is shown: names and messages may hold anything.

What every medium must be kept from goes here, once, before any format sees a result; what is special to a medium
(markup, formulas, commands) is its format's to escape.
"""

from typing import Any

import msgspec

from ..results.model import SubmissionResult
from ..text import printable

MAX_TEXT = 4000  # characters of one message


def shortened(text: str, limit: int = MAX_TEXT) -> str:
    """No more of a text than anybody reads."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def one_line(text: str) -> str:
    """Return the text with spaces for its line breaks and tabs."""
    return " ".join(text.split())


def cleaned(result: SubmissionResult) -> SubmissionResult:
    """Return the result with every text printable and of bounded length."""
    return msgspec.convert(_cleaned(msgspec.to_builtins(result)), SubmissionResult)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return printable(shortened(value))
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return value
