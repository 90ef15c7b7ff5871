"""Items as GIFT, with HTML in it: what Moodle's reader takes, and other readers of GIFT as well."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from .item import (
    LEFT_OUT,
    AnyItem,
    Category,
    ChoiceItem,
    Losses,
    NotCarriedError,
    NumberItem,
    OrderItem,
    TruthItem,
    WordItem,
    number_text,
    percent,
    refuse_lines,
    starred,
)
from .markup import to_html

SPECIAL = re.compile(r"[\\~=#{}:]")
ARROW = "->"  # makes pairs of answers, and no escape helps
TAG = re.compile(r"[^\x00-\x1f\x7f\]]+")


def gift(categories: Iterable[Category], losses: Losses) -> bytes:
    """The file. What GIFT has no place for is told to `losses`."""
    blocks = []
    for category in categories:
        questions = []
        for item in category.items:
            try:
                questions.append(_question(item, losses))
            except NotCarriedError as reason:
                losses.add(f"{LEFT_OUT}{reason}", item.name)
        if questions:
            path = "/".join(["$course$", "top", *(part.replace("/", "//") for part in category.path)])
            blocks += [f"$CATEGORY: {' '.join(path.split())}", *questions]
    return ("\n\n".join(blocks) + "\n").encode()


def _question(item: AnyItem, losses: Losses) -> str:
    if item.weight != 1:
        losses.add("GIFT has no weights: each question counts the same", item.name)
    tags = [f"// [tag:{tag}]" for tag in item.tags if TAG.fullmatch(tag)]
    explanation = [f"####{_html(item.explanation)}"] if item.explanation else []
    head = f"::{_escaped(item.name)}::[html]{_html(item.prompt)}{{"
    return "\n".join([*tags, head, *_answers(item, losses), *explanation, "}"])


def _answers(item: AnyItem, losses: Losses) -> Iterator[str]:
    if isinstance(item, ChoiceItem):
        yield from _choice(item, losses)
    elif isinstance(item, TruthItem):
        yield ("TRUE" if item.is_true else "FALSE") + f"#{_html(item.reply)}#{_html(item.reply_right)}"
    elif isinstance(item, NumberItem):
        yield from _number(item, losses)
    elif isinstance(item, WordItem):
        yield from _words(item, losses)
    else:
        yield from _order(item)


def _choice(item: ChoiceItem, losses: Losses) -> Iterator[str]:
    if any(option.left_out for option in item.options):
        losses.add("GIFT has no replies to right options that were left out", item.name)
    if not item.is_single and any(option.share == 1 for option in item.options):
        raise NotCarriedError("with one right option of several that may be chosen, GIFT asks for a single one")
    for option in item.options:
        mark = "=" if item.is_single and option.share == 1 else "~"
        weight = "" if item.is_single else f"%{percent(option.share)}%"
        yield f"{mark}{weight}{_html(option.text)}{_reply(option.reply)}"


def _number(item: NumberItem, losses: Losses) -> Iterator[str]:
    if item.needs_unit:
        raise NotCarriedError("the answer needs a unit, and GIFT knows none")
    if item.units:
        losses.add("GIFT has no units: the number is written alone", item.name)
    yield "#"
    for number in item.answers:
        weight = "" if number.share == 1 else f"%{percent(number.share)}%"
        text = "*" if number.value is None else f"{_decimal(number.value)}:{_decimal(number.tolerance)}"
        yield f"={weight}{text}{_reply(number.reply)}"


def _words(item: WordItem, losses: Losses) -> Iterator[str]:
    refuse_lines(item)
    if item.minds_case:
        losses.add("In GIFT, capital and small letters count alike", item.name)
    for answer in item.answers:
        if ARROW in answer.text:
            raise NotCarriedError(f"an answer holds {ARROW}, which GIFT takes for a pair")
        if "\n" in answer.text:
            losses.add("The reply to a wrong answer of several lines was left out", item.name)
            continue
        weight = "" if answer.share == 1 else f"%{percent(answer.share)}%"
        yield f"={weight}{_escaped(starred(answer.text))}{_reply(answer.reply)}"


def _order(item: OrderItem) -> Iterator[str]:
    """Each step is matched with its place."""
    if len(item.accepted) > 1:
        raise NotCarriedError("more than one order is right, and matching steps with places knows one only")
    for place, step in enumerate(item.accepted[0], 1):
        yield f"={_html(step)} {ARROW} {place}"


def _reply(markdown: str) -> str:
    return f"#{_html(markdown)}" if markdown else ""


def _html(markdown: str) -> str:
    return _escaped(to_html(markdown))


def _escaped(text: str) -> str:
    """On one line; an empty line would end the question."""
    return SPECIAL.sub(r"\\\g<0>", text.strip()).replace("\n", r"\n")


def _decimal(value: float) -> str:
    """Without an exponent, which not every reader of GIFT knows."""
    return f"{Decimal(number_text(value)):f}"
