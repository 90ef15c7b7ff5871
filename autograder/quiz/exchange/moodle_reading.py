"""Moodle XML as items. The file may be anybody's: no DTD, no entity, nothing fetched, and a limit to its size."""

import math
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
import msgspec
from defusedxml import DefusedXmlException

from ...errors import UsageError
from .item import (
    LEFT_OUT,
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
    in_order,
    unstarred,
)
from .markup import from_format, has_images, list_entries, normal, to_html, to_markdown

MAX_BYTES = 32 << 20


def read_moodle(data: bytes, file: str, losses: Losses) -> Iterator[AnyItem]:
    """The file's questions, in order. Raises UsageError where it cannot be read at all."""
    if len(data) > MAX_BYTES:
        raise UsageError(f"{file} is larger than {MAX_BYTES >> 20} MiB.", fix="Export the questions in parts.")
    try:
        root = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except ParseError as error:
        raise UsageError(f"{file} is not XML: {error}.", fix="Export it from Moodle again.") from None
    except DefusedXmlException:
        raise UsageError(
            f"{file} declares a DTD or entities, which no export of Moodle does; it was not read."
        ) from None
    except (ValueError, LookupError) as error:  # of an encoding
        raise UsageError(f"{file} cannot be read: {error}.", fix="Save it as UTF-8.") from None
    if root.tag != "quiz":
        raise UsageError(f"{file} is not Moodle XML: its outermost element is <{root.tag[:50]}>, not <quiz>.")
    for place, element in enumerate(root.iterfind("question"), 1):
        kind = element.get("type", "")
        if kind == "category":
            continue
        name = (element.findtext("name/text") or "").strip() or f"question {place}"
        try:
            yield _Reader(element, name, losses).item(kind)
        except (NotCarriedError, ValueError) as reason:
            losses.add(f"{LEFT_OUT}{reason}", name)


class _Reader:
    """One <question>."""

    def __init__(self, element: Element, name: str, losses: Losses) -> None:
        self.element = element
        self.name = name
        self.losses = losses

    def item(self, kind: str) -> AnyItem:
        """Raises NotCarriedError, or ValueError of what stands where a number should."""
        readers: dict[str, Callable[[], AnyItem]] = {
            "multichoice": self._choice,
            "truefalse": self._truth,
            "numerical": self._number,
            "shortanswer": self._words,
            "ordering": self._order,
            "matching": self._matching,
        }
        if kind not in readers:
            raise NotCarriedError(f"there is no kind of question here for Moodle's {kind[:50]!r}")
        return readers[kind]()

    def _common(self) -> dict[str, Any]:
        prompt = self._text(self.element.find("questiontext"))
        if not prompt:
            raise NotCarriedError("it has no text")
        grade = float(self.element.findtext("defaultgrade") or 1)
        if grade < 1 or not grade.is_integer():
            self._lose("The weight became 1: here it is a whole number")
            grade = 1
        if self.element.find("hint") is not None:
            self._lose("Hints were left out")
        return {
            "name": self.name,
            "prompt": prompt,
            "explanation": self._text(self.element.find("generalfeedback")),
            "weight": int(grade),
            "tags": tuple(tag.strip() for tag in (e.text or "" for e in self.element.iterfind("tags/tag/text"))),
        }

    def _choice(self) -> ChoiceItem:
        is_single = (self.element.findtext("single") or "true").strip() not in ("false", "0", "")
        options = tuple(
            Answer(text=self._text(answer), share=_share(answer), reply=self._text(answer.find("feedback")))
            for answer in self.element.iterfind("answer")
        )
        for name in ("correctfeedback", "incorrectfeedback"):
            if name == "correctfeedback" or not self._has_left_out_list():
                self._lose_combined(name)
        return ChoiceItem(**self._common(), options=self._with_left_out(options), is_single=is_single)

    def _has_left_out_list(self) -> bool:
        return self.element.findtext("incorrectfeedback/text") == self.element.findtext("partiallycorrectfeedback/text")

    def _with_left_out(self, options: tuple[Answer, ...]) -> tuple[Answer, ...]:
        """With the replies of item.left_out_list, where the feedback is such a list."""
        entries = list_entries(self.element.findtext("partiallycorrectfeedback/text") or "")
        found = []
        for option in options:
            start = normal(to_html(option.text))
            reply = next((entry.removeprefix(start) for entry in entries if entry.startswith(start)), "")
            found.append(msgspec.structs.replace(option, left_out=to_markdown(reply) if option.share > 0 else ""))
        if not any(option.left_out for option in found):
            self._lose_combined("partiallycorrectfeedback")
        return tuple(found)

    def _lose_combined(self, name: str) -> None:
        if self._text(self.element.find(name)):
            self._lose("Feedback for all right, partly right or wrong answers alike was left out")

    def _truth(self) -> TruthItem:
        replies = {}
        right = None
        for answer in self.element.iterfind("answer"):
            word = (answer.findtext("text") or "").strip().lower()
            if word not in ("true", "false"):
                raise NotCarriedError(f"the answers of a statement are true and false, not {word[:50]!r}")
            replies[word] = self._text(answer.find("feedback"))
            right = word if _share(answer) == 1 else right
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
            text = (answer.findtext("text") or "*").strip()
            answers.append(
                Number(
                    value=None if text == "*" else _number(text),
                    tolerance=_number(answer.findtext("tolerance") or "0"),
                    share=_share(answer),
                    reply=self._text(answer.find("feedback")),
                )
            )
        units = {}
        for unit in self.element.iterfind("units/unit"):
            multiplier = _number(unit.findtext("multiplier") or "1")
            if multiplier <= 0:
                raise NotCarriedError(f"a unit has the multiplier {multiplier}")
            units[(unit.findtext("unit_name") or "").strip()] = 1 / multiplier
        return NumberItem(**self._common(), answers=tuple(answers), units=units)

    def _words(self) -> WordItem:
        answers = []
        for answer in self.element.iterfind("answer"):
            text = unstarred((answer.findtext("text") or "").strip())
            if text is None:
                self._lose("An answer with the wildcard * was left out")
            else:
                reply = self._text(answer.find("feedback"))
                answers.append(Answer(text=text, share=_share(answer), reply=reply))
        minds_case = (self.element.findtext("usecase") or "0").strip() == "1"
        return WordItem(**self._common(), answers=tuple(answers), minds_case=minds_case)

    def _order(self) -> OrderItem:
        answers = sorted(self.element.iterfind("answer"), key=_fraction)
        return OrderItem(**self._common(), accepted=(tuple(self._text(answer) for answer in answers),))

    def _matching(self) -> OrderItem:
        pairs = [
            (self._text(pair), (pair.findtext("answer/text") or "").strip())
            for pair in self.element.iterfind("subquestion")
        ]
        return OrderItem(**self._common(), accepted=(in_order(pairs),))

    def _text(self, element: Element | None) -> str:
        """What an element with a <text> says, as Markdown."""
        if element is None:
            return ""
        text = (element.findtext("text") or "").strip()
        if has_images(text):
            self._lose("Pictures were left out; what they are said to show stands in their place")
        return from_format(text, element.get("format", "html").strip())

    def _lose(self, reason: str) -> None:
        self.losses.add(reason, self.name)


def _share(answer: Element) -> float:
    return _fraction(answer) / 100


def _fraction(answer: Element) -> float:
    return _number(answer.get("fraction") or "0")


def _number(text: str) -> float:
    """Raises NotCarriedError."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        raise NotCarriedError(f"{text.strip()[:50]!r} stands where a number should") from None
    if not math.isfinite(value):
        raise NotCarriedError(f"{text.strip()[:50]!r} stands where a number should")
    return value
