"""The decorator of a check, and its data: exercise, weight, and title in two languages."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from .. import CHECK_ATTRIBUTE
from ..text import Text

F = TypeVar("F", bound=Callable[..., Any])

# English up to the end of a sentence, then a sentence with Chinese in it.
TITLE = re.compile(r"^(?P<en>[^\u4e00-\u9fff]*[.!?])\s+(?P<zh>.*[\u4e00-\u9fff].*)$", re.DOTALL)


class CheckSpec(msgspec.Struct, frozen=True):
    """The facts that `@check` notes on its function."""

    exercise: str
    weight: int
    title: Text


def check(exercise: str, *, weight: int = 1) -> Callable[[F], F]:
    """Make a pytest function a check of `exercise`.

    Its docstring is its public title: an English sentence, then a Chinese one.
    weight: its share of the exercise's points, relative to the other checks.
    """

    def mark(function: F) -> F:
        setattr(function, CHECK_ATTRIBUTE, CheckSpec(exercise, weight, _title(function.__doc__ or "")))
        return function

    return mark


def spec_of(function: object) -> CheckSpec | None:
    """Return the spec of a check function; None for any other object."""
    return getattr(function, CHECK_ATTRIBUTE, None)


def _title(docstring: str) -> Text:
    flat = " ".join(docstring.split())
    match = TITLE.match(flat)
    return Text(match["en"], match["zh"]) if match else Text(flat, "")
