"""Reads what a student wrote: letters, and numbers with their units."""

import math
import re
from collections.abc import Collection, Mapping

import msgspec

from ...text import Text
from ..answers import Entry

MAX_NUMBER = 64  # characters
MAX_WRITTEN_NUMBER = 256  # before spaces between thousands and such are taken out
KEYBOARD = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {
    0x3000: " ",
    0xA0: " ",
    0x202F: " ",
    0x2009: " ",
    ord("、"): ",",
    **dict.fromkeys(map(ord, "−–—‐"), "-"),
}
SEPARATORS = re.compile(r"[\s,;:.>()\[\]→【】。'\"-]+")
PLAIN = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?"
NUMBER = re.compile(rf"(?P<sign>[+-]?)\s*(?P<above>{PLAIN})(?:\s*/\s*(?P<below>{PLAIN}))?\s*(?P<unit>\D.*)?", re.DOTALL)
CHINESE_POINT = re.compile(r"(?<=\d)。(?=\d)")
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:(?:,\d{3}){2,}|,\d{3}(?=\.\d)|(?:[ _]\d{3})+)(?![\d,_])")
AMBIGUOUS = re.compile(r"\d,\d")
POWER_OF_TEN = re.compile(r"\s*[x×*·]\s*10\s*(?:\^|\*\*)\s*[({]?\s*([+-]?\d{1,4})\s*[)}]?")
TWO_READINGS = Text("A comma can be read in two ways: write 1234 or 1.234.", "逗号有两种读法：请写成 1234 或 1.234。")
NO_NUMBER = Text("Write a number, such as 0.24, -3, 2.5e-4 or 1/4.", "请填一个数，例如 0.24、-3、2.5e-4 或 1/4。")
NOT_FINITE = Text("Write a finite number.", "请填一个有限的数。")
NO_UNIT = Text("Write the number alone, without a unit.", "请只写数字，不要单位。")


class Complaint(msgspec.Struct, frozen=True):
    """A sentence that says why an entry cannot be read as an answer, and what to write instead."""

    sentence: Text


def narrow(text: str) -> str:
    """Replace full-width characters, dashes and spaces by those on every keyboard."""
    return text.translate(KEYBOARD)


def read_letters(entry: Entry, letters: Collection[str]) -> list[str]:
    """Return the letters that were written, in that order; none if the entry holds anything else."""
    written = " ".join(entry.items) if entry.items is not None else entry.text
    bare = SEPARATORS.sub("", narrow(written)).upper()
    return list(bare) if set(bare) <= set(letters) else []


def read_number(text: str, units: Mapping[str, float] = {}) -> float | Complaint:
    """Return the number, in the first unit if there are units: 0.24, -3, 2.5e-4, 1/4, 25 %, 12 MB."""
    if len(text) > MAX_WRITTEN_NUMBER:
        return Complaint(NO_NUMBER)
    text = CHINESE_POINT.sub(".", narrow(text)).strip(" \n")
    text = POWER_OF_TEN.sub(r"e\1", text)
    text = THOUSANDS.sub(lambda match: re.sub(r"[,_ ]", "", match[0]), text)
    if AMBIGUOUS.search(text):
        return Complaint(TWO_READINGS)
    match = NUMBER.fullmatch(text) if len(text) <= MAX_NUMBER else None
    if match is None:
        return Complaint(NO_NUMBER)
    parts = match.groupdict(default="")
    scale = _scale(parts["unit"].strip(), units)
    if isinstance(scale, Complaint):
        return scale
    value = _fraction(parts["sign"] + parts["above"], parts["below"]) * scale
    return value if math.isfinite(value) else Complaint(NOT_FINITE)


def _fraction(above: str, below: str) -> float:
    """Return the number above the line, divided by the one below it if there is one."""
    if not below:
        return float(above)
    divisor = float(below)
    return float(above) / divisor if divisor else math.inf


def _size_of_unit(unit: str, units: Mapping[str, float]) -> float | None:
    """Return the size of a known unit. Its case counts only if two units differ in nothing else."""
    if unit in units:
        return units[unit]
    without_case = {name.casefold(): size for name, size in units.items()}
    is_case_needed = len(without_case) < len(units)
    return None if is_case_needed else without_case.get(unit.casefold())


def _scale(unit: str, units: Mapping[str, float]) -> float | Complaint:
    """Return the factor that turns a number in this unit into the first unit."""
    size = _size_of_unit(unit, units)
    if size is not None:
        return size
    if unit == "%":
        return 0.01
    if not unit and len(set(units.values())) <= 1:
        return 1.0
    if not units:
        return Complaint(NO_UNIT)
    names = ", ".join(units)
    return Complaint(Text(f"Write the number with its unit: {names}.", f"请写上数字和单位：{names}。"))
