"""An answer as it was written, understood: a letter, letters, a number, a text; or what to write instead."""

import math
import re
import string
import unicodedata
from collections.abc import Mapping

import msgspec

from ..text import Text
from .answers import Entry
from .question import AnyQuestion, MultipleChoice, Numeric, Order, ShortText, SingleChoice, TrueFalse
from .variant import Variant

MAX_NUMBER = 64  # characters
WIDE = {0xFF01 + place: 0x21 + place for place in range(94)} | {
    0x3000: " ",
    0xA0: " ",
    0x202F: " ",
    0x2009: " ",
    ord("、"): ",",
    **dict.fromkeys(map(ord, "−–—‐"), "-"),
}
TRUE = {"true", "t", "yes", "y", "对", "是", "正确", "真", "√", "✓"}
FALSE = {"false", "f", "no", "n", "错", "否", "错误", "假", "×", "✗", "不对", "不是", "不正确"}
PLAIN = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?"
NUMBER = re.compile(rf"(?P<sign>[+-]?)\s*(?P<above>{PLAIN})(?:\s*/\s*(?P<below>{PLAIN}))?\s*(?P<unit>\D.*)?", re.DOTALL)
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:(?:,\d{3}){2,}|,\d{3}(?=\.\d)|(?:[ _]\d{3})+)(?![\d,_])")
AMBIGUOUS = re.compile(r"\d,\d")
POWER_OF_TEN = re.compile(r"\s*[x×*·]\s*10\s*(?:\^|\*\*)\s*[({]?\s*([+-]?\d{1,4})\s*[)}]?")
OUTER = string.punctuation + string.whitespace + "。，、；：？！“”‘’「」『』《》（）【】…·"

Answer = str | tuple[str, ...] | bool | float


class Complaint(msgspec.Struct, frozen=True):
    """Why what was written is no answer, and what to write."""

    sentence: Text


def understand(variant: Variant, entry: Entry) -> Answer | Complaint | None:
    """The answer, with the student's letters; None where nothing was written."""
    if entry.is_blank:
        return None
    if entry.refused:
        return Complaint(entry.refused)
    question = variant.question
    if isinstance(question, SingleChoice):
        return _one_letter(variant, entry)
    if isinstance(question, MultipleChoice):
        return _letters(variant, entry)
    if isinstance(question, Order):
        return _order(variant, entry)
    if isinstance(question, TrueFalse):
        return _truth(entry)
    if isinstance(question, Numeric):
        return number(entry.text, question.units)
    return text_of(question, entry.text)


def narrow(text: str) -> str:
    """Full-width characters as the ones on every keyboard."""
    return text.translate(WIDE)


def text_of(question: AnyQuestion, text: str) -> str:
    """A text as it is compared: of a word, without case, outer punctuation and extra spaces; of an output, its lines."""
    if isinstance(question, ShortText):
        return " ".join(unicodedata.normalize("NFKC", text).casefold().strip(OUTER).split())
    lines = [line.rstrip() for line in narrow(text).splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)


def _one_letter(variant: Variant, entry: Entry) -> str | Complaint:
    found = _found_letters(variant, entry)
    if found is None or len(found) != 1:
        letters = ", ".join(variant.letters)
        return Complaint(Text(f"Answer with one of the letters {letters}.", f"请只填一个字母：{letters}。"))
    return found[0]


def _letters(variant: Variant, entry: Entry) -> tuple[str, ...] | Complaint:
    found = _found_letters(variant, entry)
    if not found or len(set(found)) < len(found):
        letters = ", ".join(variant.letters)
        return Complaint(
            Text(
                f"Answer with one or more of the letters {letters}, each once, such as [A, C].",
                f"请填一个或多个字母（{letters}），每个只写一次，例如 [A, C]。",
            )
        )
    return tuple(sorted(found))


def _order(variant: Variant, entry: Entry) -> tuple[str, ...] | Complaint:
    found = _found_letters(variant, entry)
    if found is None or sorted(found) != sorted(variant.letters):
        letters = ", ".join(variant.letters)
        return Complaint(
            Text(
                f"Write each of the letters {letters} once, the first step first, such as [{letters}].",
                f"请把字母 {letters} 各写一次，第一步写在最前，例如 [{letters}]。",
            )
        )
    return tuple(found)


def _found_letters(variant: Variant, entry: Entry) -> list[str] | None:
    """The letters that were written; None where there is anything else, or none."""
    written = " ".join(entry.items) if entry.items is not None else entry.text
    known = "".join(variant.letters)
    bare = re.sub(r"[\s,;:.>()\[\]→【】。'\"-]+", "", narrow(written)).upper()
    return list(bare) if bare and not set(bare) - set(known) else None


def _truth(entry: Entry) -> bool | Complaint:
    word = narrow(entry.text).strip(" .。!！\n[]").casefold()
    if word in TRUE or word in FALSE:
        return word in TRUE
    return Complaint(Text("Answer with true or false.", "请填 true 或 false（对或错）。"))


def number(text: str, units: Mapping[str, float] = {}) -> float | Complaint:
    """The number, in the first unit where there are any: 0.24, -3, 2.5e-4, 1/4, 25 %, 12 MB."""
    text = re.sub(r"(?<=\d)。(?=\d)", ".", narrow(text)).strip(" \n")
    text = THOUSANDS.sub(lambda found: re.sub(r"[,_ ]", "", found[0]), POWER_OF_TEN.sub(r"e\1", text))
    found = NUMBER.fullmatch(text) if len(text) <= MAX_NUMBER else None
    if AMBIGUOUS.search(text):
        return Complaint(
            Text("A comma can be read in two ways: write 1234 or 1.234.", "逗号有两种读法：请写成 1234 或 1.234。")
        )
    if found is None:
        return Complaint(
            Text("Write a number, such as 0.24, -3, 2.5e-4 or 1/4.", "请填一个数，例如 0.24、-3、2.5e-4 或 1/4。")
        )
    scale = _scale((found["unit"] or "").strip(), units)
    if isinstance(scale, Complaint):
        return scale
    below = float(found["below"] or 1)
    value = float(found["sign"] + found["above"]) / below * scale if below else math.inf
    if not math.isfinite(value):
        return Complaint(Text("Write a finite number.", "请填一个有限的数。"))
    return value


def _scale(unit: str, units: Mapping[str, float]) -> float | Complaint:
    """What the number is to be multiplied by."""
    known = {name.casefold(): size for name, size in units.items()}
    if unit in units:
        return units[unit]
    if unit.casefold() in known and len(known) == len(units):
        return known[unit.casefold()]
    if unit == "%":
        return 0.01
    if not unit and len(set(units.values())) <= 1:
        return 1.0
    if not units:
        return Complaint(Text("Write the number alone, without a unit.", "请只写数字，不要单位。"))
    names = ", ".join(units)
    return Complaint(Text(f"Write the number with its unit: {names}.", f"请写上数字和单位：{names}。"))
