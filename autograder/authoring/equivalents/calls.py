"""The reference's calls in the checks of an exercise, with their answers.

A call that tells candidates apart has an answer that is not constant and not one of its own arguments.
"""

import inspect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import msgspec
import torch

from ...checks.collect import Check
from ...checks.failures import CheckFailure
from ...checks.local import LocalTransport
from ...checks.run import passes
from ...checks.student import Student
from ...course.model import Exercise, Topic
from ...sandbox.channel import encode
from ...sandbox.worker import wire
from ...sandbox.worker.protocol import CallFunction, Raised, Reply, Request, read_request

MAX_CALLS = 8
MAX_NUMBERS = 20_000  # in the arguments and the answer of one call
MAX_OPTIONS = 4
MAX_PARTS = 4  # of an answer that is a tuple
REFERENCE_SECONDS = 60.0
OPTION_TYPES = (bool, int, float, str, torch.dtype)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the reference: its tensors, its other arguments, and its answer in parts."""

    tensors: list[Any]  # tensors and lists of tensors, in the order of the parameters
    options: list[Any]
    names: list[str]  # of the options
    parts: dict[str, Any]  # "" -> the answer, or "item 0" -> one item of a tuple


def record_calls(reference: LocalTransport, topic: Topic, exercise: Exercise, checks: Iterable[Check]) -> list[Call]:
    """Return calls of the reference that tell candidates apart, evenly spread over the checks."""
    recorded: list[Call] = []
    for check in checks:
        transport = _RecordingReference(reference)
        passes(check, Student(transport, exercise.name, filename=topic.filename, seconds=REFERENCE_SECONDS))
        for names, request, answer in _requests_with_answers(transport.exchanges, reference, exercise.name):
            call = _call(names, request, answer)
            if call.tensors and call.parts and _size(call) <= MAX_NUMBERS:
                recorded.append(call)
    different = _without_repetitions(recorded)
    step = max(1, math.ceil(len(different) / MAX_CALLS))
    return different[::step]


class _RecordingReference:
    """The reference, with a copy of each request as it was when it was sent, and its reply."""

    def __init__(self, reference: LocalTransport) -> None:
        self.reference = reference
        self.names = reference.names
        self.exchanges: list[tuple[Request, Reply]] = []

    def why_missing(self, name: str) -> Raised | None:
        return self.reference.why_missing(name)

    def request(self, request: Request, seconds: float) -> Reply:
        frame = encode(request)
        record = wire.unpack(frame.header, bytearray(frame.payload), strides=True)
        reply = self.reference.reply(frame, seconds)
        self.exchanges.append((read_request(record), reply))
        return reply

    def blame(self, failure: CheckFailure) -> NoReturn:
        self.reference.blame(failure)


Named = list[tuple[str, Any]]  # the arguments of a call, each with the name of its parameter


def _requests_with_answers(
    exchanges: Sequence[tuple[Request, Reply]], reference: LocalTransport, exercise: str
) -> Iterator[tuple[Named, Named, Any]]:
    """Yield the options of the constructor, the arguments and the answer of each call of the exercise.

    If the exercise is a class of modules, its calls are those of its objects.
    """
    right = getattr(reference.session.module, exercise)
    built: dict[int, Named] = {}  # handle of an object -> what it was built with
    for request, reply in exchanges:
        is_answer = isinstance(request, CallFunction) and request.wrt is None and reply.error is None
        if not isinstance(request, CallFunction) or not is_answer:
            continue
        if request.on is None and request.name == exercise:
            named = _named(right, request.args, request.kwargs)
            if isinstance(reply.value, wire.Handle):
                built[reply.value.id] = named
            else:
                yield [], named, reply.value
        elif isinstance(request.on, wire.Handle) and request.on.id in built and request.name in (None, "forward"):
            yield built[request.on.id], _named(right.forward, (None, *request.args), request.kwargs)[1:], reply.value


def _named(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Named:
    """Return the arguments in the order of the parameters, defaults included."""
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    named: Named = []
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            named += [(name, item) for item in value]
        elif kind is inspect.Parameter.VAR_KEYWORD:
            named += value.items()
        else:
            named.append((name, value))
    return named


def _call(of_constructor: Named, arguments: Named, answer: Any) -> Call:
    """Return the call with its tensors and other arguments apart."""
    tensors = []
    options: list[Any] = []
    names = []
    for name, value in [*arguments, *of_constructor]:
        if _is_data(value):
            tensors.append(value)
        elif _is_option(value) and len(options) < MAX_OPTIONS:
            options.append(value)
            names.append(name)
    return Call(tensors=tensors, options=options, names=names, parts=_parts(answer, tensors))


def _is_data(value: Any) -> bool:
    """Return whether an argument is a tensor or a list of tensors."""
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, torch.Tensor) for item in value)
    return isinstance(value, torch.Tensor)


def _is_option(value: Any) -> bool:
    """Return whether an argument is a plain value or a list of plain values."""
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, OPTION_TYPES) for item in value)
    return isinstance(value, OPTION_TYPES)


def _parts(answer: Any, tensors: Sequence[Any]) -> dict[str, Any]:
    """Return the parts of an answer that are not trivial: a tuple's items, or the answer itself."""
    items = {"": answer}
    if isinstance(answer, list | tuple):
        items = {f"item {number}": item for number, item in enumerate(answer[:MAX_PARTS])}
    return {label: item for label, item in items.items() if not _is_trivial(item, tensors)}


def _is_trivial(answer: Any, tensors: Sequence[Any]) -> bool:
    """Return whether an answer is constant, is one of the arguments, or is no number at all.

    A single number is not constant here: the calls that are kept have different answers.
    """
    if isinstance(answer, bool) or not isinstance(answer, int | float | torch.Tensor):
        return True
    if not isinstance(answer, torch.Tensor):
        return not math.isfinite(answer)
    if answer.numel() == 0:
        return True
    is_constant = answer.numel() > 1 and bool((answer == answer.flatten()[0]).all())
    if is_constant or bool(answer.isnan().all()):
        return True
    return any(isinstance(tensor, torch.Tensor) and _is_same(answer, tensor) for tensor in tensors)


def _is_same(answer: torch.Tensor, tensor: torch.Tensor) -> bool:
    """Return whether two tensors have equal shapes and values; NaN equals NaN."""
    if answer.shape != tensor.shape:
        return False
    both_nan = answer.isnan() & tensor.isnan()
    return bool(((answer == tensor) | both_nan).all())


def _without_repetitions(calls: Iterable[Call]) -> list[Call]:
    """Return the calls with different answers, each once."""
    different: dict[str, Call] = {}
    for call in calls:
        answer = {label: _fingerprint(part) for label, part in call.parts.items()}
        different.setdefault(repr(answer), call)
    return list(different.values())


def _fingerprint(part: Any) -> Any:
    if isinstance(part, torch.Tensor):
        return part.dtype, tuple(part.shape), part.detach().flatten().tolist()
    return part


def _size(call: Call) -> int:
    """Return how many numbers the tensors and the answer hold."""
    total = 0
    for value in [*call.tensors, *call.parts.values()]:
        for item in value if isinstance(value, list | tuple) else [value]:
            total += item.numel() if isinstance(item, torch.Tensor) else 1
    return total
