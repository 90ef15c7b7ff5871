"""Items as a Canvas quiz: text in text2qti's form of Markdown, of which text2qti makes the QTI package."""

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
    left_out_list,
    number_text,
)
from .markup import has_images, to_html

DATE = "2000-01-01"  # of the package: today's would change the bytes every day
DECIMALS = 4  # that text2qti writes of a number
LEAST = 1e-4  # that it accepts
VERBATIM_OR_TAG = re.compile(r"(`+)(?:(?!\1).)+?\1|\$[^$]+\$|<", re.DOTALL)


def qti(title: str, categories: Iterable[Category], losses: Losses) -> bytes | None:
    """The package, a zip; None where Canvas can carry none of the questions. What is lost is told to `losses`."""
    seen: set[str] = set()
    blocks: list[str] = []
    for category in categories:
        questions = [text for item in category.items for text in _carried(item, seen, losses)]
        if questions and category.is_variants:
            points = f"pick: 1\npoints per question: {category.items[0].weight}"
            blocks += [f"GROUP\n{points}", *questions, "END_GROUP"]
        else:
            blocks += questions
    if not blocks:
        return None
    head = f"Quiz title: {' '.join(title.split())}\nShuffle answers: true"
    return _package(_read("\n\n".join([head, *blocks])))


def _read(text: str) -> Any:
    """text2qti's reading; no code of a text is run, no settings of the user's are looked up."""
    return Quiz(text, config=Config(run_code_blocks=False, pandoc_mathml=False))


def _package(quiz: Any) -> bytes:
    """The zip, with the same bytes every time."""
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


def _carried(item: AnyItem, seen: set[str], losses: Losses) -> list[str]:
    """The item's text, or none: text2qti tries each one by itself, so that its complaint is about that one."""
    try:
        text = _question(item, losses)
        prompt = to_html(item.prompt)
        if prompt in seen:
            raise NotCarriedError("another question has the same text, which text2qti does not take")
        _read(text)
    except NotCarriedError as reason:
        losses.add(f"{LEFT_OUT}{reason}", item.name)
        return []
    except Text2qtiError as error:
        losses.add(f"{LEFT_OUT}text2qti says: {str(error).splitlines()[-1]}", item.name)
        return []
    seen.add(prompt)
    return [text]


def _question(item: AnyItem, losses: Losses) -> str:
    lines = [f"Title: {item.name}", f"Points: {item.weight}", _led("1.", item.prompt)]
    if item.explanation:
        lines.append(_led("...", item.explanation))
    return "\n".join([*lines, *_answers(item, losses)])


def _answers(item: AnyItem, losses: Losses) -> Iterator[str]:
    if isinstance(item, OrderItem):
        raise NotCarriedError("text2qti knows no question that asks for an order")
    if isinstance(item, ChoiceItem):
        yield from _choice(item)
    elif isinstance(item, TruthItem):
        for mark, is_true, word in (("a)", True, "True"), ("b)", False, "False")):
            yield ("*" if item.is_true is is_true else "") + f"{mark} {word}"
            if item.is_true is not is_true and item.reply:
                yield _led("...", item.reply)
    elif isinstance(item, NumberItem):
        yield _number(item, losses)
    else:
        yield from _words(item, losses)


def _choice(item: ChoiceItem) -> Iterator[str]:
    said = left_out_list(item.options)
    if said:
        yield _led("-", said)
    for place, option in enumerate(item.options):
        letter = f"{chr(ord('a') + place)})"
        is_right = option.share > 0
        mark = ("*" if is_right else "") + letter if item.is_single else f"[{'*' if is_right else ' '}]"
        yield _led(mark, option.text)
        if option.reply:
            yield _led("...", option.reply)


def _number(item: NumberItem, losses: Losses) -> str:
    if item.needs_unit:
        raise NotCarriedError("the answer needs a unit, and Canvas knows none")
    right = next(number for number in item.answers if number.share == 1)
    if right.value is None:
        raise NotCarriedError("any number is right")
    if item.units:
        losses.add("Canvas has no units: the number is written alone", item.name)
    if any(number.reply for number in item.answers):
        losses.add("Canvas has no replies to single wrong numbers", item.name)
    if not right.tolerance and right.value.is_integer() and right.value:
        return f"=   {right.value:.0f}"
    ends = (right.value - right.tolerance, right.value + right.tolerance)
    if any(abs(end) < LEAST or abs(round(end, DECIMALS) - end) > right.tolerance / 10 for end in ends):
        raise NotCarriedError("Canvas keeps four decimals, too few for this answer and its tolerance")
    return f"=   {number_text(right.value)} +- {number_text(right.tolerance)}"


def _words(item: WordItem, losses: Losses) -> Iterator[str]:
    right = [answer.text for answer in item.answers if answer.share == 1]
    if any("\n" in text for text in right):
        raise NotCarriedError("the answer has several lines, and the format asks for one")
    if any(answer.reply for answer in item.answers):
        losses.add("Canvas has no replies to single wrong texts", item.name)
    if item.minds_case:
        losses.add("In Canvas, capital and small letters count alike", item.name)
    for text in dict.fromkeys(right):
        yield f"*   {text}"


def _led(mark: str, markdown: str) -> str:
    """The text behind its mark, further lines indented below it."""
    if has_images(to_html(markdown)):
        raise NotCarriedError("it shows a picture")
    shown = VERBATIM_OR_TAG.sub(lambda found: "&lt;" if found[0] == "<" else found[0], markdown)
    width = (len(mark) // 4 + 1) * 4
    return mark + textwrap.indent(shown, " " * width)[len(mark) :]
