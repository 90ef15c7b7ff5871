"""A question as the formats know it: in one language, with its numbers drawn, and with the points of every answer."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

VARIANT = re.compile(r"(?<=\w) \d{2,4}\Z")  # ends the name of a drawn item
LEFT_OUT = "Left out: "  # begins the reason why a whole question was left out


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that all kinds of items have. Texts are Markdown; answers that students type are plain text."""

    name: str
    prompt: str
    explanation: str = ""
    weight: int = 1
    tags: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An option, or a text that students may type."""

    text: str
    share: float  # of the points: 1 is right, 0 wrong. With several options: what this one adds or takes away
    reply: str = ""  # for students who chose it
    left_out: str = ""  # for students who should have chosen it


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A number that students may type."""

    value: float | None  # None: any other number
    tolerance: float = 0.0  # absolute
    share: float
    reply: str = ""


class ChoiceItem(Item, frozen=True, kw_only=True):
    """A question with options. Students choose one, or several."""

    options: tuple[Answer, ...]
    is_single: bool


class TruthItem(Item, frozen=True, kw_only=True):
    """A statement that is true or false."""

    is_true: bool
    reply: str = ""  # for students who are wrong
    reply_right: str = ""


class NumberItem(Item, frozen=True, kw_only=True):
    """A question for a number."""

    answers: tuple[Number, ...]
    units: dict[str, float] = {}  # unit -> its size in the unit of the answers

    @property
    def needs_unit(self) -> bool:
        return len(set(self.units.values())) > 1


class WordItem(Item, frozen=True, kw_only=True):
    """A question for a text that students type."""

    answers: tuple[Answer, ...]
    minds_case: bool = False


class OrderItem(Item, frozen=True, kw_only=True):
    """Steps to be put in order."""

    accepted: tuple[tuple[str, ...], ...]  # each has all steps, in an order that is right


AnyItem = ChoiceItem | TruthItem | NumberItem | WordItem | OrderItem


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """Items that belong together."""

    path: tuple[str, ...]  # from the outermost category to this one
    items: tuple[AnyItem, ...]
    is_variants: bool = False  # the items are variants of one question

    @property
    def moodle_path(self) -> str:
        """Return the path as Moodle writes it, in XML and in GIFT."""
        names = [name.replace("/", "//") for name in self.path]
        return "/".join(["$course$", "top", *names])


class NotCarriedError(Exception):
    """The reason, in a sentence, for which the other side cannot represent a question or a part of it."""


class Losses:
    """The questions that lost something, by reason."""

    def __init__(self) -> None:
        self._names: dict[str, dict[str, None]] = {}  # reason -> names of questions, in order
        self.characters = 0  # of all texts that were read

    def add(self, reason: str, name: str) -> None:
        """Add a question to a reason, once."""
        self._names.setdefault(reason, {})[name] = None

    def leave_out(self, reason: object, name: str) -> None:
        """Add a question that was left out as a whole."""
        self.add(f"{LEFT_OUT}{reason}", name)

    @property
    def names(self) -> dict[str, list[str]]:
        """Return reason -> names of questions."""
        return {reason: list(names) for reason, names in self._names.items()}

    @property
    def left_out(self) -> int:
        """Return the number of questions that were left out as a whole."""
        left_out: set[str] = set()
        for reason, names in self.names.items():
            if reason.startswith(LEFT_OUT):
                left_out.update(names)
        return len(left_out)

    def lines(self) -> Iterator[str]:
        """Yield a line for each reason. Variants of a question are counted, not listed."""
        for reason, names in self.names.items():
            counts = Counter(VARIANT.sub("", name) for name in names)
            shown = [f"{name} x {count}" if count > 1 else name for name, count in counts.items()]
            yield f"{reason} ({len(names)}: {', '.join(shown)})"


def number_text(value: float) -> str:
    """Return a number as the formats write it: 12, 0.3, 2.5e-07."""
    return f"{value:.15g}"


def percent(share: float) -> str:
    """Return a share as Moodle writes it: 100, 33.33333, -50."""
    return f"{100 * share:.5f}".rstrip("0").rstrip(".")


def left_out_list(options: Iterable[Answer]) -> str:
    """Return a list in Markdown: each option with the reply for students who did not choose it."""
    entries = []
    for option in options:
        if option.left_out:
            entry = textwrap.indent(f"{option.text}\n\n{option.left_out}", "    ")
            entries.append(entry.replace("    ", "-   ", 1))
    return "\n\n".join(entries)


def right_texts(item: WordItem) -> list[str]:
    """Return the right answers. Raise NotCarriedError if one has several lines, which cannot be typed elsewhere."""
    texts = [answer.text for answer in item.answers if answer.share == 1]
    if any("\n" in text for text in texts):
        raise NotCarriedError("the answer has several lines, but the format allows only one")
    return texts


def starred(text: str) -> str:
    r"""Return an answer as Moodle writes it: a * becomes \*."""
    return text.replace("*", r"\*")
