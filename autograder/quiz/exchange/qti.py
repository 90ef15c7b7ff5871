"""Writes items as a Canvas quiz: as text in the Markdown of text2qti, which makes the QTI package."""

import io
import re
import textwrap
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from text2qti.config import Config
from text2qti.err import Text2qtiError
from text2qti.qti import QTI
from text2qti.quiz import Quiz
from text2qti.xml_imsmanifest import imsmanifest

from .item import (
    AnyItem,
    Category,
    ChoiceItem,
    Losses,
    NotCarriedError,
    NumberItem,
    OrderItem,
    TruthItem,
    WordItem,
    left_out_list,
    number_text,
    right_texts,
)
from .markup import has_images, to_html

DATE = "2000-01-01"  # of the package; today's date would change the bytes every day
DECIMALS = 4  # text2qti writes so many of a number
LEAST = 1e-4  # text2qti accepts no smaller number
VERBATIM_OR_TAG = re.compile(r"(`+)(?:(?!\1).)+?\1|\$[^$]+\$|<", re.DOTALL)


def encode_qti(title: str, categories: Iterable[Category], losses: Losses) -> bytes | None:
    """Return the package, which is a zip; None if it would be empty. Add what Canvas cannot represent to `losses`."""
    seen: set[str] = set()  # the prompts so far
    blocks: list[str] = []
    for category in categories:
        questions = list(_questions(category, seen, losses))
        if questions and category.is_variants:
            blocks.append(f"GROUP\npick: 1\npoints per question: {category.items[0].weight}")
            blocks += questions
            blocks.append("END_GROUP")
        else:
            blocks += questions
    if not blocks:
        return None
    head = f"Quiz title: {' '.join(title.split())}\nShuffle answers: true"
    return _package(_read("\n\n".join([head, *blocks])))


def _read(text: str) -> Any:
    """Parse the text with text2qti. It runs no code of the text and reads no settings of the user."""
    return Quiz(text, config=Config(run_code_blocks=False, pandoc_mathml=False))


def _package(quiz: Any) -> bytes:
    """Return the zip, with the same bytes every time."""
    package = QTI(quiz)
    package.imsmanifest_xml = imsmanifest(
        manifest_identifier=package.manifest_identifier,
        assessment_identifier=package.assessment_identifier,
        dependency_identifier=package.dependency_identifier,
        images=quiz.images,
        date=DATE,
    )
    written, repacked = io.BytesIO(), io.BytesIO()
    package.write(written)
    with zipfile.ZipFile(written) as before, zipfile.ZipFile(repacked, "w") as after:
        for entry in before.infolist():
            fixed = zipfile.ZipInfo(entry.filename)
            after.writestr(fixed, before.read(entry), compress_type=zipfile.ZIP_DEFLATED)
    return repacked.getvalue()


def _questions(category: Category, seen: set[str], losses: Losses) -> Iterator[str]:
    """Yield the text of each item. text2qti parses each alone, so that a complaint concerns only that one."""
    for item in category.items:
        try:
            text = _question(item, losses)
            prompt = to_html(item.prompt)
            if prompt in seen:
                raise NotCarriedError("another question has the same text, which text2qti refuses")
            _read(text)
        except NotCarriedError as reason:
            losses.leave_out(reason, item.name)
        except Text2qtiError as error:
            losses.leave_out(f"text2qti says: {str(error).splitlines()[-1]}", item.name)
        else:
            seen.add(prompt)
            yield text


def _question(item: AnyItem, losses: Losses) -> str:
    lines = [f"Title: {item.name}", f"Points: {item.weight}", _led("1.", item.prompt)]
    if item.explanation:
        lines.append(_led("...", item.explanation))
    return "\n".join([*lines, *_answers(item, losses)])


def _answers(item: AnyItem, losses: Losses) -> Iterator[str]:
    match item:
        case ChoiceItem():
            return _choice(item)
        case TruthItem():
            return _truth(item)
        case NumberItem():
            return _number(item, losses)
        case WordItem():
            return _words(item, losses)
        case OrderItem():
            raise NotCarriedError("text2qti has no questions that ask for an order")


def _choice(item: ChoiceItem) -> Iterator[str]:
    left_out = left_out_list(item.options)
    if left_out:
        yield _led("-", left_out)
    for position, option in enumerate(item.options):
        is_right = option.share > 0
        yield _led(_mark(position, is_right, is_single=item.is_single), option.text)
        if option.reply:
            yield _led("...", option.reply)


def _mark(position: int, is_right: bool, *, is_single: bool) -> str:
    """Return the text in front of an option."""
    if is_single:
        letter = chr(ord("a") + position)
        return f"*{letter})" if is_right else f"{letter})"
    return "[*]" if is_right else "[ ]"


def _truth(item: TruthItem) -> Iterator[str]:
    for option, is_right in (("a) True", item.is_true), ("b) False", not item.is_true)):
        yield f"*{option}" if is_right else option
        if item.reply and not is_right:
            yield _led("...", item.reply)


def _number(item: NumberItem, losses: Losses) -> Iterator[str]:
    _lose_units(item, losses)
    if any(number.reply for number in item.answers):
        losses.add("Canvas has no replies to single wrong numbers", item.name)
    right = next(number for number in item.answers if number.share == 1)
    if right.value is None:
        raise NotCarriedError("any number is right")
    yield f"=   {_range(right.value, right.tolerance)}"


def _lose_units(item: NumberItem, losses: Losses) -> None:
    """Report units as lost. Raise NotCarriedError if the answer has to have one."""
    if item.needs_unit:
        raise NotCarriedError("the answer needs a unit, but Canvas has no units")
    if item.units:
        losses.add("Canvas has no units: the number is written alone", item.name)


def _range(value: float, tolerance: float) -> str:
    """Return the accepted numbers as text2qti writes them. Raise NotCarriedError if Canvas would change them."""
    is_whole = value.is_integer() and value != 0
    if is_whole and tolerance == 0:
        return f"{value:.0f}"
    _refuse_rounding(value - tolerance, tolerance)
    _refuse_rounding(value + tolerance, tolerance)
    return f"{number_text(value)} +- {number_text(tolerance)}"


def _refuse_rounding(end: float, tolerance: float) -> None:
    error = abs(round(end, DECIMALS) - end)
    if abs(end) < LEAST or error > tolerance / 10:
        raise NotCarriedError("Canvas keeps four decimals, too few for this answer and its tolerance")


def _words(item: WordItem, losses: Losses) -> Iterator[str]:
    texts = right_texts(item)
    if any(answer.reply for answer in item.answers):
        losses.add("Canvas has no replies to single wrong texts", item.name)
    if item.minds_case:
        losses.add("In Canvas, capital and small letters count alike", item.name)
    for text in dict.fromkeys(texts):
        yield f"*   {text}"


def _led(mark: str, markdown: str) -> str:
    """Return the text after its mark, with the other lines indented."""
    if has_images(to_html(markdown)):
        raise NotCarriedError("it contains a picture")
    shown = VERBATIM_OR_TAG.sub(lambda match: "&lt;" if match[0] == "<" else match[0], markdown)
    width = (len(mark) // 4 + 1) * 4
    return mark + textwrap.indent(shown, " " * width)[len(mark) :]
