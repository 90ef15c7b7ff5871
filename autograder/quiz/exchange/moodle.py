"""Writes items as Moodle XML, for Moodle 4.4 and later: since then the question type `ordering` is part of Moodle."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping

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
    percent,
    right_texts,
    starred,
)
from .markup import to_html

TYPES = {
    ChoiceItem: "multichoice",
    TruthItem: "truefalse",
    NumberItem: "numerical",
    WordItem: "shortanswer",
    OrderItem: "ordering",
}
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MAX_RIGHT = 10  # right options: Moodle accepts 1/2 … 1/10 of the points, and no smaller part
UNIT_TYPED, UNIT_NONE = "0", "3"  # showunits
UNIT_FREE, UNIT_GRADED = "0", "1"  # unitgradingtype


def encode_moodle(categories: Iterable[Category], losses: Losses) -> bytes:
    """Return the file's bytes. Add what Moodle cannot represent to `losses`."""
    quiz = ET.Element("quiz")
    for category in categories:
        elements = []
        for item in category.items:
            try:
                elements.append(_question(item))
            except NotCarriedError as reason:
                losses.leave_out(reason, item.name)
        if elements:
            quiz.append(_category(category))
            quiz.extend(elements)
    ET.indent(quiz)
    data: bytes = ET.tostring(quiz, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _category(category: Category) -> ET.Element:
    element = ET.Element("question", type="category")
    _plain(ET.SubElement(element, "category"), "text", category.moodle_path)
    return element


def _question(item: AnyItem) -> ET.Element:
    element = ET.Element("question", type=TYPES[type(item)])
    _plain(ET.SubElement(element, "name"), "text", item.name)
    _html(element, "questiontext", item.prompt)
    _html(element, "generalfeedback", item.explanation)
    _plain(element, "defaultgrade", str(item.weight))
    _plain(element, "penalty", "0")
    _plain(element, "hidden", "0")
    _plain(element, "idnumber", item.name)
    _add_answers(element, item)
    if item.tags:
        tags = ET.SubElement(element, "tags")
        for tag in item.tags:
            _plain(ET.SubElement(tags, "tag"), "text", tag)
    if NO_XML.search("".join(element.itertext())):
        raise NotCarriedError("it contains a control character, which XML does not allow")
    return element


def _add_answers(element: ET.Element, item: AnyItem) -> None:
    match item:
        case ChoiceItem():
            _choice(element, item)
        case TruthItem():
            _truth(element, item)
        case NumberItem():
            _number(element, item)
        case WordItem():
            _words(element, item)
        case OrderItem():
            _order(element, item)


def _choice(element: ET.Element, item: ChoiceItem) -> None:
    right = [option for option in item.options if option.share > 0]
    if len(right) > MAX_RIGHT:
        raise NotCarriedError(f"it has more right options than the {MAX_RIGHT} that Moodle can share the points among")
    _plain(element, "single", "true" if item.is_single else "false")
    _plain(element, "shuffleanswers", "true")
    _plain(element, "answernumbering", "ABCD")
    left_out = left_out_list(item.options)
    _html(element, "correctfeedback", "")
    _html(element, "partiallycorrectfeedback", left_out)
    _html(element, "incorrectfeedback", left_out)
    for option in item.options:
        answer = _answer(element, option.share, to_html(option.text), option.reply)
        answer.set("format", "html")


def _truth(element: ET.Element, item: TruthItem) -> None:
    for word, is_right in (("true", item.is_true), ("false", not item.is_true)):
        reply = item.reply_right if is_right else item.reply
        _answer(element, float(is_right), word, reply).set("format", "moodle_auto_format")


def _number(element: ET.Element, item: NumberItem) -> None:
    for number in item.answers:
        text = "*" if number.value is None else number_text(number.value)
        answer = _answer(element, number.share, text, number.reply)
        _plain(answer, "tolerance", number_text(number.tolerance))
    _add_units(element, item.units)
    _plain(element, "unitgradingtype", UNIT_GRADED if item.needs_unit else UNIT_FREE)
    _plain(element, "unitpenalty", "1")
    _plain(element, "showunits", UNIT_TYPED if item.units else UNIT_NONE)
    _plain(element, "unitsleft", "0")


def _add_units(element: ET.Element, sizes: Mapping[str, float]) -> None:
    if not sizes:
        return
    units = ET.SubElement(element, "units")
    for name, size in sizes.items():
        unit = ET.SubElement(units, "unit")
        _plain(unit, "multiplier", number_text(1 / size))
        _plain(unit, "unit_name", name)


def _words(element: ET.Element, item: WordItem) -> None:
    right_texts(item)  # refuses several lines
    _plain(element, "usecase", "1" if item.minds_case else "0")
    for answer in item.answers:
        _answer(element, answer.share, starred(answer.text), answer.reply)


def _order(element: ET.Element, item: OrderItem) -> None:
    if len(item.accepted) > 1:
        raise NotCarriedError("several orders are right, but Moodle can state only one")
    _plain(element, "layouttype", "VERTICAL")
    _plain(element, "selecttype", "ALL")
    _plain(element, "selectcount", str(max(2, len(item.accepted[0]))))
    _plain(element, "gradingtype", "RELATIVE_ALL_PREVIOUS_AND_NEXT")
    _plain(element, "showgrading", "SHOW")
    _plain(element, "numberingstyle", "none")
    for position, step in enumerate(item.accepted[0], 1):
        answer = ET.SubElement(element, "answer", fraction=str(position), format="html")
        _plain(answer, "text", to_html(step))


def _answer(element: ET.Element, share: float, text: str, reply: str) -> ET.Element:
    answer = ET.SubElement(element, "answer", fraction=percent(share))
    _plain(answer, "text", text)
    _html(answer, "feedback", reply)
    return answer


def _html(parent: ET.Element, name: str, markdown: str) -> None:
    _plain(ET.SubElement(parent, name, format="html"), "text", to_html(markdown))


def _plain(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
