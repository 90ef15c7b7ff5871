"""Values as text, short enough for a sentence."""

from typing import Any

import numpy as np
import torch

from ..text import Text
from .student import RemoteObject

INLINE_ELEMENTS = 6  # tensors of up to this many elements are written out
MAX_TEXT = 160  # characters of one value
TYPES = {"Tensor": Text("a tensor", "张量"), "ndarray": Text("a numpy array", "numpy 数组")}


def write_value(value: Any, inline: int = INLINE_ELEMENTS) -> str:
    """Return a value, short enough for a sentence; a tensor of more than `inline` elements by dtype and shape."""
    if isinstance(value, torch.Tensor):
        return _write_tensor(value.detach(), inline)
    if isinstance(value, np.ndarray):
        return _write_array(value)
    if isinstance(value, float):
        return write_number(value)
    return shortened(repr(value))


def _write_tensor(tensor: torch.Tensor, inline: int) -> str:
    """Return the tensor's elements, or its dtype and shape if it has more than `inline`."""
    if tensor.numel() > inline:
        return f"{plain(tensor.dtype)} {tuple(tensor.shape)}"
    if tensor.dim() == 0:
        return f"tensor({write_number(tensor.item())})"
    return f"tensor({_nested(tensor.tolist())})"


def _write_array(array: np.ndarray[Any, Any]) -> str:
    """Return the array's elements, or its dtype and shape if it has many."""
    if array.size > INLINE_ELEMENTS:
        return f"array {array.dtype} {array.shape}"
    return f"array({_nested(array.tolist())})"


def _nested(values: Any) -> str:
    """Return numbers in nested lists, with brackets."""
    if isinstance(values, list):
        return f"[{', '.join(_nested(item) for item in values)}]"
    return write_number(values)


def write_number(value: Any) -> str:
    """Return a number; a float with six significant digits."""
    if not isinstance(value, float):
        return str(value)
    if value.is_integer() and abs(value) < 1e16:
        return f"{value:.1f}"
    return f"{value:.6g}"


def plain(value: Any) -> str:
    """Return float32 for torch.float32, (3, 4) for torch.Size."""
    if isinstance(value, tuple):
        return str(tuple(value))
    return str(value).removeprefix("torch.")


def type_name(value: Any) -> Text:
    """Return the name of a value's type, with its article in English."""
    if value is None:
        return Text("None", "None")
    name = value._handle.type_name if isinstance(value, RemoteObject) else type(value).__name__
    if name in TYPES and not isinstance(value, RemoteObject):
        return TYPES[name]
    article = "an" if name[:1].lower() in "aeiou" else "a"
    return Text(f"{article} {name}", name)


def shortened(text: str) -> str:
    """Return the text in one line, cut to MAX_TEXT characters."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
