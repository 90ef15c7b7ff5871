"""Answers that made the check's own code raise: `answer.shape` of None, `answer[2]` of a pair."""

from typing import Any

import torch

from ..text import NOTHING, Text
from .calls import Parameters, write_call
from .hints import about_object, printed
from .student import RecordedCall, RemoteObject
from .templates import BRIEF, ODD, Description
from .unpacking import describe_unpacking
from .values import plain, type_and_value, write_value

CONTAINERS = (list, tuple, dict)


def describe_odd_answer(
    error: BaseException, calls: list[RecordedCall], parameters: Parameters, title: Text
) -> Description:
    """Return the sentences for an answer that made the check's own code raise `error`.

    title: of the check, for an answer at which it is not clear what was wrong.
    """
    if not calls:
        return Description(ODD["nothing_asked"].filled(title=title), BRIEF["odd"])
    unpacking = describe_unpacking(error, calls, parameters)
    if unpacking is not None:
        return unpacking
    call = _call_at_fault(error, calls)
    name, brief, values = _fault(error, call.value)
    actual = values.pop("actual", None)
    if actual is None:
        actual = write_value(call.value)
    hint = NOTHING
    if call.value is None:
        hint = printed(call)
    elif isinstance(call.value, RemoteObject):
        hint = about_object(call.value)
    text = ODD[name].filled(call=write_call(call, parameters), actual=actual, title=title, **values)
    return Description(text + hint, BRIEF[brief])


def _call_at_fault(error: BaseException, calls: list[RecordedCall]) -> RecordedCall:
    """Return the last call that returned the object at fault, as far as the error knows it; else the last call."""
    culprit = getattr(error, "obj", None)
    if culprit is not None:
        for call in reversed(calls):
            if call.value is culprit:
                return call
    return calls[-1]


def _fault(error: BaseException, value: Any) -> tuple[str, str, dict[str, Any]]:
    """Return the key of the sentence, of the brief one, and the values to fill in."""
    kind = type_and_value(value)
    if value is None:
        return "none", "none", {}
    match error:
        case AttributeError():
            if hasattr(torch.Tensor, error.name or "") and not isinstance(value, torch.Tensor):
                return "no_tensor", "type", {"actual": kind}
            return "no_attribute", "type", {"actual": kind, "name": error.name or "?"}
        case KeyError() if isinstance(value, dict):
            return "no_key", "keys", {"key": write_value(error.args[0] if error.args else "?")}
        case IndexError() if isinstance(value, CONTAINERS):
            return "too_few", "length", {}
        case IndexError() | RuntimeError() if isinstance(value, torch.Tensor):
            return "sizes", "shape", {"actual": plain(value.shape)}
        case TypeError() if not isinstance(value, torch.Tensor | RemoteObject | list | tuple | dict):
            return _unfit_scalar(str(error), kind)
    return "other", "odd", {}


def _unfit_scalar(message: str, kind: Text) -> tuple[str, str, dict[str, Any]]:
    """Return the fault of a number or a string where a sequence or a tensor was needed."""
    sequence_words = ("has no len", "not iterable", "not subscriptable", "non-iterable")
    if any(word in message for word in sequence_words):
        return "no_sequence", "type", {"actual": kind}
    return "no_tensor", "type", {"actual": kind}
