"""Values as text, short enough for a sentence. Two values that differ never get the same text."""

import itertools
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ..text import Text
from .student import RemoteObject

INLINE_ELEMENTS = 6  # tensors of up to this many elements are written out
MAX_TEXT = 160  # characters of one value
MAX_ITEMS = 4 * MAX_TEXT  # of a container that are written at all
MAX_EXPRESSION = 40  # characters of a check's expression that stands for the object it made
DIGITS = 6  # significant digits of a float, unless more are needed
MOST_DIGITS = 17  # more digits never tell two floats apart
CONTEXT = 24  # characters before and after the first difference of two long texts
SCALARS = (bool, int, float, complex, str, bytes)
SCALAR_NAMES = {kind.__name__ for kind in SCALARS}
EXPRESSION = re.compile(r"^(nn|torch|F|np|math|lambda)\b|\(")

FUNCTIONS = {"function", "method", "builtin_function_or_method", "method_descriptor"}  # names of their classes
ITEM = Text("item", "项")
RESULT = Text("result", "个结果")
TYPES = {
    "Tensor": Text("a tensor", "张量"),
    "ndarray": Text("a numpy array", " numpy 数组"),
    "list": Text("a list", "列表"),
    "tuple": Text("a tuple", "元组"),
    "dict": Text("a dict", "字典"),
    "str": Text("a string", "字符串"),
}


def write_value(value: Any, inline: int = INLINE_ELEMENTS, digits: int = DIGITS) -> str:
    """Return a value, short enough for a sentence; a tensor of more than `inline` elements by dtype and shape."""
    return _cut(_write(value, inline, digits))


def write_pair(actual: Any, expected: Any) -> tuple[str, str]:
    """Return both values as text, with so many digits that the two texts differ."""
    is_container = isinstance(actual, list | tuple | dict)
    for digits in (DIGITS, MOST_DIGITS) if is_container else range(DIGITS, MOST_DIGITS + 1):
        texts = write_value(actual, digits=digits), write_value(expected, digits=digits)
        if texts[0] != texts[1]:
            return texts
    long_texts = _write(actual, INLINE_ELEMENTS, MOST_DIGITS), _write(expected, INLINE_ELEMENTS, MOST_DIGITS)
    position = first_difference(*long_texts)
    if position is not None:
        return excerpt(long_texts[0], position), excerpt(long_texts[1], position)
    return _with_type(actual, texts[0]), _with_type(expected, texts[1])


def first_difference(actual: str, expected: str) -> int | None:
    """Return the position of the first character in which two texts differ; None if they are equal."""
    if actual == expected:
        return None
    for position, (one, other) in enumerate(zip(actual, expected, strict=False)):
        if one != other:
            return position
    return min(len(actual), len(expected))


def excerpt(text: str, position: int) -> str:
    """Return the text around a position, with … where something was left out."""
    start, end = max(0, position - CONTEXT), position + CONTEXT
    before = "…" if start > 0 else ""
    after = "…" if end < len(text) else ""
    return before + text[start:end] + after


def _with_type(value: Any, text: str) -> str:
    """Return the text with the dtype, the number of items or the class of its value."""
    if isinstance(value, list | tuple | dict):
        return f"{text} ({len(value)} items)"
    kind = plain(value.dtype) if isinstance(value, torch.Tensor | np.ndarray) else type(value).__name__
    return f"{text} ({kind})"


def _write(value: Any, inline: int, digits: int) -> str:
    """Return a value in one line; only large tensors are shortened."""
    if isinstance(value, torch.Tensor):
        return _write_tensor(value.detach(), inline, digits)
    if isinstance(value, np.ndarray):
        return _write_array(value, digits)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float | complex):
        return write_number(value, digits)
    if isinstance(value, list):
        return f"[{_write_items(value, inline, digits)}]"
    if isinstance(value, tuple):
        comma = "," if len(value) == 1 else ""
        return f"({_write_items(value, inline, digits)}{comma})"
    if isinstance(value, dict):
        first_items = itertools.islice(value.items(), MAX_ITEMS)
        pairs = [f"{key!r}: {_write(item, inline, digits)}" for key, item in first_items]
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, RemoteObject):
        return _write_object(value)
    return repr(value)


def _write_items(values: list[Any] | tuple[Any, ...], inline: int, digits: int) -> str:
    """Return the items with commas; no more of them than a sentence can hold."""
    texts = [_write(value, inline, digits) for value in values[:MAX_ITEMS]]
    return ", ".join(texts)


def _write_object(value: RemoteObject) -> str:
    """Return nn.Linear(2, 3) for what a check built, and Net(…) for any other object."""
    label: str = value._label
    if len(label) <= MAX_EXPRESSION and EXPRESSION.search(label) and "…" not in label:
        return label
    return f"{value._handle.type_name}(…)"


def _write_tensor(tensor: torch.Tensor, inline: int, digits: int) -> str:
    """Return the tensor's elements, or its dtype and shape if it has more than `inline`."""
    if tensor.numel() > inline:
        return f"{plain(tensor.dtype)} {tuple(tensor.shape)}"
    if tensor.dim() == 0:
        return f"tensor({write_number(tensor.item(), digits)})"
    return f"tensor({_nested(tensor.tolist(), digits)})"


def _write_array(array: np.ndarray[Any, Any], digits: int) -> str:
    """Return the array's elements, or its dtype and shape if it has many."""
    if array.size > INLINE_ELEMENTS:
        return f"array {array.dtype} {array.shape}"
    return f"array({_nested(array.tolist(), digits)})"


def _nested(values: Any, digits: int) -> str:
    """Return numbers in nested lists, with brackets."""
    if isinstance(values, list):
        return f"[{', '.join(_nested(item, digits) for item in values)}]"
    return write_number(values, digits)


def write_number(value: Any, digits: int = DIGITS) -> str:
    """Return a number; a float with so many significant digits, and always with a point or an exponent."""
    if isinstance(value, complex):
        sign = "-" if str(value.imag).startswith("-") else "+"
        return f"{write_number(value.real, digits)}{sign}{write_number(abs(value.imag), digits)}j"
    if not isinstance(value, float):
        return str(value)
    if value.is_integer() and abs(value) < 1e16:
        return f"{value:.1f}"
    text = f"{value:.{digits}g}"
    return f"{text}.0" if text.lstrip("-").isdigit() else text


def plain(value: Any) -> str:
    """Return float32 for torch.float32, (3, 4) for torch.Size."""
    if isinstance(value, tuple):
        return str(tuple(value))
    return str(value).removeprefix("torch.")


def write_shape(shape: Sequence[int]) -> Text:
    """Return (3, 4); for the empty shape also what it means."""
    text = str(tuple(shape))
    return Text(f"{text} (no dimensions)", f"{text}（零维）") if not shape else Text(text, text)


def spaced(text: str) -> Text:
    """Return a value, with a space before it in Chinese."""
    return Text(text, f" {text}")


def type_name(value: Any) -> Text:
    """Return the name of a value's type: with its article in English, with a space before a Latin name in Chinese."""
    if value is None:
        return Text("None", " None")
    if isinstance(value, RemoteObject):
        name = value._handle.type_name
        if name == "Tensor":  # a plain one would have travelled
            return Text("a tensor that is sparse, quantised or without data", "稀疏、量化或没有数据的张量")
        if name in FUNCTIONS:
            return Text("a function", "函数")
        if name in TYPES or name in SCALAR_NAMES:
            return Text(f"an object of a class of yours named {name}", f"你自己的 {name} 类的对象")
    else:
        name = type(value).__name__
        if name in TYPES:
            return TYPES[name]
    article = "an" if name[:1].lower() in "aeiou" else "a"
    return Text(f"{article} {name}", f" {name}")


def type_and_value(value: Any) -> Text:
    """Return "3.0 (a float)" for a number or a string, and the name of its type for anything else."""
    name = type_name(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, SCALARS):
        text = write_value(value)
        return Text(f"{text} ({name.en})", f" {text}（{name.zh.strip()}）")
    return name


def one_result(value: Any) -> Text:
    """Return a single result where several were expected: "one tensor of shape (3,)"."""
    if isinstance(value, torch.Tensor):
        shape = write_shape(value.shape)
        return Text(f"one tensor of shape {shape.en}", f"一个形状为 {shape.zh} 的张量")
    if isinstance(value, SCALARS):
        return type_and_value(value)
    name = type_name(value)
    article, _, rest = name.en.partition(" ")
    return Text(f"one {rest}", f"一个{name.zh}") if article in ("a", "an") else name


def count(number: int, noun: Text = ITEM) -> Text:
    """Return "1 item", "2 items"."""
    plural = "" if number == 1 else "s"
    return Text(f"{number} {noun.en}{plural}", f"{number} {noun.zh}")


def shortened(text: str) -> str:
    """Return the text in one line, cut to MAX_TEXT characters."""
    return _cut(" ".join(text.split()))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
