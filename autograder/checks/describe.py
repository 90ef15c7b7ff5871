"""Failures as sentences, in both languages: one with the call and its values, one that gives no input away."""

import builtins
from typing import Any

import msgspec
import numpy as np
import torch

from ..sandbox.worker.protocol import CallFunction, Raised
from ..text import Text
from .failures import CheckFailure, Crashed, Mismatch, NotAttempted, RuleBroken, TimedOut, Unloaded
from .student import RecordedCall
from .values import INLINE_ELEMENTS, plain, shortened, type_name, write_number, write_value

MAX_CALL = 120  # characters of a call; a longer one gets its tensors by dtype and shape

KINDS = {
    "type": Text("returned the wrong type", "返回值的类型不对"),
    "shape": Text("returned the wrong shape", "返回值的形状不对"),
    "dtype": Text("returned the wrong dtype", "返回值的 dtype 不对"),
    "values": Text("returned wrong values", "返回的数值不对"),
    "nan": Text("returned NaN where a number was expected", "在应为数值的地方返回了 NaN"),
    "length": Text("returned the wrong number of items", "返回的个数不对"),
    "keys": Text("returned the wrong keys", "返回的键不对"),
    "exception": Text("did not raise the exception that was asked for", "没有抛出要求的异常"),
    "changed": Text("changed its input in place", "原地修改了输入"),
    "gradient": Text("cut the result off from autograd", "结果与自动求导图断开了"),
    "law": Text("broke a rule that every right answer obeys", "违反了正确答案必须满足的规律"),
}

SENTENCES = {
    "type": Text(
        "{call} returned {actual}{where}, expected {expected}.", "{call} 返回了 {actual}{where}，应为 {expected}。"
    ),
    "shape": Text(
        "{call} returned shape {actual}{where}, expected {expected}.",
        "{call} 返回的形状是 {actual}{where}，应为 {expected}。",
    ),
    "dtype": Text(
        "{call} returned dtype {actual}{where}, expected {expected}.",
        "{call} 返回的 dtype 是 {actual}{where}，应为 {expected}。",
    ),
    "value": Text(
        "{call} returned {actual}{where}, expected {expected}.", "{call} 返回了 {actual}{where}，应为 {expected}。"
    ),
    "values": Text(
        "{call} returned {wrong} of {total} wrong values{where}; the first at {index}: {input}gave {actual}, expected {expected}.",
        "{call} 返回的 {total} 个值中有 {wrong} 个不对{where}；第一个在 {index}：{input}得到 {actual}，应为 {expected}。",
    ),
    "length": Text(
        "{call} returned {actual} items{where}, expected {expected}.",
        "{call} 返回了 {actual} 项{where}，应为 {expected} 项。",
    ),
    "keys": Text(
        "{call} returned the keys {actual}{where}, expected {expected}.",
        "{call} 返回的键是 {actual}{where}，应为 {expected}。",
    ),
    "exception": Text(
        "{call} returned {actual}, expected {expected} to be raised.", "{call} 返回了 {actual}，应抛出 {expected}。"
    ),
    "changed": Text(
        "{call} changed its input {argument} in place: it was {expected}, then {actual}.",
        "{call} 原地修改了输入 {argument}：原来是 {expected}，之后是 {actual}。",
    ),
    "gradient": Text(
        "{call} gave a result that does not depend on {argument} for autograd: was it detached, or computed outside torch?",
        "{call} 的结果在自动求导中与 {argument} 无关：是否用了 detach，或在 torch 之外计算？",
    ),
    "law": Text("After {call}: {law}", "{call} 之后：{law}"),
}


NOT_WRITTEN = Text("{name} is not written yet.", "{name} 还没有写。")
OUT_OF_TIME = Text(
    "{call} was stopped after {seconds} s: is there a loop that never ends?",
    "{call} 运行 {seconds} 秒后被终止：是否有死循环？",
)
BRIEF_OUT_OF_TIME = Text("did not finish in time", "没有在限时内完成")
DIED = Text("{call} ended its process: {death}.", "{call} 使进程结束：{death}。")
DEATHS = {
    "SIGKILL": Text("it was killed, by itself or for want of memory", "进程被杀死，可能是自己所为，也可能内存耗尽"),
    "SIGXCPU": Text("it used up its processor time", "用完了处理器时间"),
    "SIGXFSZ": Text("it wrote too large a file", "写入的文件过大"),
    "SIG": Text(
        "it crashed inside native code ({death}), perhaps for want of memory",
        "在本地代码中崩溃（{death}），可能内存耗尽",
    ),
    "exit": Text("it called exit ({death})", "它调用了 exit（{death}）"),
    "scratch": Text("it filled its folder", "它写满了自己的文件夹"),
    "": Text("it broke the protocol ({death})", "它违反了通信协议（{death}）"),
}
BRIEF_DIED = Text("ended its process", "使进程结束")
RAISED = Text("{call} raised {type}: {message}", "{call} 抛出 {type}：{message}")
RAISED_AT = Text(" ({file}, line {line}: {source})", "（{file} 第 {line} 行：{source}）")
BRIEF_RAISED = Text("raised {type}", "抛出 {type}")
BRIEF_RAISED_AT = Text(" ({file}, line {line})", "（{file} 第 {line} 行）")
BANNED = Text(
    "{exercise} may not use {banned} ({file}, line {line}).", "{exercise} 不允许使用 {banned}（{file} 第 {line} 行）。"
)
BANNED_RUN = Text(
    "{exercise} may not use {banned}, or anything built on it: {file}, line {line} runs it.",
    "{exercise} 不允许使用 {banned} 及基于它的函数：{file} 第 {line} 行运行了它。",
)
ODD_ANSWER = Text("{call} returned {actual}, which the check cannot use.", "{call} 返回了 {actual}，检查无法使用它。")
BRIEF_ODD_ANSWER = Text("returned something that the check cannot use", "返回了检查无法使用的值")


class Description(msgspec.Struct, frozen=True):
    """One failure as two sentences."""

    full: Text
    brief: Text  # names no input and no expected value


def describe(failure: CheckFailure, calls: list[RecordedCall], parameters: dict[str, tuple[str, ...]]) -> Description:
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
            text = OUT_OF_TIME.filled(call=_last(calls, parameters, failure.call), seconds=f"{failure.seconds:g}")
            return Description(text, BRIEF_OUT_OF_TIME)
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
    return Description(text, KINDS["law"])


def describe_odd_answer(calls: list[RecordedCall], parameters: dict[str, tuple[str, ...]]) -> Description:
    """Return the sentences for an answer that made the check's own code raise."""
    if not calls:
        return Description(BRIEF_ODD_ANSWER, BRIEF_ODD_ANSWER)
    call = calls[-1]
    text = ODD_ANSWER.filled(call=write_call(call, parameters), actual=write_value(call.value))
    return Description(text, BRIEF_ODD_ANSWER)


def _describe_mismatch(
    failure: Mismatch, calls: list[RecordedCall], parameters: dict[str, tuple[str, ...]]
) -> Description:
    """Return the sentences for an answer that differs from the expected one."""
    call, item = _origin(failure.answer, calls)
    path = item + failure.path
    values: dict[str, Any] = {
        "call": write_call(call, parameters) if call else "…",
        "actual": write_value(failure.actual),
        "expected": write_value(failure.expected),
        "where": Text(f" in item {path}", f"（其中 {path}）") if path else "",
        "law": failure.law,
    }
    kind: str = failure.kind
    actual, expected = failure.actual, failure.expected
    match kind:
        case "type":
            values |= {"actual": type_name(actual), "expected": type_name(expected)}
        case "shape" | "dtype":
            values |= {"actual": plain(getattr(actual, kind)), "expected": plain(getattr(expected, kind))}
        case "length":
            values |= {"actual": len(actual), "expected": len(expected)}
        case "keys":
            values |= {"actual": shortened(repr(list(actual))), "expected": shortened(repr(list(expected)))}
        case "exception":
            values |= {"expected": expected}
        case "changed" | "gradient":
            values |= {"argument": _argument_name(call, failure.path, parameters)}
        case "values" | "nan":
            has_index = failure.elements is not None and bool(failure.elements.first)
            kind = "values" if has_index else "value"
            values |= _first_wrong(failure, call, parameters)
    return Description(SENTENCES[kind].filled(**values), KINDS[failure.kind])


def _first_wrong(
    failure: Mismatch, call: RecordedCall | None, parameters: dict[str, tuple[str, ...]]
) -> dict[str, Any]:
    elements = failure.elements
    if elements is None:
        return {}
    actual, expected = failure.actual, failure.expected
    if not elements.first:  # a tensor without dimensions
        return {"actual": write_number(actual.item()), "expected": write_number(expected.item())}
    return {
        "wrong": elements.wrong,
        "total": elements.total,
        "index": f"[{', '.join(map(str, elements.first))}]",
        "input": _input_at(elements.first, failure, call, parameters),
        "actual": write_number(actual[elements.first].item()),
        "expected": write_number(expected[elements.first].item()),
    }


def _input_at(
    index: tuple[int, ...], failure: Mismatch, call: RecordedCall | None, parameters: dict[str, tuple[str, ...]]
) -> str:
    """Return `x = -30.0 ` if the first input has the answer's shape: then the two elements belong together."""
    if call is None or not call.args:
        return ""
    first = call.args[0]
    belongs_together = isinstance(first, torch.Tensor) and first.shape == failure.expected.shape
    if not belongs_together:
        return ""
    element = write_number(first.detach()[index].item())
    names = parameters.get(call.label, ())
    if names:
        return f"{names[0]} = {element} "
    return f"{element} "


def _describe_crash(failure: Crashed, calls: list[RecordedCall], parameters: dict[str, tuple[str, ...]]) -> Description:
    """Return the sentences for an exception, or for a worker that died."""
    call = _last(calls, parameters, failure.call)
    if failure.raised is None:
        return Description(DIED.filled(call=call, death=_death(failure.death)), BRIEF_DIED)
    raised = failure.raised
    full = RAISED.filled(call=call, type=raised.type, message=shortened(raised.message))
    brief = BRIEF_RAISED.filled(type=_public_type(raised))
    if raised.frames:
        file, line, _, source = raised.frames[-1]
        name = _basename(file)
        full += RAISED_AT.filled(file=name, line=line, source=source)
        brief += BRIEF_RAISED_AT.filled(file=name, line=line)
    if isinstance(failure, Unloaded):  # it happened before any check had handed over an input
        brief = full
    return Description(full, brief)


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


# Calls as text


def write_call(call: RecordedCall, parameters: dict[str, tuple[str, ...]]) -> str:
    """Return sigmoid_grad(x: float64 (241,)), or conv_output_size(size=5); "d/dx sigmoid_grad(…)" for a gradient."""
    if not isinstance(call.request, CallFunction):
        return call.label
    signature = _signature(call, parameters)
    if not call.request.wrt:
        return signature
    variable = _argument_name(call, str(call.request.wrt[0]), parameters)
    return f"d/d{variable} {signature}"


def _signature(call: RecordedCall, parameters: dict[str, tuple[str, ...]]) -> str:
    """Return the call with its arguments; if that is too long, with large values by dtype and shape only."""
    named = _named_arguments(call, parameters)
    signature = _write_signature(call.label, named, INLINE_ELEMENTS)
    if len(signature) > MAX_CALL:
        signature = _write_signature(call.label, named, 1)
    return signature


def _named_arguments(call: RecordedCall, parameters: dict[str, tuple[str, ...]]) -> list[tuple[str, Any]]:
    """Return (name, value) of each argument, with an empty name for a position that has none."""
    names = parameters.get(call.label, ())
    named: list[tuple[str, Any]] = []
    for position, value in enumerate(call.args):
        name = names[position] if position < len(names) else ""
        named.append((name, value))
    named.extend(call.kwargs.items())
    return named


def _write_signature(label: str, named: list[tuple[str, Any]], inline: int) -> str:
    """Return sigmoid_grad(x: float64 (241,)), with the elements of values that have at most `inline` of them."""
    arguments = [_argument(name, value, inline) for name, value in named]
    return f"{label}({', '.join(arguments)})"


def _argument(name: str, value: Any, inline: int) -> str:
    """Return x: float64 (241,) for a large tensor or array, and size=5 for anything else."""
    text = write_value(value, inline)
    if not name:
        return text
    is_large = isinstance(value, torch.Tensor | np.ndarray) and _elements(value) > inline
    return f"{name}: {text}" if is_large else f"{name}={text}"


def _elements(value: Any) -> int:
    return int(value.numel()) if isinstance(value, torch.Tensor) else int(value.size)


def _origin(answer: Any, calls: list[RecordedCall]) -> tuple[RecordedCall | None, str]:
    """Return the call that returned `answer`, and which item of its result that is; else the last call."""
    if not calls:
        return None, ""
    if answer is None:  # any call may have returned that
        return calls[-1], ""
    for call in reversed(calls):
        if call.value is answer:
            return call, ""
        position = _position(answer, call.value)
        if position is not None:
            item = "" if _is_gradient(call) else f"[{position}]"
            return call, item
    return calls[-1], ""


def _position(answer: Any, value: Any) -> int | None:
    """Return at which position of a tuple or list this very object is; None if it is not in there."""
    if not isinstance(value, tuple | list):
        return None
    for position, item in enumerate(value):
        if item is answer:
            return position
    return None


def _is_gradient(call: RecordedCall) -> bool:
    return isinstance(call.request, CallFunction) and bool(call.request.wrt)


def _last(calls: list[RecordedCall], parameters: dict[str, tuple[str, ...]], label: str) -> str:
    """Return the last call if it has this label; else the label alone."""
    if calls and calls[-1].label == label:
        return write_call(calls[-1], parameters)
    return label


def _argument_name(call: RecordedCall | None, position: str, parameters: dict[str, tuple[str, ...]]) -> str:
    """Return the name of an argument that is known by its position, or already by its name."""
    if call is None:
        return position
    names = parameters.get(call.label, ())
    if position.isdigit() and int(position) < len(names):
        return names[int(position)]
    return position
