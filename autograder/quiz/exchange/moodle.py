"""Items as Moodle XML, for Moodle 4.4 and later: there the question type `ordering` is part of Moodle."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

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
    percent,
    refuse_lines,
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
MAX_RIGHT = 10  # options: Moodle takes 1/2 … 1/10 of the points, and no smaller part
UNIT_TYPED, UNIT_NONE = "0", "3"  # showunits
UNIT_FREE, UNIT_GRADED = "0", "1"  # unitgradingtype


def moodle_xml(categories: Iterable[Category], losses: Losses) -> bytes:
    """The file. What Moodle has no place for is told to `losses`."""
    quiz = ET.Element("quiz")
    for category in categories:
        elements = []
        for item in category.items:
            try:
                elements.append(_question(item))
            except NotCarriedError as reason:
                losses.add(f"{LEFT_OUT}{reason}", item.name)
        if elements:
            quiz.append(_category(category.path))
            quiz.extend(elements)
    ET.indent(quiz)
    found: bytes = ET.tostring(quiz, encoding="utf-8", xml_declaration=True)
    return found + b"\n"


def _category(path: tuple[str, ...]) -> ET.Element:
    element = ET.Element("question", type="category")
    name = "/".join(["$course$", "top", *(part.replace("/", "//") for part in path)])
    ET.SubElement(ET.SubElement(element, "category"), "text").text = name
    return element


def _question(item: AnyItem) -> ET.Element:
    element = ET.Element("question", type=TYPES[type(item)])
    ET.SubElement(ET.SubElement(element, "name"), "text").text = item.name
    _html(element, "questiontext", item.prompt)
    _html(element, "generalfeedback", item.explanation)
    _plain(element, "defaultgrade", str(item.weight))
    _plain(element, "penalty", "0")
    _plain(element, "hidden", "0")
    _plain(element, "idnumber", item.name)
    if isinstance(item, ChoiceItem):
        _choice(element, item)
    elif isinstance(item, TruthItem):
        _truth(element, item)
    elif isinstance(item, NumberItem):
        _number(element, item)
    elif isinstance(item, WordItem):
        _words(element, item)
    else:
        _order(element, item)
    if item.tags:
        tags = ET.SubElement(element, "tags")
        for tag in item.tags:
            ET.SubElement(ET.SubElement(tags, "tag"), "text").text = tag
    if NO_XML.search("".join(element.itertext())):
        raise NotCarriedError("it holds a control character, which XML cannot")
    return element


def _choice(element: ET.Element, item: ChoiceItem) -> None:
    if sum(option.share > 0 for option in item.options) > MAX_RIGHT:
        raise NotCarriedError(f"Moodle gives no part of the points for one of more than {MAX_RIGHT} right options")
    _plain(element, "single", "true" if item.is_single else "false")
    _plain(element, "shuffleanswers", "true")
    _plain(element, "answernumbering", "ABCD")
    for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        _html(element, name, "" if name == "correctfeedback" else left_out_list(item.options))
    for option in item.options:
        answer = _answer(element, option.share, to_html(option.text), option.reply)
        answer.set("format", "html")


def _truth(element: ET.Element, item: TruthItem) -> None:
    for truth in (True, False):
        is_right = item.is_true is truth
        reply = item.reply_right if is_right else item.reply
        _answer(element, float(is_right), "true" if truth else "false", reply).set("format", "moodle_auto_format")


def _number(element: ET.Element, item: NumberItem) -> None:
    for number in item.answers:
        text = "*" if number.value is None else number_text(number.value)
        answer = _answer(element, number.share, text, number.reply)
        _plain(answer, "tolerance", number_text(number.tolerance))
    if item.units:
        units = ET.SubElement(element, "units")
        for name, size in item.units.items():
            unit = ET.SubElement(units, "unit")
            _plain(unit, "multiplier", number_text(1 / size))
            _plain(unit, "unit_name", name)
    _plain(element, "unitgradingtype", UNIT_GRADED if item.needs_unit else UNIT_FREE)
    _plain(element, "unitpenalty", "1")
    _plain(element, "showunits", UNIT_TYPED if item.units else UNIT_NONE)
    _plain(element, "unitsleft", "0")


def _words(element: ET.Element, item: WordItem) -> None:
    refuse_lines(item)
    _plain(element, "usecase", "1" if item.minds_case else "0")
    for one in item.answers:
        _answer(element, one.share, starred(one.text), one.reply)


def _order(element: ET.Element, item: OrderItem) -> None:
    if len(item.accepted) > 1:
        raise NotCarriedError("more than one order is right, and Moodle knows one only")
    _plain(element, "layouttype", "VERTICAL")
    _plain(element, "selecttype", "ALL")
    _plain(element, "selectcount", str(max(2, len(item.accepted[0]))))
    _plain(element, "gradingtype", "RELATIVE_ALL_PREVIOUS_AND_NEXT")
    _plain(element, "showgrading", "SHOW")
    _plain(element, "numberingstyle", "none")
    for place, step in enumerate(item.accepted[0], 1):
        answer = ET.SubElement(element, "answer", fraction=str(place), format="html")
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
