"""A question as the formats see it: one language, its numbers drawn, every answer with its share of the points."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

VARIANT = re.compile(r"(?<=\w) \d{2,4}\Z")  # of a drawn item's name
LEFT_OUT = "Left out: "  # begins the reasons of questions that did not travel at all


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What every kind of item has. Texts are Markdown, answers to be typed in are plain."""

    name: str
    prompt: str
    explanation: str = ""
    weight: int = 1
    tags: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An option, or a text that may be typed in."""

    text: str
    share: float  # of the points: 1 is right, 0 wrong; of several options: what choosing it adds or takes away
    reply: str = ""  # to those who chose it
    left_out: str = ""  # to those who should have chosen it


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A number that may be typed in; None stands for every other one."""

    value: float | None
    tolerance: float = 0.0  # absolute
    share: float
    reply: str = ""


class ChoiceItem(Item, frozen=True, kw_only=True):
    """One option is right; or several may be."""

    options: tuple[Answer, ...]
    is_single: bool


class TruthItem(Item, frozen=True, kw_only=True):
    """A statement."""

    is_true: bool
    reply: str = ""  # to those who are wrong
    reply_right: str = ""


class NumberItem(Item, frozen=True, kw_only=True):
    """A number."""

    answers: tuple[Number, ...]
    units: dict[str, float] = {}  # unit -> how many of the answers' own unit it is

    @property
    def needs_unit(self) -> bool:
        return len(set(self.units.values())) > 1


class WordItem(Item, frozen=True, kw_only=True):
    """A text that is typed in."""

    answers: tuple[Answer, ...]
    minds_case: bool = False


class OrderItem(Item, frozen=True, kw_only=True):
    """Steps to be put in order."""

    accepted: tuple[tuple[str, ...], ...]  # the steps themselves


AnyItem = ChoiceItem | TruthItem | NumberItem | WordItem | OrderItem


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """Items that stand together; drawn from one question, they are each other's variants."""

    path: tuple[str, ...]  # from the outermost
    items: tuple[AnyItem, ...]
    is_variants: bool = False


class NotCarriedError(Exception):
    """A question, or a part of one, that the other side has no place for: why, in a sentence."""


class Losses:
    """What did not travel: reason -> the questions' names, in order."""

    def __init__(self) -> None:
        self.names: dict[str, list[str]] = {}

    def add(self, reason: str, name: str) -> None:
        """Tell it of this question, once."""
        names = self.names.setdefault(reason, [])
        if name not in names:
            names.append(name)

    @property
    def left_out(self) -> int:
        """How many questions did not travel at all."""
        return len({name for reason, names in self.names.items() if reason.startswith(LEFT_OUT) for name in names})

    def lines(self) -> Iterator[str]:
        """One for each reason; variants of a question are counted, not listed."""
        for reason, names in self.names.items():
            counts = Counter(VARIANT.sub("", name) for name in names)
            told = ", ".join(f"{name} x {count}" if count > 1 else name for name, count in counts.items())
            yield f"{reason} ({len(names)}: {told})"


def number_text(value: float) -> str:
    """A number as the formats write it: 12, 0.3, 2.5e-07."""
    return f"{value:.15g}"


def percent(share: float) -> str:
    """A share as Moodle lists it: 100, 33.33333, -50."""
    return f"{100 * share:.5f}".rstrip("0").rstrip(".")


def left_out_list(options: Iterable[Answer]) -> str:
    """What to say to those who left right options out, as a list: which option, and the reply."""
    entries = (f"{option.text}\n\n{option.left_out}" for option in options if option.left_out)
    return "\n\n".join(textwrap.indent(entry, "    ").replace("    ", "-   ", 1) for entry in entries)


def refuse_lines(item: WordItem) -> None:
    """Raises NotCarriedError where the right answer has several lines: elsewhere, one can be typed in."""
    if any("\n" in answer.text for answer in item.answers if answer.share == 1):
        raise NotCarriedError("the answer has several lines, and the format asks for one")


def in_order(pairs: list[tuple[str, str]]) -> tuple[str, ...]:
    """The steps of a matching question that pairs them with 1, 2, 3 … Raises NotCarriedError."""
    for by_number in ([(b, a) for a, b in pairs], pairs):
        steps = dict(by_number)
        numbers = [str(place) for place in range(1, len(pairs) + 1)]
        if sorted(steps) == sorted(numbers):
            return tuple(steps[number] for number in numbers)
    raise NotCarriedError("it matches pairs; only steps with their places 1, 2, 3 … become a question here")


def starred(text: str) -> str:
    r"""A typed answer as Moodle keeps it: a * in it is written \*."""
    return text.replace("*", r"\*")


def unstarred(text: str) -> str | None:
    r"""A typed answer without what Moodle writes before a *; None where a bare * stands for any text."""
    parts = text.split(r"\*")
    return None if any("*" in part for part in parts) else "*".join(parts)
