"""Reads Moodle XML into items. The file may come from anybody: DTDs and entities are refused, and nothing is fetched."""

import math
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
import msgspec
from defusedxml import DefusedXmlException

from ...errors import UsageError
from .item import (
    Answer,
    AnyItem,
    ChoiceItem,
    Losses,
    NotCarriedError,
    Number,
    NumberItem,
    OrderItem,
    TruthItem,
    WordItem,
)
from .markup import list_entries, normal, to_html, to_markdown
from .reading import (
    MAX_QUESTIONS,
    as_markdown,
    not_a_number,
    refuse_large,
    refuse_many,
    steps_in_order,
    too_many_questions,
    typed_answer,
)

MAX_ELEMENTS = 400_000  # of a file: a question has 50 to 100
MAX_WEIGHT = 1000
MAX_NUMBER = 64  # characters
ANSWERS = ("answer", "subquestion", "tags", "units", "hint")


def read_moodle(data: bytes, file: str, losses: Losses) -> Iterator[AnyItem]:
    """Yield the file's questions in order. Raise UsageError if the file cannot be read at all."""
    root = _root(data, file)
    for number, element in enumerate(root.iterfind("question"), 1):
        if number > MAX_QUESTIONS:
            raise too_many_questions(file)
        kind = element.get("type", "")
        if kind == "category":
            continue
        name = _plain(element, "name/text") or f"question {number}"
        try:
            yield _MoodleQuestion(element, name, losses).item(kind)
        except (NotCarriedError, ValueError) as reason:
            losses.leave_out(reason, name)


def _root(data: bytes, file: str) -> Element:
    refuse_large(data, file)
    if data.count(b"<") > MAX_ELEMENTS:  # UTF-16 has the same bytes
        raise UsageError(f"{file} has more than {MAX_ELEMENTS:,} tags.", fix="Export the questions in parts.")
    try:
        root: Element = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except ParseError as error:
        raise UsageError(f"{file} is not XML: {error}.", fix="Export it from Moodle again.") from None
    except DefusedXmlException:
        raise UsageError(f"{file} declares a DTD or entities. It was not read: no export of Moodle has them.") from None
    except (ValueError, LookupError) as error:  # of an encoding
        raise UsageError(f"{file} cannot be read: {error}.", fix="Save it as UTF-8.") from None
    if root.tag != "quiz":
        raise UsageError(f"{file} is not Moodle XML: its outermost element is <{root.tag[:50]}>, not <quiz>.")
    return root


class _MoodleQuestion:
    """A <question> of the file."""

    def __init__(self, element: Element, name: str, losses: Losses) -> None:
        self.element = element
        self.name = name
        self.losses = losses

    def item(self, kind: str) -> AnyItem:
        """Return the question as an item. Raise NotCarriedError or ValueError if it cannot be one."""
        refuse_many(sum(1 for part in self.element if part.tag in ANSWERS))
        match kind:
            case "multichoice":
                return self._choice()
            case "truefalse":
                return self._truth()
            case "numerical":
                return self._number()
            case "shortanswer":
                return self._words()
            case "ordering":
                return self._order()
            case "matching":
                return self._matching()
        raise NotCarriedError(f"Moodle's type {kind[:50]!r} is not supported")

    def _common(self) -> dict[str, Any]:
        """Return the fields that all kinds of items have."""
        prompt = self._text(self.element.find("questiontext"))
        if not prompt:
            raise NotCarriedError("it has no text")
        weight = self._weight()
        if self.element.find("hint") is not None:
            self._lose("Hints were left out")
        tags = [(tag.text or "").strip() for tag in self.element.iterfind("tags/tag/text")]
        return {
            "name": self.name,
            "prompt": prompt,
            "explanation": self._text(self.element.find("generalfeedback")),
            "weight": weight,
            "tags": tuple(tags),
        }

    def _weight(self) -> int:
        grade = _number(self.element.findtext("defaultgrade") or "1")
        if 1 <= grade <= MAX_WEIGHT and grade.is_integer():
            return int(grade)
        self._lose("The weight was set to 1: weights are whole numbers here")
        return 1

    def _choice(self) -> ChoiceItem:
        is_single = _plain(self.element, "single", "true") not in ("false", "0", "")
        options = []
        for answer in self.element.iterfind("answer"):
            reply = self._text(answer.find("feedback"))
            options.append(Answer(text=self._text(answer), share=_share(answer), reply=reply))
        self._lose_combined("correctfeedback")
        if not self._has_left_out_list():
            self._lose_combined("incorrectfeedback")
        return ChoiceItem(**self._common(), options=self._with_left_out(options), is_single=is_single)

    def _has_left_out_list(self) -> bool:
        """Return whether the feedback can be item.left_out_list: it is the same for partly right and wrong answers."""
        wrong = self.element.findtext("incorrectfeedback/text")
        return wrong == self.element.findtext("partiallycorrectfeedback/text")

    def _with_left_out(self, options: list[Answer]) -> tuple[Answer, ...]:
        """Return the options with the replies of item.left_out_list, if the feedback is such a list."""
        entries = list_entries(self.element.findtext("partiallycorrectfeedback/text") or "")
        completed = []
        has_replies = False
        for option in options:
            left_out = _left_out_reply(option, entries)
            completed.append(msgspec.structs.replace(option, left_out=left_out))
            if left_out:
                has_replies = True
        if not has_replies:
            self._lose_combined("partiallycorrectfeedback")
        return tuple(completed)

    def _lose_combined(self, name: str) -> None:
        if self._text(self.element.find(name)):
            self._lose("Feedback for right, partly right or wrong answers in general was left out")

    def _truth(self) -> TruthItem:
        replies = {}
        right = None
        for answer in self.element.iterfind("answer"):
            word = _plain(answer, "text").lower()
            if word not in ("true", "false"):
                raise NotCarriedError(f"the answers of a statement are true and false, not {word[:50]!r}")
            replies[word] = self._text(answer.find("feedback"))
            if _share(answer) == 1:
                right = word
        if right is None:
            raise NotCarriedError("no answer gives all of the points")
        wrong = "false" if right == "true" else "true"
        return TruthItem(
            **self._common(),
            is_true=right == "true",
            reply=replies.get(wrong, ""),
            reply_right=replies[right],
        )

    def _number(self) -> NumberItem:
        answers = []
        for answer in self.element.iterfind("answer"):
            text = _plain(answer, "text", "*")
            number = Number(
                value=None if text == "*" else _number(text),
                tolerance=_number(answer.findtext("tolerance") or "0"),
                share=_share(answer),
                reply=self._text(answer.find("feedback")),
            )
            answers.append(number)
        units = self._units()
        return NumberItem(**self._common(), answers=tuple(answers), units=units)

    def _units(self) -> dict[str, float]:
        units = {}
        for unit in self.element.iterfind("units/unit"):
            multiplier = _number(unit.findtext("multiplier") or "1")
            if multiplier <= 0:
                raise NotCarriedError(f"a unit has the multiplier {multiplier}")
            units[_plain(unit, "unit_name")] = 1 / multiplier
        return units

    def _words(self) -> WordItem:
        answers = []
        for answer in self.element.iterfind("answer"):
            text = typed_answer(_plain(answer, "text"), self.name, self.losses)
            if text is not None:
                reply = self._text(answer.find("feedback"))
                answers.append(Answer(text=text, share=_share(answer), reply=reply))
        minds_case = _plain(self.element, "usecase", "0") == "1"
        return WordItem(**self._common(), answers=tuple(answers), minds_case=minds_case)

    def _order(self) -> OrderItem:
        answers = sorted(self.element.iterfind("answer"), key=_share)
        steps = tuple(self._text(answer) for answer in answers)
        return OrderItem(**self._common(), accepted=(steps,))

    def _matching(self) -> OrderItem:
        pairs = [(self._text(pair), _plain(pair, "answer/text")) for pair in self.element.iterfind("subquestion")]
        return OrderItem(**self._common(), accepted=(steps_in_order(pairs),))

    def _text(self, element: Element | None) -> str:
        """Return the text of an element with a <text>, as Markdown."""
        if element is None:
            return ""
        kind = element.get("format", "html").strip()
        return as_markdown(_plain(element, "text"), kind, self.name, self.losses)

    def _lose(self, reason: str) -> None:
        self.losses.add(reason, self.name)


def _left_out_reply(option: Answer, entries: list[str]) -> str:
    """Return the reply that a list of right options and replies gives for an option, as Markdown."""
    if option.share <= 0:
        return ""
    start = normal(to_html(option.text))
    for entry in entries:
        if entry.startswith(start):
            return to_markdown(entry.removeprefix(start))
    return ""


def _plain(element: Element, path: str, default: str = "") -> str:
    """Return the text at the path without space around it; `default` if there is no text."""
    return (element.findtext(path) or default).strip()


def _share(answer: Element) -> float:
    return _number(answer.get("fraction") or "0") / 100


def _number(text: str) -> float:
    """Return the number that a text stands for. Raise NotCarriedError if there is none."""
    text = text.strip()
    if len(text) > MAX_NUMBER:
        raise not_a_number(text)
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise not_a_number(text) from None
    if not math.isfinite(value):
        raise not_a_number(text)
    return value
