"""Writes items as GIFT with HTML in it, which Moodle and other readers of GIFT understand."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from .item import (
    AnyItem,
    Category,
    ChoiceItem,
    Losses,
    NotCarriedError,
    Number,
    NumberItem,
    OrderItem,
    TruthItem,
    WordItem,
    number_text,
    percent,
    right_texts,
    starred,
)
from .markup import to_html

SPECIAL = re.compile(r"[\\~=#{}:]")
ARROW = "->"  # makes a pair of an answer; it cannot be escaped
TAG = re.compile(r"[^\x00-\x1f\x7f\]]+")


def encode_gift(categories: Iterable[Category], losses: Losses) -> bytes:
    """Return the file's bytes. Add what GIFT cannot represent to `losses`."""
    blocks = []
    for category in categories:
        questions = []
        for item in category.items:
            try:
                questions.append(_question(item, losses))
            except NotCarriedError as reason:
                losses.leave_out(reason, item.name)
        if questions:
            path = " ".join(category.moodle_path.split())
            blocks += [f"$CATEGORY: {path}", *questions]
    return ("\n\n".join(blocks) + "\n").encode()


def _question(item: AnyItem, losses: Losses) -> str:
    if item.weight != 1:
        losses.add("GIFT has no weights: each question counts the same", item.name)
    lines = [f"// [tag:{tag}]" for tag in item.tags if TAG.fullmatch(tag)]
    lines.append(f"::{_escaped(item.name)}::[html]{_html(item.prompt)}{{")
    lines += _answers(item, losses)
    if item.explanation:
        lines.append(f"####{_html(item.explanation)}")
    lines.append("}")
    return "\n".join(lines)


def _answers(item: AnyItem, losses: Losses) -> Iterator[str]:
    match item:
        case ChoiceItem():
            return _choice(item, losses)
        case TruthItem():
            return _truth(item)
        case NumberItem():
            return _number(item, losses)
        case WordItem():
            return _words(item, losses)
        case OrderItem():
            return _order(item)


def _choice(item: ChoiceItem, losses: Losses) -> Iterator[str]:
    if any(option.left_out for option in item.options):
        losses.add("GIFT has no replies to right options that were left out", item.name)
    if item.is_single:
        return _single_choice(item)
    return _multiple_choice(item)


def _single_choice(item: ChoiceItem) -> Iterator[str]:
    for option in item.options:
        mark = "=" if option.share == 1 else "~"
        yield f"{mark}{_html(option.text)}{_reply(option.reply)}"


def _multiple_choice(item: ChoiceItem) -> Iterator[str]:
    for option in item.options:
        if option.share == 1:
            raise NotCarriedError("several options may be chosen but only one is right, which GIFT cannot state")
        yield f"~%{percent(option.share)}%{_html(option.text)}{_reply(option.reply)}"


def _truth(item: TruthItem) -> Iterator[str]:
    word = "TRUE" if item.is_true else "FALSE"
    yield f"{word}#{_html(item.reply)}#{_html(item.reply_right)}"


def _number(item: NumberItem, losses: Losses) -> Iterator[str]:
    if item.needs_unit:
        raise NotCarriedError("the answer needs a unit, but GIFT has no units")
    if item.units:
        losses.add("GIFT has no units: the number is written alone", item.name)
    yield "#"
    for number in item.answers:
        yield f"={_weight(number.share)}{_accepted(number)}{_reply(number.reply)}"


def _accepted(number: Number) -> str:
    """Return the numbers that count as this one; a star for any number."""
    if number.value is None:
        return "*"
    return f"{_decimal(number.value)}:{_decimal(number.tolerance)}"


def _words(item: WordItem, losses: Losses) -> Iterator[str]:
    right_texts(item)  # refuses several lines
    if item.minds_case:
        losses.add("In GIFT, capital and small letters count alike", item.name)
    for answer in item.answers:
        if ARROW in answer.text:
            raise NotCarriedError(f"an answer contains {ARROW}, which makes a pair in GIFT")
        if "\n" in answer.text:
            losses.add("The reply to a wrong answer of several lines was left out", item.name)
            continue
        yield f"={_weight(answer.share)}{_escaped(starred(answer.text))}{_reply(answer.reply)}"


def _order(item: OrderItem) -> Iterator[str]:
    """Yield a pair of each step and its position."""
    if len(item.accepted) > 1:
        raise NotCarriedError("several orders are right, but GIFT can state only one")
    for position, step in enumerate(item.accepted[0], 1):
        yield f"={_html(step)} {ARROW} {position}"


def _weight(share: float) -> str:
    return "" if share == 1 else f"%{percent(share)}%"


def _reply(markdown: str) -> str:
    return f"#{_html(markdown)}" if markdown else ""


def _html(markdown: str) -> str:
    return _escaped(to_html(markdown))


def _escaped(text: str) -> str:
    """Return the text on one line, because an empty line would end the question."""
    return SPECIAL.sub(r"\\\g<0>", text.strip()).replace("\n", r"\n")


def _decimal(value: float) -> str:
    """Return the number without an exponent, which some readers of GIFT don't know."""
    return f"{Decimal(number_text(value)):f}"
