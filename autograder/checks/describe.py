"""Failures as sentences, in both languages: one with the call and its values, one that gives no input away.

The sentences themselves are in templates.py.
"""

import builtins
from typing import Any

import torch

from ..sandbox.worker.protocol import CallFunction, EvaluateExpression, Raised
from ..text import NOTHING, Text
from .calls import (
    Origin,
    Parameters,
    after,
    argument_name,
    is_of_student,
    last_call,
    origin,
    write_call,
    write_signature,
)
from .failures import CheckFailure, Crashed, Mismatch, NotAttempted, RuleBroken, TimedOut, Unloaded
from .hints import hints_for, printed
from .student import RecordedCall
from .templates import (
    ANSWERS,
    BANNED,
    BANNED_RUN,
    BRIEF,
    DEATHS,
    DIED,
    FOUND,
    GRADIENT,
    HINTS,
    LOOKED_AT,
    NO_ATTRIBUTE,
    NOT_WRITTEN,
    ODD,
    OUT_OF_TIME,
    RAISED,
    RAISED_AT,
    RAISED_BARE,
    RAISED_OTHER,
    RETURNED,
    TOO_LARGE,
    UNUSABLE,
    USING,
    Description,
    followed,
)
from .unpacking import describe_unpacking
from .values import (
    INLINE_ELEMENTS,
    ITEM,
    MAX_TEXT,
    RESULT,
    count,
    excerpt,
    first_difference,
    one_result,
    plain,
    shortened,
    type_and_value,
    write_number,
    write_pair,
    write_shape,
    write_value,
)

UNPACKED = ("type", "shape", "dtype", "values", "nan")  # kinds that a wrong number of results may come out as


def describe(failure: CheckFailure, calls: list[RecordedCall], parameters: Parameters) -> Description:
    """Return the failure as sentences.

    calls: what the check had called so far.
    parameters: the parameter names of each exercise, to name arguments.
    """
    match failure:
        case Mismatch():
            return _describe_mismatch(failure, calls, parameters)
        case Crashed():
            return _describe_crash(failure, calls, parameters)
        case TimedOut():
            text = OUT_OF_TIME.filled(call=_subject(calls, parameters, failure.call), seconds=f"{failure.seconds:g}")
            return Description(text, BRIEF["time"])
        case RuleBroken():
            sentence = BANNED_RUN if failure.was_run else BANNED
            text = failure.why or sentence.filled(
                exercise=failure.exercise,
                banned=failure.banned,
                file=_basename(failure.file),
                line=failure.line,
            )
            return Description(text, text)
        case NotAttempted():
            text = failure.why or NOT_WRITTEN.filled(name=failure.name)
            return Description(text, text)
    text = Text(str(failure), str(failure))
    return Description(text, BRIEF["law"])


# Wrong answers


def _describe_mismatch(failure: Mismatch, calls: list[RecordedCall], parameters: Parameters) -> Description:
    """Return the sentences for an answer that differs from the expected one."""
    if failure.kind in UNPACKED:
        unpacking = describe_unpacking(failure, calls, parameters)
        if unpacking is not None:
            return unpacking
    found = origin(failure.answer, failure.path, calls)
    match failure.kind:
        case "gradient":
            return _describe_gradient(failure, found.call, parameters)
        case "law":
            is_call = found.is_exact and found.call is not None and isinstance(found.call.request, CallFunction)
            call = found.call if is_call else last_call(calls) or found.call
            text = RETURNED["law"].filled(call=write_signature(call, parameters) if call else "…", law=failure.law)
            return Description(text, BRIEF["law"])
        case "changed":
            return _describe_change(failure, found.call, parameters)
        case "exception":
            text = RETURNED["exception"].filled(
                call=write_call(found.call, parameters) if found.call else "…",
                actual=write_value(failure.actual),
                expected=failure.expected,
            )
            return Description(text, BRIEF["exception"])
    call = found.call
    is_returned = call is not None and found.is_exact and isinstance(call.request, CallFunction)
    if call is not None and is_returned and is_of_student(call, calls):
        return _describe_returned(failure, found, parameters)
    return _describe_found(failure, found, calls, parameters)


def _describe_returned(failure: Mismatch, found: Origin, parameters: Parameters) -> Description:
    """Return the sentences for a wrong answer that a call of the student's function returned."""
    assert found.call is not None
    sentence, values = _difference(failure, found)
    if sentence == "type" and failure.actual is None:
        sentence = "none_item" if found.path else "none"
    if sentence == "values":
        values["input"] = _input_at(failure, found.call, parameters)
    values["call"] = write_call(found.call, parameters)
    values["where"] = Text(f" in item {found.path}", f"（其中 {found.path}）") if found.path else NOTHING
    text = RETURNED[sentence].filled(**values) + hints_for(failure, found.call)
    brief = "none" if sentence == "none" else failure.kind
    if sentence == "results":
        brief = "length"
    return Description(text, BRIEF[brief])


def _describe_found(failure: Mismatch, found: Origin, calls: list[RecordedCall], parameters: Parameters) -> Description:
    """Return the sentences for a wrong value that the check read or computed after the last call."""
    call = found.call
    sentence, values = _difference(failure, found, may_be_results=False)
    is_attribute = call is not None and found.is_exact and is_of_student(call, calls)
    if is_attribute and call is not None:
        name = f"{call.label}{found.path}"
        values["thing"] = Text(name, f"{name} ")
    elif isinstance(failure.expected, torch.Tensor) and found.path:
        values["thing"] = Text(f"tensor {found.path}", f"张量 {found.path} ")
    elif isinstance(failure.expected, torch.Tensor):
        values["thing"] = Text("a tensor", "张量")
    else:
        values["thing"] = LOOKED_AT
    latest = last_call(calls, until=call)
    if latest is not None and _was_given_none(call, latest):
        return Description(_none_returned(latest, parameters), BRIEF["none"])
    values["after"] = after(latest, parameters)
    text = FOUND[sentence].filled(**values) + hints_for(failure, latest)
    if not values["after"] and not is_attribute:
        text = Text(text.en[:1].upper() + text.en[1:], text.zh)
    return Description(text, BRIEF[failure.kind])


def _difference(failure: Mismatch, found: Origin, *, may_be_results: bool = True) -> tuple[str, dict[str, Any]]:
    """Return the key of the sentence for a difference, and the values to fill it with."""
    actual, expected = failure.actual, failure.expected
    match failure.kind:
        case "type":
            if may_be_results and not found.path and isinstance(expected, tuple) and actual is not None:
                return "results", {"actual": one_result(actual), "count": len(expected), "names": NOTHING}
            return "type", {"actual": type_and_value(actual), "expected": type_and_value(expected)}
        case "shape":
            return "shape", {"actual": write_shape(actual.shape), "expected": write_shape(expected.shape)}
        case "dtype":
            return "dtype", {"actual": plain(actual.dtype), "expected": plain(expected.dtype)}
        case "length":
            noun = RESULT if may_be_results and not found.path and isinstance(expected, tuple) else ITEM
            return "length", {"actual": count(len(actual), noun), "expected": count(len(expected), noun)}
        case "keys":
            texts = write_pair(list(actual), list(expected))
            return "keys", {"actual": texts[0], "expected": texts[1]}
    if isinstance(actual, str) and isinstance(expected, str):
        return _text_difference(actual, expected)
    elements = failure.elements
    if elements is None:
        texts = write_pair(actual, expected)
        return "value", {"actual": texts[0], "expected": texts[1]}
    texts = write_pair(actual[elements.first].item(), expected[elements.first].item())
    values = {"actual": texts[0], "expected": texts[1]}
    if not elements.first:  # a tensor without dimensions
        return "value", values
    index = f"[{', '.join(map(str, elements.first))}]"
    return "values", {"wrong": elements.wrong, "total": elements.total, "index": index, "input": "", **values}


def _text_difference(actual: str, expected: str) -> tuple[str, dict[str, Any]]:
    """Return the sentence for two strings: both in full, or the place where long ones begin to differ."""
    if max(len(repr(actual)), len(repr(expected))) <= MAX_TEXT:
        return "value", {"actual": repr(actual), "expected": repr(expected)}
    position = first_difference(actual, expected) or 0
    texts = repr(excerpt(actual, position)), repr(excerpt(expected, position))
    return "text", {"index": position, "actual": texts[0], "expected": texts[1]}


def _input_at(failure: Mismatch, call: RecordedCall, parameters: Parameters) -> str:
    """Return `x = -30.0 ` if the first input has the answer's shape: then the two elements belong together."""
    if failure.elements is None or not call.args:
        return ""
    first = call.args[0]
    belongs_together = isinstance(first, torch.Tensor) and first.shape == failure.expected.shape
    if not belongs_together:
        return ""
    element = write_number(first.detach()[failure.elements.first].item())
    names = parameters.get(call.label, ())
    if names:
        return f"{names[0]} = {element} "
    return f"{element} "


def _describe_change(failure: Mismatch, call: RecordedCall | None, parameters: Parameters) -> Description:
    """Return the sentences for an input that was changed in place: all of a small one, else the first change."""
    name = argument_name(call, failure.path, parameters)
    actual, expected = failure.actual, failure.expected
    place = Text("it", "它")
    if failure.inner:
        place = Text(f"{name}{failure.inner}", f"{name}{failure.inner} ")
    elements = failure.elements
    if elements is not None and elements.first and actual.numel() > INLINE_ELEMENTS:
        index = ", ".join(map(str, elements.first))
        place = Text(f"{name}{failure.inner}[{index}]", f"{name}{failure.inner}[{index}] ")
        actual, expected = actual[elements.first].item(), expected[elements.first].item()
    texts = write_pair(actual, expected)
    values: dict[str, Any] = {"argument": name, "place": place, "actual": texts[0], "expected": texts[1]}
    values["call"] = write_call(call, parameters) if call else "…"
    hint = NOTHING
    if isinstance(expected, list | dict):
        hint = HINTS["copy_list"].filled(argument=name)
    elif isinstance(failure.expected, torch.Tensor):
        hint = HINTS["copy"].filled(argument=name)
    return Description(RETURNED["changed"].filled(**values) + hint, BRIEF["changed"])


def _describe_gradient(failure: Mismatch, call: RecordedCall | None, parameters: Parameters) -> Description:
    """Return the sentences for a result through which autograd found no way back to the input."""
    reason = "unused"
    if isinstance(failure.actual, str) and failure.actual in GRADIENT:  # from a worker, so it may be anything
        reason = failure.actual
    text = GRADIENT[reason].filled(
        call=write_signature(call, parameters) if call else "…",
        argument=argument_name(call, failure.path, parameters),
    )
    brief = {"none": BRIEF["none"], "no_tensor": BRIEF["type"]}.get(reason, BRIEF["gradient"])
    return Description(text + hints_for(failure, call), brief)


# Exceptions and processes that ended


def _describe_crash(failure: Crashed, calls: list[RecordedCall], parameters: Parameters) -> Description:
    """Return the sentences for an exception, or for a worker that died."""
    call = _subject(calls, parameters, failure.call)
    raised = failure.raised
    if raised is None:
        return Description(DIED.filled(call=call, death=_death(failure.death)), BRIEF["died"])
    if raised.type == "WireError" and not raised.bases:  # the worker's own error, not the student's
        return Description(TOO_LARGE.filled(call=call, message=shortened(raised.message)), BRIEF["too_large"])
    look = _look(calls, failure.call)
    if look is not None and not raised.frames:
        return _describe_unusable(raised, look, calls, parameters)
    sentence = RAISED if raised.message and "SystemExit" not in raised.bases else RAISED_BARE
    full = sentence.filled(call=call, type=raised.type, message=shortened(raised.message))
    brief = BRIEF["raised"].filled(type=_public_type(raised))
    if raised.frames:
        file, line, _, source = raised.frames[-1]
        name = _basename(file)
        full += RAISED_AT.filled(file=name, line=line, source=source)
        brief += BRIEF["raised_at"].filled(file=name, line=line)
    if isinstance(failure, Unloaded):  # it happened before any check had handed over an input
        brief = full
    if failure.instead_of:
        full = followed(full, RAISED_OTHER.filled(expected=failure.instead_of))
    hint = _about_exception(raised)
    return Description(followed(full, hint), followed(brief, hint))


def _describe_unusable(
    raised: Raised, look: RecordedCall, calls: list[RecordedCall], parameters: Parameters
) -> Description:
    """Return the sentences for a result that an expression of the check could not use: a missing attribute, above all."""
    brief = BRIEF["raised"].filled(type=_public_type(raised))
    owner, _, name = look.label.rpartition(".")
    if "AttributeError" in raised.bases and owner and name.isidentifier() and is_of_student(look, calls):
        text = NO_ATTRIBUTE.filled(object=owner, name=name)
        return Description(text, BRIEF["no_attribute"])
    latest = last_call(calls, until=look)
    if latest is not None and _was_given_none(look, latest):
        return Description(_none_returned(latest, parameters), BRIEF["none"])
    call = write_signature(latest, parameters) if latest else look.label
    text = UNUSABLE.filled(call=call, type=raised.type, message=shortened(raised.message))
    hint = HINTS["something_none"] if "NoneType" in raised.message else NOTHING
    return Description(followed(text, hint), brief)


def _was_given_none(look: RecordedCall | None, latest: RecordedCall) -> bool:
    """Return True if an expression of the check looked at the None that the latest call returned."""
    if look is None or not isinstance(look.request, EvaluateExpression):
        return False
    return latest.value is None and any(value is None for value in look.request.names.values())


def _none_returned(call: RecordedCall, parameters: Parameters) -> Text:
    """Return the sentence for a call that returned None where its result was needed."""
    answer = ANSWERS["returned"].filled(call=write_call(call, parameters), actual=type_and_value(None))
    return ODD["none"].filled(answer=answer) + printed(call)


def _about_exception(raised: Raised) -> Text:
    """Return the hint for an exception about a missing GPU, or for exit()."""
    message = raised.message.lower()
    if "cuda" in message or "nvidia" in message:
        return HINTS["cuda"]
    if "SystemExit" in raised.bases:
        return HINTS["exit"]
    if "in-place operation" in message or "inplace operation" in message:
        return HINTS["in_place"]
    return NOTHING


def _death(death: str) -> Text:
    """Return how a worker died, as a clause."""
    text = next(text for prefix, text in DEATHS.items() if death.startswith(prefix))
    return text.filled(death=death)


def _basename(file: str) -> str:
    return file.replace("\\", "/").rsplit("/", 1)[-1]


def _public_type(raised: Raised) -> str:
    """Return the first builtin type of the exception: a class of the student's own could carry a hidden input in its name."""
    for base in raised.bases:
        if isinstance(getattr(builtins, base, None), type):
            return base
    return "an exception"


def _subject(calls: list[RecordedCall], parameters: Parameters, label: str) -> Any:
    """Return the last call if it has this label; for an expression of the check, what it looked at."""
    if not calls or calls[-1].label != label:
        return label
    latest = last_call(calls)
    if is_of_student(calls[-1], calls) and isinstance(calls[-1].request, CallFunction):
        return write_call(calls[-1], parameters)
    if latest is None:
        return label
    return USING.filled(call=write_signature(latest, parameters))


def _look(calls: list[RecordedCall], label: str) -> RecordedCall | None:
    """Return the last call if it has this label and is an expression, not a call."""
    if calls and calls[-1].label == label and isinstance(calls[-1].request, EvaluateExpression):
        return calls[-1]
    return None


__all__ = ["Description", "describe"]
