"""Answers that made the check's own code raise: `answer.shape` of None, `answer[2]` of a pair."""

from typing import Any

import msgspec
import numpy as np
import torch

from ..sandbox.worker.protocol import CallFunction
from ..text import Text
from .calls import Parameters, is_of_student, last_call, write_call
from .hints import about_types, printed
from .student import RecordedCall
from .templates import ANSWERS, BRIEF, ODD, Description, followed
from .unpacking import describe_unpacking
from .values import SCALARS, shortened, spaced, type_and_value, write_value

A_TENSOR = torch.empty(0)  # stands for the tensor that a check expected
SEQUENCE_WORDS = ("has no len", "not iterable", "not subscriptable", "non-iterable")  # of a TypeError's text


class Fault(msgspec.Struct, frozen=True):
    """What was wrong with an answer."""

    name: str  # of the sentence
    brief: str
    values: dict[str, str] = {}
    names_type: bool = False  # the sentence names the answer's type, not only its value
    expected: Any = None


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
    is_returned = isinstance(call.request, CallFunction) and is_of_student(call, calls)
    fault = _fault(error, call.value, is_returned=is_returned)
    actual = type_and_value(call.value) if fault.names_type else spaced(write_value(call.value))
    hint = printed(call) if call.value is None else about_types(call.value, fault.expected)
    text = ODD[fault.name].filled(
        answer=_answer(call, calls, parameters, actual), title=title, error=shortened(str(error)), **fault.values
    )
    return Description(followed(text, hint), BRIEF[fault.brief])


def _answer(call: RecordedCall, calls: list[RecordedCall], parameters: Parameters, actual: Text) -> Text:
    """Return the clause that names the answer at fault."""
    if is_of_student(call, calls):
        if isinstance(call.request, CallFunction):
            return ANSWERS["returned"].filled(call=write_call(call, parameters), actual=actual)
        return ANSWERS["attribute"].filled(thing=call.label, actual=actual)
    latest = last_call(calls, until=call)
    if latest is None:
        return ANSWERS["returned"].filled(call=call.label, actual=actual)
    return ANSWERS["found"].filled(call=write_call(latest, parameters), actual=actual)


def _call_at_fault(error: BaseException, calls: list[RecordedCall]) -> RecordedCall:
    """Return the last call that returned the object at fault, as far as the error knows it; else the last call."""
    culprit = getattr(error, "obj", None)
    if culprit is not None:
        for call in reversed(calls):
            if call.value is culprit:
                return call
    return calls[-1]


def _fault(error: BaseException, value: Any, *, is_returned: bool) -> Fault:
    """Return what was wrong with a value at which the check's code raised this error."""
    if value is None:
        return Fault("none", "none") if is_returned else Fault("none_found", "type")
    match error:
        case AttributeError() if error.obj is value:  # otherwise something else lacks the attribute
            name = error.name or "?"
            if hasattr(torch.Tensor, name) and not isinstance(value, torch.Tensor):
                return Fault("no_tensor", "type", names_type=True, expected=A_TENSOR)
            return Fault("no_attribute", "type", {"name": name}, names_type=True)
        case KeyError() if isinstance(value, dict):
            return Fault("no_key", "keys", {"key": write_value(error.args[0] if error.args else "?")})
        case IndexError() if isinstance(value, list | tuple):
            return Fault("too_few", "length")
        case IndexError() | RuntimeError() | ValueError() if isinstance(value, torch.Tensor | np.ndarray):
            return Fault("not_computable", "shape")
        case TypeError() if isinstance(value, SCALARS):
            wants_items = any(word in str(error) for word in SEQUENCE_WORDS)
            if wants_items:
                return Fault("no_sequence", "type", names_type=True)
            return Fault("no_tensor", "type", names_type=True, expected=A_TENSOR)
    return Fault("other", "odd")
